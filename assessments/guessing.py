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

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if limits.tried(request, "misses") >= settings.TOKEN_MISSES:
            reply = limits.too_many(request, limits.wait())
        else:
            try:
                reply = view(request, *args, **kwargs)
            except Http404:
                limits.count(request, "misses")
                raise
        for name, value in HEADERS.items():
            reply[name] = value
        return reply

    return guarded
