"""Who may open the studio: Django's permissions on careers.

Visitors are asked to sign in; signed in without the permission, a page answers 404, the
same as an address that does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.models import User

from ..models import Career

VIEW = "careers.view_career"
CHANGE = "careers.change_career"
PUBLISH = "careers.publish_career"
View = Callable[..., HttpResponse]


def studio_page(permission: str) -> Callable[[View], View]:
    """Let in who has the permission; others sign in first or find nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in(request)
            if not request.user.has_perm(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return decorate


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the login page; what was posted by somebody signed out meanwhile is kept."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        message = _("Not saved: you are signed out. Sign in in another tab, then try again.")
        return JsonResponse({"reason": "signed_out", "message": message}, status=403)
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    return render(request, "careers/studio/signed_out.html", {"posted": posted}, status=403)


def load_career(key: str) -> Career:
    """Return the career with its latest version's number, or raise Http404. One query."""
    rows = Career.objects.select_related("latest").defer("latest__document")
    career = rows.filter(key=key).first()
    if career is None:
        raise Http404
    return career


def editor(request: HttpRequest) -> User:
    """Return who is signed in, for pages that let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
