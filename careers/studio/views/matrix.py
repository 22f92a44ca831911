"""The list of drafts, and the matrix of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..access import VIEW, load_career, studio_page
from ..head import head_of


@require_safe
@studio_page(VIEW)
def studio(request: HttpRequest) -> HttpResponse:
    """List the careers."""
    return render(request, "careers/studio/studio.html")


@require_safe
@studio_page(VIEW)
def matrix(request: HttpRequest, career: str) -> HttpResponse:
    """Show the draft's requirements, skills by levels."""
    row = load_career(career)
    return render(request, "careers/studio/matrix.html", {"head": head_of(row, request.user)})
