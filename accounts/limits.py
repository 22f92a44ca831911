"""How often one visitor may ask for what costs much or could be guessed, and what 429 says."""

import logging
from collections.abc import Callable
from time import time

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from . import visitors

security = logging.getLogger("rung.security")
MINUTE = 60
NEVER_SHOWN = ("password", "code", "credential", "csrf", "token")
MOST_FIELDS = 500
MARK = "_has_tried_too_often"


def spent(request: HttpRequest, purpose: str, *, most: int) -> int:
    """Count one more in this minute; return 0, or the seconds to wait after more than ``most``."""
    return 0 if count(request, purpose) <= most else wait()


def wait() -> int:
    """Return the seconds until the next minute of the clock begins, at least 1."""
    return int(MINUTE - time() % MINUTE) + 1


def tried(request: HttpRequest, purpose: str) -> int:
    """Return how often the visitor was counted in this minute."""
    return int(cache.get(_key(request, purpose), 0))


def count(request: HttpRequest, purpose: str) -> int:
    """Count one more in this minute, over all workers and machines; return how many."""
    key = _key(request, purpose)
    cache.add(key, 0, MINUTE)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out a moment ago
        cache.add(key, 1, MINUTE)
        return 1


def _key(request: HttpRequest, purpose: str) -> str:
    # The minute is in the name: some caches forget later than they were told, after counting.
    return f"{visitors.key(request, purpose)}-{int(time() // MINUTE)}"


def too_many(request: HttpRequest, seconds: int = MINUTE) -> HttpResponse:
    """Answer 429: in plain words, with when to come back and what was typed."""
    security.warning("Tries refused: too many requests")
    reply = render(request, "429.html", {"fields": _typed(request), "seconds": seconds}, status=429)
    reply["Retry-After"] = str(seconds)
    add_never_cache_headers(reply)
    return reply


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields to send again: nothing that opens something."""
    if request.method != "POST":
        return []
    fields = [
        (name.replace("\0", ""), str(value).replace("\0", ""))
        for name, values in request.POST.lists()
        for value in values
        if not any(word in name.lower() for word in NEVER_SHOWN)
    ]
    return fields[:MOST_FIELDS]


def mark(request: HttpRequest, seconds: int) -> None:
    """Note that the form, which allauth shows again with its words, is refused for a while."""
    setattr(request, MARK, seconds)


def said(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 429 also where a form says that it was too often."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        seconds = getattr(request, MARK, 0)
        if seconds and response.status_code == 200:
            response.status_code = 429
            response["Retry-After"] = str(seconds)
        return response

    return middleware
