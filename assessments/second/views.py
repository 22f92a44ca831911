"""Second ratings: the person's page with its invitation, and the invited rater's pages."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from careers.document import Skill

from .. import answers, progress, questionnaire, reports
from ..access import load
from ..forms import SkillGroupForm, rating_value
from ..guessing import behind_token
from ..models import Assessment
from ..questionnaire import Filled
from . import access, actions, reading
from .forms import InviteForm, NotesForm
from .models import SecondAnswer, SecondRating

# The rater's pages ask for no cookie: the address is all that opens them, and nobody can
# forge a form to an address that they do not know. With "no-referrer" browsers name no
# origin either, which the check of forms would refuse.


def _show_own(
    request: HttpRequest,
    assessment: Assessment,
    *,
    form: InviteForm | None = None,
    notes: NotesForm | None = None,
    about: SecondRating | None = None,
    address: str = "",
    status: int = 200,
) -> HttpResponse:
    found = list(SecondRating.objects.filter(assessment=assessment).prefetch_related("answers"))
    own = answers.values(assessment)
    sides = []
    for second in found:
        second.assessment = assessment
        if second.is_finished:
            side = reading.side_by_side(second, own, second.answers.all())
            typed = notes.typed() if notes and about and about.pk == second.pk else {}
            sides.append(side.with_typed(typed, by_rater=False))
    now = timezone.now()
    context = {
        "assessment": assessment,
        "level": reports.level_of(assessment),
        "form": form or InviteForm(),
        "notes": notes,
        "about": about,
        "address": address,
        "open": next((e for e in found if not e.is_finished and e.expires_at > now), None),
        "sides": sides,
    }
    return render(request, "assessments/second_rating.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_rating(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show the second ratings of a report; POST invites somebody and shows the link, once."""
    assessment = load(request, assessment_id)
    if not assessment.is_finished:
        return redirect("assessments:finish", assessment.pk)
    if request.method != "POST":
        return _show_own(request, assessment)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            token = actions.invite(assessment=assessment, now=timezone.now(), **form.names())
        except actions.OpenInvitationError:
            form.add_error(None, _("Somebody is invited already. End that invitation first."))
        except actions.TooManyError:
            form.add_error(None, _("There are five second ratings. Remove one first."))
        else:
            path = reverse("assessments:second", args=[token])
            return _show_own(request, assessment, address=request.build_absolute_uri(path))
    return _show_own(request, assessment, form=form, status=400)


@never_cache
@require_POST
def withdraw_second(request: HttpRequest, assessment_id: uuid.UUID, second: int) -> HttpResponse:
    """End an invitation, or remove a second rating with its notes."""
    assessment = load(request, assessment_id)
    found = get_object_or_404(SecondRating, assessment=assessment, pk=second)
    actions.withdraw(second=found)
    return redirect("assessments:second_rating", assessment.pk)


@never_cache
@require_POST
def note_second(request: HttpRequest, assessment_id: uuid.UUID, second: int) -> HttpResponse:
    """Keep the person's words about disagreements."""
    assessment = load(request, assessment_id)
    found = get_object_or_404(
        SecondRating, assessment=assessment, pk=second, finished_at__isnull=False
    )
    found.assessment = assessment
    form = NotesForm(_side(found).apart, request.POST)
    if not form.is_valid():
        return _show_own(request, assessment, notes=form, about=found, status=400)
    actions.note(second=found, notes=form.notes(), by_rater=False)
    return redirect(
        reverse("assessments:second_rating", args=[assessment.pk]) + f"#second-{second}"
    )


def _side(second: SecondRating) -> reading.SideBySide:
    own = answers.values(second.assessment)
    return reading.side_by_side(second, own, SecondAnswer.objects.filter(second_rating=second))


def _show_side(
    request: HttpRequest,
    second: SecondRating,
    token: str,
    *,
    notes: NotesForm | None = None,
) -> HttpResponse:
    side = _side(second)
    context = {
        "side": side.with_typed(notes.typed(), by_rater=True) if notes else side,
        "level": reports.level_of(second.assessment),
        "notes": notes,
        "token": token,
    }
    return render(request, "assessments/second.html", context, status=400 if notes else 200)


@never_cache
@require_http_methods(["GET", "HEAD"])
@behind_token
def second(request: HttpRequest, token: str) -> HttpResponse:
    """Welcome the invited rater; once they have finished, show the two side by side."""
    found = access.live(token, timezone.now())
    if found.is_finished:
        return _show_side(request, found, token)
    steps = reading.of_rater(found, token)
    first = next((page for page in steps.pages if page.unanswered), steps.pages[0])
    context = {"second": found, "progress": steps, "first": first, "token": token}
    return render(request, "assessments/second_welcome.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_token
def second_rate(request: HttpRequest, token: str, group: str) -> HttpResponse:
    """Show a page of questions to the rater; POST saves it and goes on."""
    found = access.live(token, timezone.now())
    version = found.assessment.version
    try:
        page = questionnaire.page_of(progress.pages(version), group)
    except KeyError as error:
        raise Http404 from error
    if found.is_finished:
        return redirect("assessments:second", token)
    form = SkillGroupForm(page, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {skill: answer.value for skill, answer in form.answers().items()}
        try:
            actions.save_answers(second=found, values=values)
        except actions.FinishedError:
            return redirect("assessments:second", token)
        return redirect(_after(found, token, group, request.POST.get("go", "next")))
    problems = form.problems() if request.method == "POST" else []
    context = {
        "second": found,
        "page": page,
        "progress": reading.of_rater(found, token, current=group),
        "questions": questionnaire.render(
            version, group, _filled(found, form, problems), with_evidence=False
        ),
        "problems": problems,
        "token": token,
    }
    return render(request, "assessments/second_rate.html", context, status=400 if problems else 200)


def _filled(
    second: SecondRating, form: SkillGroupForm, problems: list[tuple[Skill, list[str]]]
) -> dict[str, Filled]:
    """Return the page as it is stored, or as it was typed where it was refused."""
    if not problems:
        answers = SecondAnswer.objects.filter(second_rating=second)
        return {answer.skill: Filled(value=rating_value(answer.value)) for answer in answers}
    errors = {skill.key: tuple(messages) for skill, messages in problems}
    return {
        skill.key: Filled(
            value=form.data.get(f"rating-{skill.key}", ""), errors=errors.get(skill.key, ())
        )
        for skill in form.skill_group.skills
    }


def _after(second: SecondRating, token: str, group: str, go: str) -> str:
    keys = [page.key for page in progress.pages(second.assessment.version)]
    place = keys.index(group) + (-1 if go == "back" else 1)
    if go == "review" or place >= len(keys):
        return reverse("assessments:second_finish", args=[token])
    return reverse("assessments:second_rate", args=[token, keys[max(place, 0)]])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_token
def second_finish(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is left out; POST closes the answers and shows the two side by side."""
    found = access.live(token, timezone.now())
    is_empty = False
    if request.method == "POST":
        try:
            actions.finish(second=found, now=timezone.now())
        except actions.EmptyError:
            is_empty = True
        else:
            return redirect("assessments:second", token)
    if found.is_finished:
        return redirect("assessments:second", token)
    context = {
        "second": found,
        "progress": reading.of_rater(found, token),
        "token": token,
        "is_empty": is_empty,
    }
    return render(
        request, "assessments/second_finish.html", context, status=400 if is_empty else 200
    )


@never_cache
@require_POST
@behind_token
def second_notes(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the rater's words about disagreements."""
    found = access.live(token, timezone.now())
    if not found.is_finished:
        raise Http404
    form = NotesForm(_side(found).apart, request.POST)
    if not form.is_valid():
        return _show_side(request, found, token, notes=form)
    actions.note(second=found, notes=form.notes(), by_rater=True)
    return redirect("assessments:second", token)
