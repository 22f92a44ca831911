"""The programs' door: mounts the apps' routers under ``/api/v1/``.

Errors are problem details (RFC 9457) that name the field. Bodies and rates are limited.
"""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.throttling import AnonRateThrottle

from accounts import visitors
from assessments.api import router as assessments_router
from assessments.programs import RequestError
from careers.api import router as careers_router
from careers.models import Version

from .problems import PROBLEM, problem

MAX_BODY = 65_536


def _too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > MAX_BODY


class LimitedParser(Parser):
    """Reads JSON bodies of a limited size. NaN is read, so that the schema can name its field."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the parsed body. What it raises is answered by ``refused``."""
        if _too_large(request):
            raise ValueError
        return json.loads(request.body)


class Docs(Swagger):
    """The docs from our own files, though ninja is no installed app: see the settings.

    Of a library that is not installed ninja reads the page as a file.
    """

    template_cdn = str(settings.BASE_DIR / "templates" / Swagger.template)


class Api(NinjaAPI):
    """The API, whose errors are documented with the type that they have."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the schema with error replies as problem details."""
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, reply in operation["responses"].items():
                    content = reply.get("content", {})
                    if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in content:
                        content[PROBLEM] = content.pop("application/json")
        return schema


class ByVisitor(AnonRateThrottle):
    """Counts by an address that the visitor cannot choose, and keeps none."""

    def get_ident(self, request: HttpRequest) -> str:
        """Return the visitor's name in the cache."""
        return visitors.key(request, "api")


api = Api(
    title="Rung",
    version="1",
    description="Score ratings and plan training against published careers. Stores nothing.",
    parser=LimitedParser(),
    docs=Docs(),
    throttle=[ByVisitor(settings.API_RATE)],
    urls_namespace="api",
)
api.add_router("", careers_router)
api.add_router("", assessments_router)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that has the wrong form."""
    errors = [
        {"field": _field(row["loc"]), "message": str(row["msg"])[:300]} for row in error.errors
    ]
    return problem(request, 422, "Some fields are wrong; see errors.", errors[:50])


def _field(location: tuple[Any, ...]) -> str:
    """Return the path of a field, without where it was sent and the payload's own name."""
    parts = [str(part) for part in location if part not in ("body", "query", "path", "payload")]
    return ".".join(part for part in parts if part != "[key]")[:200] or "body"


@api.exception_handler(RequestError)
def unknown(request: HttpRequest, error: RequestError) -> HttpResponse:
    """Name each field that names something unknown."""
    errors = [{"field": field, "message": message} for field, message in error.errors[:50]]
    return problem(request, 422, "Some fields name something unknown; see errors.", errors)


@api.exception_handler(Http404)
@api.exception_handler(Version.DoesNotExist)
def missing(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer 404."""
    return problem(request, 404, "There is no such career or version.")


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Answer 429 with when to come back."""
    reply = problem(request, 429, "Too many requests from this address; try again later.")
    reply["Retry-After"] = str(int(error.wait or 1) + 1)
    return reply


@api.exception_handler(RequestDataTooBig)
def far_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Answer a body that is not even read."""
    return refused(request, HttpError(413, ""))


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is too large or cannot be read."""
    status, detail = error.status_code, "The body is not JSON that can be read."
    if _too_large(request):
        status, detail = 413, f"The body is larger than {MAX_BODY:,} bytes."
    return problem(request, status, detail, [{"field": "body", "message": detail}])
