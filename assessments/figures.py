"""Figures of a version: its ladder and steps as the core takes them, scores and plans.

Stateless: takes keys, numbers and dates, stores nothing. Reports, the programs' door and
the commands all compute here.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from careers.catalogue import CACHED_FRAMEWORKS, framework, framework_of
from careers.document import Framework
from careers.models import Version

from .core.ladder import Ladder, Level, Ratings, Requirement
from .core.plan import Goal, Plan, Problem, dates, runner_up, solve
from .core.score import Score, percent, reply, score
from .core.training import Step, raised, worthwhile

Json = dict[str, Any]


def ladder_of(content: Framework) -> Ladder:
    """Return a framework's ladder as the core takes it."""
    return Ladder(
        levels=tuple(
            Level(
                level.key,
                tuple(
                    Requirement(r.skill, r.rating, r.importance, r.essential)
                    for r in content.requirements
                    if r.level == level.key
                ),
            )
            for level in content.levels
        ),
        titles={key: skill.title for key, skill in content.skills().items()},
    )


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _ladder(version_id: int, sha256: str) -> Ladder:
    return ladder_of(framework_of(version_id, sha256))


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _steps(version_id: int, sha256: str) -> tuple[Step, ...]:
    return tuple(
        Step(
            key=step.key,
            hours=step.hours,
            cost=int(Decimal(step.cost) * 100),
            requires=tuple((r.skill, r.rating) for r in step.requires),
            after=frozenset(step.after),
            gives=tuple((r.skill, r.rating) for r in step.gives),
        )
        for step in framework_of(version_id, sha256).steps
    )


def ladder(version: Version) -> Ladder:
    """Return a version's ladder as the core takes it, made once per process."""
    return _ladder(version.pk, version.sha256)


def steps(version: Version) -> tuple[Step, ...]:
    """Return a version's training steps as the core takes them, costs in cents."""
    return _steps(version.pk, version.sha256)


def steps_for(version: Version, ratings: Ratings, before: Collection[str]) -> tuple[Step, ...]:
    """Return the steps; those done ``before`` the ratings raise only what they leave open."""

    def is_open(skill: str) -> bool:
        return ratings.get(skill) is None

    return tuple(
        replace(step, gives=tuple(each for each in step.gives if is_open(each[0])))
        if step.key in before
        else step
        for step in steps(version)
    )


def helpful(
    version_id: int, sha256: str, requirement: Requirement, rating: int | None
) -> tuple[str, ...]:
    """Return the keys of the steps that raise a skill from this rating, best first."""
    steps = worthwhile(_steps(version_id, sha256), requirement, rating)
    return tuple(step.key for step in steps)


def ratings_after(
    version: Version, ratings: Ratings, done: Collection[str], before: Collection[str]
) -> dict[str, int | None]:
    """Return the ratings raised by the done steps; ``before``: done before the ratings."""
    now = dict(ratings)
    for step in steps_for(version, ratings, before):
        if step.key in done:
            now = raised(step, now)
    return now


def score_of(version: Version, level: str, ratings: Ratings, proven: Collection[str]) -> Score:
    """Score ratings against a level of the version. Raises LadderError."""
    return score(ladder(version), level, ratings, proven)


def score_reply(version: Version, level: str, ratings: Ratings, proven: Collection[str]) -> Json:
    """Return the score as programs get it. Raises LadderError."""
    result = score_of(version, level, ratings, proven)
    return reply(result, career=framework(version).key, version=version.number)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a plan should do: goal, limits, pace, and steps done, booked and left out.

    ``hours`` and ``budget`` (cents) limit every goal; with ``hours_per_week`` and
    ``starts_on`` the steps get dates. Done steps do not raise the skills ``rated_since``;
    those ``done_before`` the ratings do not raise what is rated with a number.
    """

    goal: Goal
    hours: int | None = None
    budget: int | None = None
    hours_per_week: int | None = None
    starts_on: date | None = None
    done: frozenset[str] = frozenset()
    booked: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    rated_since: frozenset[str] = frozenset()
    done_before: frozenset[str] = frozenset()


def problem_of(version: Version, level: str, ratings: Ratings, wishes: Wishes) -> Problem:
    """Return the problem that the core solves. Raises LadderError or PlanError."""
    return Problem(
        level=ladder(version).level(level),
        ratings=ratings,
        steps=steps_for(version, ratings, wishes.done_before),
        goal=wishes.goal,
        hours=wishes.hours,
        budget=wishes.budget,
        done=wishes.done,
        booked=wishes.booked,
        without=wishes.without,
        rated_since=wishes.rated_since,
    )


def money(cents: int) -> str:
    """Return cents as decimal text: 78000 as "780.00"."""
    return f"{cents // 100}.{cents % 100:02d}"


def plan_reply(plan: Plan, wishes: Wishes) -> Json:
    """Return a plan as programs get it; ``raises`` are (skill, from, to)."""
    spans: list[tuple[date | None, date | None]] = [(None, None)] * len(plan.steps)
    if wishes.hours_per_week and wishes.starts_on:
        hours = [step.hours for step in plan.steps]
        spans = [
            (date.fromordinal(first), date.fromordinal(last))
            for first, last in dates(hours, wishes.starts_on.toordinal(), wishes.hours_per_week)
        ]
    return {
        "goal": plan.goal.value,
        "proven": plan.proven,
        "reachable": plan.reachable,
        "hours": plan.hours,
        "cost": money(plan.cost),
        "low_after": percent(plan.low_after),
        "band_after": plan.band_after.value,
        "steps": [
            {
                "step": step.step,
                "hours": step.hours,
                "cost": money(step.cost),
                "low_after": percent(step.low_after),
                "starts_on": first.isoformat() if first else None,
                "ends_on": last.isoformat() if last else None,
                "raises": [list(each) for each in step.raises],
            }
            for step, (first, last) in zip(plan.steps, spans, strict=True)
        ],
        "unreachable_skills": list(plan.unreachable_skills),
        "left_out": list(plan.left_out),
    }


def plan_of(version: Version, level: str, ratings: Ratings, wishes: Wishes) -> Json:
    """Return the best plan for these wishes. Raises LadderError or PlanError."""
    return plan_reply(solve(problem_of(version, level, ratings, wishes)), wishes)


def plan_with_runner_up(version: Version, level: str, ratings: Ratings, wishes: Wishes) -> Json:
    """Return the best plan and, as ``runner_up``, the best that does without one of its steps.

    ``low_before`` is the readiness from which it starts, with what is done; ``bound`` tells
    whether limits, bookings or steps left out narrow the choice.
    """
    problem = problem_of(version, level, ratings, wishes)
    plan = solve(problem)
    second = runner_up(problem, plan)
    limited = wishes.hours is not None or wishes.budget is not None
    return {
        **plan_reply(plan, wishes),
        "runner_up": plan_reply(second, wishes) if second else None,
        "low_before": score_reply(version, level, problem.start(), ())["low"],
        "bound": bool(limited or wishes.booked or wishes.without),
    }
