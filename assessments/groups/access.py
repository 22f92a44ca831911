"""Who may open a group: its coach. Who may open a membership: whose assessment it stands by.

Everyone else gets 404, the same as for an address that does not exist.
"""

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.models import User

from ..access import mine
from .models import Group, Membership

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Lead visitors to signing in, whatever the address, before anything is looked up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def person(request: HttpRequest) -> User:
    """Return who is signed in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def with_version(rows: QuerySet[Group]) -> QuerySet[Group]:
    """Load the version and its career alongside, without the document."""
    return rows.select_related("version__career").defer("version__document")


def coached(request: HttpRequest, group_id: uuid.UUID) -> Group:
    """Return the person's own group, or raise Http404. One query."""
    rows = with_version(Group.objects.filter(owner=person(request)))
    found = rows.filter(pk=group_id).first()
    if found is None:
        raise Http404
    return found


def open_group(code: str) -> Group | None:
    """Return the group that people may join with that code, if there is one."""
    rows = with_version(Group.objects.filter(code=code, is_open=True)).select_related("owner")
    return rows.first() if code else None


def my_memberships(request: HttpRequest) -> QuerySet[Membership]:
    """Return the memberships that this request may look at and change."""
    rows = Membership.objects.filter(assessment__in=mine(request).order_by().values("pk"))
    rows = rows.select_related("group__owner", "group__version__career", "assessment")
    return rows.defer("group__version__document").order_by("pk")


def my_membership(request: HttpRequest, membership_id: int) -> Membership:
    """Return one of them, or raise Http404."""
    found = my_memberships(request).filter(pk=membership_id).first()
    if found is None:
        raise Http404
    return found
