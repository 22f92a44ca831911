"""Addresses with a token: how often one may be wrong, and what their pages tell browsers."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

View = Callable[..., HttpResponse]
SECONDS = 60
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def _key(request: HttpRequest) -> str:
    """Return the cache's key of the visitor, which does not hold their address."""
    from ninja.throttling import BaseThrottle  # loads pydantic, which a start does not need

    address = BaseThrottle().get_ident(request) or ""
    return f"misses-{salted_hmac('assessments.guessing', address).hexdigest()}"


def behind_token(view: View) -> View:
    """Guard a page whose address holds a token.

    Misses are counted per visitor; who has missed ``TOKEN_MISSES`` times in a minute gets
    429 for every token, right or wrong. What is found is not indexed, and sends no referrer.
    """
    return _guarded(view, HEADERS)


def behind_code(view: View) -> View:
    """Guard a page that takes a join code, in its address or its form, in the same way.

    It names where it came from to this site, for the check of forms.
    """
    return _guarded(view, {**HEADERS, "Referrer-Policy": "same-origin"})


def missed(request: HttpRequest) -> None:
    """Count a wrong code that was typed into a form."""
    key = _key(request)
    if not cache.add(key, 1, SECONDS):
        _count(key)


def _guarded(view: View, headers: dict[str, str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if cache.get(_key(request), 0) >= settings.TOKEN_MISSES:
            reply = render(request, "429.html", status=429)
            reply["Retry-After"] = str(SECONDS)
            return reply
        try:
            reply = view(request, *args, **kwargs)
        except Http404:
            missed(request)
            raise
        for name, value in headers.items():
            reply[name] = value
        return reply

    return guarded


def _count(key: str) -> None:
    try:
        cache.incr(key)
    except ValueError:  # it ran out a moment ago
        cache.add(key, 1, SECONDS)
