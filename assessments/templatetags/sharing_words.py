"""Template filters for pages behind a token."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
COMPARED = {
    "figures": _("Figures (first of them: readiness %)"),
    "report_sha256": _("SHA-256 of the figures"),
    "version": _("Requirements version"),
    "framework_sha256": _("SHA-256 of the requirements"),
    "finished_at": _("Finished"),
    "confirmed": _("Cautious reading with second ratings"),
    "rest": _("Titles, dates and all else"),
}


@register.filter
def compared(what: str) -> str:
    """Return what was compared, in words."""
    return str(COMPARED[what])
