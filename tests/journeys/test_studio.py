"""Editors at the matrix: by keyboard, from a spreadsheet, two at once, and without a script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from . import open_details
from .conftest import Server, Visitors, serving
from .people import PASSWORD, sign_in_without_factor
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser

STUDIO = "/studio/production-technician/"
EDITOR = "emil@example.org"
LEVELS = {
    "Junior": "junior-production-technician",
    "Technician": "production-technician",
    "Senior": "senior-production-technician",
    "Lead": "lead-production-technician",
    "Supervisor": "production-supervisor",
}
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own, because the draft is changed."""
    with serving(SECOND_FACTOR="nobody") as running:
        running.manage(
            "createsuperuser", "--noinput", "--email", EDITOR, DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        yield running


def open_matrix(page: Page) -> None:
    """Sign in and open the matrix."""
    sign_in_without_factor(page, EDITOR)
    page.goto(STUDIO)
    expect(page.get_by_role("grid")).to_be_visible()


def cell(page: Page, skill: str, level: str) -> Locator:
    """Return the cell of a skill, by its title, and a level, by its short title."""
    return page.get_by_role("row", name=skill).locator(f'td[data-level="{LEVELS[level]}"]')


def holds(cell: Locator, text: str) -> None:
    """Wait until a cell reads so, as a screen reader does."""
    expect(cell.locator(".visually-hidden")).to_have_text(text)


def expect_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text("✓ Saved")


def press(page: Page, *keys: str) -> None:
    """Press one key after the other."""
    for key in keys:
        page.keyboard.press(key)


def in_focus(page: Page) -> str:
    """Return the id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_the_matrix_is_edited_by_keyboard_alone(page: Page):
    """Rating, importance, essential and undo; each announced, saved, and there after a reload."""
    open_matrix(page)
    page.locator("#matrix thead a").last.focus()
    press(page, "Tab")
    assert in_focus(page) == "cell-junior-production-technician--equipment-setup"
    press(page, "ArrowDown", "ArrowDown", "End")
    materials = cell(page, "Preparing and tracking materials", "Supervisor")
    expect(materials).to_be_focused()
    expect(materials).to_have_attribute("aria-selected", "true")
    press(page, "4")
    expect(page.locator("#announce")).to_have_text(
        re.compile("^Preparing and tracking materials, Supervisor: required 4, importance")
    )
    press(page, "Shift+Digit5", "e")
    holds(materials, "required 4, importance 5, essential")
    expect_saved(page)
    press(page, "Home", "0")
    holds(cell(page, "Preparing and tracking materials", "Junior"), "not required")
    expect_saved(page)
    press(page, "Control+z")
    expect(page.locator("#announce")).to_have_text("Cells undone: 1")
    expect_saved(page)
    press(page, "Control+End")
    assert in_focus(page).startswith("cell-production-supervisor--")
    press(page, "Control+Home")
    expect(cell(page, "Machine operation and setup", "Junior")).to_be_focused()
    page.reload()
    holds(
        cell(page, "Preparing and tracking materials", "Supervisor"),
        "required 4, importance 5, essential",
    )
    holds(cell(page, "Preparing and tracking materials", "Junior"), "required 1, importance 4")


def test_the_grid_is_one_stop_of_the_tab_key(page: Page):
    """Arrows lead on to the titles and back; Tab leaves, and no key acts outside the grid."""
    open_matrix(page)
    page.locator("#matrix thead a").last.focus()
    press(page, "Tab", "ArrowLeft")
    expect(page.get_by_role("link", name="Machine operation and setup")).to_be_focused()
    press(page, "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight")
    expect(cell(page, "Watching and adjusting the process", "Junior")).to_be_focused()
    press(page, "Control+Home", "ArrowUp")
    expect(page.get_by_role("columnheader", name="Junior").get_by_role("link")).to_be_focused()
    press(page, "ArrowRight", "ArrowDown")
    target = cell(page, "Machine operation and setup", "Technician")
    expect(target).to_be_focused()
    before = target.locator(".visually-hidden").inner_text()
    press(page, "Tab")
    expect(page.locator("#matrix *:focus")).to_have_count(0)
    press(page, "4", "e", "Shift+Digit1", "Delete", "Control+z")
    page.locator("#matrix thead a").first.focus()
    press(page, "4", "e", "Delete")
    holds(target, before)
    expect(page.locator("#save-state")).to_have_text("")
    press(page, "Tab", "Shift+Tab")
    expect(page.locator("#matrix *:focus")).to_have_count(0)


def test_the_check_follows_each_change_and_leads_to_the_cell(page: Page):
    """A requirement that falls at a higher level is told at once, beside the matrix."""
    open_matrix(page)
    cell(page, "Hand and power tools", "Lead").click()
    press(page, "1")
    finding = page.locator("#check li", has_text="asks 1 but Senior Production Technician asks 3")
    expect(finding).to_be_visible()
    press(page, "Control+Home")
    finding.get_by_role("link", name="Hand and power tools × Lead").click()
    expect(cell(page, "Hand and power tools", "Lead")).to_be_focused()
    press(page, "Control+z")
    expect(finding).to_have_count(0)


def test_the_mouse_works_the_buttons_of_the_selected_cell(page: Page):
    """A click selects; the bar below changes what is selected."""
    open_matrix(page)
    target = cell(page, "Forklifts, hoists and safe lifting", "Junior")
    target.click()
    bar = page.get_by_role("group", name="Selected cells")
    expect(bar.locator("#editor-title")).to_have_text("Forklifts, hoists and safe lifting × Junior")
    bar.get_by_role("group", name="Required rating").get_by_role("button", name="2").click()
    bar.get_by_role("group", name="Importance").get_by_role("button", name="1").click()
    bar.get_by_role("button", name="Essential").click()
    holds(target, "required 2, importance 1, essential")
    expect(bar.get_by_role("button", name="Essential")).to_have_attribute("aria-pressed", "true")
    expect_saved(page)
    for _time in range(3):
        bar.get_by_role("button", name="Undo").click()
    holds(target, "required 1, importance 3")
    expect_saved(page)


def test_ranges_go_to_a_spreadsheet_and_come_back(visitors: Visitors):
    """Copied as "3 5 E", pasted elsewhere; a block from a spreadsheet too; a bad one not at all."""
    page = visitors.arrive(permissions=CLIPBOARD)
    open_matrix(page)
    cell(page, "Safety practice", "Senior").click()
    press(page, "Shift+ArrowDown", "Shift+ArrowRight", "Control+c")
    expect(page.locator("#announce")).to_have_text("Cells copied: 4")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in copied.split("\n")]
    assert [len(line) for line in lines] == [2, 2]
    assert all(re.fullmatch(r"[1-4] [1-5]( E)?", each) for line in lines for each in line)

    cell(page, "Robots and automated cells", "Technician").click()
    page.evaluate("navigator.clipboard.writeText('4 5 E\\t3\\t\\r\\n')")
    press(page, "Control+v")
    expect(page.locator("#announce")).to_have_text("Cells changed: 3")
    holds(
        cell(page, "Robots and automated cells", "Technician"),
        "required 4, importance 5, essential",
    )
    holds(cell(page, "Robots and automated cells", "Lead"), "not required")
    expect_saved(page)
    press(page, "Control+z")
    holds(cell(page, "Robots and automated cells", "Technician"), "required 1, importance 2")
    expect_saved(page)

    page.evaluate("navigator.clipboard.writeText('3\\t7 9')")
    press(page, "Control+v")
    bad = "Nothing was pasted: row 1, column 2 holds “7 9”. Write a cell as 3, 3 5 or 3 5 E."
    expect(page.locator("#announce")).to_have_text(bad)
    expect(page.locator("#said")).to_have_text(bad)
    page.evaluate("navigator.clipboard.writeText('1\\t1\\t1\\t1\\t1\\t1')")
    press(page, "Control+v")
    expect(page.locator("#announce")).to_have_text(
        "Nothing was pasted: 1 rows and 6 columns do not fit from this cell."
    )
    holds(cell(page, "Robots and automated cells", "Technician"), "required 1, importance 2")


QUOTED = '"4 5\nE"\t"1"\r\n"2 ""2"""\t3'


def test_cells_in_quotes_are_read_as_a_spreadsheet_writes_them(visitors: Visitors):
    """Quotes, and line ends within; a wrong one is named by its row and column, nothing pasted."""
    page = visitors.arrive(permissions=CLIPBOARD)
    open_matrix(page)
    first = cell(page, "Safety practice", "Lead")
    first.click()
    before = first.locator(".visually-hidden").inner_text()
    page.evaluate("text => navigator.clipboard.writeText(text)", QUOTED)
    press(page, "Control+v")
    expect(page.locator("#said")).to_contain_text('row 2, column 1 holds “2 "2"”.')
    holds(first, before)
    page.evaluate("text => navigator.clipboard.writeText(text)", QUOTED.replace('""', ""))
    press(page, "Control+v")
    expect(page.locator("#announce")).to_contain_text("Cells changed: ")
    expect(page.locator("#said")).to_have_text("")
    holds(first, "required 4, importance 5, essential")
    expect_saved(page)
    press(page, "Control+z")
    holds(first, before)
    expect_saved(page)


def test_undo_goes_back_step_by_step_but_over_nobody(visitors: Visitors):
    """A paste is one step. What somebody else changed meanwhile is shown, not overwritten."""
    visitors.intends(409)
    one, two = visitors.arrive(permissions=CLIPBOARD), visitors.arrive()
    for page in (one, two):
        open_matrix(page)
    first, second = (cell(one, "Mentoring", level) for level in ("Lead", "Supervisor"))
    values = [each.locator(".visually-hidden").inner_text() for each in (first, second)]
    first.click()
    press(one, "1")
    expect_saved(one)
    one.evaluate("navigator.clipboard.writeText('4 4 E\\t4 4 E')")
    press(one, "Control+v")
    holds(second, "required 4, importance 4, essential")
    expect_saved(one)

    two.reload()
    cell(two, "Mentoring", "Supervisor").click()
    press(two, "2")
    expect_saved(two)

    press(one, "Control+z")
    expect(one.locator("#announce")).to_have_text("Cells undone: 2")
    expect(one.locator(".conflict")).to_contain_text("stored is required 2, importance 4")
    holds(second, "required 2, importance 4, essential")
    expect(first.locator(".visually-hidden")).to_contain_text("required 1")
    one.get_by_role("button", name="Keep what is stored").click()
    press(one, "Control+z")
    holds(first, values[0])
    press(one, "Control+z")
    expect(one.locator("#said")).to_have_text("Nothing to undo")
    expect_saved(one)
    one.reload()
    holds(first, values[0])
    holds(second, "required 2, importance 4, essential")


def test_two_editors_see_both_values_and_decide(visitors: Visitors):
    """The second is told what the first stored; either value can be kept."""
    visitors.intends(409)
    one, two = visitors.arrive(), visitors.arrive()
    for page in (one, two):
        open_matrix(page)
    for rating, button, expected in (
        ("3", "Keep what is stored", "required 3, importance 4, essential"),
        ("2", "Use mine", "required 4, importance 4, essential"),
    ):
        cell(one, "Scheduling", "Lead").click()
        press(one, rating)
        expect_saved(one)
        cell(two, "Scheduling", "Lead").click()
        press(two, "4" if rating == "2" else "1")
        conflict = two.locator(".conflict")
        expect(conflict).to_contain_text(f"stored is required {rating}")
        holds(cell(two, "Scheduling", "Lead"), f"required {rating}, importance 4, essential")
        conflict.get_by_role("button", name=button).click()
        expect(conflict).to_have_count(0)
        holds(cell(two, "Scheduling", "Lead"), expected)
        one.wait_for_timeout(300)
        one.reload()
        holds(cell(one, "Scheduling", "Lead"), expected)


def test_what_the_network_lost_is_sent_again(page: Page, visitors: Visitors):
    """The page says that a cell is not saved yet, and saves it once it can."""
    visitors.intends("ERR_FAILED")
    open_matrix(page)
    page.route("**/cells/", lambda route: route.abort())
    target = cell(page, "Shop-floor maths", "Supervisor")
    target.click()
    press(page, "4")
    expect(page.locator("#save-state")).to_contain_text("Not saved yet: no connection.")
    page.unroute("**/cells/")
    expect_saved(page)
    page.reload()
    expect(target.locator(".visually-hidden")).to_have_text(re.compile("^required 4"))


def test_who_was_signed_out_signs_in_again_and_loses_nothing(page: Page, visitors: Visitors):
    """In another tab; the matrix goes on by itself."""
    visitors.intends(403)
    open_matrix(page)
    page.context.clear_cookies()
    target = cell(page, "Shop-floor maths", "Junior")
    target.click()
    press(page, "3")
    expect(page.locator("#save-state")).to_contain_text("you are signed out")
    other = page.context.new_page()
    sign_in_without_factor(other, EDITOR)
    other.close()
    expect_saved(page)
    page.reload()
    expect(target.locator(".visually-hidden")).to_have_text(re.compile("^required 3"))


def test_everything_works_as_plain_forms(plain: Page, visitors: Visitors):
    """Without JavaScript each cell is a link to its form, and rows move by their buttons."""
    visitors.intends(400)
    sign_in_without_factor(plain, EDITOR)
    plain.goto(STUDIO)
    expect(plain.get_by_role("grid")).to_have_count(0)
    target = cell(plain, "Mentoring", "Senior")
    target.get_by_role("link").click()
    plain.get_by_role("group", name="Required rating").get_by_label("4 Teach it").check()
    plain.get_by_role("group", name="Importance").get_by_label("2").check()
    plain.get_by_role("button", name="Save").click()
    expect(target.locator(".visually-hidden")).to_contain_text("required 4, importance 2")

    plain.get_by_role("link", name="Skill groups").click()
    second = plain.locator(".rows li").nth(1)
    title = second.get_by_role("link").inner_text()
    second.get_by_role("button", name=f"Move up: {title}").click()
    expect(plain.locator(".rows li").first.get_by_role("link")).to_have_text(title)
    plain.get_by_role("button", name=f"Move down: {title}").click()
    expect(plain.locator(".rows li").nth(1).get_by_role("link")).to_have_text(title)
    plain.get_by_role("link", name=title).click()
    plain.get_by_label("Title").fill("")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert")).to_contain_text("Title: This field is required.")


def test_the_studio_is_accessible_and_fits_a_phone(page: Page, visitors: Visitors):
    """No violation in light or dark, and no scrolling sideways, with everything unfolded."""
    visitors.intends(400, 409)
    open_matrix(page)
    wrong = []
    addresses = (
        "/studio/", "/studio/?q=nothing-like-it", STUDIO, f"{STUDIO}check/",
        f"{STUDIO}cell/{LEVELS['Senior']}/plc-fundamentals/",
        f"{STUDIO}skills/", f"{STUDIO}skills/plc-fundamentals/", f"{STUDIO}skills/new/",
        f"{STUDIO}skills/plc-fundamentals/merge/?into=robot-operation",
        f"{STUDIO}skills/plc-fundamentals/retire/", f"{STUDIO}steps/", f"{STUDIO}facts/",
        f"{STUDIO}levels/{LEVELS['Senior']}/",
    )  # fmt: skip
    for address in addresses:
        page.goto(address)
        open_details(page)
        wrong += [f"{address}: {each}" for each in violations(page) + too_wide(page)]
    page.get_by_label("Title", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    wrong += [f"form with errors: {each}" for each in violations(page) + too_wide(page)]
    assert not wrong, "\n".join(wrong)
