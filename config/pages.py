"""Pages that belong to no app: scoring, privacy, credits, and the error pages."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from assessments import worked_example
from careers import catalogue
from careers.document import Framework

from . import outages, request_ids


@require_safe
def scoring(request: HttpRequest) -> HttpResponse:
    """Explain the score in plain words, with an example that the core computes."""
    return render(request, "scoring.html", {"example": worked_example.example()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored and for how long."""
    return render(request, "privacy.html")


@require_safe
def credits_page(request: HttpRequest) -> HttpResponse:
    """Name the sources of every published career and the software's licences."""
    frameworks = [catalogue.framework(version) for version in catalogue.featured()[:50]]
    # Hundreds of imported careers share one credit: it is said once.
    alike: dict[tuple[str, ...], list[Framework]] = {}
    for framework in frameworks:
        alike.setdefault((framework.credit, *framework.sources), []).append(framework)
    return render(request, "credits.html", {"alike": list(alike.values())})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask at the usual address to the icon."""
    return redirect(static("img/icon.svg"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 the same way for every address, without saying what was asked for."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database, with the number by which its log is found.

    What passes by itself is answered 503 instead.
    """
    if outages.is_outage(sys.exc_info()[1]):
        return outages.unavailable(request)
    return render(request, "500.html", {"request_id": request_ids.current()}, status=500)
