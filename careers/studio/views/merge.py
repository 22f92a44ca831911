"""Merging one skill into another."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ...models import Skill
from ..access import CHANGE, load_career, studio_page
from ..findings import check_of
from ..head import head_of
from ..merging import merge_skills, merged_cells
from ..rows import StaleRowError, find


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(CHANGE)
def merge(request: HttpRequest, career: str, key: str) -> HttpResponse:
    """Choose the skill that stays (``?into=``), look at both, and merge by POST."""
    found = load_career(career)
    source = find(found, Skill, key)
    if source is None:
        raise Http404
    chosen = request.POST.get("into") or request.GET.get("into", "")
    others = list(found.skills.select_related("skill_group").exclude(pk=source.pk))
    into = next((each for each in others if each.key == chosen), None)
    status, notice = 200, ""
    if request.method == "POST":
        try:
            merged = merge_skills(
                career=found,
                source=key,
                into=chosen if into else "",
                seen_source=_number(request.POST.get("source_revision", "")),
                seen_into=_number(request.POST.get("into_revision", "")),
            )
        except StaleRowError:
            status = 409
            notice = _("One of the two was changed meanwhile. Look again, then decide.")
        else:
            text = _("“%(source)s” went into “%(into)s”.")
            messages.success(request, text % {"source": source.title, "into": merged.title})
            return redirect("careers:row", career, "skills", merged.key)
    context: dict[str, Any] = {
        "head": head_of(found, request.user),
        "check": check_of(found),
        "source": source,
        "into": into,
        "others": others,
        "anchors": _anchors(source, into) if into else [],
        "cells": merged_cells(found, source, into) if into else [],
        "notice": notice,
    }
    return render(request, "careers/studio/merge.html", context, status=status)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _anchors(source: Skill, into: Skill) -> list[tuple[int, str, str]]:
    names = [f"anchor_{rating}" for rating in range(5)]
    return [(n, getattr(source, name), getattr(into, name)) for n, name in enumerate(names)]
