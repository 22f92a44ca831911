"""The training plan: to read, to change, to take into a calendar."""

import uuid

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import access, answers, calendars, plan_page, planning, progress
from .. import what_if as what_if_page
from ..core.plan import PlanError
from ..forms import VALUES, PlanForm, StepStateForm
from ..models import Assessment, Plan
from ..plan_page import GOALS, PlanPage


def _finished(request: HttpRequest, assessment_id: uuid.UUID) -> Assessment | None:
    assessment = access.load(request, assessment_id)
    return assessment if assessment.is_finished else None


def _page(assessment: Assessment, plan: Plan) -> PlanPage:
    solutions = planning.solutions(assessment, plan, GOALS)
    states = planning.states_of(assessment)
    ratings = answers.values(assessment)
    return plan_page.page(assessment, plan, solutions, states, ratings)


def _wished(assessment: Assessment, form: PlanForm) -> bool:
    """Store the wishes; what cannot be planned is an error of its field and not stored."""
    try:
        with transaction.atomic():
            planning.check(assessment, planning.wish(assessment=assessment, wishes=form.wishes()))
    except PlanError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show the plan; POST stores what the person wishes and solves it again."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    stored = planning.plan_for(assessment, today=timezone.localdate())
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, instance=stored, today=timezone.localdate())
    status = 200
    if request.method == "POST":
        if form.is_valid() and _wished(assessment, form):
            return redirect("assessments:plan", assessment.pk)
        status = 400
        stored.refresh_from_db()
    context = {"page": _page(assessment, stored), "form": form}
    return render(request, "assessments/plan.html", context, status=status)


@never_cache
@require_POST
def choose_step(request: HttpRequest, assessment_id: uuid.UUID, step: str) -> HttpResponse:
    """Say that a step is done, booked or not available, or take it back."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    form = StepStateForm(request.POST)
    if not form.is_valid():
        text = " ".join(str(error) for error in form.errors.get("state", []))
        return HttpResponse(f"state: {text}\n", status=400, content_type="text/plain")
    today = timezone.localdate()
    planning.plan_for(assessment, today=today)
    said = form.cleaned_data["state"]
    try:
        planning.choose(assessment=assessment, step=step, state=said, today=today)
    except planning.UnknownStepError as error:
        raise Http404 from error
    return redirect("assessments:plan", assessment.pk)


@never_cache
@require_safe
def plan_ics(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Answer the plan's steps as a calendar file."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        raise Http404
    stored = planning.plan_for(assessment, today=timezone.localdate())
    text = calendars.calendar(_page(assessment, stored), now=timezone.now())
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="plan.ics"'},
    )


@never_cache
@require_safe
def what_if(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Try other ratings and steps, all of it in the address, with nothing stored."""
    assessment = _finished(request, assessment_id)
    if assessment is None:
        return redirect("assessments:finish", assessment_id)
    asked = progress.asked(assessment.version)
    tried = {
        skill: VALUES[value]
        for skill in asked
        if (value := request.GET.get(f"rating-{skill}", "")) in VALUES
    }
    result = what_if_page.what_if(
        assessment.version,
        assessment.level,
        answers.values(assessment),
        planning.states_of(assessment),
        tried,
        set(request.GET.getlist("step")),
    )
    return render(request, "assessments/what_if.html", {"page": result, "assessment": assessment})
