"""Rating oneself: a page per skill group, and the autosave of one answer."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from careers.document import SkillGroup

from .. import access, actions, answers, progress, questionnaire, rate_html
from ..answers import Stored
from ..forms import RatingForm, SkillGroupForm, rating_value
from ..models import Assessment
from ..questionnaire import Filled
from ..typed_text import shown


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, assessment_id: uuid.UUID, group: str) -> HttpResponse:
    """Show a page of questions; POST saves it and goes on."""
    # What is saved now is not among the answers that come along.
    openable = access.WITH_FRAMEWORK if request.method == "POST" else access.WITH_ANSWERS
    try:
        assessment = access.load(request, assessment_id, openable)
    except Http404:
        if request.method == "POST":
            return _nothing_lost(request, status=404)
        raise
    page = _page(assessment, group)
    if request.method == "POST":
        return _save_page(request, assessment, page)
    if assessment.is_finished:
        return redirect("assessments:report", assessment.pk)
    return _show(request, assessment, page)


@never_cache
@require_POST
def save_rating(request: HttpRequest, assessment_id: uuid.UUID, skill: str) -> HttpResponse:
    """Save one answer. 200 saved, 400 invalid, 404 stranger or no such skill, 409 refused."""
    assessment = access.load(request, assessment_id, access.WITH_FRAMEWORK)
    asked = progress.asked(assessment.version)
    if skill not in asked:
        raise Http404
    if assessment.is_finished:
        return _finished()
    form = RatingForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    try:
        saved = actions.save_rating(
            assessment=assessment, skill=skill, answer=form.answer(), now=timezone.now()
        )
    except actions.FinishedError:
        return _finished()
    except actions.StaleError as stale:
        return JsonResponse(_stored(stale.stored), status=409)
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        return HttpResponseRedirect(progress.address(assessment, asked[skill]) + f"#skill-{skill}")
    rated = sum(each in asked for each in saved.answered)
    reply = {"revision": saved.revisions[skill], "rated": rated, "total": len(asked)}
    return JsonResponse(reply)


def _finished() -> JsonResponse:
    message = _("This assessment is finished, so its answers no longer change.")
    return JsonResponse({"reason": "finished", "message": message}, status=409)


def _stored(rating: Stored | None) -> dict[str, Any]:
    if rating is None:
        return {"rating": None, "evidence": "", "revision": 0}
    return {
        "rating": rating_value(rating.value),
        "evidence": rating.evidence,
        "revision": rating.revision,
    }


def _page(assessment: Assessment, group: str) -> SkillGroup:
    try:
        return questionnaire.page_of(progress.pages(assessment.version), group)
    except KeyError as error:
        raise Http404 from error


def _closed(request: HttpRequest, assessment: Assessment, page: SkillGroup) -> HttpResponse:
    """Say that nothing is saved any more, and give back the evidence that was typed."""
    typed = [
        (skill, text)
        for skill in page.skills
        if (text := shown(request.POST.get(f"evidence-{skill.key}", "")).strip())
    ]
    context = {"assessment": assessment, "typed": typed}
    return render(request, "assessments/closed.html", context, status=409)


def _save_page(request: HttpRequest, assessment: Assessment, page: SkillGroup) -> HttpResponse:
    form = SkillGroupForm(page, request.POST)
    try:
        saved = actions.save_ratings(
            assessment=assessment, answers=form.answers(), now=timezone.now()
        )
    except actions.FinishedError:
        return _closed(request, assessment, page)
    if form.errors or saved.stale:
        filled = _typed(form, saved)
        status = 400 if form.errors else 409
        return _show(request, assessment, page, form=form, filled=filled, status=status)
    return redirect(progress.after(assessment, page, request.POST.get("go", "next")))


def _typed(form: SkillGroupForm, saved: actions.Saved | None) -> dict[str, Filled]:
    """Return the page as it was typed, with the revisions and conflicts of what is stored."""
    errors = {skill.key: tuple(messages) for skill, messages in form.problems()}
    filled = {}
    for skill in form.skill_group.skills:
        is_stale = saved is not None and skill.key in saved.stale
        stored = saved.stale[skill.key] if saved and is_stale else None
        posted = form.data.get(f"revision-{skill.key}", "")
        revision = int(posted) if posted.isdecimal() and len(posted) < 10 else 0
        if saved and skill.key in saved.revisions:
            revision = saved.revisions[skill.key]
        if is_stale:
            revision = stored.revision if stored else 0
        filled[skill.key] = Filled(
            value=form.data.get(f"rating-{skill.key}", ""),
            evidence=form.data.get(f"evidence-{skill.key}", ""),
            revision=revision,
            errors=errors.get(skill.key, ()),
            stored=stored,
            is_gone=is_stale and stored is None,
        )
    return filled


def _show(
    request: HttpRequest,
    assessment: Assessment,
    page: SkillGroup,
    *,
    form: SkillGroupForm | None = None,
    filled: dict[str, Filled] | None = None,
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    stored = answers.stored(assessment)
    if filled is None:
        filled = {skill: questionnaire.filled_from(row) for skill, row in stored.items()}
    values = {skill: row.value for skill, row in stored.items()}
    said = {
        "notice": notice,
        "problems": form.problems() if form else [],
        "conflicts": [
            s
            for s in page.skills
            if s.key in filled and filled[s.key].has_message and not filled[s.key].errors
        ],
    }
    html = rate_html.page(
        request,
        assessment,
        page,
        progress.of(assessment, values, current=page.key),
        questions=questionnaire.render(assessment.version, page.key, filled),
        said=said,
    )
    return HttpResponse(html, status=status)


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed CSRF check with what was typed still on the page."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return _nothing_lost(request, status=403)
    if match.view_name != "assessments:rate":
        return _nothing_lost(request, status=403)
    try:
        assessment = access.load(request, match.kwargs["assessment_id"], access.WITH_FRAMEWORK)
        page = _page(assessment, match.kwargs["group"])
    except Http404:
        return _nothing_lost(request, status=403)
    if assessment.is_finished:
        return _closed(request, assessment, page)
    form = SkillGroupForm(page, request.POST)
    return _show(
        request,
        assessment,
        page,
        filled=_typed(form, None),
        status=403,
        notice=_(
            "This page had been open too long to be saved. Your answers are below: save again."
        ),
    )


def _nothing_lost(request: HttpRequest, *, status: int) -> HttpResponse:
    """Show what was posted, ready to be sent again, without saying what the address holds."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        message = _("Not saved: this browser may not open it, or the page is too old.")
        return JsonResponse({"reason": "not_open", "message": message}, status=status)
    fields = [
        (shown(name), shown(str(value)))
        for name, values in request.POST.lists()
        for value in values
        if _may_be_shown(request, name)
    ]
    context = {"fields": fields, "status": status}
    return render(request, "assessments/not_saved.html", context, status=status)


def _may_be_shown(request: HttpRequest, name: str) -> bool:
    """Tell whether a field may be shown again: of an assessment's forms, or of the studio's.

    Never what other forms sent, a password least of all.
    """
    if request.path_info.startswith(reverse("careers:studio")):
        return name != "csrfmiddlewaretoken"
    return name.partition("-")[0] in ("rating", "evidence", "revision", "level", "go")
