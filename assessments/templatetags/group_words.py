"""Template filters and tags for groups."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments import charts
from assessments.groups import wording
from assessments.groups.page import Cell, GroupPage, SkillRow

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


@register.filter
def heat_cells(row: SkillRow) -> SafeString:
    """Return the cells of a row of the heat map: a template's loop takes ten times as long."""
    needed = format_html('<span class="visually-hidden">, {}</span>', _("needed"))
    cell = '<td class="{}" role="cell"><span>{}{}</span></td>'
    cells = (
        (_heat_class(each), _people(each), needed if each.is_required else "") for each in row.cells
    )
    return format_html_join("", cell, cells)


def _heat_class(cell: Cell) -> str:
    shade = f" heat-{'short' if cell.is_short else 'met'}-{cell.shade}" if cell.shade else ""
    return f"heat-cell{shade}{' heat-need' if cell.is_required else ''}"


def _people(cell: Cell) -> str:
    nobody = format_html('<span class="visually-hidden">{}</span>', "0")
    return f"{cell.people:,}" if cell.people else nobody
