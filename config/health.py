"""``/livez`` says that the process answers; what it needs to work is ``config.ready``'s."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
