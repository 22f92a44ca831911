"""Codes of the core, in words for people."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from careers.wording import money

from .forms import LABELS
from .report_page import FastestPlan, ReportPage, TrainingOption

BANDS = {
    "ready": gettext_lazy("Ready"),
    "nearly_ready": gettext_lazy("Nearly ready"),
    "building": gettext_lazy("Building"),
    "starting_out": gettext_lazy("Starting out"),
}
BAND_SHAPES = {"ready": "●", "nearly_ready": "◐", "building": "▲", "starting_out": "■"}
NUMBER_WORDS = (
    gettext_lazy("No"),
    gettext_lazy("One"),
    gettext_lazy("Two"),
    gettext_lazy("Three"),
    gettext_lazy("Four"),
    gettext_lazy("Five"),
    gettext_lazy("Six"),
    gettext_lazy("Seven"),
    gettext_lazy("Eight"),
    gettext_lazy("Nine"),
)


def rating_label(value: int | str | None) -> str:
    """Return a rating in words: "With help"; None and "unsure" are "Not sure"."""
    return str(LABELS["unsure" if value is None else str(value)])


def number_word(number: int) -> str:
    """Return small numbers as words that start a sentence."""
    return str(NUMBER_WORDS[number]) if number < len(NUMBER_WORDS) else str(number)


def band_reason(page: ReportPage) -> str:
    """Return why the band is what it is, in a sentence."""
    unmet = len(page.unmet_essentials)
    if unmet and not page.is_own:
        return ngettext(
            "essential skill is below what this level needs, or was answered “not sure”. "
            "Until it is met this level stays below “Nearly ready”, whatever the percentage.",
            "essential skills are below what this level needs, or were answered “not sure”. "
            "Until all are met this level stays below “Nearly ready”, whatever the percentage.",
            unmet,
        )
    if unmet:
        return ngettext(
            "essential skill is below what this level needs, or you were not sure of it. "
            "Until it is met this level stays below “Nearly ready”, whatever the percentage.",
            "essential skills are below what this level needs, or you were not sure of them. "
            "Until all are met this level stays below “Nearly ready”, whatever the percentage.",
            unmet,
        )
    return _own_reason(page.band) if page.is_own else _reason(page.band)


def _own_reason(band: str) -> str:
    return {
        "ready": _("You have at least 80% of what this level asks, and every essential skill."),
        "nearly_ready": _(
            "Every essential skill is there. Ready starts at 80%; you are between 60% and that."
        ),
        "building": _("You have at least 40% of what this level asks. Nearly ready starts at 60%."),
        "starting_out": _("You have less than 40% of what this level asks so far."),
    }[band]


def _reason(band: str) -> str:
    return {
        "ready": _("At least 80% of what this level asks is there, and every essential skill."),
        "nearly_ready": _(
            "Every essential skill is there. Ready starts at 80%; this is between 60% and that."
        ),
        "building": _("At least 40% of what this level asks is there. Nearly ready starts at 60%."),
        "starting_out": _("Less than 40% of what this level asks is there so far."),
    }[band]


def joined(titles: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(titles) < 2:
        return "".join(titles)
    return _("%(first)s and %(last)s") % {"first": ", ".join(titles[:-1]), "last": titles[-1]}


def needs(option: TrainingOption) -> str:
    """Return what must hold before a step can be taken, or nothing."""
    parts = [f"{skill.title} {rating}" for skill, rating in option.requires]
    parts += [step.title for step in option.after]
    return joined(parts)


def cost(amount: Decimal, currency: str) -> str:
    """Return money in words: "free", "$780"."""
    return money(f"{amount:.2f}", currency)


@lru_cache(maxsize=4_096)
def _day(date: datetime.date, language: str) -> str:
    return date_format(date, "j F Y")


def day(date: datetime.date | None) -> str:
    """Return a day in full, "3 March 2026", or nothing without one."""
    return _day(date, get_language() or "") if date else ""


def claim(plan: FastestPlan) -> str:
    """Return what the report says of the fastest plan."""
    words = {
        "hours": plan.hours,
        "cost": cost(plan.cost, plan.currency),
        "low": f"{plan.low_after:.1f}",
        "band": BANDS[plan.band_after],
        "pace": plan.hours_per_week,
        "day": day(plan.ends_on),
    }
    if not plan.reachable and plan.proven and plan.is_bound:
        text = _(
            "Within the limits and choices of your plan no steps reach Ready; "
            "these come closest: %(hours)s hours, %(cost)s."
        )
    elif not plan.reachable and plan.proven:
        text = _("No steps reach Ready; these come closest: %(hours)s hours, %(cost)s.")
    elif not plan.reachable:
        text = _("None found in the time allowed reach Ready; closest: %(hours)s hours, %(cost)s.")
    elif plan.proven and plan.is_bound:
        text = _(
            "The shortest set of steps to Ready within the limits and choices of your plan: "
            "%(hours)s hours, %(cost)s."
        )
    elif plan.proven:
        text = _("The shortest set of steps that takes you to Ready: %(hours)s hours, %(cost)s.")
    else:
        text = _("The shortest set of steps found in the time allowed: %(hours)s hours, %(cost)s.")
    text += " " + _("Then %(low)s%%, %(band)s, by %(day)s at %(pace)s hours a week.")
    return text % words
