"""Addresses with a token: how often one may be wrong, and what their pages tell browsers."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from accounts import limits

View = Callable[..., HttpResponse]
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


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
    limits.count(request, "misses")


def _guarded(view: View, headers: dict[str, str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if limits.tried(request, "misses") >= settings.TOKEN_MISSES:
            reply = limits.too_many(request, limits.wait())
        else:
            try:
                reply = view(request, *args, **kwargs)
            except Http404:
                missed(request)
                raise
        for name, value in headers.items():
            reply[name] = value
        return reply

    return guarded
