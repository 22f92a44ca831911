"""Plans against an exhaustive search: every set of steps, in every order that is possible.

The comparison uses nothing of the plan's code but its front door. A set of steps is a plan
if its steps can be added one by one; the best is found by comparing all of them.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from assessments.core.ladder import Level, Requirement
from assessments.core.plan import Goal, Plan, Problem, runner_up, solve
from assessments.core.plan_choices import puzzle
from assessments.core.plan_cuts import cuts
from assessments.core.plan_model import Model
from assessments.core.scale import Band
from assessments.core.training import Step

FRAMEWORKS = 500
BATCHES = 10
SIZES = (6, 7, 8, 8, 9, 9, 10, 10, 11)
LARGEST = 12
BANDS = ("ready", "nearly_ready", "building", "starting_out")


def some(rng: random.Random, skills: list[str], numbers: tuple[int, ...]) -> dict[str, int]:
    chosen = rng.sample(skills, min(rng.choice(numbers), len(skills)))
    return {skill: rng.choice((1, 1, 2, 2, 3, 4)) for skill in chosen}


def some_keys(rng: random.Random, keys: list[str], likely: float) -> frozenset[str]:
    return frozenset(key for key in keys if rng.random() < likely)


def some_steps(rng: random.Random, skills: list[str], keys: list[str]) -> tuple[Step, ...]:
    """Return steps that lean on each other; half of the time all weigh nearly the same."""
    weights = rng.choice(((1,), (1, 2), (0, 1), (0, 1, 1, 2, 3, 5), (2, 3, 5, 7, 11)))
    return tuple(
        Step(
            key=key,
            hours=rng.choice(weights),
            cost=rng.choice((0, 0, *weights)),
            requires=tuple(some(rng, skills, (0, 0, 1, 1, 2)).items()),
            after=some_keys(rng, keys, 0.05),
            gives=tuple(some(rng, skills, (1, 1, 2)).items()),
        )
        for key in keys
    )


def small_framework(seed: int) -> Problem:
    """Return a problem with few skills, circles, ties, limits, and steps done and booked."""
    rng = random.Random(seed)  # noqa: S311 (no secrets)
    skills = [f"skill-{n}" for n in range(rng.randint(2, 6))]
    keys = [f"step-{n:02}" for n in range(LARGEST if seed % 50 == 0 else rng.choice(SIZES))]
    rng.shuffle(keys)
    steps = some_steps(rng, skills, keys)
    asked = tuple(
        Requirement(skill, rng.choice((1, 2, 2, 3, 4)), rng.randint(1, 5), rng.random() < 0.3)
        for skill in skills[rng.randint(0, 1) :]
    )
    without = some_keys(rng, keys, 0.04)
    hours, cost = sum(s.hours for s in steps), sum(s.cost for s in steps)
    return Problem(
        level=Level("level", asked),
        ratings={s: rng.choice((None, 0, 0, 0, 1, 2)) for s in skills if rng.random() < 0.8},
        steps=steps,
        goal=Goal.FASTEST,
        hours=rng.randint(0, hours) if rng.random() < 0.3 else None,
        budget=rng.randint(0, cost) if rng.random() < 0.2 else None,
        done=some_keys(rng, keys, 0.04),
        without=without,
        booked=some_keys(rng, keys, 0.06) - without,
        rated_since=some_keys(rng, skills, 0.1),
        seconds=60.0,
    )


@dataclass(frozen=True)
class Outcome:
    """A set of steps that is a plan, and what it amounts to."""

    keys: frozenset[str]
    hours: int
    cost: int
    points: int  # in twelfths
    band: int

    def rank(self, goal: Goal) -> tuple:
        """Return what the goal compares by, the smaller the better."""
        end = (len(self.keys), sorted(self.keys))
        if goal == Goal.BEST or self.band:
            return (self.band, -self.points, self.hours, self.cost, *end)
        first = (self.hours, self.cost) if goal == Goal.FASTEST else (self.cost, self.hours)
        return (0, *first, *end)


def every_plan(problem: Problem) -> Iterator[Outcome]:
    """Yield each set of steps that can be taken in some order, whatever the limits."""
    start = {skill: rating or 0 for skill, rating in problem.ratings.items()}
    for step in problem.steps:
        if step.key in problem.done:
            for skill, rating in step.gives:
                if skill not in problem.rated_since:
                    start[skill] = max(start.get(skill, 0), rating)
    steps = [s for s in problem.steps if s.key not in problem.done | problem.without]
    seen = {frozenset()}
    now = [(frozenset(), start, 0, 0)]
    while now:
        later = []
        for keys, ratings, hours, cost in now:
            yield Outcome(keys, hours, cost, *worth(problem.level, ratings))
            for step in steps:
                more = keys | {step.key}
                if (
                    more not in seen
                    and step.after <= keys | problem.done
                    and all(ratings.get(skill, 0) >= least for skill, least in step.requires)
                ):
                    seen.add(more)
                    after = dict(ratings)
                    for skill, rating in step.gives:
                        after[skill] = max(after.get(skill, 0), rating)
                    later.append((more, after, hours + step.hours, cost + step.cost))
        now = later


def worth(level: Level, ratings: dict[str, int]) -> tuple[int, int]:
    """Return the points in twelfths and the number of the band, 0 for Ready."""
    points = total = 0
    unmet = False
    for requirement in level.requirements:
        have = ratings.get(requirement.skill, 0)
        total += 12 * requirement.importance
        points += 12 * requirement.importance * min(have, requirement.rating) // requirement.rating
        unmet |= requirement.essential and have < requirement.rating
    percent = 100 * points
    if percent >= 80 * total and not unmet:
        return points, 0
    if percent >= 60 * total and not unmet:
        return points, 1
    return points, 2 if percent >= 40 * total else 3


def within_limits(problem: Problem, plan: Outcome) -> bool:
    hours = problem.hours is None or plan.hours <= problem.hours
    return hours and (problem.budget is None or plan.cost <= problem.budget)


def held(problem: Problem, plans: list[Outcome]) -> frozenset[str]:
    """Return the booked steps that a plan within the limits can hold, taken up by key."""
    kept: frozenset[str] = frozenset()
    for key in sorted(problem.booked - problem.done):
        if any(kept | {key} <= plan.keys for plan in plans):
            kept |= {key}
    return kept


def every_proper_plan(problem: Problem) -> list[Outcome]:
    """Return the plans within the limits that hold what is booked, as far as any can."""
    plans = [plan for plan in every_plan(problem) if within_limits(problem, plan)]
    kept = held(problem, plans)
    return [plan for plan in plans if kept <= plan.keys]


def compare(problem: Problem, plan: Plan, best: Outcome) -> None:
    """Assert that the plan is the best one, figure by figure."""
    assert plan.proven
    assert sorted(plan.keys) == sorted(best.keys)
    assert (plan.hours, plan.cost) == (best.hours, best.cost)
    assert plan.reachable == (best.band == 0)
    assert plan.band_after == BANDS[best.band]
    assert plan.low_after == 1000 * best.points // (12 * problem.level.weight)
    assert len(plan.steps) == len(best.keys)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_plan_is_the_best_of_all_sets_of_steps(batch):
    """Hours, cost, steps and keys settle ties; the second best follows the best."""
    for seed in range(batch, FRAMEWORKS, BATCHES):
        problem = small_framework(seed)
        plans = every_proper_plan(problem)
        for number, goal in enumerate(Goal):
            posed = replace(problem, goal=goal)
            plan = solve(posed)
            best = min(plans, key=lambda each: each.rank(goal))
            compare(posed, plan, best)
            if number == seed % len(Goal):
                check_runner_up(posed, plan, best, plans)


def check_runner_up(problem: Problem, plan: Plan, best: Outcome, plans: list[Outcome]) -> None:
    others = [
        each
        for each in plans
        if not best.keys <= each.keys and (problem.goal == Goal.BEST or best.band or not each.band)
    ]
    second = runner_up(problem, plan)
    if not best.keys or not others:
        assert second is None
    else:
        assert second is not None
        compare(problem, second, min(others, key=lambda each: each.rank(problem.goal)))


def test_the_frameworks_compared_hold_every_difficulty():
    """Each kind stands many times among them, so that none goes unseen."""
    seen: Counter[str] = Counter()
    for seed in range(0, FRAMEWORKS, 5):
        problem = small_framework(seed)
        plans = every_proper_plan(problem)
        ready = [plan for plan in plans if plan.band == 0]
        least = min((plan.hours for plan in ready), default=0)
        booked = problem.booked - problem.done
        total = 12 * problem.level.weight
        seen["out of reach"] += not ready
        seen["ready after some steps"] += bool(ready) and all(plan.keys for plan in ready)
        seen["ready after many steps"] += bool(ready) and all(len(plan.keys) > 2 for plan in ready)
        seen["tie of hours"] += sum(plan.hours == least for plan in ready) > 1
        seen["circle"] += has_circle(problem)
        seen["booked"] += bool(booked)
        seen["booked that cannot be held"] += not booked <= held(problem, plans)
        seen["past 80 with an essential unmet"] += any(
            plan.band == 2 and 100 * plan.points >= 80 * total for plan in plans
        )
    assert {kind: count for kind, count in seen.items() if count < 5} == {}


def has_circle(problem: Problem) -> bool:
    """Tell whether two steps that cannot be taken at first support each other."""
    have = {skill: rating or 0 for skill, rating in problem.ratings.items()}
    lacks = {
        step.key: {(s, r) for s, r in step.requires if have.get(s, 0) < r} for step in problem.steps
    }

    def supports(one: Step, other: Step) -> bool:
        gives = dict(one.gives)
        return any(gives.get(skill, 0) >= rating for skill, rating in lacks[other.key])

    return any(
        one.key < other.key and supports(one, other) and supports(other, one)
        for one in problem.steps
        for other in problem.steps
    )


def test_a_cut_holds_for_every_plan_and_not_for_what_it_cuts_off():
    """Whatever parts of steps a relaxed solution takes, and whole ones that go in a circle."""
    cut_off = 0
    for seed in range(0, FRAMEWORKS, 4):
        rng = random.Random(seed)  # noqa: S311 (no secrets)
        model = Model(puzzle(replace(small_framework(seed), booked=frozenset())), Band.STARTING_OUT)
        board = model.puzzle
        sets = range(board.everything + 1)
        walks = [chosen for chosen in sets if board.reach(chosen)[0] == chosen]
        stuck = [chosen for chosen in sets if board.reach(chosen)[0] != chosen]
        parts = [rng.choice((0.0, 0.3, 0.5, 1.0)) for _ in board.choices] + [1.0] * len(
            model.covers
        )
        for columns in (parts, *(model.columns(chosen) for chosen in stuck[::97])):
            rows = cuts(model, columns, {})
            assert all(row.holds(model.columns(chosen)) for row in rows for chosen in walks)
            assert not any(row.holds(columns) for row in rows)
            cut_off += len(rows)
        assert all(cuts(model, model.columns(chosen), {}) for chosen in stuck[::41])
        assert not any(cuts(model, model.columns(chosen), {}) for chosen in walks[::41])
    assert cut_off > 100
