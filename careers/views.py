"""Pages about careers, for everyone."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import catalogue
from .pages import career_page

CAREERS_PER_PAGE = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what Rung does and start in one click."""
    versions = list(catalogue.featured()[:6])
    page = career_page(versions[0]) if versions else None
    return render(request, "careers/home.html", {"versions": versions, "page": page})


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the careers, or those whose titles or codes match ``?q=``."""
    query = catalogue.asked(request.GET)
    found = Paginator(catalogue.search(query), CAREERS_PER_PAGE)
    context = {"query": query, "careers": found.get_page(request.GET.get("page"))}
    return render(request, "careers/index.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a career's guide: ladder, skills, facts side by side, steps."""
    version = catalogue.latest(slug)
    if version is None:
        raise Http404
    return render(
        request, "careers/detail.html", {"page": career_page(version), "version": version}
    )
