"""What a person does on the way to a report: the steps that the journeys share."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

from playwright.sync_api import Locator, Page, ViewportSize, expect

CAREER = "/careers/production-technician/"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1240, "height": 900}
SAVED = "✓ Saved just now"
PAGES = (
    "Machines and setup",
    "Maintenance and controls",
    "Quality and measurement",
    "Safety, procedures and records",
    "Solving problems and improving",
    "Working with and leading people",
)
SKILLS = 30
MIXED = ("2", "3", "1", "unsure", "4", "3", "2", "0")
"""Answers of somebody in the middle of the ladder; repeated until every skill has one."""

MARK = """marks => marks.forEach(([skill, value]) => {
  document.querySelector(`[name="rating-${skill}"][value="${value}"]`).checked = true;
})"""


def start(page: Page, level: str = "Senior") -> None:
    """Start from the home page with that level as the target."""
    page.goto("/")
    page.get_by_role("button", name=f"Start with {level} as target").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[0])


def questions(page: Page) -> list[Locator]:
    """Return the page's questions, each a group named by its skill."""
    expect(page.locator("#questions")).to_be_visible()
    return page.locator("fieldset.question").all()


def question(page: Page, skill: str) -> Locator:
    """Return the question about the skill of that title."""
    return page.get_by_role("group", name=skill, exact=True)


def choice(question: Locator, value: str) -> Locator:
    """Return the label that a person taps to give that answer ("0" to "4" or "unsure")."""
    return question.locator(f'input[type=radio][value="{value}"] + label')


def radio(question: Locator, value: str) -> Locator:
    """Return the radio button of that answer."""
    return question.locator(f'input[type=radio][value="{value}"]')


def chosen(question: Locator) -> str | None:
    """Return the answer that is marked, if any."""
    marked = question.locator("input[type=radio]:checked")
    return marked.get_attribute("value") if marked.count() else None


def go_on(page: Page) -> Locator:
    """Return the page's main button."""
    return page.get_by_role("button", name=re.compile("^Save and (go on|review)"))


def expect_saved(page: Page, answered: int) -> None:
    """Wait until the page says that it saved, and counts that many answers."""
    expect(page.locator("#save-state")).to_have_text(SAVED)
    expect(page.locator("#answered")).to_have_text(str(answered))


def wait_for_save(page: Page, do: Callable[[], object], status: int = 200) -> None:
    """Do something that autosaves, and wait for the server's answer to it."""
    with page.expect_response(re.compile(r"/ratings/")) as reply:
        do()
    assert reply.value.status == status


def rate_everything(page: Page, answers: tuple[str, ...] = MIXED) -> None:
    """Mark an answer to every question and send each page by its button; end at the review."""
    values = iter(islice(cycle(answers), SKILLS))
    for title in PAGES:
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        marks = [[each.get_attribute("data-skill"), next(values)] for each in questions(page)]
        page.evaluate(MARK, marks)
        go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All skills are answered")


def finish(page: Page) -> None:
    """Press the review's button and wait for the report."""
    page.get_by_role("button", name="Finish and see my report").click()
    expect(page).to_have_url(re.compile(r"/report/$"))
    expect(page.locator(".readiness-figure")).to_be_visible()


def report(page: Page, level: str = "Senior") -> None:
    """Go from the home page to a finished report, quickly."""
    start(page, level)
    rate_everything(page)
    finish(page)


def figures(page: Page) -> dict[str, Any]:
    """Return the report's figures as programs read them."""
    reply = page.request.get(page.url.partition("/report/")[0] + "/report.json")
    assert reply.status == 200
    found: dict[str, Any] = json.loads(reply.text())
    return found


def private_link(page: Page) -> str:
    """Make a return link for the open assessment and return its address."""
    page.get_by_role("button", name="Get my private link").locator("visible=true").click()
    address = page.get_by_label("Private link", exact=True).input_value()
    assert "/assessments/return/" in address
    return address


def open_details(page: Page) -> None:
    """Open everything that can be folded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def public_pages(page: Page) -> Iterator[str]:
    """Open one page after another that anybody may see; yield the name of each."""
    for address in (
        "/", "/careers/", "/careers/?q=technician", "/careers/?q=nothing-like-it", CAREER,
        "/scoring/", "/privacy/", "/credits/", "/assessments/", "/no-such-page/",
    ):  # fmt: skip
        page.goto(address)
        yield address


def rating_pages(page: Page) -> Iterator[str]:
    """Open one page after another of an assessment under way, also with errors; end signed out."""
    start(page)
    rate = page.url
    yield "first page, blank"
    page.reload()
    first = questions(page)[0]
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Twelve years on the same line")
    choice(questions(page)[1], "unsure").click()
    expect_saved(page, 1)
    go_on(page).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    yield "first page, with an error"

    page.goto(rate)
    other = page.context.new_page()
    other.goto(rate)
    wait_for_save(other, lambda: choice(questions(other)[2], "4").click())
    other.close()
    wait_for_save(page, lambda: choice(questions(page)[2], "1").click(), status=409)
    yield "first page, changed in another tab"

    page.goto(rate)
    rate_everything(page)
    yield "review"
    page.goto(rate)
    yield "first page, filled"
    page.goto("/assessments/")
    yield "my assessments, in progress"
    page.get_by_role("link", name="Private link").click()
    yield "private link, before"
    private_link(page)
    yield "private link, after"
    page.goto(rate)
    page.context.clear_cookies()
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was not saved")
    yield "not saved"


def report_pages(page: Page) -> Iterator[str]:
    """Open one page after another of a finished assessment, until it is deleted."""
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    rate_everything(other)
    finish(other)
    other.close()
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This assessment is finished")
    yield "finished meanwhile"
    page.get_by_role("link", name="Open the report").click()
    expect(page.locator(".readiness-figure")).to_be_visible()
    yield "report"
    page.locator(".rungs").get_by_role("link", name="Supervisor").click()
    expect(page).to_have_url(re.compile("level=production-supervisor"))
    yield "report at another level"
    page.get_by_role("link", name="back to your target level").click()
    page.get_by_role("link", name="Build my plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To Senior Production Technician")
    yield "plan"
    page.get_by_role("link", name="What if …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What if …")
    yield "what if"
    page.goto("/assessments/")
    yield "my assessments, finished"
    page.get_by_role("link", name="Delete").click()
    yield "delete"
    page.get_by_role("button", name="Delete it").click()
    yield "deleted"
