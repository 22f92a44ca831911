"""From the home page to the report: on a phone, by the keyboard, without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from . import (
    MIXED,
    PAGES,
    SAVED,
    SKILLS,
    choice,
    chosen,
    expect_saved,
    figures,
    go_on,
    private_link,
    question,
    questions,
    radio,
    start,
)

pytestmark = pytest.mark.browser

FOCUS = """target => {
  const focused = document.activeElement;
  const drawn = focused.matches("input[type=radio]") ? focused.labels[0] : focused;
  const style = getComputedStyle(drawn);
  const box = drawn.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { there: focused === target, seen: outlined && inside,
           at: focused.outerHTML.slice(0, 120) };
}"""


def test_a_phone_goes_from_home_to_a_report_with_the_figures_of_the_json(phone: Page):
    """Every answer is one tap on its sentence, and page and programs read the same number."""
    page = phone
    page.goto("/")
    page.get_by_role("link", name="Read about the career").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Production Technician")
    page.get_by_role("button", name="Start with Senior as target").tap()
    answered = 0
    for number, title in enumerate(PAGES, start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        for each in questions(page):
            value = MIXED[answered % len(MIXED)]
            choice(each, value).tap()
            answered += 1
            expect(radio(each, value)).to_be_checked()
            expect_saved(page, answered)
        expect(go_on(page)).to_have_text(
            re.compile("Save and go on" if number < len(PAGES) else "Save and review")
        )
        go_on(page).tap()
    assert answered == SKILLS
    expect(page.get_by_role("heading", level=1)).to_have_text("All skills are answered")
    page.get_by_role("button", name="Finish and see my report").tap()
    expect(page).to_have_url(re.compile(r"/report/$"))
    found = figures(page)
    assert found["level"] == "senior-production-technician"
    assert 0 < found["low"] < found["high"] < 100
    expect(page.locator(".readiness-figure")).to_have_text(f"{found['low']:.1f}%")
    shown = page.locator(".rungs td.number").all_inner_texts()
    expected = [f"{level['low']:.1f}%" for level in reversed(found["levels"])]
    assert [text.partition("%")[0] + "%" for text in shown] == expected


def expect_focus_seen(page: Page, target: Locator) -> bool:
    """Fail unless one sees what has the focus; return whether it is the target."""
    focus: dict[str, Any] = target.evaluate(FOCUS)
    assert focus["seen"], f"The focus is not seen on {focus['at']}"
    return bool(focus["there"])


def press_until(page: Page, key: str, target: Locator, most: int = 60) -> None:
    """Press a key until the target has the focus, which must be seen at every stop."""
    for _ in range(most):
        page.keyboard.press(key)
        if expect_focus_seen(page, target):
            return
    raise AssertionError(f"{key} does not reach {target}")


def test_the_keyboard_alone_reaches_the_report(page: Page):
    """Tab, arrows, Space and Enter are enough, and one always sees where one is."""
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    assert expect_focus_seen(page, skip)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="See where you stand")).to_be_focused()

    button = page.get_by_role("button", name="Start with Senior as target")
    press_until(page, "Tab", button)
    page.keyboard.press("Enter")
    answered = 0
    for title in PAGES:
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        for each in questions(page):
            press_until(page, "Tab", radio(each, "0"))
            steps = answered % 6
            if steps == 0:
                page.keyboard.press("Space")
            for _ in range(steps):
                page.keyboard.press("ArrowDown")
            value = ("0", "1", "2", "3", "4", "unsure")[steps]
            assert expect_focus_seen(page, radio(each, value))
            assert chosen(each) == value
            answered += 1
            expect_saved(page, answered)
        press_until(page, "Tab", go_on(page))
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All skills are answered")
    press_until(page, "Tab", page.get_by_role("button", name="Finish and see my report"))
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"/report/$"))
    gap = page.locator(".gap summary").first
    press_until(page, "Tab", gap)
    page.keyboard.press("Enter")
    expect(page.locator(".gap .gap-more").first).to_be_visible()


def test_evidence_opens_and_is_saved_by_the_keyboard(page: Page):
    """The folded field opens with Space; leaving it saves what was typed."""
    start(page)
    first = questions(page)[0]
    press_until(page, "Tab", radio(first, "0"))
    page.keyboard.press("ArrowDown")
    expect_saved(page, 1)
    press_until(page, "Tab", first.locator("summary"))
    page.keyboard.press("Space")
    press_until(page, "Tab", first.get_by_role("textbox"))
    page.keyboard.type("Set up the press twice")
    with page.expect_response(re.compile("/ratings/")):
        page.keyboard.press("Tab")
    page.reload()
    expect(questions(page)[0].get_by_role("textbox")).to_have_value("Set up the press twice")


def test_without_javascript_everything_works_by_the_buttons(plain: Page):
    """Forward, back, review, private link, finish and report, by forms alone."""
    page = plain
    start(page)
    for number, title in enumerate(PAGES, start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        for place, each in enumerate(questions(page)):
            choice(each, MIXED[(number + place) % len(MIXED)]).click()
        if number == 2:
            page.get_by_role("button", name="Save and go back").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[0])
            assert [chosen(each) for each in questions(page)] == list(MIXED[1:6])
            go_on(page).click()
            expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
            assert [chosen(each) for each in questions(page)] == list(MIXED[2:7])
        if number == len(PAGES):
            choice(questions(page)[0], "4").click()
        go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All skills are answered")
    review = page.url
    address = private_link(page)
    assert address.startswith("http://localhost:")
    page.goto(review)
    page.get_by_role("button", name="Finish and see my report").click()
    expect(page).to_have_url(re.compile(r"/report/$"))
    found = figures(page)
    expect(page.locator(".readiness-figure")).to_have_text(f"{found['low']:.1f}%")
    assert found["skills"]
    page.goto(address)
    expect(page).to_have_url(re.compile(r"/report/$"))


def test_what_was_left_out_is_named_before_finishing(page: Page):
    """The review counts the unanswered, links each, and finishing even so is one press."""
    start(page)
    for each in questions(page)[1:]:
        choice(each, "2").click()
        expect(page.locator("#save-state")).to_have_text(SAVED)
    page.get_by_role("button", name="Save and see what is unanswered").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("26 skills are unanswered")
    page.get_by_role("link", name="Machine operation and setup", exact=True).click()
    expect(page).to_have_url(re.compile(r"/rate/machines/#.*equipment-setup$"))
    left_out = question(page, "Machine operation and setup")
    expect(left_out).to_be_in_viewport()
    choice(left_out, "3").click()
    expect_saved(page, 5)
    page.get_by_role("button", name="Save and see what is unanswered").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("25 skills are unanswered")
    page.get_by_role("button", name="Finish and see my report").click()
    expect(page.get_by_text("5 of 30 skills answered")).to_be_visible()
