"""The parts of a report that a version alone decides, rendered once and then joined.

A skill's line is the same for everybody with the same rating of it, but for the points it
costs and the evidence: those are slots, which each report fills in. What is kept for the
next report holds nothing of a person. Slots are written with control characters, as the
questionnaire's are, which no framework text may hold (``framework.schema.json``).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .reports import Line, ReportPage, TrainingOption

KEPT_LINES = 16_384
"""Of about 2 KB each; a career of 30 skills and 5 levels has 900 different ones."""
KEPT_STEPS = 4_096
KEPT_ROWS = 4_096
KEPT_NUMBERS = 4_096

_SLOT = re.compile("\x02([a-z]+)\x03")

Context = Callable[[], dict[str, Any]]


class _Parts:
    """A template's renderings, cut at their slots, by what the markup depends on.

    When there are more than ``most``, it begins anew.
    """

    def __init__(self, template: str, *slots: str, most: int) -> None:
        self._template, self._most = template, most
        self._slots = {name: SafeString(f"\x02{name}\x03") for name in slots}
        self._kept: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def filled(self, key: tuple[Any, ...], context: Context, values: dict[str, str]) -> str:
        """Return the markup of that key with the values in its slots.

        ``context`` is asked for what the template shows, which must follow from the key.
        """
        parts = self._kept.get(key)
        if parts is None:
            text = render_to_string(self._template, {**self._slots, **context()})
            parts = tuple(_SLOT.split(text))
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = parts
        return "".join([values[part] if at % 2 else part for at, part in enumerate(parts)])


_LINES = _Parts("assessments/_gap.html", "points", "evidence", most=KEPT_LINES)
_RUNGS = _Parts("assessments/_rung.html", "low", "width", most=KEPT_ROWS)
_PLANNED = _Parts("assessments/_planned_step.html", "number", "gain", most=KEPT_STEPS)
_TRAINING = _Parts("assessments/_training_step.html", most=KEPT_STEPS)


@lru_cache(maxsize=KEPT_NUMBERS)
def _one_decimal(number: float, language: str) -> str:
    return str(floatformat(number, 1))


def one_decimal(number: float) -> str:
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
        context = partial(_line_context, line, weight, page)
        points, evidence = _one_decimal(line.lost, language), escape(line.evidence)
        made.append(_LINES.filled(key, context, {"points": points, "evidence": evidence}))
    return mark_safe("".join(made))


def _line_context(line: Line, weight: int, page: ReportPage) -> dict[str, Any]:
    context = {
        "line": replace(line, evidence="", lost=0.0),
        "weight": weight,
        "is_own": page.is_own,
        "paper": page.on_paper,
    }
    return context if line.evidence else {**context, "evidence": ""}


def rungs(page: ReportPage) -> SafeString:
    """Return the rows of the ladder, highest first: readiness for every level."""
    language = get_language() or ""
    made = []
    for rung in reversed(page.rungs):
        context = {
            "level": rung.level.key,
            "title": rung.level.short_title,
            "band": rung.band,
            "is_shown": rung.is_shown,
            "paper": page.on_paper,
        }
        values = {"low": _one_decimal(rung.low, language), "width": str(rung.low)}
        made.append(_RUNGS.filled((language, *context.values()), partial(dict, context), values))
    return mark_safe("".join(made))


def _step_context(option: TrainingOption) -> dict[str, Any]:
    return {"option": replace(option, low_after=None, gain=None)}


def training(page: ReportPage) -> SafeString:
    """Return the steps that the page names, what each takes, needs and gives."""
    same = (page.assessment.version.sha256, get_language())
    return mark_safe(
        "".join(
            _TRAINING.filled((*same, option.step.key), partial(_step_context, option), {})
            for option in page.training
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
        values = {"number": str(number), "gain": _one_decimal(option.gain or 0.0, language)}
        made.append(_PLANNED.filled(key, partial(_step_context, option), values))
    return mark_safe("".join(made))


@lru_cache(maxsize=32)
def _symbol(have: int, need: int) -> SafeString:
    return render_to_string("assessments/_symbol.html", {"have": have, "need": need})


def symbols(page: ReportPage) -> SafeString:
    """Return the pictures of a rating against what is required, each once, for many lines."""
    return mark_safe("".join(_symbol(have, need) for have, need in page.blocks))
