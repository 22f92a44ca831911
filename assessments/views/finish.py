"""The review before finishing, and finishing."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import access, actions, answers, planning, progress
from ..groups.tasks import count_soon
from ..models import Report


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show what is unanswered; POST freezes the report, once however often it is sent."""
    assessment = access.load(request, assessment_id)
    if request.method == "POST":
        try:
            actions.finish(assessment=assessment, now=timezone.now())
        except Report.DoesNotExist as error:  # deleted meanwhile
            raise Http404 from error
        planning.prepare(assessment, today=timezone.localdate())
        count_soon(assessment)
        return redirect("assessments:report", assessment.pk)
    if assessment.is_finished:
        return redirect("assessments:report", assessment.pk)
    values = answers.values(assessment)
    context = {"assessment": assessment, "progress": progress.of(assessment, values)}
    return render(request, "assessments/finish.html", context)
