"""Finding and reading about a career."""

import re

import pytest
from playwright.sync_api import Page, expect

from . import CAREER

pytestmark = pytest.mark.browser


def test_searching_from_home_finds_the_career(page: Page):
    """By another name for it, in any case, as typed in the box."""
    page.goto("/")
    page.get_by_role("searchbox").fill("MANUFACTURING tech")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/careers/\?q=MANUFACTURING\+tech$"))
    expect(page.get_by_role("searchbox")).to_have_value("MANUFACTURING tech")
    expect(page.get_by_role("status")).to_contain_text("1 career")
    page.get_by_role("main").get_by_role("link", name="Production Technician").click()
    expect(page).to_have_url(re.compile(f"{CAREER}$"))


def test_a_search_without_hits_leads_back_to_all(page: Page):
    """What was typed is shown as typed, and a link shows every career."""
    page.goto("/careers/?q=<b>astronaut</b>")
    expect(page.get_by_role("status")).to_contain_text("0 careers for “<b>astronaut</b>”")
    page.get_by_role("link", name="See all careers").click()
    expect(page.get_by_role("link", name="Production Technician")).to_be_visible()


def test_every_jump_on_the_career_page_leads_somewhere(page: Page):
    """The links of the page's own menu and its sources all have their target."""
    page.goto(CAREER)
    missing = page.evaluate(
        """() => [...document.querySelectorAll("a[href^='#']")]
             .map(each => each.getAttribute("href"))
             .filter(each => !document.getElementById(each.slice(1)))"""
    )
    assert missing == []
    doubled = page.evaluate(
        """() => { const all = [...document.querySelectorAll("[id]")].map(each => each.id);
                   return all.filter((each, place) => all.indexOf(each) !== place); }"""
    )
    assert doubled == []
    for link in page.get_by_role("navigation", name="On this page").get_by_role("link").all():
        link.click()
        expect(page.locator(link.get_attribute("href") or "")).to_be_in_viewport()


def test_the_menu_of_a_phone_opens_without_a_script(phone: Page):
    """Behind Menu are the three main pages."""
    phone.goto("/")
    phone.get_by_text("Menu", exact=True).tap()
    phone.get_by_role("navigation", name="Menu").get_by_role("link", name="My assessments").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("My assessments")
