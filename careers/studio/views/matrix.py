"""The list of drafts, the matrix of one, and its check."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ... import catalogue
from ...drafts import compile_draft, requirements_of
from ...models import Career
from ..access import VIEW, load_career, studio_page
from ..findings import check_of
from ..head import head_of
from ..matrix import matrix_of

CAREERS_PER_PAGE = 50


@require_safe
@studio_page(VIEW)
def studio(request: HttpRequest) -> HttpResponse:
    """List the careers, or those whose titles, keys or codes match ``?q=``."""
    query = catalogue.asked(request.GET)
    careers = Career.objects.select_related("latest").defer("latest__document")
    for word in query.split()[:8]:
        careers = careers.filter(
            Q(title__icontains=word) | Q(key__icontains=word) | Q(codes__icontains=word)
        )
    page = Paginator(careers, CAREERS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "careers/studio/studio.html", {"query": query, "page": page})


@require_safe
@studio_page(VIEW)
def matrix(request: HttpRequest, career: str) -> HttpResponse:
    """Show the draft's requirements, skills by levels."""
    row = load_career(career)
    requirements = list(requirements_of(row))
    document = compile_draft(row, requirements)
    context = {
        "head": head_of(row, request.user),
        "matrix": matrix_of(document, requirements),
        "check": check_of(row, document),
    }
    return render(request, "careers/studio/matrix.html", context)


@require_safe
@studio_page(VIEW)
def check(request: HttpRequest, career: str) -> HttpResponse:
    """Show all that the check finds; ``?part=panel`` is what the matrix loads after a save."""
    row = load_career(career)
    found = check_of(row)
    context = {"head": head_of(row, request.user), "check": found}
    if request.GET.get("part") == "panel":
        panel = {**context, "found": found.shown}
        return render(request, "careers/studio/_check.html", panel)
    return render(request, "careers/studio/check.html", context)
