"""Problem details (RFC 9457): how the programs' door says what is wrong.

Apart from ``api``, as every process needs this at its start and that only for programs.
"""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"


def problem(
    request: HttpRequest, status: int, detail: str, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """Answer problem details."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }
    return HttpResponse(json.dumps(body), status=status, content_type=PROBLEM)


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer what is below the API's address and leads nowhere."""
    return problem(request, 404, "There is nothing at this address; see /api/v1/docs.")


def problems_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer as problems what the API has no handler of: a wrong method, and plain HTTP.

    A redirect to HTTPS would hide from a program that what it sent could be read on the way.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        plain = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if plain and request.path.startswith(ROOT):
            return problem(request, 403, "Use HTTPS: nothing is answered over plain HTTP.")
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.path.startswith(ROOT):
            allowed = response.get("Allow", "")
            response = problem(request, 405, f"This address takes {allowed}.")
            response["Allow"] = allowed
        return response

    return middleware
