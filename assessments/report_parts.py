"""The parts of a report that a version alone decides, rendered once and then joined.

A skill's line is the same for everybody with the same rating of it, but for the points it
costs and the evidence: those are slots, which each report fills in. What is kept for the
next report holds nothing of a person. Slots are written with control characters, as the
questionnaire's are, which no framework text may hold (``framework.schema.json``).
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .reports import Line, ReportPage, TrainingOption

KEPT_LINES = 16_384
"""Of about 2 KB each; a career of 30 skills and 5 levels has 900 different ones."""
KEPT_STEPS = 4_096
KEPT_NUMBERS = 4_096

_SLOT = re.compile("\x02([a-z]+)\x03")
_POINTS, _EVIDENCE = mark_safe("\x02points\x03"), mark_safe("\x02evidence\x03")


@dataclass(frozen=True, slots=True)
class _LineKey:
    """What one line's markup depends on; ``line`` follows from it, and is a person's no more."""

    sha256: str
    level: str
    weight: int
    skill: str
    rating: int | None
    answered: bool
    has_evidence: bool
    options: tuple[str, ...]
    is_own: bool
    paper: bool
    language: str
    line: Line = field(compare=False)


@lru_cache(maxsize=KEPT_LINES)
def _line(key: _LineKey) -> tuple[str, ...]:
    """Render a line and cut it: text, name of a slot, text, and so on."""
    context = {
        "line": key.line,
        "points": _POINTS,
        "evidence": _EVIDENCE if key.has_evidence else "",
        "weight": key.weight,
        "is_own": key.is_own,
        "paper": key.paper,
    }
    return tuple(_SLOT.split(render_to_string("assessments/_gap.html", context)))


def _key(page: ReportPage, line: Line, weight: int, language: str, *, paper: bool) -> _LineKey:
    return _LineKey(
        sha256=page.assessment.version.sha256,
        level=page.level.key,
        weight=weight,
        skill=line.skill.key,
        rating=line.rating,
        answered=line.answered,
        has_evidence=bool(line.evidence),
        options=tuple(step.key for step in line.options),
        is_own=page.is_own,
        paper=paper,
        language=language,
        line=replace(line, evidence="", lost=0.0),
    )


@lru_cache(maxsize=KEPT_NUMBERS)
def _one_decimal(number: float, language: str) -> str:
    return str(floatformat(number, 1))


def one_decimal(number: float) -> str:
    """Return points or percent with one decimal, as the language writes it.

    There are a thousand of them, and a report prints some sixty.
    """
    return _one_decimal(number, get_language() or "")


def lines(page: ReportPage, shown: tuple[Line, ...], *, paper: bool) -> SafeString:
    """Return the list items of these lines of the page, for the screen or on paper."""
    weight, language = page.weight, get_language() or ""
    made = []
    for line in shown:
        filled = {"points": one_decimal(line.lost), "evidence": escape(line.evidence)}
        parts = _line(_key(page, line, weight, language, paper=paper))
        made += [filled[part] if place % 2 else part for place, part in enumerate(parts)]
    return mark_safe("".join(made))


@dataclass(frozen=True, slots=True)
class _StepKey:
    sha256: str
    step: str
    language: str
    option: TrainingOption = field(compare=False)


@lru_cache(maxsize=KEPT_STEPS)
def _step(key: _StepKey) -> SafeString:
    return render_to_string("assessments/_training_step.html", {"option": key.option})


def training(page: ReportPage) -> SafeString:
    """Return the steps that the page names, what each takes, needs and gives."""
    sha256, language = page.assessment.version.sha256, get_language() or ""
    return mark_safe(
        "".join(
            _step(_StepKey(sha256, option.step.key, language, option)) for option in page.training
        )
    )


@lru_cache(maxsize=32)
def symbol(have: int, need: int) -> SafeString:
    """Return the picture of a rating against what is required, to be used by many lines."""
    return render_to_string("assessments/_symbol.html", {"have": have, "need": need})
