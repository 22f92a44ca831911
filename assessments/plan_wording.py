"""The training plan in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Plan
from .wording import BANDS, cost, day, joined

if TYPE_CHECKING:  # every process has these words, but not every one makes a plan
    from decimal import Decimal

    from .plan_page import GoalCard, PlanPage, Row, RunnerUp
    from .what_if import WhatIf


def remaining(page: WhatIf) -> str:
    """Return how far the target still is from what was tried."""
    rest = page.remaining
    words = {
        "level": page.target.title,
        "hours": rest.hours,
        "cost": cost(rest.cost, page.currency),
    }
    if rest.reachable and not rest.steps:
        return _("Nothing more is needed for %(level)s.") % words
    if rest.reachable and rest.proven:
        return _("From there the shortest way to %(level)s: %(hours)s hours, %(cost)s.") % words
    if rest.reachable:
        text = _("From there a way to %(level)s, the shortest found: %(hours)s hours, %(cost)s.")
        return text % words
    if rest.proven:
        return _("From there no steps reach %(level)s.") % words
    return _("From there no way to %(level)s was found in the time allowed.") % words


def goal_label(goal: str) -> str:
    """Return a goal in words."""
    return str(Plan.Goal(goal).label)


def goal_figures(card: GoalCard, currency: str) -> str:
    """Return a goal's hours, money and end in a line."""
    parts = [_("%(hours)s h") % {"hours": card.hours}, cost(card.cost, currency)]
    if card.ends_on:
        parts.append(date_format(card.ends_on, "j M Y"))
    parts.append(f"{card.low_after:.1f}%, {BANDS[card.band_after]}")
    return " · ".join(parts)


def summary(page: PlanPage) -> str:
    """Return the plan in a sentence."""
    if not page.rows:
        return _("Readiness %(low)s%%.") % {"low": f"{page.low_before:.1f}"}
    words = {
        "hours": page.hours,
        "cost": cost(page.cost, page.currency),
        "before": f"{page.low_before:.1f}",
        "after": f"{page.low_after:.1f}",
        "band": BANDS[page.band_after],
        "day": day(page.ends_on),
        "pace": page.plan.hours_per_week,
    }
    text = _("%(hours)s hours, %(cost)s: from %(before)s%% to %(after)s%%, %(band)s") % words
    if page.ends_on:
        text += _(", by %(day)s at %(pace)s hours a week") % words
    return text + "."


def why_here(row: Row) -> str:
    """Return which gaps a step closes and what it unlocks."""
    essential = {skill.key for skill in row.essentials}
    raises = [
        _("%(skill)s %(old)s→%(new)s") % {"skill": skill.title, "old": old, "new": new}
        + (_(" (essential)") if skill.key in essential else "")
        for skill, old, new in row.raises
    ]
    parts = [_("raises %(skills)s") % {"skills": joined(raises)}] if raises else []
    if row.unlocks:
        titles = joined([f"“{step.title}”" for step in row.unlocks])
        parts.append(_("unlocks %(steps)s") % {"steps": titles})
    if row.state == "booked":
        parts.append(_("you booked it"))
    return "; ".join(parts) + "."


def proof(page: PlanPage) -> str:
    """Return what the solver proved of the chosen plan."""
    if not page.proven:
        return _("The best found in the time allowed; another set of steps may be better.")
    if not page.reachable and page.is_bound:
        return _("Proven: no other set of steps within your limits and choices comes closer.")
    if not page.reachable:
        return _("Proven: no other set of steps comes closer.")
    if page.is_bound:
        return _bound_proof(page.plan.goal)
    claims = {
        "fastest": _("Proven shortest: no other set of steps reaches Ready in fewer hours."),
        "cheapest": _("Proven cheapest: no other set of steps reaches Ready for less money."),
        "best": _("Proven best: no other set of steps gets further."),
    }
    return claims[page.plan.goal]


def _bound_proof(goal: str) -> str:
    """Return what was proven of the plans that keep to limits, bookings and steps left out."""
    return {
        "fastest": _("Proven shortest of all plans within your limits and choices."),
        "cheapest": _("Proven cheapest of all plans within your limits and choices."),
        "best": _("Proven best of all plans within your limits and choices."),
    }[goal]


def runner_up(page: PlanPage) -> str:
    """Return the runner-up and why it lost."""
    second = page.runner_up
    if second is None:
        return ""
    names = {
        "without": joined([f"“{step.title}”" for step in second.without]),
        "instead": joined([f"“{step.title}”" for step in second.instead]),
    }
    if names["instead"]:
        swap = _("with %(instead)s instead of %(without)s") % names
    else:
        swap = _("without %(without)s") % names
    line = _("Runner-up, %(swap)s: %(hours)s h, %(cost)s, %(low)s%%.") % {
        "swap": swap,
        "hours": second.hours,
        "cost": cost(second.cost, page.currency),
        "low": f"{second.low_after:.1f}",
    }
    return f"{line} {_lost_by(page, second)}"


def _lost_by(page: PlanPage, second: RunnerUp) -> str:
    """Return the first of the goal's criteria by which the runner-up is behind."""
    hours = _("It takes %(hours)s hours more.") % {"hours": second.more_hours}
    money_ = _("It costs %(cost)s more.") % {"cost": cost(second.more_cost, page.currency)}
    tests: list[tuple[int | float | Decimal, str]] = [
        (second.more_hours, hours),
        (second.more_cost, money_),
        (second.more_steps, _("It takes the same hours and money, but more steps.")),
    ]
    if page.plan.goal == Plan.Goal.CHEAPEST:
        tests[:2] = reversed(tests[:2])
    if page.plan.goal == Plan.Goal.BEST or not page.reachable:
        low = _("It ends %(points)s points lower.") % {"points": f"{-second.more_low:.1f}"}
        tests[:0] = [(not second.same_band, _("It ends in a lower band.")), (-second.more_low, low)]
    behind = [words for more, words in tests if more > 0]
    if not behind and any(more < 0 for more, _words in tests):
        return _("It ends lower, by less than 0.1 points.")
    return behind[0] if behind else _("It is as good; the order of the steps' keys decides.")
