"""``/readyz`` says whether the installation can work, and if not, why."""

from functools import lru_cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import mail
from careers import catalogue

from . import caches


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
