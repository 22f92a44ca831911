"""Request ids: one for every request, in its reply, in its lines of the log, on the 500 page."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
HEALTH = ("/livez", "/readyz", "/metrics")
"""Addresses that machines ask every few seconds: their requests get no line."""

logger = logging.getLogger("rung.request")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request that is being answered, "" outside of one."""
    return _current.get()


def forget() -> None:
    """End the request: what is logged from now on belongs to none."""
    _current.set("")


def given(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request its id, and its line in a log of requests: a middleware.

    A visitor's own id is not believed, for it could be anybody's name; a proxy's is. The id
    stays after the reply, for the server may still log of it; the server forgets it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = _sent(request) or uuid4().hex
        _current.set(request_id)
        begun = time.perf_counter()
        response = get_response(request)
        response[HEADER] = request_id
        if settings.LOG_REQUESTS and request.path not in HEALTH:
            told = {
                "request": request,
                "status_code": response.status_code,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
            }
            logger.info("answered", extra=told)
        return response

    return middleware


def _sent(request: HttpRequest) -> str:
    """Return the proxy's id if there is a proxy and the id is one."""
    sent = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return sent if SANE.fullmatch(sent) else ""
