"""The readiness report for its owner: as a page, as files, for programs as JSON."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from careers.catalogue import framework

from .. import access, answers, downloads, renewal, report_html, reports
from .. import over_time as earlier
from ..models import Assessment
from ..report_page import ReportPage
from ..second.reading import completed, has_completed

_WITH_REPORT = access.Openable(
    lambda rows: (
        access.numbered(rows)
        .with_report()
        .annotate(has_seconds=has_completed(), has_others=earlier.has_others(), **answers.along())
    )
)


def _finished(request: HttpRequest, assessment_id: uuid.UUID) -> Assessment | None:
    assessment = _WITH_REPORT.find(request, assessment_id)
    if assessment is None:
        raise Http404
    return assessment if assessment.is_finished else None


def _page(request: HttpRequest, assessment: Assessment) -> ReportPage:
    """Return the report at its target level, or at ``?level=``. Raises Http404."""
    try:
        seconds = completed(assessment)
        return reports.page(assessment, request.GET.get("level"), seconds=seconds)
    except reports.UnknownLevelError as error:
        raise Http404 from error


@never_cache
@require_safe
def report(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show the report at its target level, or at ``?level=``."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    page = _page(request, assessment)
    more = {
        "newer": renewal.newer(assessment),
        "past": earlier.over_time(request, assessment, page.level.key),
    }
    links = downloads.links("report", assessment_id, page)
    return HttpResponse(report_html.own(request, page, links, more))


@never_cache
@require_safe
def over_time(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show what moved from report to report, skill by skill."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    asked = request.GET.get("level")
    level = framework(assessment.version).level(asked or assessment.level)
    if level is None:
        raise Http404
    past = earlier.over_time(request, assessment, level.key)
    context = {
        "assessment": assessment,
        "level": level,
        "past": past,
        "newest_first": past.readings[::-1] if past else (),
        "query": f"?level={level.key}" if asked else "",
    }
    return render(request, "assessments/over_time.html", context)


@never_cache
@require_safe
def report_file(request: HttpRequest, assessment_id: uuid.UUID, kind: str) -> HttpResponse:
    """Answer the report as "pdf", "xlsx" or "csv"."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    page = _page(request, assessment)
    back = reverse("assessments:report", args=[assessment_id])
    return downloads.download(request, page, kind, back=back)


@never_cache
@require_safe
def report_json(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Answer the same figures to programs."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return JsonResponse({"reason": "not_finished"}, status=409)
    try:
        seconds = completed(assessment)
        reply = reports.program_reply(assessment, request.GET.get("level"), seconds=seconds)
    except reports.UnknownLevelError as error:
        raise Http404 from error
    return JsonResponse(reply, json_dumps_params={"ensure_ascii": False})
