"""A coach's pages: the groups, one group, its code and settings."""

import uuid

import segno
from django.core.paginator import Paginator
from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from careers import catalogue
from careers.models import Version

from .. import actions
from ..access import coached, person, signed_in
from ..forms import GroupForm, SettingsForm
from ..listing import coached_by, joined_by
from ..models import Group, Membership
from ..page import page as page_of

MEMBERS_AT_ONCE = 50
MOST_CAREERS = 50


@require_safe
@signed_in
def groups(request: HttpRequest) -> HttpResponse:
    """List the groups that somebody coaches, and those that they are in."""
    context = {"coached": coached_by(person(request)), "joined": joined_by(request)}
    return render(request, "assessments/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def group_new(request: HttpRequest) -> HttpResponse:
    """Choose a career, then say what the group is called and where it is read."""
    data = request.POST if request.method == "POST" else None
    latest = _career(request)
    if latest is None:
        return _choose_career(request, status=400 if data is not None else 200)
    form = GroupForm(data, latest=latest)
    if data is not None and form.is_valid():
        try:
            group = actions.make(owner=person(request), now=timezone.now(), **form.cleaned_data)
        except actions.TooManyError:
            form.add_error(None, _("You have a hundred groups. Delete one first."))
        else:
            return redirect("assessments:group_invite", group.pk)
    context = {"form": form, "latest": latest}
    return render(
        request, "assessments/group_new.html", context, status=400 if form.errors else 200
    )


def _career(request: HttpRequest) -> Version | None:
    given = request.POST if request.method == "POST" else request.GET
    key = given.get("career", "")
    if key:
        return catalogue.latest(key) if slug_re.match(key) else None
    published = list(catalogue.published()[:2])
    return published[0] if len(published) == 1 and request.method != "POST" else None


def _choose_career(request: HttpRequest, *, status: int) -> HttpResponse:
    query = catalogue.asked(request.GET)
    found = catalogue.search(query) if query else catalogue.featured()
    context = {"careers": list(found[:MOST_CAREERS]), "query": query, "is_unknown": status == 400}
    return render(request, "assessments/group_new.html", context, status=status)


@require_safe
@signed_in
def group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Show where a group stands, and who agreed to be listed."""
    found = coached(request, group_id)
    listed = Membership.objects.filter(group=found, is_listed=True).order_by("name", "pk")
    pages = Paginator(listed, MEMBERS_AT_ONCE)
    members = pages.get_page(request.GET.get("page"))
    context = {
        "page": page_of(found, listed=pages.count, members=members.object_list),
        "members": members,
        "group": found,
    }
    return render(request, "assessments/group.html", context)


@require_safe
@signed_in
def group_invite(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Show the join code, the address and its QR code, to be projected or printed."""
    found = coached(request, group_id)
    address = request.build_absolute_uri(
        reverse("assessments:group_joining", args=[found.shown_code])
    )
    # With its own white ground: cameras want dark on light, in the dark theme too.
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        scale=6, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
    )
    context = {"group": found, "address": address, "drawing": drawing}
    return render(request, "assessments/group_invite.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def group_settings(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Rename a group, open or close it; the buttons beside lead to renewing and deleting."""
    found = coached(request, group_id)
    form = SettingsForm(request.POST) if request.method == "POST" else SettingsForm.of(found)
    if request.method == "POST" and form.is_valid():
        actions.change(group=found, **form.cleaned_data)
        return redirect("assessments:group", found.pk)
    context = {"group": found, "form": form, "level": level_of(found)}
    return render(
        request, "assessments/group_settings.html", context, status=400 if form.errors else 200
    )


@require_POST
@signed_in
def group_renew(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Give the group another code; the old one opens nothing any more."""
    found = coached(request, group_id)
    actions.renew_code(group=found)
    return redirect("assessments:group_invite", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def group_delete(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Ask, then delete the group; the members keep their reports."""
    found = coached(request, group_id)
    if request.method == "POST":
        actions.delete(group=found)
        return redirect("assessments:groups")
    return render(request, "assessments/group_delete.html", {"group": found})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def group_remove(request: HttpRequest, group_id: uuid.UUID, membership: int) -> HttpResponse:
    """Ask, then remove somebody who is listed."""
    found = coached(request, group_id)
    member = listed_member(found, membership)
    if request.method == "POST":
        actions.leave(member=member)
        return redirect("assessments:group", found.pk)
    context = {"group": found, "member": member}
    return render(request, "assessments/group_remove.html", context)


def listed_member(group: Group, membership: int) -> Membership:
    """Return somebody whom the coach may see, or raise Http404. One query."""
    member = Membership.objects.filter(group=group, pk=membership, is_listed=True).first()
    if member is None:
        raise Http404
    return member


def level_of(group: Group) -> object:
    """Return a group's level in words."""
    return catalogue.framework(group.version).level(group.level)
