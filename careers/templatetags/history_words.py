"""Template filters of the draft's history."""

from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
KINDS = {
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
    "restored": _("restored"),
    "imported": _("imported"),
}


@register.filter
def line_kind(kind: str) -> str:
    """Return what happened to a row, in a word."""
    return str(KINDS[kind])


@register.filter
def row_query(row: str) -> str:
    """Return the part of an address that names a row."""
    return urlencode({"row": row})
