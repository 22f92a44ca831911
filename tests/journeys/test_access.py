"""Who may open an assessment: its browser, and any browser with the return link."""

import re

import pytest
from playwright.sync_api import Page, expect

from . import (
    PAGES,
    choice,
    chosen,
    expect_saved,
    figures,
    finish,
    go_on,
    private_link,
    questions,
    rate_everything,
    report,
    start,
)
from .conftest import Visitors

pytestmark = pytest.mark.browser

NOTHING_HERE = "There is nothing here that you can open"


def test_the_return_link_goes_on_in_a_second_browser(page: Page, visitors: Visitors):
    """Both browsers hold the same assessment and see each other's answers."""
    start(page)
    rate = page.url
    choice(questions(page)[0], "2").click()
    expect_saved(page, 1)
    address = private_link(page)

    second = visitors.arrive()
    second.goto(address)
    expect(second).to_have_url(rate)
    assert chosen(questions(second)[0]) == "2"
    choice(questions(second)[1], "3").click()
    expect_saved(second, 2)

    page.goto(rate)
    assert [chosen(each) for each in questions(page)[:2]] == ["2", "3"]
    rate_everything(page)
    finish(page)
    second.goto("/assessments/")
    second.get_by_role("link", name=re.compile("^Open the report")).click()
    expect(second).to_have_url(page.url)
    assert figures(second) == figures(page)


def test_the_return_link_leads_to_the_first_page_with_something_unanswered(
    page: Page, visitors: Visitors
):
    """On the other device one goes on where one left off."""
    start(page)
    for each in questions(page):
        choice(each, "1").click()
    expect_saved(page, 5)
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    second = visitors.arrive(java_script_enabled=False)
    second.goto(private_link(page))
    expect(second.get_by_role("heading", level=1)).to_have_text(PAGES[1])


def test_a_browser_without_the_link_finds_nothing(page: Page, visitors: Visitors):
    """Every address of an assessment answers strangers as if it did not exist."""
    visitors.intends(404)
    report(page)
    base = page.url.removesuffix("report/")
    stranger = visitors.arrive()
    for rest in (
        "", "rate/machines/", "finish/", "report/", "report.json", "link/", "delete/",
    ):  # fmt: skip
        reply = stranger.goto(base + rest)
        assert reply is not None
        assert reply.status == 404, rest
        expect(stranger.get_by_role("heading", level=1)).to_have_text(NOTHING_HERE)
    wrong = stranger.goto("/assessments/return/not-a-token/")
    assert wrong is not None
    assert wrong.status == 404
    stranger.goto("/assessments/")
    expect(stranger.get_by_text("Nothing has been started in this browser yet")).to_be_visible()


def test_a_deleted_assessment_is_gone(page: Page, visitors: Visitors):
    """After the question, everything of it answers 404, also by its return link."""
    visitors.intends(404)
    start(page)
    rate = page.url
    choice(questions(page)[0], "2").click()
    expect_saved(page, 1)
    address = private_link(page)
    page.goto("/assessments/")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_contain_text("gone")
    page.get_by_role("main").get_by_role("link", name="My assessments").click()
    expect(page.get_by_text("Nothing has been started in this browser yet")).to_be_visible()
    for gone in (rate, address):
        reply = page.goto(gone)
        assert reply is not None
        assert reply.status == 404


def test_the_private_link_can_be_copied(page: Page, visitors: Visitors):
    """The button puts the address on the clipboard and says so."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    start(page)
    address = private_link(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
