"""Starting, finding again, handing to another device and deleting assessments."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from careers import catalogue
from careers.pages import career_page

from .. import access, actions, progress
from ..guessing import behind_token
from ..models import Assessment, Rating


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an assessment of this career; a GET leads to where the level is chosen."""
    version = catalogue.latest(slug)
    if version is None:
        raise Http404
    if request.method != "POST":
        return redirect(reverse("careers:detail", args=[slug]) + "#start")
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
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what this person or browser has started and finished."""
    found = list(access.mine(request)[:100])
    rows = [(one, catalogue.framework(one.version).level(one.level)) for one in found]
    return render(request, "assessments/index.html", {"rows": rows})


def _resume_address(assessment: Assessment) -> str:
    """Return the report, the first page with something unanswered, or the review."""
    if assessment.is_finished:
        return reverse("assessments:report", args=[assessment.pk])
    ratings = list(Rating.objects.filter(assessment=assessment))
    for page in progress.of(assessment, ratings).pages:
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
    level = catalogue.framework(assessment.version).level(assessment.level)
    return render(request, "assessments/delete.html", {"assessment": assessment, "level": level})
