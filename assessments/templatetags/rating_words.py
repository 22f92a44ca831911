"""Template filters for ratings, bands and percentages."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from assessments import report_parts, wording
from assessments.reports import ReportPage, TrainingOption
from careers.document import Skill

register = template.Library()


@register.filter
def rating_label(value: int | str | None) -> str:
    """Return a rating in words."""
    return wording.rating_label(value)


@register.filter
def number_word(number: int) -> str:
    """Return a small number as a word."""
    return wording.number_word(number)


@register.filter
def thousands(number: int) -> str:
    """Return a number with its thousands apart: 1,284."""
    return f"{number:,}"


@register.filter
def band_label(band: str) -> str:
    """Return a band in words."""
    return str(wording.BANDS[band])


@register.filter
def band_shape(band: str) -> str:
    """Return a band's shape, so that colour is never the only sign."""
    return wording.BAND_SHAPES[band]


@register.filter
def reason(page: ReportPage) -> SafeString:
    """Return why the band is what it is, with links to the essentials that are not met."""
    skills = page.unmet_essentials
    if not skills:
        return conditional_escape(wording.band_reason(page))
    return format_html(
        "<strong>{}</strong> {} {}",
        wording.number_word(len(skills)),
        wording.band_reason(page),
        _links(skills),
    )


@register.filter
def turning_links(page: ReportPage) -> SafeString:
    """Return links to the lines on which the band hangs."""
    return _links([line.skill for line in page.turning_points])


def _links(skills: Iterable[Skill]) -> SafeString:
    pairs = ((skill.key, skill.title) for skill in skills)
    return format_html_join(", ", '<a href="#skill-{}">{}</a>', pairs)


@register.filter
def download_links(downloads: Iterable[tuple[str, str]]) -> SafeString:
    """Return the links of a report's files; a browser would show JSON, not keep it."""
    attributes = {"JSON": mark_safe(" download")}
    rows = ((address, attributes.get(kind, ""), kind) for kind, address in downloads)
    return format_html_join(" · ", '<a href="{}"{}>{}</a>', rows)


@register.filter
def plain(number: float) -> str:
    """Return a number for a drawing: with a point in every language."""
    return str(number)


@register.filter
def one_decimal(number: float) -> str:
    """Return points or percent with one decimal."""
    return report_parts.one_decimal(number)


@register.filter
def needs(option: TrainingOption) -> str:
    """Return what must hold before a step can be taken."""
    return wording.needs(option)


@register.filter
def gap_lines(page: ReportPage) -> SafeString:
    """Return the lines of the skills that fall short."""
    return report_parts.lines(page, page.gaps)


@register.filter
def strength_lines(page: ReportPage) -> SafeString:
    """Return the lines of the skills that are there."""
    return report_parts.lines(page, page.strengths)


@register.filter
def rungs(page: ReportPage) -> SafeString:
    """Return the rows of the ladder, highest first."""
    return report_parts.rungs(page)


@register.filter
def planned_steps(page: ReportPage) -> SafeString:
    """Return the steps of the fastest plan."""
    return report_parts.planned(page)


@register.filter
def training_steps(page: ReportPage) -> SafeString:
    """Return the training steps that a report names."""
    return report_parts.training(page)


@register.filter
def block_symbols(page: ReportPage) -> SafeString:
    """Return the pictures of ratings against what is required."""
    return report_parts.symbols(page)
