"""A report as HTML: for its owner, behind a link, and on paper.

The page is rendered once for all whose report has the same shape (level, band, what there is
to say), and filled in for each: the figures, the lines of the skills, the steps. What is
``fixed`` names the shape and is all that the templates can ask; what is ``live`` they only print.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from careers.document import Skill
from careers.kept import Kept
from careers.templatetags.site_parts import nav

from . import report_parts, wording
from .report_page import ReportPage
from .report_parts import one_decimal

SHAPES = Kept(512)
"""Of about 20 KB each."""
Json = dict[str, Any]


def own(request: HttpRequest, page: ReportPage, links: dict[str, str], more: Json) -> SafeString:
    """Return the owner's page; ``more`` has a ``newer`` version and the ``past`` reports."""

    def part(template: str, name: str) -> str:
        return render_to_string(template, {"page": page, **more}, request) if more[name] else ""

    live = {
        **links,
        "csrf_token": get_token(request),
        "nav": nav(request),
        "newer": part("assessments/_newer.html", "newer"),
        "past": part("assessments/_past.html", "past"),
    }
    return _filled("assessments/report.html", page, {}, live)


def of_another(request: HttpRequest, template: str, page: ReportPage, **live: str) -> SafeString:
    """Return the page that somebody else sees: a template around the report.

    It prints ``live``, and can ask for ``has_<name>`` of each.
    """
    fixed = {f"has_{name}": bool(value) for name, value in live.items()}
    return _filled(template, page, fixed, {**live, "nav": nav(request)})


def on_paper(page: ReportPage) -> SafeString:
    """Return the page that a PDF is made from; ``page.on_paper`` is true."""
    return _filled("assessments/report.html", page, {}, {})


def _filled(template: str, page: ReportPage, given: Json, more: Json) -> SafeString:
    fixed, live = {**given, **_shape(page)}, {**more, **_live(page)}

    def render(marks: Mapping[str, Any]) -> str:
        return render_to_string(template, {**fixed, **_texts(page), **marks})

    return SHAPES.filled((template, get_language(), *fixed.values()), render, live)


def _shape(page: ReportPage) -> Json:
    """Return what names the shape: the version's texts follow from it, and what there is to say."""
    state = "steps" if page.plan and page.plan.steps else "none"
    return {
        "version": page.assessment.version.sha256,
        "level_key": page.level.key,
        "reached_key": page.reached.level.key if page.reached else "",
        "is_own": page.is_own,
        "is_target": page.is_target,
        "is_claimed": page.assessment.owner_id is not None,
        "paper": page.on_paper,
        "band": page.band,
        "has_range": page.high > page.low,
        "has_confirmed": page.confirmed is not None,
        "has_gaps": bool(page.gaps),
        "has_strengths": bool(page.strengths),
        "state": "ready" if page.band == "ready" else state,
        "has_turning": bool(page.turning_points),
        "has_unknown": page.widest_unknown is not None,
        "has_training": bool(page.training),
    }


def _texts(page: ReportPage) -> Json:
    """Return what follows from the shape: the page around the report, the version's texts."""
    return {
        "base": "paper.html" if page.on_paper else "base.html",
        "level": page.level,
        "reached": page.reached.level.title if page.reached else "",
        "lowest": page.rungs[0].level.title,
        "there": page.reached.pay if page.reached else None,
        "here": page.level_pay,
    }


def _live(page: ReportPage) -> Json:
    finished, unknown = page.assessment.finished_at, page.widest_unknown
    return {
        "pk": page.assessment.pk,
        "date": wording.day(timezone.localtime(finished).date() if finished else None),
        "answered": page.answered,
        "asked": page.asked,
        "unsure": page.unsure,
        "number": page.assessment.version.number,
        "low": one_decimal(page.low),
        "high": one_decimal(page.high),
        "lost": one_decimal(page.lost),
        "cautious": one_decimal(page.cautious),
        "confirmed": one_decimal(page.confirmed or 0.0),
        "width": page.low,
        "range": page.high_width,
        "reason": _reason(page),
        "rungs": report_parts.rungs(page),
        "symbols": report_parts.symbols(page),
        "gaps": report_parts.lines(page, page.gaps),
        "strengths": report_parts.lines(page, page.strengths),
        "claim": wording.claim(page.plan) if page.plan else "",
        "steps": report_parts.planned(page),
        "turning": _links(line.skill for line in page.turning_points),
        "unknown": unknown.skill.title if unknown else "",
        "points": one_decimal(unknown.lost) if unknown else "",
        "training": report_parts.training(page),
        "sha": page.sha256,
    }


def _reason(page: ReportPage) -> SafeString:
    """Return why the band is what it is, with links to the essentials that are not met."""
    skills = page.unmet_essentials
    if not skills:
        return conditional_escape(wording.band_reason(page))
    return format_html(
        "<strong>{}</strong> {} {}",
        wording.number_word(len(skills)),
        wording.band_reason(page),
        _links(skills),
    )


def _links(skills: Iterable[Skill]) -> SafeString:
    return SafeString(", ".join(_link(skill.key, skill.title) for skill in skills))


@lru_cache(maxsize=4_096)
def _link(key: str, title: str) -> SafeString:
    return format_html('<a href="#skill-{}">{}</a>', key, title)
