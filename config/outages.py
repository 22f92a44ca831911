"""What is answered while the database or the disk cannot be used: 503, and nothing is lost."""

import errno
from collections.abc import Iterator

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from assessments.typed_text import shown

from . import problems

RETRY_SECONDS = 5
MOST_CAUSES = 10
# SQLite's result codes: busy, locked, no memory, read-only, I/O error, full, cannot open.
SQLITE_CODES = {5, 6, 7, 8, 10, 13, 14}
# PostgreSQL's classes: connection, rollback to be tried again, resources, object in use,
# operator's intervention, system; and a transaction that may only read, as after a failover.
POSTGRESQL_CLASSES = ("08", "40", "53", "55", "57", "58", "25006")
ERRNOS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE,
}  # fmt: skip


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, passes by itself: trying again may help."""
    return any(_passes(each) for each in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _step in range(MOST_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _passes(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_CODES
    if type(error).__module__.startswith("psycopg"):
        return _passes_in_postgresql(error)
    if isinstance(error, OSError):
        return error.errno in ERRNOS or isinstance(error, ConnectionError | TimeoutError)
    return False


def _passes_in_postgresql(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None)
    if state is None:  # the driver's own: no connection, or a closed one
        return type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
    return str(state).startswith(POSTGRESQL_CLASSES)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 without touching the database, with what was typed ready to be sent again."""
    message = _("Not saved: the service cannot store anything at the moment. Try again soon.")
    wanted = request.get_preferred_type(["text/html", "application/json"])
    reply: HttpResponse
    if request.path.startswith(problems.ROOT):
        reply = problems.problem(request, 503, "The service is not available; try again soon.")
    elif wanted == "application/json":
        reply = JsonResponse({"reason": "unavailable", "message": message}, status=503)
    else:
        context = {"fields": _typed(request), "is_post": request.method == "POST"}
        reply = render(request, "503.html", context, status=503)
    add_never_cache_headers(reply)
    reply["Retry-After"] = str(RETRY_SECONDS)
    return reply


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that may be shown again: never of accounts, nor a password's."""
    if request.path.startswith("/account/"):
        return []
    try:
        posted = list(request.POST.lists())
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, OSError):
        return []
    return [
        (shown(name), shown(str(value)))
        for name, values in posted
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name.lower()
    ]
