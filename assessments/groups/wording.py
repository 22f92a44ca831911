"""What a group's figures say, in sentences."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .page import GroupPage


def change_since(page: GroupPage) -> str:
    """Return how the median moved since the first month shown: "▲ 9.0 since January 2026"."""
    change = page.change or 0.0
    shape = "▲" if change > 0 else "▼" if change < 0 else "="
    since = date_format(page.months[0].month, "F Y")
    return _("%(shape)s %(points)s points since %(month)s") % {
        "shape": shape, "points": f"{abs(change):.1f}", "month": since,
    }  # fmt: skip


def who_is_counted(page: GroupPage) -> str:
    """Return who stands in the figures. It never tells of fewer than five who are not named."""
    if page.group.owner_id is None:
        return _("Reports are counted five or more at a time, so that no figure tells of one.")
    rule = _(
        "Whoever chose not to be named is counted only once there are at least five of them, "
        "and never listed."
    )
    if not page.unnamed:
        return rule
    found = ngettext(
        "%(count)d person is counted without a name.",
        "%(count)d people are counted without their names.",
        page.unnamed,
    )
    return f"{found % {'count': page.unnamed}} {rule}"
