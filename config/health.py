"""Health for machines: ``/livez`` says the process answers, ``/readyz`` that it can work."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from careers import catalogue


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and a career is published, else 503."""
    try:
        connection.ensure_connection()
        ready = catalogue.published().exists()
    except DatabaseError:
        return HttpResponse("database unavailable\n", status=503, content_type="text/plain")
    if not ready:
        return HttpResponse("no career is published\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
