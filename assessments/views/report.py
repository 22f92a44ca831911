"""The readiness report: for its owner as a page, for programs as JSON."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import access, renewal, reports
from ..models import Assessment


def _finished(request: HttpRequest, assessment_id: uuid.UUID) -> Assessment | None:
    found = access.mine(request).with_latest().select_related("report")
    assessment = found.filter(pk=assessment_id).first()
    if assessment is None:
        raise Http404
    return assessment if assessment.is_finished else None


@never_cache
@require_safe
def report(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show the report at its target level, or at ``?level=``."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    try:
        page = reports.page(assessment, request.GET.get("level"))
    except reports.UnknownLevelError as error:
        raise Http404 from error
    context = {"page": page, "newer": renewal.newer(assessment)}
    return render(request, "assessments/report.html", context)


@never_cache
@require_safe
def report_json(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Answer the same figures to programs."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return JsonResponse({"reason": "not_finished"}, status=409)
    try:
        reply = reports.program_reply(assessment, request.GET.get("level"))
    except reports.UnknownLevelError as error:
        raise Http404 from error
    return JsonResponse(reply, json_dumps_params={"ensure_ascii": False})
