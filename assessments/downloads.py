"""A report as files: how each is made, named and handed over."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

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


def _query(page: ReportPage) -> str:
    return "" if page.is_target else f"?level={page.level.key}"


def links(route: str, argument: object, page: ReportPage) -> dict[str, str]:
    """Return what a template's links to a report's files are made of.

    ``files`` is their address without its ending, ``query`` the level that is shown.
    """
    address = reverse(f"assessments:{route}_pdf", args=[argument])
    return {"files": address.removesuffix(".pdf"), "query": _query(page)}


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
