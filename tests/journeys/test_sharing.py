"""Showing a report and having it confirmed: person, reader and mentor in their own browsers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import PAGES, choice, figures, go_on, open_details, questions, report
from .conftest import Visitors
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser


def flaws(page: Page) -> list[str]:
    """Return what axe finds in light and dark and what does not fit a phone, all unfolded."""
    open_details(page)
    return [f"{page.url}: {each}" for each in violations(page) + too_wide(page)]


def share(page: Page, label: str) -> str:
    """Make a link from the open report and return it."""
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("For whom?").fill(label)
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Your new link").input_value()


def file_button(page: Page) -> list[str]:
    """Return the colours of the button that chooses a file, in dark and under the pointer."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    field = page.get_by_label("Or choose the JSON file")
    field.hover()
    colours: list[str] = field.evaluate(
        "e => { const style = getComputedStyle(e, '::file-selector-button');"
        " return [style.color, style.backgroundColor] }"
    )
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return colours


def test_a_report_is_shared_verified_and_ended(page: Page, visitors: Visitors, tmp_path: Path):
    """The reader sees the figures, takes the file along and compares it, until the link ends."""
    visitors.intends(404)
    report(page)
    own = figures(page)
    address = share(page, "Acme")
    wrong = flaws(page)

    reader = visitors.arrive()
    reader.goto(address)
    expect(reader.locator(".readiness-figure")).to_have_text(f"{own['low']}%")
    wrong += flaws(reader)
    with reader.expect_download() as download:
        reader.get_by_role("link", name="JSON").click()
    copy = tmp_path / "report.json"
    download.value.save_as(copy)
    with reader.expect_download() as pdf:
        reader.get_by_role("link", name="PDF").click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF-1.7")

    reader.get_by_role("link", name="Is my copy unaltered?").click()
    wrong += flaws(reader)
    # Light on dark; axe does not look into this button.
    assert file_button(reader) == ["rgb(236, 239, 243)", "rgb(20, 24, 29)"]
    reader.get_by_label("Or choose the JSON file").set_input_files(copy)
    reader.get_by_role("button", name="Compare").click()
    expect(reader.get_by_role("status")).to_contain_text("Unaltered")
    wrong += flaws(reader)
    altered = copy.read_text(encoding="utf-8").replace(f'"low": {own["low"]}', '"low": 99.9', 1)
    reader.get_by_label("whole text of its JSON file").fill(altered)
    reader.get_by_role("button", name="Compare").click()
    expect(reader.get_by_role("status")).to_contain_text("Not the same")

    page.goto(page.url)
    expect(page.get_by_role("listitem").filter(has_text="Acme")).to_contain_text("1 view")
    page.get_by_role("button", name=re.compile("^End it")).click()
    expect(page.get_by_role("listitem").filter(has_text="Acme")).to_contain_text("ended by you")
    gone = reader.goto(address)
    assert gone is not None
    assert gone.status == 404
    assert not wrong, "\n".join(wrong)


def test_a_mentor_confirms_without_seeing_the_ratings_first(page: Page, visitors: Visitors):
    """Person, mentor (without JavaScript) and a reader: blind, then side by side, then shown."""
    report(page)
    own = figures(page)
    page.get_by_role("link", name="Second rating").click()
    page.get_by_label("Your name, as they know you").fill("Mara")
    page.get_by_label("Whom do you ask?").fill("Tom")
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("The link for your second rater").input_value()
    wrong = flaws(page)

    mentor = visitors.arrive(java_script_enabled=False)
    mentor.goto(address)
    mentor.get_by_role("link", name="Start").click()
    for number, title in enumerate(PAGES):
        expect(mentor.get_by_role("heading", level=1)).to_have_text(title)
        assert mentor.locator("input:checked").count() == 0
        for each in questions(mentor):
            choice(each, "4" if number else "0").click()
        go_on(mentor).click()
    mentor.get_by_role("button", name="Finish and see").click()
    heading = "You and Mara, side by side"
    expect(mentor.get_by_role("heading", level=1)).to_have_text(heading)
    expect(mentor.get_by_text("far apart").first).to_be_visible()
    mentor.get_by_role("textbox").first.fill("You have run that line alone since March.")
    mentor.get_by_role("button", name="Keep my notes").click()

    seen = visitors.arrive()
    seen.goto(address)
    expect(seen.get_by_role("textbox").first).to_have_value(re.compile("since March"))
    wrong += flaws(seen)
    page.goto(page.url)
    expect(page.get_by_text("You have run that line alone since March.")).to_be_visible()
    wrong += flaws(page)
    page.locator("textarea").first.fill("That was with help.")
    page.get_by_role("button", name="Keep my notes").click()
    expect(page.locator("textarea").first).to_have_value("That was with help.")

    page.get_by_role("link", name="Back to the report").click()
    confirmed = figures(page)
    assert own["confirmed"] is None
    assert confirmed["confirmed"] > own["cautious"]
    assert confirmed | {"confirmed": None} == own
    reader = visitors.arrive()
    reader.goto(share(page, "Acme"))
    expect(reader.get_by_text(f"as evidence: {confirmed['confirmed']}%")).to_be_visible()
    assert not wrong, "\n".join(wrong)


def test_the_raters_pages_are_accessible_and_fit_a_phone(page: Page, visitors: Visitors):
    """Welcome, questions, an error and the review."""
    visitors.intends(400)
    report(page)
    page.get_by_role("link", name="Second rating").click()
    page.get_by_label("Your name, as they know you").fill("Mara")
    page.get_by_role("button", name="Make the link").click()
    mentor = visitors.arrive()
    mentor.goto(page.get_by_label("The link for your second rater").input_value())
    wrong = flaws(mentor)
    mentor.get_by_role("link", name="Start").click()
    wrong += flaws(mentor)
    mentor.get_by_role("button", name="Save and see what is left out").click()
    mentor.get_by_role("button", name="Finish and see").click()
    expect(mentor.get_by_role("alert")).to_contain_text("Answer at least one skill")
    wrong += flaws(mentor)
    assert not wrong, "\n".join(wrong)
