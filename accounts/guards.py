"""What guards the pages of accounts and of the staff, before any view runs."""

import time
from collections.abc import Callable
from functools import lru_cache

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

GUARDED = ("/admin/", "/studio/")
"""What the staff open by a second factor."""
OPEN = (
    "/account/2fa/", "/account/reauthenticate/", "/account/logout/", "/privacy/", "/favicon.ico",
    "/api/", "/livez", "/readyz", "/metrics",
)  # fmt: skip
"""What opens by one factor where everyone must show two: setting up the other, and what knows
nobody. All else is closed, so that a new page is too."""
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""
CHANGING = tuple(
    f"/account/2fa/{page}"
    for page in ("totp/", "webauthn/add/", "webauthn/keys/", "recovery-codes/")
)
"""Where factors are added, removed and got around."""
ACCOUNT = "/account/"


def second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Lead whoever must to their second factor, or to set one up, before their pages open.

    Whoever has a factor shows it before any is changed: a session from before it was set up
    may be in other hands.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _must_show(request) and not has_shown(request):
            return redirect(_where(request))
        if request.path.startswith(CHANGING) and _has_hidden_one(request):
            return redirect(_where(request))
        return get_response(request)

    return middleware


def _must_show(request: HttpRequest) -> bool:
    if settings.SECOND_FACTOR == "everyone":
        return not request.path.startswith(OPEN) and request.user.is_authenticated
    is_asked = settings.SECOND_FACTOR == "staff" and request.path.startswith(GUARDED)
    return is_asked and is_staff(request)


def _has_hidden_one(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or has_shown(request):
        return False
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def kept_by_no_cache(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Forbid every cache to keep the pages of accounts: allauth does it for some only."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(ACCOUNT):
            add_never_cache_headers(response)
            if request.method == "POST" and request.path == reverse("account_logout"):
                # Not "cookies": what this browser began without an account stays with it.
                response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def freshly_signed_in(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ask again who it is before what opens the account can be changed.

    allauth asks before second factors and passwords change; this asks before the rest. Who has
    neither password nor factor is signed out and signs in again, by a code in the mail.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.path.startswith(ACCOUNT) and request.path in _opening_pages()
        if not (asked and request.user.is_authenticated) or _is_fresh(request):
            return get_response(request)
        adapter = get_adapter(request)
        methods = adapter.get_reauthentication_methods(request.user)
        if methods:
            page = methods[0]["url"]
        else:
            adapter.logout(request)
            page = reverse("account_login")
        return redirect(f"{page}?{urlencode({'next': request.path})}")

    return middleware


@lru_cache(maxsize=1)
def _opening_pages() -> frozenset[str]:
    names = ("account_email", "account_set_password", "usersessions_list")
    return frozenset(reverse(name) for name in names)


def _is_fresh(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < REAUTHENTICATION_TIMEOUT for record in records)


def is_staff(request: HttpRequest) -> bool:
    """Tell whether whoever is signed in may do anything on the staff's pages."""
    user = request.user
    return user.is_authenticated and (user.is_staff or user.has_module_perms("careers"))


def has_shown(request: HttpRequest) -> bool:
    """Tell whether a second factor, or a passkey, was used in this session. No query."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def _where(request: HttpRequest) -> str:
    """Return the page that asks for the factor they have, or offers to set one up."""
    stored = Authenticator.objects.filter(user_id=request.user.pk)
    types = set(stored.values_list("type", flat=True))
    if Authenticator.Type.TOTP in types:
        page = "mfa_reauthenticate"
    elif Authenticator.Type.WEBAUTHN in types:
        page = "mfa_reauthenticate_webauthn"
    else:
        page = "mfa_index"
    going = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return f"{reverse(page)}?{urlencode({'next': going})}"
