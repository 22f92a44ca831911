"""Plans: what a person wishes is stored, solved, and the solutions kept for the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from careers.catalogue import framework

from . import answers, figures
from .core.plan import Goal, PlanError, dates
from .models import Assessment, Plan, StepChoice

Json = dict[str, Any]
DAYS_A_WEEK = 7


class UnknownStepError(LookupError):
    """The version has no such training step."""


@dataclass(frozen=True, slots=True)
class States:
    """What a person said of steps: state by step; ``before``: done before the answers."""

    by_step: Mapping[str, str]
    before: frozenset[str] = frozenset()

    @property
    def done(self) -> frozenset[str]:
        """Return the steps that are done."""
        return self.said(StepChoice.State.DONE.value)

    def said(self, state: str) -> frozenset[str]:
        """Return the steps in that state."""
        return frozenset(key for key, each in self.by_step.items() if each == state)


@dataclass(frozen=True, slots=True)
class PlanWishes:
    """What the plan page's form holds; ``budget`` in the framework's currency."""

    goal: str
    hours_per_week: int
    starts_on: date
    finish_by: date | None
    budget: Decimal | None


def _hours_until(plan: Plan) -> int | None:
    """Return how many hours fit from the start to the end of the day to finish by."""
    if plan.finish_by is None:
        return None
    days = (plan.finish_by - plan.starts_on).days + 1
    return max(0, days * plan.hours_per_week // DAYS_A_WEEK)


def wishes_of(plan: Plan, states: States) -> figures.Wishes:
    """Return the wishes as the solver takes them."""
    return figures.Wishes(
        goal=Goal(plan.goal),
        hours=_hours_until(plan),
        budget=None if plan.budget is None else int(plan.budget * 100),
        hours_per_week=plan.hours_per_week,
        starts_on=plan.starts_on,
        done=states.said("done"),
        booked=states.said("booked"),
        without=states.said("without"),
        done_before=states.before,
    )


def states_of(assessment: Assessment) -> States:
    """Return what the person said of steps."""
    rows = StepChoice.objects.filter(assessment=assessment)
    return States(
        {row.step: row.state for row in rows},
        frozenset(row.step for row in rows if row.rated_since),
    )


def plan_for(assessment: Assessment, *, today: date) -> Plan:
    """Return the assessment's plan, with defaults the first time."""
    plan, _created = Plan.objects.get_or_create(
        assessment=assessment, defaults={"starts_on": today}
    )
    return plan


def prepare(assessment: Assessment, *, today: date) -> None:
    """Solve the fastest plan of a report that was just finished, so that it waits on it."""
    if framework(assessment.version).steps:
        solutions(assessment, plan_for(assessment, today=today), (Plan.Goal.FASTEST.value,))


def solutions(assessment: Assessment, plan: Plan, goals: tuple[str, ...]) -> Json:
    """Return the plan's solutions for these goals, solving and keeping what is missing."""
    found: Json = dict(plan.solutions)
    missing = [goal for goal in goals if goal not in found]
    if not missing:
        return found
    ratings, states = answers.values(assessment), states_of(assessment)
    for goal in missing:
        wishes = replace(wishes_of(plan, states), goal=Goal(goal))
        found[goal] = _solved(assessment, ratings, wishes)
    # Kept only while nobody changed a wish meanwhile: a later reader solves again.
    Plan.objects.filter(pk=plan.pk, revision=plan.revision).update(solutions=found)
    return found


def _solved(
    assessment: Assessment, ratings: Mapping[str, int | None], wishes: figures.Wishes
) -> Json:
    try:
        return figures.plan_with_runner_up(assessment.version, assessment.level, ratings, wishes)
    except PlanError:
        # At this pace the steps end beyond the calendar: a plan without dates is left.
        undated = replace(wishes, hours_per_week=None)
        return figures.plan_with_runner_up(assessment.version, assessment.level, ratings, undated)


_WISHES = ("hours_per_week", "starts_on", "finish_by", "budget")


def check(assessment: Assessment, plan: Plan) -> None:
    """Raise PlanError when the pace could lead beyond the calendar."""
    hours = [step.hours for step in figures.steps(assessment.version)]
    dates(hours, plan.starts_on.toordinal(), plan.hours_per_week)


@transaction.atomic
def wish(*, assessment: Assessment, wishes: PlanWishes) -> Plan:
    """Store what the form holds; solutions stay valid while only the goal changes."""
    plan = Plan.objects.select_for_update().get(assessment=assessment)
    if any(getattr(plan, name) != getattr(wishes, name) for name in _WISHES):
        plan.solutions = {}
        plan.revision += 1
    for name in ("goal", *_WISHES):
        setattr(plan, name, getattr(wishes, name))
    plan.save()
    return plan


@transaction.atomic
def choose(*, assessment: Assessment, step: str, state: str, today: date) -> None:
    """Say that a step is done, booked or not available; "" takes it back.

    What is left after a step is done starts ``today`` at the earliest. Raises
    UnknownStepError.
    """
    if step not in {each.key for each in framework(assessment.version).steps}:
        raise UnknownStepError(step)
    Plan.objects.select_for_update().get(assessment=assessment)
    if state:
        StepChoice.objects.bulk_create(
            [StepChoice(assessment=assessment, step=step, state=state)],
            update_conflicts=True,
            unique_fields=["assessment", "step"],
            update_fields=["state", "rated_since"],
        )
    else:
        StepChoice.objects.filter(assessment=assessment, step=step).delete()
    plan = Plan.objects.filter(assessment=assessment)
    plan.update(solutions={}, revision=F("revision") + 1)
    if state == StepChoice.State.DONE:
        plan.filter(starts_on__lt=today).update(starts_on=today)
