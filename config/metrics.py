"""Counts for Prometheus, by route name: no path, no address, nobody's name.

Off unless METRICS_TOKEN is set; the library is not even loaded then. The workers of a server
add up their counts in files, which ``serving`` looks after.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .logs import known

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@lru_cache(maxsize=1)
def instruments() -> tuple[Any, Any, Any]:
    """Return the counter, the histogram and the gauge, made once per process."""
    from prometheus_client import Counter, Gauge, Histogram

    names = ["method", "route", "status"]
    return (
        Counter("rung_requests", "Requests answered.", names),
        Histogram("rung_request_seconds", "Time to the reply.", ["route"], buckets=SECONDS),
        Gauge("rung_requests_under_way", "Now being answered.", multiprocess_mode="livesum"),
    )


def counted(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count each request: a middleware, there only when metrics are on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        requests, seconds, under_way = instruments()
        begun = time.perf_counter()
        with under_way.track_inprogress():
            response = get_response(request)
        route = getattr(request.resolver_match, "view_name", None) or "unknown route"
        method = known(request.method)
        requests.labels(method, route, str(response.status_code)).inc()
        seconds.labels(route).observe(time.perf_counter() - begun)
        return response

    return middleware


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Print all counts of this server, to who holds the token; to others it is not there."""
    sent = request.headers.get("Authorization", "")
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(sent, expected):
        raise Http404
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = REGISTRY
    if settings.METRICS_FOLDER:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=settings.METRICS_FOLDER)  # type: ignore[no-untyped-call]  # untyped there
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
