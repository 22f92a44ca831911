"""Editing the rows beside the matrix: skills, skill groups, levels, steps and facts."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..access import CHANGE, VIEW, studio_page
from ..kinds import Kind


@require_safe
@studio_page(VIEW)
def rows(request: HttpRequest, career: str, kind: Kind) -> HttpResponse:
    """List the rows."""
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def new_row(request: HttpRequest, career: str, kind: Kind) -> HttpResponse:
    """Add."""
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Edit."""
    return HttpResponse()


@require_POST
@studio_page(CHANGE)
def move_row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Move."""
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def retire_row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Retire."""
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def merge(request: HttpRequest, career: str, key: str) -> HttpResponse:
    """Merge."""
    return HttpResponse()
