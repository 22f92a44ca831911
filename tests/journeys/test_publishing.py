"""From a changed cell to a new version, and what becomes of a report of the old one."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from . import chosen, open_details, question, report
from .conftest import Server, Visitors, serving
from .people import PASSWORD, sign_in_without_factor
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser

STUDIO = "/studio/production-technician/"
CELL = f"{STUDIO}cell/senior-production-technician/equipment-setup/"
EDITOR = "edda@example.org"
NOTE = "Seniors teach the setup."


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of each test's own, because versions that are published stay."""
    with serving(SECOND_FACTOR="nobody") as running:
        running.manage(
            "createsuperuser", "--noinput", "--email", EDITOR, DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        yield running


def require(page: Page, rating: int) -> None:
    """Change what a Senior is asked of the setup, by the plain form of its cell."""
    page.goto(CELL)
    page.locator(f'label[for="rating-{rating}"]').click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(f"{STUDIO}#cell"))


def write(page: Page, note: str) -> None:
    page.get_by_label("What is new, and why").fill(note)


def number_of(page: Page) -> int:
    """Return the number on the button that publishes."""
    button = page.get_by_role("button", name=re.compile("^Publish version"))
    return int(button.inner_text().rpartition(" ")[2])


def wrong(page: Page, name: str) -> list[str]:
    """Return what breaks accessibility or a phone on the open page, unfolded."""
    open_details(page)
    return [f"{name}: {each}" for each in violations(page) + too_wide(page)]


def test_a_change_is_reviewed_published_and_offered(page: Page, visitors: Visitors):
    """Two editors at once, nothing typed lost; the report stays, and rating again is quick."""
    visitors.intends(409)
    report(page)
    figures = page.locator(".readiness-figure").inner_text()
    mine = page.url
    edda, other = visitors.arrive(), visitors.arrive()
    for each in (edda, other):
        sign_in_without_factor(each, EDITOR)
    require(edda, 4)
    edda.get_by_role("link", name="Publish…").click()
    expect(edda.get_by_role("heading", level=1)).to_have_text("Before publishing")
    panel = edda.locator("[data-effects]")
    expect(panel).to_contain_text("Against the one report of version 1")
    change = edda.get_by_role("listitem").filter(has_text="Machine operation and setup · Senior")
    expect(change.get_by_role("deletion")).to_have_text("before: 3")
    expect(change.get_by_role("insertion")).to_have_text("after: 4")
    problems = wrong(edda, "review")

    write(edda, NOTE)
    require(other, 2)
    edda.get_by_role("button", name="Publish version 2").click()
    expect(edda.get_by_role("alert")).to_contain_text("the draft was changed while you looked")
    expect(edda.get_by_label("What is new, and why")).to_have_value(NOTE)
    problems += wrong(edda, "review, changed meanwhile")
    edda.get_by_role("button", name="Publish version 2").click()
    expect(edda.get_by_role("heading", level=1)).to_have_text("Version 2")
    expect(edda.get_by_text(NOTE)).to_be_visible()
    problems += wrong(edda, "version")
    for address in ("versions/", "versions/2/?with=1", "compare/", "effects/", "preview/"):
        edda.goto(STUDIO + address)
        problems += wrong(edda, address)

    page.goto(mine)
    expect(page.locator(".newer")).to_contain_text("There is a newer version 2 of this career.")
    assert page.locator(".readiness-figure").inner_text() == figures
    problems += wrong(page, "report with an offer")
    page.get_by_role("button", name="Rate yourself again with it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Machines and setup")
    assert chosen(question(page, "Machine operation and setup")) == "2"
    assert not problems, "\n".join(problems)


def test_it_all_works_without_javascript(plain: Page):
    """The panel is a link to its page, and the note goes by the form alone."""
    sign_in_without_factor(plain, EDITOR)
    require(plain, 1)
    plain.goto(f"{STUDIO}review/")
    number = number_of(plain)
    plain.get_by_role("link", name="See what the draft would do").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(
        "What this change does to stored reports"
    )
    plain.go_back()
    write(plain, NOTE)
    plain.get_by_role("button", name=f"Publish version {number}").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(f"Version {number}")
    plain.get_by_role("button", name="Start a draft from it").click()
    expect(plain.get_by_text(f"The draft now starts from version {number}.")).to_be_visible()
