"""``python -m tests.bench.plans [--short]``: how long plans take to be solved and proven.

200 random frameworks of 25 skills and 80 steps, a third each of three kinds: *mixed* steps
give one to four skills at any rating; *ladder* steps lead from one rating to the next, so
that most are needed; *broad* steps give up to eight skills and require up to three, so that
many circles and many nearly equal plans exist. Then the built-in career. Each row gives
wall time, and processor time in brackets, which other work on the machine disturbs less.
"""

import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assessments.core.ladder import Level, Requirement
from assessments.core.plan import Goal, Plan, Problem, runner_up, solve
from assessments.core.training import Step
from careers.document import normal, parse

from ..core.test_plan_exhaustive import FRAMEWORKS as SMALL_FRAMEWORKS
from ..core.test_plan_exhaustive import every_proper_plan, small_framework

BUILT_IN = Path(__file__).parents[2] / "careers" / "data" / "production-technician.json"
SHORT = "--short" in sys.argv
FRAMEWORKS, SKILLS, STEPS = 18 if SHORT else 200, 25, 80
KINDS = ("mixed", "ladder", "broad")
SECONDS = 20.0
"""More than a page allows, so that the worst is seen."""

Ratings = dict[str, int]


def some(rng: random.Random, skills: list[str], least: int, most: int, top: int) -> Ratings:
    """Return a few skills with random ratings up to ``top``."""
    return {skill: rng.randint(1, top) for skill in rng.sample(skills, rng.randint(least, most))}


def ratings_of(rng: random.Random, skills: list[str], kind: str) -> tuple[Ratings, Ratings]:
    """Return what a step requires and gives."""
    if kind == "mixed":
        return some(rng, skills, 0, 2, 3), some(rng, skills, 1, 4, 4)
    if kind == "broad":
        return some(rng, skills, 0, 3, 2), some(rng, skills, 2, 8, 4)
    gives = some(rng, skills, 1, 3, 4)
    requires = {skill: rating - 1 for skill, rating in gives.items() if rating > 1}
    return {**some(rng, skills, 0, 1, 3), **requires}, gives


def framework(rng: random.Random, kind: str) -> Problem:
    """Return a random target with many steps, from little more than nothing."""
    skills = [f"skill-{n:02}" for n in range(SKILLS)]
    steps = []
    for n in range(STEPS):
        requires, gives = ratings_of(rng, skills, kind)
        after = {f"step-{rng.randrange(n):02}"} if n and rng.random() < 0.15 else ()
        hours = rng.randint(1, 40) * 5 if kind == "broad" else rng.randint(0, 200)
        cost = rng.choice((0, 0, 0, rng.randint(1, 300) * 100, rng.randint(1, 200_000)))
        step = Step(
            key=f"step-{n:02}",
            hours=hours,
            cost=cost,
            requires=tuple(requires.items()),
            after=frozenset(after),
            gives=tuple(gives.items()),
        )
        steps.append(step)
    asked = tuple(
        Requirement(skill, rng.randint(1, 4), rng.randint(1, 5), rng.random() < 0.2)
        for skill in skills
    )
    ratings = {skill: rng.choice((None, 0, 0, 0, 1, 1, 2)) for skill in skills}
    return Problem(Level("target", asked), ratings, tuple(steps), Goal.FASTEST, seconds=SECONDS)


def built_in() -> Iterator[tuple[str, Problem]]:
    """Yield every level from nothing and from the level below."""
    content = parse(normal(json.loads(BUILT_IN.read_text(encoding="utf-8"))))
    steps = tuple(
        Step(
            key=step.key,
            hours=step.hours,
            cost=round(float(step.cost) * 100),
            requires=tuple((r.skill, r.rating) for r in step.requires),
            after=frozenset(step.after),
            gives=tuple((r.skill, r.rating) for r in step.gives),
        )
        for step in content.steps
    )
    below: Ratings = {}
    for each in content.levels:
        asked = [r for r in content.requirements if r.level == each.key]
        level = Level(
            each.key,
            tuple(Requirement(r.skill, r.rating, r.importance, r.essential) for r in asked),
        )
        posed = Problem(level, {}, steps, Goal.FASTEST, seconds=SECONDS)
        yield f"{each.key} from nothing", posed
        if below:
            yield f"{each.key} from below", replace(posed, ratings=below)
        below = {r.skill: r.rating for r in asked}


@dataclass(frozen=True)
class Timed:
    """A plan with its times in milliseconds."""

    plan: Plan | None
    wall: float
    processor: float


def timed(problem: Problem, winner: Plan | None = None) -> Timed:
    """Solve a problem, or its runner-up, and return how long that took."""
    wall, processor = time.perf_counter(), time.process_time()
    plan = runner_up(problem, winner) if winner else solve(problem)
    return Timed(
        plan, 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)
    )


def line(name: str, runs: list[Timed]) -> None:
    """Print one row of the table of many runs."""
    walls, processors = [run.wall for run in runs], [run.processor for run in runs]
    unproven = sum(run.plan is not None and not run.plan.proven for run in runs)
    print(
        f"{name:<26}{len(runs):>6}"
        f"{statistics.median(walls):>8.0f} ({statistics.median(processors):>4.0f})"
        f"{max(walls):>8.0f} ({max(processors):>5.0f}){unproven:>10}"
    )


def random_frameworks() -> None:
    """Print the times of the random frameworks, by kind and by goal."""
    print(f"{FRAMEWORKS} random frameworks of {SKILLS} skills and {STEPS} steps, in ms")
    print(f"{'':<26}{'runs':>6}{'median (CPU)':>15}{'worst (CPU)':>16}{'unproven':>10}")
    rng = random.Random(2026)  # noqa: S311 (no secrets)
    runs: dict[str, list[Timed]] = {}
    for number in range(FRAMEWORKS):
        kind = KINDS[number % len(KINDS)]
        problem = framework(rng, kind)
        hours = sum(step.hours for step in problem.steps) // 8
        budget = sum(step.cost for step in problem.steps) // 8
        for goal in Goal:
            first = timed(replace(problem, goal=goal))
            limited = timed(replace(problem, goal=goal, hours=hours, budget=budget))
            second = timed(replace(problem, goal=goal), first.plan)
            runs.setdefault(f"{kind}, {goal}", []).append(first)
            runs.setdefault(f"all, {goal}", []).append(first)
            runs.setdefault("all, within limits", []).append(limited)
            runs.setdefault("all, runner-up", []).append(second)
    for name in sorted(runs):
        line(name, runs[name])


def compared_with_all_sets() -> None:
    """Print how the plans of small frameworks compare with an exhaustive search."""
    equal: Counter[str] = Counter()
    searched, small = 0, SMALL_FRAMEWORKS // 10 if SHORT else SMALL_FRAMEWORKS
    for seed in range(small):
        problem = small_framework(seed)
        plans = every_proper_plan(problem)
        searched += len(plans)
        for goal in Goal:
            best = min(plans, key=lambda each: each.rank(goal))
            equal[goal] += solve(replace(problem, goal=goal)).keys == best.keys
    print(f"Small frameworks against an exhaustive search of all {searched:,} plans: same steps in")
    print(", ".join(f"{goal} {equal[goal]} of {small}" for goal in Goal))


def main() -> None:
    """Warm up, measure and print."""
    solve(framework(random.Random(1), "mixed"))  # noqa: S311 (no secrets)
    compared_with_all_sets()
    print()
    random_frameworks()
    print("\nThe built-in career, in ms")
    for name, problem in built_in():
        for goal in Goal:
            run = timed(replace(problem, goal=goal))
            assert run.plan is not None
            print(
                f"{name:<46}{goal:<10}{run.wall:>6.0f} ({run.processor:>4.0f})"
                f"{run.plan.hours:>7} h{run.plan.cost / 100:>10.2f}{len(run.plan.steps):>4} steps"
                f"{'' if run.plan.proven else '  not proven'}"
            )


if __name__ == "__main__":
    main()
