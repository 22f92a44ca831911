"""A member's pages: joining by code or QR, what is shown, changing it, leaving."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from careers.catalogue import framework

from ... import access as browsers
from ...guessing import behind_code, missed
from ...models import Assessment
from .. import actions
from ..access import my_membership, my_memberships, open_group
from ..forms import CodeForm, ConsentForm, JoinForm, normal_code
from ..models import Group, Membership, Reading
from ..tasks import count_soon


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_code
def group_join(request: HttpRequest) -> HttpResponse:
    """Take a code that was typed, in any case, with or without its dash."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = open_group(form.cleaned_data["code"])
        if found:
            return redirect("assessments:group_joining", found.shown_code)
        missed(request)
        form.add_error("code", _("No group can be joined with this code. Compare it again."))
    return render(
        request, "assessments/group_join.html", {"form": form}, status=400 if form.errors else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_code
def group_joining(request: HttpRequest, code: str) -> HttpResponse:
    """Say who the coach is and what they will see; POST joins as was agreed, once."""
    group = open_group(normal_code(code))
    if group is None:
        raise Http404
    user = request.user if isinstance(request.user, User) else None
    already = my_memberships(request).filter(group=group, assessment__owner=user).first()
    if already and request.method != "POST":
        return redirect("assessments:group_membership", already.pk)
    report = _report(request, group, user)
    form = JoinForm(
        request.POST if request.method == "POST" else None, has_report=report is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            member = actions.join(
                group=group,
                consent=form.consent(),
                mine=browsers.mine(request),
                browser_hash=browsers.ensure_browser_hash(request),
                user=user,
                now=timezone.now(),
                afresh=form.afresh,
            )
        except actions.ClosedError as error:
            raise Http404 from error
        except actions.TooManyError:
            form.add_error(None, _("You are in fifty groups. Leave one first."))
        else:
            return _welcome(member)
    context = {
        "group": group,
        "form": form,
        "report": report,
        "level": framework(group.version).level(group.level),
        "report_level": framework(report.version).level(report.level) if report else None,
    }
    status = 400 if form.errors else 200
    return render(request, "assessments/group_joining.html", context, status=status)


def _report(request: HttpRequest, group: Group, user: User | None) -> Assessment | None:
    """Return the report that would be used, if the person has one of this career."""
    found = actions.standing(group, browsers.mine(request), user)
    return found if found and found.is_finished else None


def _welcome(member: Membership) -> HttpResponse:
    """Lead to the questions, or to what is shown of a report that is there already."""
    if not member.assessment.is_finished:
        return redirect("assessments:resume", member.assessment_id)
    count_soon(member.assessment)
    return redirect("assessments:group_membership", member.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group_membership(request: HttpRequest, membership: int) -> HttpResponse:
    """Show a member what their coach sees of them; POST changes it."""
    member = my_membership(request, membership)
    initial = {"shown": "name" if member.is_listed else "count", "name": member.name}
    form = ConsentForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_consent(member=member, consent=form.consent())
        return redirect("assessments:group_membership", member.pk)
    reading = Reading.objects.filter(member=member, assessment=member.assessment).first()
    context = {
        "member": member,
        "group": member.group,
        "form": form,
        "reading": reading,
        "level": framework(member.group.version).level(member.group.level),
    }
    status = 400 if form.errors else 200
    return render(request, "assessments/group_membership.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group_leave(request: HttpRequest, membership: int) -> HttpResponse:
    """Ask, then leave: what was shown goes at once; the report stays one's own."""
    member = my_membership(request, membership)
    if request.method == "POST":
        actions.leave(member=member)
        return redirect("assessments:index")
    context = {"member": member, "group": member.group}
    return render(request, "assessments/group_leave.html", context)
