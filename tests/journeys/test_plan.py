"""The training plan: read, changed, tried out, done, and taken into a calendar."""

import re
from datetime import date

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from . import choice, figures, finish, go_on, questions, rate_everything, report, start
from .conftest import Visitors

pytestmark = pytest.mark.browser


def open_plan(page: Page) -> None:
    """Go from the report to the plan."""
    page.get_by_role("link", name="Open the plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To Senior Production Technician")


def titles(page: Page) -> list[str]:
    """Return the plan's steps in their order."""
    return page.locator("ol.steps .step-title").all_inner_texts()


def button(page: Page, name: str, step: str) -> Locator:
    """Return a button that names its step to those who do not see where it stands."""
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(name)} ?: {re.escape(step)}$"))


def press(page: Page, name: str, step: str) -> None:
    """Press a button of a step and wait for the plan that follows."""
    with page.expect_navigation():
        button(page, name, step).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To Senior Production Technician")


def said(page: Page) -> Locator:
    """Return what the person said of steps that are not in the plan."""
    return page.locator("section", has=page.locator("#said-title")).locator("li")


def percentage(text: str) -> float:
    """Return the last percentage of a text."""
    return float(re.findall(r"([\d.]+)%", text)[-1])


def goes_through_the_plan(page: Page) -> None:
    """Swap a step out, book one, do one, take all of it back; the report never moves."""
    report(page)
    before = figures(page)
    on_report = page.locator("#start-here .step-title").all_inner_texts()
    open_plan(page)
    first = titles(page)
    assert first == on_report
    assert len(first) > 1
    expect(page.get_by_text("Proven shortest")).to_be_visible()

    press(page, "Not available to me", first[0])
    swapped = titles(page)
    assert first[0] not in swapped
    expect(said(page)).to_have_count(1)
    press(page, "Take back", first[0])
    expect(said(page)).to_have_count(0)
    assert titles(page) == first

    press(page, "Already booked", first[-1])
    expect(button(page, "Booked ✓ (undo)", first[-1])).to_be_visible()
    assert sorted(titles(page)) == sorted(first)

    start_at = percentage(page.locator("h1 + p").inner_text().partition(" to ")[0])
    press(page, "Done", first[0])
    assert titles(page) == first[1:]
    expect(page.get_by_text("1 step done")).to_be_visible()
    assert percentage(page.locator("h1 + p").inner_text().partition(" to ")[0]) > start_at
    expect(page.get_by_role("button", name="Rate myself again")).to_be_visible()

    page.get_by_label("Hours a week").fill("20")
    page.get_by_role("radio", name=re.compile("^Cheapest")).check(force=True)
    page.get_by_role("button", name="Plan again").click()
    expect(page.get_by_text("Proven cheapest")).to_be_visible()
    expect(page.get_by_label("Hours a week")).to_have_value("20")

    page.get_by_role("link", name="The report").click()
    expect(page.locator(".readiness-figure")).to_have_text(f"{before['low']:.1f}%")
    assert figures(page) == before


def test_a_phone_swaps_books_and_does_steps(phone: Page):
    """Each press gives a plan solved again, and the report stays as it was."""
    goes_through_the_plan(phone)


def test_the_plan_works_without_javascript(plain: Page):
    """The same by forms alone."""
    goes_through_the_plan(plain)


def test_a_calendar_takes_the_plan(page: Page):
    """One event a step, in the plan's order and on its days."""
    report(page)
    open_plan(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Into my calendar (.ics)").click()
    assert download.value.suggested_filename == "plan.ics"
    events = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == titles(page)
    days: list[date] = [event["dtstart"].dt for event in events]
    assert days == sorted(days)
    shown = page.locator("ol.steps .step-text").all_inner_texts()
    for day, text in zip(days, shown, strict=True):
        assert f"{day.day} {day:%b} – " in text


def test_wrong_wishes_come_back_with_what_was_typed(page: Page, visitors: Visitors):
    """The field is named, and neither it nor the others are lost."""
    visitors.intends(400)
    report(page)
    open_plan(page)
    page.locator("form.wishes").evaluate("form => form.noValidate = true")
    page.get_by_label("Hours a week").fill("0")
    page.get_by_label(re.compile("^Budget")).fill("250")
    with page.expect_response(re.compile("/plan/$")) as reply:
        page.get_by_role("button", name="Plan again").click()
    assert reply.value.status == 400
    field = page.get_by_label("Hours a week")
    expect(field).to_have_value("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label(re.compile("^Budget"))).to_have_value("250")
    page.goto(page.url)
    expect(page.get_by_label("Hours a week")).not_to_have_value("0")


def test_what_if_on_a_phone_computes_at_once(phone: Page):
    """Another rating moves the ladder; a ticked step adds hours; nothing is saved."""
    page = phone
    report(page)
    before = figures(page)
    page.get_by_role("link", name="What if …").tap()
    result = page.locator("#what-if-result")
    target = result.locator("tr", has_text="target").locator("strong")
    expect(target).to_have_text(f"{before['low']:.1f}%")
    lost = next(s for s in before["skills"] if s["lost_points"] > 0 and s["rating"] is not None)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.locator(f"#try-{lost['skill']}").select_option(str(lost["required"]))
    expect(target).not_to_have_text(f"{before['low']:.1f}%")
    assert percentage(target.inner_text()) > before["low"]
    expect(page).to_have_url(re.compile(f"rating-{lost['skill']}={lost['required']}"))
    page.locator("#steps input[type=checkbox]").first.check()
    expect(result.get_by_text("The ticked steps take")).to_be_visible()
    page.get_by_role("link", name="The report").click()
    assert figures(page) == before


def test_what_if_works_by_its_button(plain: Page):
    """Without JavaScript the form is sent, and stands as it was."""
    page = plain
    start(page)
    rate_everything(page, ("1",))
    finish(page)
    page.get_by_role("link", name="What if …").click()
    page.locator(".try select").first.select_option("4")
    page.get_by_role("button", name="Compute").click()
    expect(page.locator(".try select").first).to_have_value("4")


def test_rating_again_starts_anew_at_the_same_level(page: Page):
    """After a step is done the plan proposes it; the old report stays."""
    report(page)
    open_plan(page)
    press(page, "Done", titles(page)[0])
    page.get_by_role("button", name="Rate myself again").click()
    expect(go_on(page)).to_be_visible()
    choice(questions(page)[0], "3").click()
    page.goto("/assessments/")
    expect(page.get_by_role("main")).to_contain_text("Senior Production Technician")
