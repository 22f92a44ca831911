"""The independent walk: puts a set of steps in order and checks it, rating by rating.

Nothing of the solver's model is used here, only what a step requires and gives, so that a
mistake of the model cannot reach a person.
"""

from collections.abc import Collection

from .ladder import Ratings
from .plan_problem import BANDS, Goal, Plan, PlannedStep, Problem
from .readiness import band, coverage, is_unmet, points, tenths, unmet_essentials
from .scale import Band
from .training import Step, can_be_taken, raised

Rank = tuple[int | tuple[str, ...], ...]


class WalkError(RuntimeError):
    """A set of steps that is no plan: a mistake of the search, never of the input."""


def walk(problem: Problem, keys: Collection[str]) -> list[tuple[Step, Ratings]]:
    """Return the steps in order, each with the ratings after it.

    Of the steps that can be taken next, the one with the largest gain in readiness comes
    first, then the first by key. Raises WalkError when none of those left can be taken.
    """
    left = {step.key: step for step in problem.permitted() if step.key in keys}
    if len(left) != len(keys):
        raise WalkError(f"not to be taken: {sorted(set(keys) - set(left))}")
    now: Ratings = problem.start()
    done = set(problem.done)
    order: list[tuple[Step, Ratings]] = []
    while left:
        possible = [step for step in left.values() if can_be_taken(step, now, done)]
        if not possible:
            raise WalkError(f"cannot be taken: {sorted(left)}")
        step = min(possible, key=lambda s: (-gain(problem, s, now), s.key))
        now = raised(step, now)
        order.append((left.pop(step.key), now))
        done.add(step.key)
    return order


def gain(problem: Problem, step: Step, ratings: Ratings) -> int:
    """Return what the step adds to the readiness of the target, in weighted twelfths."""
    gives = dict(step.gives)
    return sum(
        r.importance * (coverage(r, gives[r.skill]) - coverage(r, ratings.get(r.skill)))
        for r in problem.level.requirements
        if gives.get(r.skill, 0) > (ratings.get(r.skill) or 0)
    )


def band_of(problem: Problem, ratings: Ratings) -> Band:
    """Return the band of the target level at these ratings."""
    unmet = bool(unmet_essentials(problem.level, ratings))
    return band(points(problem.level, ratings), problem.level, unmet_essential=unmet)


def rank(problem: Problem, keys: Collection[str]) -> Rank:
    """Return what the goal compares two plans by; the smaller is the better plan.

    A plan that ends Ready comes before every one that does not.
    """
    order = walk(problem, keys)
    ratings = order[-1][1] if order else problem.start()
    reached = BANDS.index(band_of(problem, ratings))
    hours = sum(step.hours for step, _ in order)
    cost = sum(step.cost for step, _ in order)
    rest = (len(order), tuple(sorted(keys)))
    if problem.goal == Goal.BEST or reached:
        return (reached, -points(problem.level, ratings), hours, cost, *rest)
    first = (hours, cost) if problem.goal == Goal.FASTEST else (cost, hours)
    return (reached, *first, *rest)


def planned(problem: Problem, keys: Collection[str], *, proven: bool) -> Plan:
    """Return the plan of these steps. Raises WalkError if they are none within the limits."""
    order = walk(problem, keys)
    if not problem.fits(step for step, _ in order):
        raise WalkError("beyond the limits")
    before = problem.start()
    steps = []
    for step, after in order:
        steps.append(_planned_step(problem, step, before, after))
        before = dict(after)
    reached = band_of(problem, before)
    return Plan(
        goal=problem.goal,
        proven=proven,
        reachable=reached == Band.READY,
        steps=tuple(steps),
        hours=sum(step.hours for step in steps),
        cost=sum(step.cost for step in steps),
        low_after=tenths(points(problem.level, before), problem.level),
        band_after=reached,
        unreachable_skills=() if reached == Band.READY else unreachable_skills(problem),
        left_out=tuple(sorted(problem.booked - problem.done - set(keys))),
    )


def _planned_step(problem: Problem, step: Step, before: Ratings, after: Ratings) -> PlannedStep:
    return PlannedStep(
        step=step.key,
        hours=step.hours,
        cost=step.cost,
        raises=tuple(
            (skill, before.get(skill) or 0, rating)
            for skill, rating in step.gives
            if rating > (before.get(skill) or 0)
        ),
        low_after=tenths(points(problem.level, after), problem.level),
        band_after=band_of(problem, after),
    )


def unreachable_skills(problem: Problem) -> tuple[str, ...]:
    """Return the requirements no permitted steps meet, all taken, in the level's order."""
    ratings, done, left = problem.start(), set(problem.done), problem.permitted()
    while possible := [step for step in left if can_be_taken(step, ratings, done)]:
        for step in possible:
            ratings = raised(step, ratings)
            done.add(step.key)
        left = [step for step in left if step.key not in done]
    return tuple(r.skill for r in problem.level.requirements if is_unmet(r, ratings.get(r.skill)))
