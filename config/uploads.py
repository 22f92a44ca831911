"""Uploads: refused by their stated length, before a byte of them is read or parsed."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

MAX_REQUEST_BYTES = 40_000_000
"""A little more than the import page takes, so that its form can say what is too large."""
MOST_BYTES = 2_100_000
"""The rest: whole pages of answers, and a report to verify."""
TAKING_FILES = re.compile(r"/studio/(?:[^/]+/)?import/$")
API = "/api/"
"""Its own parser refuses from 64 KB on, as a problem."""


def capped(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 413 to a body that is larger than its page takes, without reading it.

    A body without a stated length ("chunked") is not read either: the server hands over none of
    it, and the form finds itself empty.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = _length(request)
        if length <= MOST_BYTES or request.path.startswith(API):
            return get_response(request)
        most = MAX_REQUEST_BYTES if _may_send_files(request) else MOST_BYTES
        if length <= most:
            return get_response(request)
        reply = render(request, "413.html", {"most": most}, status=413)
        add_never_cache_headers(reply)
        return reply

    return middleware


def _may_send_files(request: HttpRequest) -> bool:
    """Tell whether somebody signed in sends to the import page; it says who may do more."""
    return bool(TAKING_FILES.match(request.path)) and request.user.is_authenticated


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isdecimal() and len(stated) < 20 else MAX_REQUEST_BYTES + 1
