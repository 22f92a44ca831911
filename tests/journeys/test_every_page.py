"""What must hold on every page: no sideways scrolling, WCAG 2.2 AA, few bytes."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from . import (
    CAREER,
    DESK,
    PHONE,
    open_details,
    public_pages,
    question,
    questions,
    rating_pages,
    report_pages,
    start,
)
from .conftest import Server, Visitors

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
EVERY_RULE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
RULES_OF_COLOUR = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
WIDTHS = (360, 320)
"""Pixels of a small phone, and of a desk at four times the size."""
FIRST_VISIT_BYTES = 100_000
TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const all = [...document.querySelectorAll("body *")];
  return ["it scrolls sideways", ...all
    .filter(each => each.getBoundingClientRect().right > wide + 1)
    .map(each => each.outerHTML.slice(0, 120))];
}"""


def found_by_axe(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return each node that breaks one of the rules."""
    results = Axe().run(page, options=rules).response
    assert results["testEngine"]["name"] == "axe-core"
    return [
        f"{each['id']} {node['target']} {node['html'][:160]}"
        for each in results["violations"]
        for node in each["nodes"]
    ]


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong: by every rule in light, by those of colour in dark too."""
    page.emulate_media(color_scheme="light")
    found = [f"light: {each}" for each in found_by_axe(page, EVERY_RULE)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in found_by_axe(page, RULES_OF_COLOUR)]
    page.emulate_media(color_scheme="light")
    return found


def too_wide(page: Page) -> list[str]:
    """Return what reaches beyond the right edge where a page scrolls sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        found += [f"{width} px: {each}" for each in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(DESK)
    return found


def test_the_page_of_a_failure_fits_a_phone(page: Page):
    """It comes without Bootstrap, so what that sets must not be missed."""
    page.goto("/")
    head = "".join(
        f'<link rel="stylesheet" href="{each}">'
        for each in page.eval_on_selector_all("link[rel=stylesheet]", "all => all.map(l => l.href)")
        if any(f"/{name}." in each for name in ("tokens", "base", "layout"))
    )
    html = re.sub("<link.*>", "", render_to_string("500.html", {"request_id": "0" * 32}))
    html = html.replace("</head>", f"{head}</head>")
    page.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/broken/")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "704px"
    assert not violations(page) + too_wide(page)


@pytest.mark.parametrize(
    ("tour", "pages"), [(public_pages, 10), (rating_pages, 9), (report_pages, 8)]
)
def test_every_page_is_accessible_and_fits_a_phone(page: Page, visitors: Visitors, tour, pages):
    """With everything unfolded: no violation in light or dark, no scrolling sideways."""
    visitors.intends(400, 403, 404, 409)
    names, wrong = [], []
    for name in tour(page):
        names.append(name)
        open_details(page)
        wrong += [f"{name}: {each}" for each in violations(page) + too_wide(page)]
    assert len(names) == pages
    assert not wrong, "\n".join(wrong)


def test_the_admins_login_is_accessible(page: Page):
    """It leads to the page where everybody signs in."""
    page.goto("/admin/login/")
    assert violations(page) + too_wide(page) == []


def test_every_answer_is_at_least_44_pixels_high(phone: Page):
    """A thumb hits the right one."""
    start(phone)
    heights = phone.locator(".choice-label").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert len(heights) == 30
    assert min(heights) >= 44


def test_every_question_is_a_group_named_by_its_skill(page: Page):
    """Screen readers say which skill an answer belongs to (axe passes pages without it)."""
    start(page)
    assert len(questions(page)) == 5
    for each in questions(page):
        title = each.locator("legend").inner_text()
        expect(question(page, title)).to_have_count(1)
        expect(question(page, title).get_by_role("radio")).to_have_count(6)
        expect(each.get_by_role("textbox", include_hidden=True)).to_have_count(1)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_only_who_wants_motion_gets_it(visitors: Visitors, motion):
    """Jumps within a page are smooth only without a wish for less motion."""
    page = visitors.arrive(reduced_motion=motion)
    page.goto(CAREER)
    behaviour = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert behaviour == ("auto" if motion == "reduce" else "smooth")
    page.get_by_role("link", name="See where you stand").click()
    expect(page.get_by_role("heading", name="Which level are you aiming for?")).to_be_in_viewport()


def test_a_first_visit_is_light(visitors: Visitors, server: Server):
    """Home and then the career, nothing cached before: under 100 KB, all from here."""
    page = visitors.arrive()
    network = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    loaded: list[tuple[str, int]] = []
    network.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    network.on(
        "Network.loadingFinished",
        lambda e: loaded.append((kinds.get(e["requestId"], "?"), round(e["encodedDataLength"]))),
    )
    network.send("Network.enable")
    page.goto("/", wait_until="networkidle")
    page.get_by_role("link", name="Read about the career").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("Production Technician")
    assert {kind for kind, _ in loaded} >= {"Document", "Stylesheet", "Font"}
    assert sum(size for _, size in loaded) < FIRST_VISIT_BYTES, loaded
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
