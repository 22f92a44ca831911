"""Health for machines: ``/livez`` says the process answers, ``/readyz`` that it can work."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import mail
from careers import catalogue

from . import caches
from .request_ids import HEALTH


def any_host(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let machines ask for health by whatever address they have: a middleware.

    A balancer asks by number, which is no host name of ours; these pages build no link.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in HEALTH and "*" not in settings.ALLOWED_HOSTS:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].removeprefix(".")
            request.META.pop("HTTP_X_FORWARDED_HOST", None)
        return get_response(request)

    return middleware


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything that pages need is there, else 503 with what is not.

    Pages do without the shared cache, and messages that no worker sends stop no page: both
    are told here and change nothing.
    """
    missing = _database()
    status = 503 if missing else 200
    lines = missing or ["ok", mail.lateness()]
    if not caches.is_shared():
        lines.append("cache unavailable")
    text = "".join(f"{line}\n" for line in lines if line)
    return HttpResponse(text, status=status, content_type="text/plain")


def _database() -> list[str]:
    try:
        connection.ensure_connection()
        applied = set(MigrationRecorder(connection).applied_migrations())
        if not migrations() <= applied:
            return ["migrations are not applied"]
        return [] if catalogue.published().exists() else ["no career is published"]
    except Error:
        return ["database unavailable"]


@lru_cache(maxsize=1)
def migrations() -> frozenset[tuple[str, str]]:
    """Return app and name of every migration that this code comes with. No query."""
    return frozenset(MigrationLoader(None).disk_migrations)
