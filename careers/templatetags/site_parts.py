"""What every page shows around its own content."""

from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

NAMES = {
    "careers": "careers:index",
    "mine": "assessments:index",
    "groups": "assessments:groups",
    "scoring": "scoring",
    "studio": "careers:studio",
    "account": "accounts:account",
    "login": "account_login",
}


@lru_cache(maxsize=1)
def _addresses() -> dict[str, str]:
    return {name: reverse(view) for name, view in NAMES.items()}


@lru_cache(maxsize=256)
def _nav(current: str, language: str, *, is_staff: bool, is_authenticated: bool) -> SafeString:
    context = {
        "addresses": _addresses(),
        "current": current,
        "is_staff": is_staff,
        "is_authenticated": is_authenticated,
    }
    return render_to_string("_partials/nav.html", context)


@register.simple_tag(takes_context=True)
def site_nav(context: dict[str, Any]) -> SafeString:
    """Return the links of the site, or those that the page was given already."""
    given: SafeString | None = context.get("nav")
    return given or nav(context.get("request"))


def nav(request: HttpRequest | None) -> SafeString:
    """Return the links of the site, rendered once for each kind of visitor and place."""
    path, user = getattr(request, "path", ""), getattr(request, "user", None)
    return _nav(
        path if path in _addresses().values() else "",
        get_language() or "",
        is_staff=bool(user and getattr(user, "is_staff", False)),
        is_authenticated=bool(user and user.is_authenticated),
    )
