"""Versions: a list, a page each, any two side by side; drafts started from them."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ... import document as documents
from ...catalogue import text_of
from ...document import DocumentError
from ...drafts import compile_draft
from ...exporters import workbook
from ...pages import career_page
from .. import kept
from .. import versions as found
from ..access import CHANGE, VIEW, load_career, studio_page
from ..findings import check_of
from ..head import head_of
from .importing import XLSX


@require_safe
@studio_page(VIEW)
def versions(request: HttpRequest, career: str) -> HttpResponse:
    """List the versions, and the drafts that were kept when others replaced them."""
    row = load_career(career)
    context = {
        "head": head_of(row, request.user),
        "check": check_of(row),
        "versions": list(found.of(row)),
        "kept_drafts": list(row.kept_drafts.defer("document")),
    }
    return render(request, "careers/studio/versions.html", context)


@require_safe
@studio_page(VIEW)
def version(request: HttpRequest, career: str, number: int) -> HttpResponse:
    """Show a version: who, when, why, its content; ``?with=`` what changed since another."""
    row = load_career(career)
    shown = found.load(row, number)
    other = request.GET.get("with", "")
    context = {
        "head": head_of(row, request.user),
        "version": shown,
        "page": career_page(shown),
        "others": [each for each in found.of(row) if each.number != number],
        "comparison": found.compare(found.load(row, other), shown) if other else None,
    }
    return render(request, "careers/studio/version.html", context)


@require_safe
@studio_page(VIEW)
def compare(request: HttpRequest, career: str) -> HttpResponse:
    """Show what the draft changes since the latest version, or the one of ``?with=``."""
    row = load_career(career)
    if row.latest is None:
        raise Http404
    other = found.load(row, request.GET.get("with") or row.latest.number)
    compiled = compile_draft(row)
    context = {
        "head": head_of(row, request.user),
        "check": check_of(row, compiled),
        "others": list(found.of(row)),
        "number": other.number,
        "comparison": None,
        "problems": [],
    }
    try:
        context["comparison"] = found.compare_draft(other, compiled)
    except DocumentError as error:
        context["problems"] = error.problems
    return render(request, "careers/studio/compare.html", context)


@require_safe
@studio_page(VIEW)
def version_json(request: HttpRequest, career: str, number: int) -> HttpResponse:
    """Answer a version's document as a file that imports again."""
    version = found.load(load_career(career), number)
    text = documents.pretty(documents.normal(json.loads(text_of(version))))
    name = f"{career}-{version.number}.json"
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@studio_page(VIEW)
def version_xlsx(request: HttpRequest, career: str, number: int) -> HttpResponse:
    """Answer a version's content as a workbook that imports again."""
    version = found.load(load_career(career), number)
    name = f"{career}-{version.number}.xlsx"
    return HttpResponse(
        workbook.write(documents.normal(json.loads(text_of(version)))),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
@studio_page(CHANGE)
def start_draft(request: HttpRequest, career: str, number: int) -> HttpResponse:
    """Make the draft what a version holds; unpublished work is kept."""
    version = found.load(load_career(career), number)
    replaced = kept.start_draft(version=version, now=timezone.now())
    text = _("The draft now starts from version %(number)s.") % {"number": version.number}
    if replaced:
        text += " " + _("What it replaced is kept below.")
    messages.success(request, text)
    return redirect("careers:versions", career)


@require_POST
@studio_page(CHANGE)
def restore_draft(request: HttpRequest, career: str, kept_id: int) -> HttpResponse:
    """Make a kept draft the draft again; unpublished work is kept in its turn."""
    draft = found.load_kept(load_career(career), kept_id)
    replaced = kept.restore_draft(kept=draft, now=timezone.now())
    text = _("The kept draft is the draft again.")
    if replaced:
        text += " " + _("What it replaced is kept below.")
    messages.success(request, text)
    return redirect("careers:versions", career)
