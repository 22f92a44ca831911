"""Starting, finding again, handing to another device and deleting assessments."""

import uuid

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits, personal_data
from accounts.models import User
from careers import catalogue
from careers.document import Level
from careers.pages import career_page

from .. import access, actions, answers, progress
from ..groups.counting import left_by_deleting
from ..groups.listing import joined_by
from ..guessing import behind_token
from ..models import Assessment
from ..querysets import AssessmentQuerySet


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an assessment of this career; a GET leads to where the level is chosen."""
    version = catalogue.latest(slug)
    if version is None:
        raise Http404
    if request.method != "POST":
        return redirect(reverse("careers:detail", args=[slug]) + "#start")
    wait = limits.spent(request, "start", most=settings.START_RATE)
    if wait:
        return limits.too_many(request, wait)
    level = request.POST.get("level", "")
    try:
        assessment = actions.start(
            version=version,
            level=level,
            browser_hash=access.ensure_browser_hash(request),
            user=request.user if isinstance(request.user, User) else None,
            now=timezone.now(),
        )
    except actions.UnknownLevelError:
        context = {"page": career_page(version), "version": version, "level_error": True}
        return render(request, "careers/detail.html", context, status=400)
    return redirect(progress.address(assessment, progress.pages(version)[0].key))


@never_cache
@require_POST
def again(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Start over from a report's answers, with the newest version, at the same level."""
    assessment = access.load(request, assessment_id)
    version = catalogue.latest(assessment.version.career.key)
    if not assessment.is_finished or version is None:
        return redirect("assessments:resume", assessment.pk)
    try:
        fresh = actions.start_again(
            assessment=assessment,
            version=version,
            browser_hash=access.ensure_browser_hash(request),
            user=request.user if isinstance(request.user, User) else None,
            now=timezone.now(),
        )
    except actions.UnknownLevelError:
        return redirect(reverse("careers:detail", args=[assessment.version.career.key]) + "#start")
    return redirect(progress.address(fresh, progress.pages(version)[0].key))


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what this person or browser has started and finished."""
    if not request.user.is_authenticated:
        context = {"rows": _rows(access.mine(request)), "joined": joined_by(request)}
        return render(request, "assessments/index.html", context)
    context = {
        "joined": joined_by(request),
        "rows": _rows(access.mine(request).filter(owner=request.user)),
        "claimable": _rows(access.claimable(request)),
    }
    return render(request, "assessments/index.html", context)


def _rows(found: AssessmentQuerySet) -> list[tuple[Assessment, Level | None]]:
    return [(one, catalogue.framework(one.version).level(one.level)) for one in found[:100]]


@never_cache
@require_POST
def claim(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Answer "Is this yours?": take it into the account, or say that it is not."""
    assessment = access.load(request, assessment_id)
    if not isinstance(request.user, User):
        return redirect_to_login(reverse("assessments:index"))
    if request.POST.get("answer") == "no":
        access.disown(request, assessment)
    elif assessment.owner_id is None:
        try:
            actions.claim(assessment=assessment, user=request.user)
        except actions.ClaimedError as error:
            raise Http404 from error
    return redirect("assessments:index")


@never_cache
@require_safe
def data(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Answer everything stored about an assessment as a file."""
    assessment = access.load(request, assessment_id)
    return JsonResponse(
        personal_data.of(assessment),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="rung-assessment.json"'},
    )


def _resume_address(assessment: Assessment) -> str:
    """Return the report, the first page with something unanswered, or the review."""
    if assessment.is_finished:
        return reverse("assessments:report", args=[assessment.pk])
    for page in progress.of(assessment, answers.values(assessment)).pages:
        if page.unanswered:
            return page.address
    return reverse("assessments:finish", args=[assessment.pk])


@never_cache
@require_safe
def resume(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Lead to where the person left off."""
    return redirect(_resume_address(access.load(request, assessment_id)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Make a private return link and show it, once: only its hash is kept."""
    assessment = access.load(request, assessment_id)
    context = {"assessment": assessment, "address": ""}
    if request.method == "POST" and assessment.owner_id is None:
        token = actions.make_return_link(assessment=assessment, now=timezone.now())
        path = reverse("assessments:return", args=[token])
        context["address"] = request.build_absolute_uri(path)
    return render(request, "assessments/link.html", context)


@never_cache
@require_safe
@behind_token
def open_return_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let this browser in and lead to where the person left off."""
    assessment = access.let_in(request, token)
    return redirect("assessments:resume", assessment.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Ask, then delete the assessment with its answers, report and links."""
    assessment = access.load(request, assessment_id)
    if request.method == "POST":
        actions.delete(assessment=assessment)
        return render(request, "assessments/deleted.html")
    context = {
        "assessment": assessment,
        "level": catalogue.framework(assessment.version).level(assessment.level),
        "left": left_by_deleting(assessment),
    }
    return render(request, "assessments/delete.html", context)
