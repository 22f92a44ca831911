"""Editing the rows beside the matrix: skills, levels, steps, facts, guide, sources."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ...models import Career
from .. import rows as actions
from ..access import CHANGE, VIEW, load_career, studio_page
from ..findings import check_of
from ..head import head_of
from ..kinds import Kind
from ..listing import listed, weight_of
from ..row_form import RowForm
from ..row_forms import ROW_FORMS, AboutForm
from ..rows import GoneError, InUseError, KeyTakenError, StaleRowError

PLACES = {"up": -1, "down": 1}
_RETIRED = gettext_lazy("This was retired a moment ago. Choose another.")
_TAKEN = gettext_lazy("This was taken a moment ago. Choose another.")


@require_safe
@studio_page(VIEW)
def rows(request: HttpRequest, career: str, kind: Kind) -> HttpResponse:
    """List the rows of one kind, in their order."""
    found = load_career(career)
    context = {
        **_context(request, found, kind),
        "groups": listed(found, kind),
        "moved": request.GET.get("moved", ""),
    }
    return render(request, "careers/studio/rows.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def new_row(request: HttpRequest, career: str, kind: Kind) -> HttpResponse:
    """Show an empty form; POST adds the row at the end of its list."""
    found = load_career(career)
    form = ROW_FORMS[kind.word](found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_row(career=found, row=form.instance, lists=form.lists())
        except KeyTakenError:
            form.add_error(form.called_by, _TAKEN)
        except GoneError as gone:
            form.add_error(gone.field, _RETIRED)
        else:
            return _saved(request, career, kind, form.instance.key)
    return _show(request, found, kind, form, 400 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Show a row's form; POST saves it. 409 comes back with both values, nothing typed lost."""
    found = load_career(career)
    stored = actions.find(found, kind.model, key)
    if stored is None and request.method != "POST":
        raise Http404
    form_of = ROW_FORMS[kind.word]
    if stored is None:
        return _gone(request, found, kind, key)
    form = form_of(found, request.POST or None, instance=stored)
    if request.method != "POST":
        return _show(request, found, kind, form)
    if not form.is_valid():
        return _show(request, found, kind, form, 400)
    try:
        actions.save_row(
            career=found,
            row=form.instance,
            fields=form.saved_fields,
            seen=form.cleaned_data["revision"],
            lists=form.lists(),
        )
    except GoneError as gone:
        form.add_error(gone.field, _RETIRED)
        return _show(request, found, kind, form, 400)
    except KeyTakenError:
        form.add_error(form.called_by, _TAKEN)
        return _show(request, found, kind, form, 400)
    except StaleRowError as stale:
        if stale.stored is None:
            return _gone(request, found, kind, key)
        return _show(request, found, kind, form, 409, stale=stale.stored)
    return _saved(request, career, kind, key)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def about(request: HttpRequest, career: str) -> HttpResponse:
    """Show what the career is called and how it is found; POST saves it, 409 shows both."""
    found = load_career(career)
    form = AboutForm(found, request.POST or None, instance=actions.find(found, Career, career))
    status, stale = 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.save_row(
                    career=found,
                    row=form.instance,
                    fields=form.saved_fields,
                    seen=form.cleaned_data["revision"],
                )
            except StaleRowError as refused:
                status, stale = 409, refused.stored
            else:
                messages.success(request, _("Saved."))
                return redirect("careers:about", career)
    return _show(request, found, None, form, status, stale=stale)


@require_POST
@studio_page(CHANGE)
def move_row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Move a row up or down and return to its button, so that it can be pressed again."""
    found = load_career(career)
    direction = request.POST.get("direction", "")
    if direction not in PLACES:
        raise Http404
    try:
        actions.move_row(career=found, model=kind.model, key=key, places=PLACES[direction])
    except StaleRowError:
        messages.error(request, _("This row was retired meanwhile."))
    address = reverse("careers:rows", args=[career, kind])
    return redirect(f"{address}?moved={direction}-{key}#row-{key}")


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def retire_row(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    """Show what goes with a row; POST takes it out of the draft."""
    found = load_career(career)
    stored = actions.find(found, kind.model, key)
    if stored is None:
        raise Http404
    status, notice = 200, ""
    if request.method == "POST":
        try:
            seen = int(request.POST.get("revision", "")[:10] or -1)
            actions.retire_row(career=found, model=kind.model, key=key, seen=seen)
        except InUseError as error:
            status, notice = 409, _in_use(error.count)
        except (StaleRowError, ValueError):
            stored = actions.find(found, kind.model, key) or stored
            status, notice = 409, _("It was changed meanwhile. Look again, then decide.")
        else:
            messages.success(request, _("“%(row)s” left the draft.") % {"row": stored})
            return redirect("careers:rows", career, kind)
    context = {
        **_context(request, found, kind),
        "row": stored,
        "weight": weight_of(stored),
        "revision": actions.weight_revision(stored),
        "notice": notice,
    }
    return render(request, "careers/studio/retire.html", context, status=status)


def _in_use(count: int) -> str:
    text = ngettext(
        "%(count)s skill is still in this group: move or retire it first.",
        "%(count)s skills are still in this group: move or retire them first.",
        count,
    )
    return text % {"count": count}


def _context(request: HttpRequest, career: Career, kind: Kind | None) -> dict[str, Any]:
    return {"head": head_of(career, request.user), "check": check_of(career), "kind": kind}


def _saved(request: HttpRequest, career: str, kind: Kind, key: str) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('careers:rows', args=[career, kind])}#row-{key}")


def _gone(request: HttpRequest, career: Career, kind: Kind, key: str) -> HttpResponse:
    """Show what was typed into the form of a row that was retired meanwhile, as a new one."""
    data = request.POST.copy()
    data["key"], data["revision"] = key, "0"
    form = ROW_FORMS[kind.word](career, data)
    form.full_clean()
    return _show(request, career, kind, form, 409, is_gone=True)


def _show(
    request: HttpRequest,
    career: Career,
    kind: Kind | None,
    form: RowForm,
    status: int = 200,
    *,
    stale: Any = None,
    is_gone: bool = False,
) -> HttpResponse:
    context = {
        **_context(request, career, kind),
        "form": form,
        "fields": [form[name] for name in form.fields if name != "revision"],
        "row": None if form.is_new else form.instance,
        "stale": stale,
        "differences": form.differences(stale) if stale else [],
        "revision": stale.revision if stale else form["revision"].value(),
        "is_gone": is_gone,
    }
    return render(request, "careers/studio/row.html", context, status=status)
