"""Template filters for ratings, bands and percentages."""

from django import template

from assessments import report_parts, wording
from assessments.report_page import TrainingOption

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
def one_decimal(number: float) -> str:
    """Return points or percent with one decimal."""
    return report_parts.one_decimal(number)


@register.filter
def needs(option: TrainingOption) -> str:
    """Return what must hold before a step can be taken."""
    return wording.needs(option)
