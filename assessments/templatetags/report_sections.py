"""What the sections of a report show: for each, what its kept part is named by, and the rest.

Each filter returns two mappings for the tag ``kept from``. The first is the part's own: few
values, the same for many people. The second is filled in for this one person. In Python,
as a template takes ten times as long to look up ninety values.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from assessments import plan_wording, report_parts, wording
from assessments.report_parts import one_decimal
from assessments.reports import ReportPage
from careers.document import Skill

register = template.Library()
Section = tuple[dict[str, Any], dict[str, Any]]


@register.filter
def head(page: ReportPage) -> Section:
    """Return what stands under the title."""
    finished = page.assessment.finished_at
    return {
        "is_own": page.is_own,
        "is_target": page.is_target,
        "paper": page.on_paper,
        "title": page.level.title,
    }, {
        "date": date_format(timezone.localtime(finished), "j F Y") if finished else "",
        "answered": page.answered,
        "asked": page.asked,
        "unsure": page.unsure,
        "number": page.assessment.version.number,
    }


@register.filter
def actions(page: ReportPage) -> Section:
    """Return what the owner can do with it."""
    fixed = {"is_claimed": page.assessment.owner_id is not None, "is_target": page.is_target}
    return fixed, {"pk": page.assessment.pk}


@register.filter
def summary(page: ReportPage) -> Section:
    """Return the readiness with its band, and the ladder."""
    reached = page.reached
    return {
        "is_own": page.is_own,
        "paper": page.on_paper,
        "band": page.band,
        "has_range": page.high > page.low,
        "has_confirmed": page.confirmed is not None,
        "level": page.level.title,
        "short": page.level.short_title,
        "reached": reached.level.title if reached else "",
        "lowest": page.rungs[0].level.title,
        "there": reached.pay if reached else None,
        "here": page.level_pay,
    }, {
        "low": one_decimal(page.low),
        "high": one_decimal(page.high),
        "cautious": one_decimal(page.cautious),
        "confirmed": one_decimal(page.confirmed or 0.0),
        "width": str(page.low),
        "range": str(page.high_width),
        "reason": _reason(page),
        "rungs": report_parts.rungs(page),
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
    pairs = ((skill.key, skill.title) for skill in skills)
    return format_html_join(", ", '<a href="#skill-{}">{}</a>', pairs)


@register.filter
def skills(page: ReportPage) -> Section:
    """Return the lines of the skills, those that fall short before those that are there."""
    return {
        "is_own": page.is_own,
        "paper": page.on_paper,
        "has_gaps": bool(page.gaps),
        "has_strengths": bool(page.strengths),
    }, {
        "low": one_decimal(page.low),
        "lost": one_decimal(page.lost),
        "gaps": report_parts.lines(page, page.gaps),
        "strengths": report_parts.lines(page, page.strengths),
    }


@register.filter
def start(page: ReportPage) -> Section:
    """Return the fastest plan."""
    state = "ready" if page.band == "ready" else "none"
    claim, steps = "", SafeString()
    if page.plan and page.plan.steps and state == "none":
        state = "steps"
        claim, steps = plan_wording.claim(page.plan), report_parts.planned(page)
    return {"is_own": page.is_own, "paper": page.on_paper, "state": state}, {
        "pk": page.assessment.pk,
        "claim": claim,
        "steps": steps,
    }


@register.filter
def hinges(page: ReportPage) -> Section:
    """Return what the result hangs on, and what is asked for beside the score."""
    unknown = page.widest_unknown
    return {
        "version": page.assessment.version.sha256,
        "level": page.level.key,
        "is_own": page.is_own,
        "band": page.band,
        "has_turning": bool(page.turning_points),
        "unknown": unknown.skill.title if unknown else "",
        "checks": page.level.checks,
    }, {
        "links": _links(line.skill for line in page.turning_points),
        "points": one_decimal(unknown.lost) if unknown else "",
    }


@register.filter
def training(page: ReportPage) -> Section:
    """Return the training that the page names, and the hashes."""
    return {
        "is_own": page.is_own,
        "has_training": bool(page.training),
        "version": page.assessment.version.sha256,
    }, {"steps": report_parts.training(page), "sha": page.sha256}
