"""Sharing a report: the owner's list of links, and what a link shows."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import downloads, report_html, reports
from ..access import load, mine
from ..guessing import behind_token
from ..report_page import ReportPage
from ..second.reading import completed
from . import access, actions, verifying
from .forms import ShareForm, VerifyForm
from .models import ShareLink
from .visits import is_person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """List a report's links; POST makes one and shows it, once."""
    assessment = load(request, assessment_id)
    if not assessment.is_finished:
        return redirect("assessments:finish", assessment.pk)
    has_email = assessment.owner_id is not None
    form = ShareForm(request.POST or None, has_email=has_email)
    address, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            token = actions.share(assessment=assessment, wish=form.wish(), now=timezone.now())
        except actions.TooManyLinksError:
            form.add_error(None, _("Twenty links are live. End one first."))
        else:
            address = request.build_absolute_uri(reverse("assessments:shared", args=[token]))
            form = ShareForm(has_email=has_email)
    if form.errors or (request.method == "POST" and not address):
        status = 400
    context = {
        "assessment": assessment,
        "form": form,
        "address": address,
        "links": list(ShareLink.objects.filter(assessment=assessment)[:100]),
        "now": timezone.now(),
    }
    return render(request, "assessments/sharing.html", context, status=status)


@never_cache
@require_POST
def revoke_share(request: HttpRequest, assessment_id: uuid.UUID, link: int) -> HttpResponse:
    """End one of the report's links."""
    assessment = load(request, assessment_id)
    found = get_object_or_404(ShareLink, assessment=assessment, pk=link)
    actions.revoke(link=found, now=timezone.now())
    return redirect("assessments:sharing", assessment.pk)


def _page(request: HttpRequest, link: ShareLink) -> ReportPage:
    try:
        return reports.page(
            link.assessment,
            request.GET.get("level"),
            seconds=completed(link.assessment),
            is_own=False,
            with_notes=link.with_notes,
        )
    except reports.UnknownLevelError as error:
        raise Http404 from error


@never_cache
@require_safe
@behind_token
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show the report that a live link opens, and count the look."""
    link = access.live(token, timezone.now())
    page = _page(request, link)
    owner = link.assessment.owner
    html = report_html.of_another(
        request,
        "assessments/shared.html",
        page,
        **downloads.links("shared", token, page),
        email=owner.email if link.with_email and owner else "",
        until=date_format(timezone.localtime(link.expires_at), "j F Y"),
        verify=reverse("assessments:verify", args=[token]),
    )
    if is_person(request) and not mine(request).filter(pk=link.assessment_id).exists():
        actions.count_view(link=link, now=timezone.now())
    return HttpResponse(html)


@never_cache
@require_safe
@behind_token
def shared_file(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Answer the shared report as "pdf", "xlsx", "csv" or "json"."""
    link = access.live(token, timezone.now())
    if kind == "json":
        return _json(request, link)
    back = reverse("assessments:shared", args=[token])
    return downloads.download(request, _page(request, link), kind, back=back)


def _json(request: HttpRequest, link: ShareLink) -> JsonResponse:
    try:
        seconds = completed(link.assessment)
        reply = reports.program_reply(link.assessment, request.GET.get("level"), seconds=seconds)
    except reports.UnknownLevelError as error:
        raise Http404 from error
    return JsonResponse(reply, json_dumps_params={"ensure_ascii": False})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_token
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Compare a report in somebody's hand with the stored one."""
    link = access.live(token, timezone.now())
    form = VerifyForm(request.POST or None, request.FILES or None)
    found: tuple[verifying.Comparison, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            seconds = completed(link.assessment)
            found = verifying.compare(link.assessment, form.text(), seconds=seconds)
        except verifying.UnreadableError:
            form.add_error("report", _("This is neither a SHA-256 nor the JSON of a report."))
    context = {
        "form": form,
        "comparisons": found,
        "unaltered": all(each.matches for each in found),
        "assessment": link.assessment,
        "level": reports.level_of(link.assessment),
        "token": token,
        "expires_at": link.expires_at,
    }
    status = 400 if request.method == "POST" and not found else 200
    return render(request, "assessments/verify.html", context, status=status)
