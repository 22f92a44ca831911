"""Reading the report: its levels, its details, and on paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from . import figures, finish, rate_everything, report, start

pytestmark = pytest.mark.browser

LEVELS = ("Supervisor", "Lead", "Senior", "Technician", "Junior")


def test_every_level_of_the_ladder_opens_the_report_read_at_it(page: Page):
    """The same answers, read at each level, show that level's figure; a link leads back."""
    report(page)
    found = figures(page)
    own = {level["level"]: f"{level['low']:.1f}%" for level in found["levels"]}
    for name, key in zip(LEVELS, reversed(list(own)), strict=True):
        page.locator(".rungs").get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(rf"\?level={key}$"))
        expect(page.locator(".readiness-figure")).to_have_text(own[key])
        shown = page.locator(".rungs [aria-current=true]")
        expect(shown).to_have_text(name)
    page.get_by_role("link", name="back to your target level").click()
    expect(page.locator(".readiness-figure")).to_have_text(f"{found['low']:.1f}%")


def test_a_gap_unfolds_and_says_what_is_needed(page: Page):
    """One press shows the sentence the level needs, the one chosen, and training."""
    report(page)
    gap = page.locator(".gap", has=page.locator(".gap-more a")).first
    details = gap.locator(".gap-more")
    expect(details).to_be_hidden()
    gap.locator("summary").click()
    expect(details).to_be_visible()
    expect(details).to_contain_text("This level needs")
    training = details.get_by_role("link").first
    training.click()
    step = page.locator(page.url.partition("#")[2].join(("#", "")))
    expect(step).to_be_in_viewport()
    expect(step.get_by_text("Gives:")).to_be_visible()


def test_the_link_from_an_unmet_essential_opens_its_details(page: Page):
    """The sentence under the figure leads to the skill, unfolded; so does its address."""
    report(page)
    essential = page.locator(".card", has=page.locator("#readiness-title")).locator(
        "a[href^='#skill-']"
    )
    assert essential.count() == len(figures(page)["unmet_essentials"])
    for each in essential.all():
        each.click()
        target = page.locator(each.get_attribute("href") or "")
        expect(target).to_be_in_viewport()
        expect(target.locator(".gap-more")).to_be_visible()
    page.reload()
    last = page.locator("#" + page.url.partition("#")[2])
    expect(last.locator(".gap-more")).to_be_visible()


def test_the_ledger_on_the_page_adds_up_to_a_hundred(page: Page):
    """Readiness and the lost points as printed make 100.0."""
    report(page)
    gaps = page.get_by_role("region", name="Skills, biggest gain first")
    points = gaps.locator(".gap-points").all_inner_texts()
    lost = sum(round(10 * float(re.sub(r"[^0-9.]", "", text))) for text in points)
    low = page.locator(".readiness-figure").inner_text().removesuffix("%")
    assert lost + round(10 * float(low)) == 1000


def test_printed_it_is_a_document_without_anything_to_press(page: Page):
    """On paper: no header, no buttons, everything unfolded, black on white; also from dark."""
    page.emulate_media(color_scheme="dark")
    report(page)
    page.emulate_media(media="print", color_scheme="dark")
    for part in (page.get_by_role("banner"), page.get_by_role("contentinfo")):
        expect(part).to_be_hidden()
    for button in page.locator(".button").all():
        expect(button).to_be_hidden()
    for details in page.locator(".gap-more, .training-step details > p").all():
        expect(details).to_be_visible()
    colours = page.evaluate(
        """() => [getComputedStyle(document.body).backgroundColor,
                  ...["h1", ".gap-title", ".readiness-figure", ".gap-more dd"].map(
                    each => getComputedStyle(document.querySelector(each)).color)]"""
    )
    assert colours == ["rgb(255, 255, 255)", *["rgb(0, 0, 0)"] * 4]
    for chip in page.locator(".chip, .essential, .gap-from, .gap-kind, .source").all()[:40]:
        assert contrast_on_paper(chip.evaluate("each => getComputedStyle(each).color")) >= 4.5
    assert len(page.pdf(prefer_css_page_size=True)) > 50_000


def contrast_on_paper(colour: str) -> float:
    """Return the contrast of a computed rgb() with white, as WCAG 2 defines it."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)


def test_the_print_button_prints_with_everything_unfolded_and_folds_again(page: Page):
    """What the browser unfolds for paper is as it was on the screen afterwards."""
    page.add_init_script("window.print = () => { window.printed = (window.printed ?? 0) + 1; }")
    report(page)
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") == 1
    details = page.locator(".gap .gap-more").first
    expect(details).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(details).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(details).to_be_hidden()


def test_a_report_without_gaps_says_so(page: Page):
    """Who can do everything is Ready, at every level, and is not sent to any training."""
    start(page, "Supervisor")
    rate_everything(page, ("4",))
    finish(page)
    expect(page.locator(".readiness-figure")).to_have_text("100.0%")
    expect(page.get_by_role("heading", name="No gaps at this level")).to_be_visible()
    expect(page.get_by_text("You are ready for Production Supervisor now.")).to_be_visible()
    expect(page.get_by_role("heading", name="Training for your gaps")).to_have_count(0)
