"""Template filters and tags for the training plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from assessments import charts, plan_wording, wording

if TYPE_CHECKING:  # every process reads the tags at its first page
    from assessments.over_time import OverTime
    from assessments.plan_page import GoalCard, PlanPage, Row
    from assessments.what_if import WhatIf

register = template.Library()


@register.simple_tag
def step_chart_of(page: PlanPage) -> charts.StepChart:
    """Return the plan's stepped line."""
    return charts.step_chart(page.points)


@register.simple_tag
def line_chart_of(past: OverTime) -> charts.LineChart:
    """Return the line of readiness over time."""
    return charts.line_chart(past.readings)


@register.filter
def signed(points: float) -> str:
    """Return points gained or lost with their sign: "+3.0", "−1.5", "0.0"."""
    if points == 0:
        return "0.0"
    return f"{'+' if points > 0 else '−'}{abs(points):.1f}"


@register.filter
def plan_summary(page: PlanPage) -> str:
    """Return the plan in a sentence."""
    return plan_wording.summary(page)


@register.filter
def why_here(row: Row) -> str:
    """Return why a step is in the plan."""
    return plan_wording.why_here(row)


@register.filter
def goal_label(goal: str) -> str:
    """Return a goal in words."""
    return plan_wording.goal_label(goal)


@register.filter
def goal_figures(card: GoalCard, currency: str) -> str:
    """Return a goal's hours, money and end in a line."""
    return plan_wording.goal_figures(card, currency)


@register.filter
def proof(page: PlanPage) -> str:
    """Return what the solver proved."""
    return plan_wording.proof(page)


@register.filter
def runner_up_words(page: PlanPage) -> str:
    """Return the runner-up and why it lost."""
    return plan_wording.runner_up(page)


@register.filter
def what_if_cost(page: WhatIf) -> str:
    """Return what the ticked steps cost."""
    return wording.cost(page.cost, page.currency)


@register.filter
def what_if_remaining(page: WhatIf) -> str:
    """Return how far the target still is."""
    return plan_wording.remaining(page)
