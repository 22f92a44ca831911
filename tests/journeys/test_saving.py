"""Nothing that was answered is lost: autosave, no network, two tabs, the Back button."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from . import (
    MARK,
    PAGES,
    choice,
    chosen,
    expect_saved,
    figures,
    finish,
    go_on,
    private_link,
    question,
    questions,
    radio,
    rate_everything,
    start,
    wait_for_save,
)
from .conftest import Visitors

pytestmark = pytest.mark.browser

NOT_SAVED = re.compile("^Not saved")


def test_an_answer_is_there_again_after_the_page_was_closed(page: Page):
    """Once the page says that it saved, no button is needed."""
    start(page)
    address = page.url
    choice(questions(page)[0], "3").click()
    expect_saved(page, 1)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(address)
    assert chosen(questions(again)[0]) == "3"
    expect(again.locator("#answered")).to_have_text("1")


def test_evidence_is_saved_when_its_field_is_left(page: Page):
    """Evidence needs no button either, and is shown open when it is there."""
    start(page)
    first = questions(page)[0]
    choice(first, "2").click()
    expect_saved(page, 1)
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Forklift certificate, 2024\n<b>& more</b>")
    wait_for_save(page, lambda: first.get_by_role("textbox").blur())
    expect_saved(page, 1)
    page.reload()
    field = questions(page)[0].get_by_role("textbox")
    expect(field).to_be_visible()
    expect(field).to_have_value("Forklift certificate, 2024\n<b>& more</b>")
    assert chosen(questions(page)[0]) == "2"


def test_evidence_is_saved_while_it_is_typed(page: Page):
    """Whose phone dies with the field still open loses next to nothing."""
    start(page)
    first = questions(page)[0]
    choice(first, "2").click()
    expect_saved(page, 1)
    first.locator("summary").click()
    field = first.get_by_role("textbox")
    wait_for_save(page, lambda: field.press_sequentially("Since 2019"))
    expect(field).to_be_focused()
    expect_saved(page, 1)


def test_evidence_being_typed_survives_leaving_the_page(page: Page):
    """Who goes back in the middle of a sentence finds it again."""
    start(page)
    address = page.url
    first = questions(page)[0]
    choice(first, "2").click()
    expect_saved(page, 1)
    first.locator("summary").click()
    field = first.get_by_role("textbox")
    field.press_sequentially("Press operator since 2019")
    with page.expect_navigation():
        field.evaluate(
            """each => {
              each.value += ", days";
              each.dispatchEvent(new Event("input", { bubbles: true }));
              setTimeout(() => history.back());  // this script must have answered before
            }"""
        )
    stored = ""
    for _ in range(20):
        page.goto(address)
        stored = questions(page)[0].locator("textarea").input_value()
        if stored.endswith("days"):
            break
    assert stored == "Press operator since 2019, days"


def test_many_quick_changes_end_with_the_last(page: Page):
    """Changing one's mind faster than the network answers keeps the last choice."""
    start(page)
    for each in questions(page):
        for value in ("0", "1", "2", "3", "unsure", "4"):
            choice(each, value).click()
    expect_saved(page, 5)
    expect(page.locator(".question-note")).to_have_count(0)
    go_on(page).click()
    page.get_by_role("button", name="Save and go back").click()
    assert [chosen(each) for each in questions(page)] == ["4"] * 5


def test_saved_is_not_said_while_an_earlier_answer_is_not(page: Page, visitors: Visitors):
    """One answer that got through does not hide another that did not."""
    visitors.intends("ERR_FAILED")
    start(page)
    page.route("**/ratings/equipment-setup/", lambda route: route.abort())
    choice(questions(page)[0], "3").click()
    expect(page.locator("#save-state")).to_have_text(NOT_SAVED)
    wait_for_save(page, lambda: choice(questions(page)[1], "1").click())
    expect(page.locator("#answered")).to_have_text("1")
    assert NOT_SAVED.match(page.locator("#save-state").inner_text())
    page.unroute("**/ratings/equipment-setup/")
    expect_saved(page, 2)


def test_what_the_server_cannot_store_now_is_kept_and_tried_again(page: Page, visitors: Visitors):
    """A full disk is answered 503: “Not saved” until it is, and nobody has to do anything."""
    visitors.intends(503)
    start(page)
    page.route(
        "**/ratings/equipment-setup/",
        lambda route: route.fulfill(status=503, json={"reason": "unavailable", "message": "x"}),
    )
    choice(questions(page)[0], "3").click()
    expect(page.locator("#save-state")).to_have_text(NOT_SAVED)
    page.unroute("**/ratings/equipment-setup/")
    expect_saved(page, 1)


def test_without_network_the_page_says_so_and_saves_by_itself_later(page: Page, visitors: Visitors):
    """It says “Not saved” while the network is gone; afterwards nobody has to do anything."""
    visitors.intends("ERR_INTERNET_DISCONNECTED")
    start(page)
    page.context.set_offline(True)
    choice(questions(page)[0], "3").click()
    expect(page.locator("#save-state")).to_have_text(NOT_SAVED)
    choice(questions(page)[1], "1").click()
    expect(page.locator("#save-state")).to_have_text(NOT_SAVED)
    page.context.set_offline(False)
    expect_saved(page, 2)
    page.reload()
    assert [chosen(each) for each in questions(page)[:3]] == ["3", "1", None]


def test_a_reply_that_comes_late_does_not_lower_the_count(page: Page):
    """Two answers are saved side by side; the first one's reply arrives after the second's."""
    start(page)
    held = []
    page.route("**/ratings/equipment-setup/", lambda route: held.append((route, route.fetch())))
    choice(questions(page)[0], "3").click()
    while not held:
        page.wait_for_timeout(20)
    choice(questions(page)[1], "1").click()
    expect(page.locator("#answered")).to_have_text("2")
    route, reply = held.pop()
    with page.expect_response("**/ratings/equipment-setup/"):
        route.fulfill(response=reply)
    expect_saved(page, 2)


def test_a_stale_tab_shows_what_is_stored_and_choosing_again_wins(page: Page, visitors: Visitors):
    """The second tab's answer is not written over the first's until the person says so."""
    visitors.intends(409)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    wait_for_save(page, lambda: choice(questions(page)[0], "1").click())
    other.bring_to_front()
    late = questions(other)[0]
    wait_for_save(other, lambda: choice(late, "3").click(), status=409)
    expect(late.get_by_role("alert")).to_contain_text("With help")
    expect(other.locator("#save-state")).to_have_text(NOT_SAVED)
    page.reload()
    assert chosen(questions(page)[0]) == "1"

    wait_for_save(other, lambda: choice(late, "4").click())
    expect(late.get_by_role("alert")).to_have_count(0)
    page.reload()
    assert chosen(questions(page)[0]) == "4"


def test_a_stale_tab_can_choose_the_same_answer_again(page: Page, visitors: Visitors):
    """“Choose again to replace it” is also meant for the answer that was refused."""
    visitors.intends(409)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    wait_for_save(page, lambda: choice(questions(page)[0], "1").click())
    other.bring_to_front()
    late = questions(other)[0]
    wait_for_save(other, lambda: choice(late, "3").click(), status=409)
    choice(late, "3").click()
    expect(late.get_by_role("alert")).to_have_count(0)
    page.reload()
    assert chosen(questions(page)[0]) == "3"


def test_a_stale_tab_shows_the_evidence_that_is_stored(page: Page, visitors: Visitors):
    """Evidence written in one tab is neither hidden from the other nor wiped by it."""
    visitors.intends(409)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    first = questions(page)[0]
    wait_for_save(page, lambda: choice(first, "1").click())
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Certificate of 2024")
    wait_for_save(page, lambda: first.get_by_role("textbox").blur())
    other.bring_to_front()
    late = questions(other)[0]
    wait_for_save(other, lambda: choice(late, "3").click(), status=409)
    expect(late).to_contain_text("Certificate of 2024")


def test_a_refused_answer_waits_for_the_person_also_when_the_network_returns(
    page: Page, visitors: Visitors
):
    """Only the person may write over the other tab's answer, not the retry."""
    visitors.intends(409)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    wait_for_save(page, lambda: choice(questions(page)[0], "1").click())
    other.bring_to_front()
    wait_for_save(other, lambda: choice(questions(other)[0], "3").click(), status=409)
    expect(questions(other)[0].get_by_role("alert")).to_be_visible()
    sent: list[str] = []
    other.on("request", lambda request: sent.append(request.url))
    other.evaluate("dispatchEvent(new Event('online'))")
    wait_for_save(other, lambda: choice(questions(other)[1], "2").click())
    assert not [url for url in sent if "equipment-setup" in url]
    other.reload()
    assert [chosen(each) for each in questions(other)[:2]] == ["1", "2"]


def test_a_stale_tab_without_javascript_is_shown_both_answers(plain: Page, visitors: Visitors):
    """The form comes back with one's own answer and the stored one; sending it again wins."""
    visitors.intends(409)
    page = plain
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    for value, each in zip("12", questions(page), strict=False):
        choice(each, value).click()
    go_on(page).click()
    other.bring_to_front()
    choice(questions(other)[0], "3").click()
    choice(questions(other)[2], "4").click()
    go_on(other).click()
    late = questions(other)[0]
    expect(other.get_by_role("alert").first).to_contain_text("Changed elsewhere meanwhile")
    expect(late).to_contain_text("Stored there: With help")
    assert chosen(late) == "3"
    page.bring_to_front()
    page.get_by_role("button", name="Save and go back").click()
    assert [chosen(each) for each in questions(page)[:3]] == ["1", "2", "4"]

    other.bring_to_front()
    go_on(other).click()
    expect(other.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.reload()
    assert [chosen(each) for each in questions(page)[:3]] == ["3", "2", "4"]


def test_the_back_button_shows_what_was_saved_and_saving_again_works(page: Page):
    """A page brought back from history holds the stored answers and their revisions."""
    start(page)
    choice(questions(page)[0], "1").click()
    expect_saved(page, 1)
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    choice(questions(page)[0], "2").click()
    expect_saved(page, 2)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[0])
    expect(radio(questions(page)[0], "1")).to_be_checked()
    expect(page.locator("#answered")).to_have_text("2")
    wait_for_save(page, lambda: choice(questions(page)[0], "4").click())
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.go_back()
    expect(radio(questions(page)[0], "4")).to_be_checked()
    page.go_forward()
    expect(radio(questions(page)[0], "2")).to_be_checked()


def test_the_back_button_after_the_page_was_saved_by_its_button(page: Page):
    """What the button stored newer than the autosave is not taken for another tab's."""
    start(page)
    first = questions(page)[0]
    choice(first, "1").click()
    expect_saved(page, 1)
    page.route("**/ratings/**", lambda route: route.abort())
    page.evaluate(MARK, [["equipment-setup", "3"]])
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.unroute("**/ratings/**")
    page.go_back()
    expect(radio(questions(page)[0], "3")).to_be_checked()
    wait_for_save(page, lambda: choice(questions(page)[0], "4").click())
    page.reload()
    assert chosen(questions(page)[0]) == "4"


def test_a_page_brought_back_from_the_browsers_memory_is_loaded_anew(page: Page):
    """Some browsers keep the page as it was left; it may then hold old revisions."""
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_save(other, lambda: choice(questions(other)[0], "2").click())
    other.close()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(radio(questions(page)[0], "2")).to_be_checked()
    wait_for_save(page, lambda: choice(questions(page)[0], "3").click())


def test_the_back_button_without_javascript_saves_again(plain: Page):
    """Going back, changing an answer and sending the page again stores the change."""
    page = plain
    start(page)
    choice(questions(page)[0], "1").click()
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.go_back()
    expect(radio(questions(page)[0], "1")).to_be_checked()
    choice(questions(page)[0], "2").click()
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.get_by_role("button", name="Save and go back").click()
    assert chosen(questions(page)[0]) == "2"


def test_a_page_whose_cookie_ran_out_keeps_what_was_typed(plain: Page, visitors: Visitors):
    """The form comes back with everything on it, and sending it again saves it."""
    visitors.intends(403)
    page = plain
    start(page)
    first = questions(page)[0]
    choice(first, "3").click()
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Since 2012")
    page.context.clear_cookies(name="csrftoken")
    go_on(page).click()
    expect(page.get_by_role("alert")).to_contain_text("save again")
    assert chosen(questions(page)[0]) == "3"
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.get_by_role("button", name="Save and go back").click()
    assert chosen(questions(page)[0]) == "3"
    expect(questions(page)[0].get_by_role("textbox")).to_have_value("Since 2012")


def test_a_browser_that_lost_its_cookies_keeps_what_was_typed(plain: Page, visitors: Visitors):
    """What was typed is listed; with the private link opened, sending it again saves it."""
    visitors.intends(403)
    page = plain
    start(page)
    rate = page.url
    address = private_link(page)
    page.goto(rate)
    first = questions(page)[0]
    choice(first, "3").click()
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Since 2012")
    page.context.clear_cookies()
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was not saved")
    expect(page.get_by_text("Since 2012")).to_be_visible()
    other = page.context.new_page()
    other.goto(address)
    other.close()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])
    page.get_by_role("button", name="Save and go back").click()
    assert chosen(questions(page)[0]) == "3"
    expect(questions(page)[0].get_by_role("textbox")).to_have_value("Since 2012")


def test_evidence_without_an_answer_is_asked_about(page: Page, visitors: Visitors):
    """The page comes back with the text still there and a link to the question."""
    visitors.intends(400)
    start(page)
    first = questions(page)[0]
    first.locator("summary").click()
    first.get_by_role("textbox").fill("Ten years")
    choice(questions(page)[1], "2").click()
    expect_saved(page, 1)
    go_on(page).click()
    summary = page.get_by_role("alert").first
    expect(summary).to_contain_text("Choose an answer too")
    expect(questions(page)[0].get_by_role("textbox")).to_have_value("Ten years")
    assert chosen(questions(page)[1]) == "2"
    summary.get_by_role("link").first.click()
    expect(questions(page)[0]).to_be_in_viewport()
    wait_for_save(page, lambda: choice(questions(page)[0], "2").click())
    expect(question(page, "Machine operation and setup").locator(".notice")).to_have_count(0)
    go_on(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[1])


def in_two_new_tabs(page: Page, button: Locator) -> list[Page]:
    """Send a form twice, each into a tab of its own, so that both reach the server."""
    tabs = []
    for _ in range(2):
        with page.context.expect_page() as opened:
            button.click(modifiers=["Control"])
        tabs.append(opened.value)
    return tabs


def test_two_clicks_on_start_start_once(page: Page):
    """A double click leaves one assessment in the list, and so do two tabs."""
    page.goto("/")
    page.get_by_role("button", name="Start with Lead as target").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[0])
    page.goto("/")
    button = page.get_by_role("button", name="Start with Senior as target")
    for tab in in_two_new_tabs(page, button):
        expect(tab.get_by_role("heading", level=1)).to_have_text(PAGES[0])
    page.goto("/assessments/")
    expect(page.get_by_role("link", name=re.compile("^Go on"))).to_have_count(2)


def test_two_clicks_on_finish_make_one_report(page: Page):
    """A double click, and the same button in two other tabs, lead to the same report."""
    start(page)
    rate_everything(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    page.get_by_role("button", name="Finish and see my report").dblclick()
    expect(page).to_have_url(re.compile(r"/report/$"))
    before = figures(page)
    other.bring_to_front()
    button = other.get_by_role("button", name="Finish and see my report")
    for tab in in_two_new_tabs(other, button):
        expect(tab).to_have_url(re.compile(r"/report/$"))
        assert figures(tab) == before
    other.goto("/assessments/")
    expect(other.get_by_role("link", name=re.compile("^Open the report"))).to_have_count(1)


def test_a_finished_assessment_takes_no_answers_from_a_forgotten_tab(
    page: Page, visitors: Visitors
):
    """The tab that stayed open is told so, by the autosave and by the page's button."""
    visitors.intends(409)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    rate_everything(page)
    finish(page)
    before = figures(page)
    other.bring_to_front()
    wait_for_save(other, lambda: choice(questions(other)[0], "0").click(), status=409)
    expect(questions(other)[0].get_by_role("alert")).to_contain_text("finished")
    go_on(other).click()
    expect(other.get_by_role("heading", level=1)).to_have_text("This assessment is finished")
    page.reload()
    assert figures(page) == before
