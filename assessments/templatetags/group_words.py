"""Template filters and tags for groups."""

from django import template

from assessments import charts
from assessments.groups import wording
from assessments.groups.page import GroupPage

register = template.Library()


@register.filter
def change_since(page: GroupPage) -> str:
    """Return how the median moved."""
    return wording.change_since(page)


@register.filter
def who_is_counted(page: GroupPage) -> str:
    """Return who stands in the figures."""
    return wording.who_is_counted(page)


@register.simple_tag
def month_chart_of(page: GroupPage) -> charts.LineChart:
    """Return the line of the median over the months."""
    return charts.line_through([(row.month.toordinal(), row.low) for row in page.months])
