"""Bringing frameworks in and out: upload, dry run, confirmation; a draft as a workbook."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ...document import DocumentError, Json
from ...drafts import arranged_draft, compile_draft, draft_for_case
from ...exporters import workbook
from ...importers import uploads
from ...importers.reading import Fault, InputError, Reading, fault_at
from .. import pending
from ..access import CHANGE, PUBLISH, VIEW, editor, load_career, studio_page
from ..changes import changes
from ..head import head_of
from ..import_forms import ConfirmForm, UploadForm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = "careers/studio/import.html"


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def import_(request: HttpRequest, career: str = "") -> HttpResponse:
    """Ask for a file and read it; what is wrong is listed, else the dry run comes next."""
    row = load_career(career) if career else None
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    context: dict[str, Any] = {"form": form, "head": row and head_of(row, request.user)}
    if request.method != "POST":
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=400)
    file = form.cleaned_data["file"]
    try:
        base = arranged_draft(compile_draft(row)) if row else None
        codes = form.cleaned_data["occupations"]
        reading = uploads.read(file.name, file.read(), codes, base, draft_for_case)
        if row:
            _refuse_other(file.name, reading, row.key)
        kept = _keep(request, reading, file.name)
    except InputError as error:
        return render(request, PAGE, {**context, "faults": error.faults}, status=400)
    except DocumentError as error:
        faults = [fault_at(file.name, each.where, each.message) for each in error.problems]
        return render(request, PAGE, {**context, "faults": faults}, status=400)
    return redirect("careers:confirm_import", kept)


def _keep(request: HttpRequest, reading: Reading, name: str) -> UUID:
    """Keep what was read, once its dry run has shown that it can be taken in."""
    kept = pending.keep(reading=reading, file_name=name, owner=editor(request), now=timezone.now())
    try:
        pending.dry_run(kept)
    except DocumentError:
        kept.delete()
        raise
    return kept.pk


def _refuse_other(name: str, reading: Reading, key: str) -> None:
    others = [each["career"]["key"] for each in reading.documents if each["career"]["key"] != key]
    if others:
        message = _("holds the career “%(other)s”, not “%(key)s”") % {
            "other": others[0],
            "key": key,
        }
        raise InputError([Fault(name, None, "", message, _("Import it from the studio’s list."))])


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def confirm_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what the import would add, change and remove; take it in once confirmed."""
    kept = pending.load(editor(request), key)
    form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm()
    can_publish = request.user.has_perm(PUBLISH)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            publish = can_publish and form.cleaned_data["publish"]
            try:
                return _confirm(request, kept, form, publish=publish)
            except pending.ChangedError:
                status = 409
    found = pending.dry_run(kept)
    context = {
        "seen": pending.fingerprint(found),
        "is_changed": status == HTTPStatus.CONFLICT,
        "pending": kept,
        "dry_run": found,
        "careers": [(each, changes(each.before, each.document)) for each in found.careers],
        "form": form,
        "can_publish": can_publish,
    }
    return render(request, "careers/studio/confirm_import.html", context, status=status)


def _confirm(request: HttpRequest, kept: Any, form: ConfirmForm, *, publish: bool) -> HttpResponse:
    keys = [each.key for each in pending.dry_run(kept).careers]
    published = pending.confirm(
        pending=kept,
        seen=form.cleaned_data["seen"],
        publish=publish,
        note=form.cleaned_data["note"],
        by=editor(request),
        now=timezone.now(),
    )
    text = ngettext("%(count)s draft imported.", "%(count)s drafts imported.", len(keys))
    text %= {"count": len(keys)}
    if publish:
        more = ngettext("%(count)s version published.", "%(count)s versions published.", published)
        text = f"{text} {more % {'count': published}}"
    messages.success(request, text)
    return redirect("careers:matrix", keys[0]) if len(keys) == 1 else redirect("careers:studio")


@require_safe
@studio_page(VIEW)
def export_xlsx(request: HttpRequest, career: str) -> HttpResponse:
    """Answer the draft as a workbook that imports again."""
    draft: Json | None = arranged_draft(compile_draft(load_career(career)))
    if draft is None:
        raise Http404
    name = f"{career}.xlsx"
    return HttpResponse(
        workbook.write(draft),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
