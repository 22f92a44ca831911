"""A report as files: how each is made, named and handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

from accounts import limits

from . import exports, pdf
from .report_page import ReportPage


@dataclass(frozen=True, slots=True)
class _Kind:
    content_type: str
    make: Callable[[ReportPage], bytes]


PDFS_A_MINUTE = 60
"""Each takes about a second; a class behind one address asks for thirty."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "pdf": _Kind("application/pdf", pdf.report_pdf),
    "xlsx": _Kind(XLSX, exports.report_xlsx),
    "csv": _Kind("text/csv; charset=utf-8", exports.report_csv),
}


_ANY = str(uuid4())
"""Stands for the number or the token; at random, so that no level's key can be it."""


def _query(page: ReportPage) -> str:
    return "" if page.is_target else f"?level={page.level.key}"


def links(route: str, argument: object, page: ReportPage) -> SafeString:
    """Return links to every file of a report, at the level that is shown."""
    made = _links(route, _query(page), is_number=isinstance(argument, UUID))
    return SafeString(made.replace(_ANY, escape(str(argument))))


@lru_cache(maxsize=1_024)
def _links(route: str, query: str, *, is_number: bool) -> str:
    """Return the links for any number or token, which is to be put in."""
    any_one = UUID(_ANY) if is_number else _ANY
    rows = (
        (
            reverse(f"assessments:{route}_{kind}", args=[any_one]) + query,
            # A browser would show JSON, not keep it.
            SafeString(" download" if kind == "json" else ""),
            kind.upper(),
        )
        for kind in (*KINDS, "json")
    )
    return format_html_join(" · ", '<a href="{}"{}>{}</a>', rows)


def download(request: HttpRequest, page: ReportPage, kind: str, *, back: str) -> HttpResponse:
    """Answer the report as a file; without WeasyPrint's libraries, say how to print instead.

    ``back`` is the address of the report as a page.
    """
    wait = limits.spent(request, "pdf", most=PDFS_A_MINUTE) if kind == "pdf" else 0
    if wait:
        return limits.too_many(request, wait)
    try:
        content = KINDS[kind].make(page)
    except pdf.MissingLibraryError:
        return render(request, "assessments/no_pdf.html", {"back": back + _query(page)}, status=503)
    name = f"readiness-{page.level.key}.{kind}"
    return HttpResponse(
        content,
        content_type=KINDS[kind].content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
