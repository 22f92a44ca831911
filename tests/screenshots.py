"""Take the README's pictures from the real app: ``python -m tests.screenshots``."""

import sys

from playwright.sync_api import Page, ViewportSize, sync_playwright

from .journeys import (
    CAREER,
    choice,
    expect_saved,
    finish,
    go_on,
    questions,
    start,
)
from .journeys.conftest import ROOT, chromium, launch, serving

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
DESK: ViewportSize = {"width": 1040, "height": 760}
PHONE: ViewportSize = {"width": 400, "height": 1240}
ANSWERS = (
    "32221",  # machines and setup
    "2201?",  # maintenance and controls
    "22123",  # quality and measurement
    "3222",  # safety, procedures and records
    "11122",  # solving problems and improving
    "331000",  # working with and leading people
)
"""A technician of four years who wants to become Senior; "?" is not sure."""
EVIDENCE = {
    "Machine operation and setup": "Set up lines 2 and 3 alone since March",
    "Safety practice": "OSHA 30-hour card, 2025",
    "Quality control checks": "First-piece sign-off for my line",
}


def answer(page: Page, values: str) -> None:
    """Answer the open page as the technician does, with evidence where there is some."""
    for each, value in zip(questions(page), values, strict=True):
        choice(each, "unsure" if value == "?" else value).click()
        evidence = EVIDENCE.get(each.locator("legend").inner_text())
        if evidence:
            each.locator("summary").click()
            each.get_by_role("textbox").fill(evidence)


def take(page: Page, name: str, size: ViewportSize) -> None:
    """Save what the window shows from the top, and fail where the file grows too large."""
    page.set_viewport_size(size)
    page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    found = path.stat().st_size
    if found > MOST_BYTES:
        sys.exit(f"{path.name} has {found} bytes; at most {MOST_BYTES} are wanted.")
    print(f"{path.relative_to(ROOT)}: {found // 1000} KB")


def tour(page: Page) -> None:
    """Walk from the career to the report and its plan, and take the pictures on the way."""
    page.goto(CAREER)
    take(page, "career", DESK)
    start(page)
    answer(page, ANSWERS[0])
    go_on(page).click()
    for each, value in zip(questions(page)[:2], ANSWERS[1], strict=False):
        choice(each, value).click()
    expect_saved(page, len(ANSWERS[0]) + 2)
    page.mouse.move(0, 0)
    take(page, "ask-mobile", PHONE)
    page.set_viewport_size(DESK)
    for values in ANSWERS[1:]:
        answer(page, values)
        go_on(page).click()
    finish(page)
    take(page, "report", DESK)
    take(page, "report-mobile", PHONE)
    page.get_by_role("link", name="Open the plan").click()
    take(page, "plan", DESK)


def main() -> None:
    """Serve the app from an empty folder, walk through it, and stop it."""
    executable = chromium()
    if executable is None:
        sys.exit("Chromium is not installed: no pictures taken. On Debian: apt install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with serving() as server, sync_playwright() as playwright:
        browser = launch(playwright, executable)
        context = browser.new_context(
            base_url=server.address, viewport=DESK, locale="en-GB", reduced_motion="reduce"
        )
        tour(context.new_page())
        browser.close()


if __name__ == "__main__":
    main()
