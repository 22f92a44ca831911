"""Template filters for ratings, bands and percentages."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from assessments import report_parts, wording
from assessments.reports import ReportPage, TrainingOption

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
def download_links(downloads: Iterable[tuple[str, str]]) -> SafeString:
    """Return the links of a report's files; a browser would show JSON, not keep it."""
    attributes = {"JSON": mark_safe(" download")}
    rows = ((address, attributes.get(kind, ""), kind) for kind, address in downloads)
    return format_html_join(" · ", '<a href="{}"{}>{}</a>', rows)


@register.filter
def one_decimal(number: float) -> str:
    """Return points or percent with one decimal."""
    return report_parts.one_decimal(number)


@register.filter
def needs(option: TrainingOption) -> str:
    """Return what must hold before a step can be taken."""
    return wording.needs(option)


@register.filter
def block_symbols(page: ReportPage) -> SafeString:
    """Return the pictures of ratings against what is required."""
    return report_parts.symbols(page)
