"""Who changed what in a draft, and restoring a row."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ... import history as memory
from ..access import CHANGE, VIEW, load_career, studio_page
from ..findings import check_of
from ..head import head_of

MOST = 100_000
"""How far back the pages reach: beyond it a database searches long."""


@require_safe
@studio_page(VIEW)
def history(request: HttpRequest, career: str) -> HttpResponse:
    """List the changes, newest first: of the whole draft, or of ``?row=``."""
    stored = load_career(career)
    row = request.GET.get("row", "").replace("\0", "")
    posted = request.GET.get("start", "0")
    start = min(int(posted), MOST) if posted.isdecimal() and len(posted) < 9 else 0
    found = memory.lines(stored, row=row, start=start)
    context = {
        "head": head_of(stored, request.user),
        "check": check_of(stored),
        "row": row,
        "lines": found[: memory.PAGE],
        "older": start + memory.PAGE if len(found) > memory.PAGE else 0,
    }
    return render(request, "careers/studio/history.html", context)


@require_POST
@studio_page(CHANGE)
def restore_row(request: HttpRequest, career: str) -> HttpResponse:
    """Bring a row back to what it was before the posted line."""
    stored = load_career(career)
    try:
        line, seen = request.POST.get("line", ""), request.POST.get("seen", "")
        restored = memory.restore(career=stored, line=line, seen=seen)
    except LookupError as error:
        raise Http404 from error
    except memory.NotRestoredError as error:
        messages.error(request, _("Not restored: %(reason)s") % {"reason": error})
    else:
        messages.success(request, _in_words(restored))
    address = reverse("careers:history", args=[career])
    row = request.POST.get("row", "")
    return redirect(f"{address}?{urlencode({'row': row})}" if row else address)


def _in_words(restored: memory.Restored) -> str:
    text = _("Restored: %(row)s") % {"row": restored.row}
    if not restored.others:
        return text
    more = ngettext(
        "and %(count)s row that went or changed with it",
        "and %(count)s rows that went or changed with it",
        restored.others,
    )
    return f"{text}, {more % {'count': restored.others}}"
