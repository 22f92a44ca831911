"""The parts of a report that a version alone decides, rendered once and then joined.

A skill's line is the same for everybody with the same rating of it, but for the points it
costs and the evidence, which each report fills in.
"""

from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from careers.kept import Kept, of_template

from .report_page import Line, ReportPage, TrainingOption

KEPT_LINES = 16_384
"""Of about 2 KB each; a career of 30 skills and 5 levels has 900 different ones."""
KEPT_STEPS = 4_096
KEPT_ROWS = 4_096
KEPT_NUMBERS = 4_096

_LINES, _RUNGS = Kept(KEPT_LINES), Kept(KEPT_ROWS)
_PLANNED, _TRAINING = Kept(KEPT_STEPS), Kept(KEPT_STEPS)


@lru_cache(maxsize=KEPT_NUMBERS)
def _one_decimal(number: float, language: str) -> SafeString:
    return SafeString(floatformat(number, 1))


def one_decimal(number: float) -> SafeString:
    """Return points or percent with one decimal, as the language writes it.

    There are a thousand of them, and a report prints some sixty.
    """
    return _one_decimal(number, get_language() or "")


def lines(page: ReportPage, shown: tuple[Line, ...]) -> SafeString:
    """Return the list items of these lines of the page, for the screen or on paper."""
    weight, language = page.weight, get_language() or ""
    # All that a line shows follows from these and what is appended for each line.
    same = (page.assessment.version.sha256, page.level.key, page.is_own, page.on_paper, language)
    made = []
    for line in shown:
        key = (
            *same, line.skill.key, line.rating, line.answered,
            bool(line.evidence), len(line.options),
        )  # fmt: skip
        render = partial(_line, line, weight, page)
        live = {"points": _one_decimal(line.lost, language), "evidence": line.evidence}
        made.append(_LINES.filled(key, render, live))
    return SafeString("".join(made))


def _line(line: Line, weight: int, page: ReportPage, marks: dict[str, Any]) -> str:
    context = {
        "line": line._replace(evidence="", lost=0.0),
        "weight": weight,
        "is_own": page.is_own,
        "paper": page.on_paper,
        "points": marks["points"],
        "evidence": marks["evidence"] if line.evidence else "",
    }
    return render_to_string("assessments/_gap.html", context)


def rungs(page: ReportPage) -> SafeString:
    """Return the rows of the ladder, highest first: readiness for every level."""
    language = get_language() or ""
    made = []
    for rung in reversed(page.rungs):
        fixed = {
            "level": rung.level.key,
            "title": rung.level.short_title,
            "band": rung.band,
            "is_shown": rung.is_shown,
            "paper": page.on_paper,
        }
        live = {"low": _one_decimal(rung.low, language), "width": rung.low}
        render = of_template("assessments/_rung.html", fixed)
        made.append(_RUNGS.filled((language, *fixed.values()), render, live))
    return SafeString("".join(made))


def _step(template: str, option: TrainingOption, marks: dict[str, Any]) -> str:
    fixed = {"option": replace(option, low_after=None, gain=None)}
    return of_template(template, fixed)(marks)


def training(page: ReportPage) -> SafeString:
    """Return the steps that the page names, what each takes, needs and gives."""
    version, language = page.assessment.version.sha256, get_language()
    template = "assessments/_training_step.html"
    return SafeString(
        "".join(
            [
                _TRAINING.filled(
                    (version, language, option.step.key), partial(_step, template, option), {}
                )
                for option in page.training
            ]
        )
    )


def planned(page: ReportPage) -> SafeString:
    """Return the steps of the fastest plan, in order, with what each adds."""
    language = get_language() or ""
    same = (page.assessment.version.sha256, language)
    made = []
    for number, option in enumerate(page.plan.steps if page.plan else (), start=1):
        raises = tuple((skill.key, old, new) for skill, old, new in option.raises)
        key = (*same, option.step.key, raises)
        live = {"number": number, "gain": _one_decimal(option.gain or 0.0, language)}
        render = partial(_step, "assessments/_planned_step.html", option)
        made.append(_PLANNED.filled(key, render, live))
    return SafeString("".join(made))


@lru_cache(maxsize=32)
def _symbol(have: int, need: int) -> SafeString:
    return render_to_string("assessments/_symbol.html", {"have": have, "need": need})


def symbols(page: ReportPage) -> SafeString:
    """Return the pictures of a rating against what is required, each once, for many lines."""
    return SafeString("".join(_symbol(have, need) for have, need in page.blocks))
