"""The studio's look at stored reports: a page of its own, and the panel beside the draft."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from careers.document import DocumentError
from careers.studio.access import VIEW, load_career, studio_page
from careers.studio.findings import check_of
from careers.studio.head import head_of

from .. import effects as found


@require_safe
@studio_page(VIEW)
def effects(request: HttpRequest, career: str) -> HttpResponse:
    """Show what the draft would do to the stored reports; ``?part=panel`` is its inside."""
    row = load_career(career)
    context: dict[str, Any] = {"head": head_of(row, request.user), "page": None, "is_broken": False}
    try:
        context["page"] = found.page(row) if row.latest else None
    except DocumentError:
        context["is_broken"] = True
    if request.GET.get("part") != "panel":
        context["check"] = check_of(row)
    part = "_effects_panel" if request.GET.get("part") == "panel" else "effects"
    return render(request, f"assessments/{part}.html", context)
