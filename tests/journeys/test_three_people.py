"""A person with a phone, a mentor and a coach, each in a browser of their own."""

import re

import pytest
from playwright.sync_api import Page, expect

from . import MARK, PAGES, PHONE, figures, finish, go_on, questions, rate_everything
from .conftest import Server, Visitors
from .people import sign_up
from .test_groups import make_group

pytestmark = pytest.mark.browser


def rate_as_mentor(mentor: Page, value: str) -> None:
    """Give every skill that rating, having seen none of the person's."""
    mentor.get_by_role("link", name="Start").click()
    for title in PAGES:
        expect(mentor.get_by_role("heading", level=1)).to_have_text(title)
        assert mentor.locator("input:checked").count() == 0
        mentor.evaluate(MARK, [[q.get_attribute("data-skill"), value] for q in questions(mentor)])
        go_on(mentor).click()
    mentor.get_by_role("button", name="Finish and see").click()
    expect(mentor.get_by_role("heading", level=1)).to_have_text("You and Mara, side by side")


def test_a_person_is_coached_confirmed_and_leaves(page: Page, visitors: Visitors, server: Server):
    """By code, without an account: rated, confirmed blind, read by the coach, then gone."""
    visitors.intends(404)
    sign_up(page, server, "coach-of-three@example.org")
    code = make_group(page)
    group = page.url.removesuffix("invite/")

    mara = visitors.arrive(viewport=PHONE, is_mobile=True, has_touch=True)
    mara.goto("/groups/join/")
    mara.get_by_label("Join code").fill(code)
    mara.get_by_role("button", name="Go on").click()
    mara.get_by_label("Show my report by name").check()
    mara.get_by_label("Your name, as the coach knows you").fill("Mara")
    mara.get_by_role("button", name="Agree and join").click()
    page.goto(group)
    expect(page.get_by_role("row", name=re.compile("^Mara "))).to_contain_text("no report")
    rate_everything(mara)
    finish(mara)
    own = figures(mara)
    report = mara.url

    mara.get_by_role("link", name="Second rating").click()
    mara.get_by_label("Your name, as they know you").fill("Mara")
    mara.get_by_role("button", name="Make the link").click()
    asked = mara.url
    mentor = visitors.arrive()
    mentor.goto(mara.get_by_label("The link for your second rater").input_value())
    rate_as_mentor(mentor, "4")
    mara.goto(asked)
    for both in (mentor, mara):
        expect(both.get_by_text("far apart").first).to_be_visible()

    page.goto(group)
    row = page.get_by_role("row", name=re.compile("^Mara "))
    expect(row).to_contain_text(f"{own['low']}%")
    expect(page.locator(".group-figure").first).to_have_text("1 of 1")
    row.get_by_role("link").first.click()
    expect(page.locator(".readiness-figure")).to_have_text(f"{own['low']}%")
    read = page.url

    mara.goto("/assessments/")
    mara.get_by_role("link", name="Evening class").click()
    mara.get_by_role("link", name="Leave the group").click()
    mara.get_by_role("button", name="Leave").click()
    gone = page.goto(read)
    assert gone is not None
    assert gone.status == 404
    page.goto(group)
    expect(page.get_by_role("heading", name="No figures yet")).to_be_visible()
    expect(page.get_by_text("Mara", exact=True)).to_have_count(0)
    mara.goto(report)
    after = figures(mara)
    assert after["confirmed"] > own["cautious"]
    assert after | {"confirmed": None} == own
