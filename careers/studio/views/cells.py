"""Changing cells of the matrix: one by a form, many at once by the page's script."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import cells
from ..access import CHANGE, load_career, studio_page
from ..cells import Cell, UnknownCellError
from ..findings import check_of
from ..forms import RATINGS, CellForm
from ..head import head_of

MOST_CELLS = 5000


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def cell(request: HttpRequest, career: str, level: str, skill: str) -> HttpResponse:
    """Show one cell with its skill's anchors; POST saves it. 409 shows what is stored, too."""
    row = load_career(career)
    try:
        stored = cells.cell_of(row, level, skill)
    except UnknownCellError as error:
        raise Http404 from error
    form, status, stale = CellForm(request.POST or None, initial=_initial(stored)), 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            saved = cells.save_cells(career=row, changes=[form.cell(level, skill)])
            if not saved.stale:
                return redirect(f"{reverse('careers:matrix', args=[career])}#cell-{level}--{skill}")
            stale, status = saved.stale[0], 409
    skill_row = get_object_or_404(row.skills.select_related("skill_group"), key=skill)
    anchors = [getattr(skill_row, f"anchor_{rating}") for rating in range(5)]
    context = {
        "head": head_of(row, request.user),
        "check": check_of(row),
        "skill": skill_row,
        "level": get_object_or_404(row.levels, key=level),
        "form": form,
        "choices": [(value, label, anchors[value]) for value, label in RATINGS.items()],
        "stale": stale,
        "revision": stale.revision if stale else form["revision"].value(),
    }
    return render(request, "careers/studio/cell.html", context, status=status)


def _initial(cell: Cell) -> dict[str, Any]:
    return {
        "rating": str(cell.rating),
        "importance": str(cell.importance or 3),
        "essential": cell.essential,
        "revision": cell.revision,
    }


@require_POST
@studio_page(CHANGE)
def save_cells(request: HttpRequest, career: str) -> HttpResponse:
    """Save cells sent as JSON. 200 all saved, 409 some were stale, 400 none: see ``errors``.

    Takes {"cells": [{"level", "skill", "rating", "importance", "essential", "revision"}]},
    answers the same rows as they are stored now, in "cells" and "stale".
    """
    row = load_career(career)
    changes, errors = _changes(request.body)
    if errors:
        return JsonResponse({"errors": errors}, status=400)
    try:
        saved = cells.save_cells(career=row, changes=changes)
    except UnknownCellError as error:
        message = _("%(cell)s is not in this draft any more. Load the page again.")
        gone = {"level": error.level, "skill": error.skill}
        return JsonResponse({"errors": [message % {"cell": str(error)}], "gone": gone}, status=400)
    reply = {
        "cells": [_json(cell) for cell in saved.saved],
        "stale": [_json(cell) for cell in saved.stale],
    }
    return JsonResponse(reply, status=409 if saved.stale else 200)


def _json(cell: Cell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in Cell.__slots__}


def _changes(body: bytes) -> tuple[list[Cell], list[str]]:
    """Return the changes that a request's body holds, or what is wrong with it."""
    try:
        rows = json.loads(body)["cells"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        return [], [_("Send JSON such as {“cells”: [{“level”: …, “skill”: …}]}.")]
    if not 1 <= len(rows) <= MOST_CELLS:
        return [], [_("Send 1 to %(most)s cells.") % {"most": MOST_CELLS}]
    changes, errors = [], []
    for place, row in enumerate(rows):
        level, skill = str(row.get("level", "")), str(row.get("skill", ""))
        form = CellForm({name: _posted(name, value) for name, value in row.items()})
        if form.is_valid():
            changes.append(form.cell(level, skill))
        else:
            errors += [
                f"cells[{place}].{name} ({level} × {skill}): {message}"
                for name, messages in form.errors.items()
                for message in messages
            ]
    return changes, errors


def _posted(name: str, value: Any) -> str:
    """Return a JSON value as a form would have sent it; a removed cell's importance is 0."""
    if value is None or value is False or (name == "importance" and value == 0):
        return ""
    return str(value)
