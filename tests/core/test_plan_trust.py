"""What a plan promises: time, proof, the independent walk, and the built-in career."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from assessments.core import plan as plan_module
from assessments.core import plan_highs
from assessments.core.ladder import Level, Requirement
from assessments.core.plan import Goal, Problem, runner_up, solve
from assessments.core.plan_highs import Allowance, Relaxed, Solver, SolverError, within
from assessments.core.plan_model import Row
from assessments.core.plan_walk import WalkError, planned, walk
from assessments.core.training import Step
from careers.document import normal, parse

from .test_plan import CIRCLE, GOALS, TWO_SKILLS, check, problem
from .test_plan_goals import one_for_each

BUILT_IN = Path(__file__).parents[2] / "careers" / "data" / "production-technician.json"


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize("limits", [{}, {"hours": 39}, {"budget": 19}, {"hours": 0}])
def test_without_time_the_plan_is_a_real_one_and_not_called_proven(goal, limits):
    """Each step can be taken in its turn, within the limits."""
    posed = problem(TWO_SKILLS, GOALS, goal, seconds=0, **limits)
    plan = solve(posed)
    assert not plan.proven or not plan.steps
    check(posed, plan)
    second = runner_up(posed, plan)
    assert second is None or not plan.keys <= second.keys


def test_when_time_ends_between_two_solves_the_best_found_is_returned(monkeypatch):
    """The first solve was good enough to find the plan, the proof was not finished."""
    posed = one_for_each(tuple("abcdef"), Goal.FASTEST)
    solves = []

    def minimise(solver, terms, real=Solver.minimise):
        solves.append(terms)
        if len(solves) > 1:
            solver._allowance.left = 0.0
        return real(solver, terms)

    monkeypatch.setattr(Solver, "minimise", minimise)
    plan = solve(posed)
    assert (plan.proven, plan.reachable, plan.hours) == (False, True, 5)
    check(posed, plan)


def test_a_solver_that_outlives_its_limit_is_not_waited_for(monkeypatch):
    """It hangs; the plan comes all the same, by rule of thumb."""
    hang = Event()
    monkeypatch.setattr(plan_highs, "GRACE", 0.05)
    monkeypatch.setattr(Solver, "_run", lambda *_, **__: hang.wait(60))
    posed = problem(TWO_SKILLS, GOALS, seconds=0.05)
    plan = solve(posed)
    hang.set()
    assert (plan.proven, plan.reachable) == (False, True)
    check(posed, plan)


def test_a_job_that_fails_fails_where_it_was_asked_for():
    """Not in the thread, unseen."""
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


def test_a_row_the_solver_refuses_is_an_error_not_a_missing_row():
    """A row of a column that does not exist."""
    solver = Solver(2, 0, Allowance(5))
    with pytest.raises(SolverError):
        solver.add(Row({7: 1}, least=1))


def test_an_answer_of_the_solver_that_breaks_a_row_is_not_believed(monkeypatch):
    """It leaves out everything: what is shown is a rule of thumb and not called proven."""
    unknown = Relaxed(float("-inf"), [0.0] * 99, [0.0] * 99)
    monkeypatch.setattr(Solver, "relax", lambda *_: unknown)
    monkeypatch.setattr(Solver, "minimise", lambda *_: 0)
    posed = problem(TWO_SKILLS, GOALS, hours=34)
    plan = solve(posed)
    assert (plan.proven, plan.reachable) == (False, True)
    check(posed, plan)


def test_no_plan_is_returned_that_cannot_be_walked(monkeypatch):
    """A search gone wrong is an error, not a promise."""
    monkeypatch.setattr(plan_module._Hunt, "best", lambda *_: {"cut", "glue"})
    with pytest.raises(WalkError):
        solve(problem(TWO_SKILLS, CIRCLE))


@pytest.mark.parametrize(
    ("chosen", "more"),
    [
        ({"cut", "nowhere"}, {}),
        ({"cut"}, {"without": frozenset({"cut"})}),
        ({"cut", "glue"}, {"hours": 39}),
        ({"cut", "glue"}, {"budget": 19}),
    ],
)
def test_the_walk_refuses_what_is_not_permitted_or_beyond_the_limits(chosen, more):
    """Whatever the search says."""
    with pytest.raises(WalkError):
        planned(problem(TWO_SKILLS, GOALS, **more), chosen, proven=True)


def test_the_walk_refuses_a_circle():
    """Nothing can be taken first."""
    with pytest.raises(WalkError):
        walk(problem(TWO_SKILLS, CIRCLE), {"cut", "glue"})


def test_loading_the_plan_does_not_load_the_solver():
    """Pages that do not plan stay quick: highspy and numpy come with the first solve."""
    script = (
        "import sys, assessments.core.plan as plan;"
        "print(sorted({'highspy', 'numpy'} & set(sys.modules)), plan.Goal.BEST.value)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout == "[] best\n"


def built_in() -> tuple[list[Level], tuple[Step, ...]]:
    framework = parse(normal(json.loads(BUILT_IN.read_text(encoding="utf-8"))))
    levels = [
        Level(
            level.key,
            tuple(
                Requirement(r.skill, r.rating, r.importance, r.essential)
                for r in framework.requirements
                if r.level == level.key
            ),
        )
        for level in framework.levels
    ]
    steps = tuple(
        Step(
            step.key,
            step.hours,
            round(float(step.cost) * 100),
            tuple((r.skill, r.rating) for r in step.requires),
            frozenset(step.after),
            tuple((r.skill, r.rating) for r in step.gives),
        )
        for step in framework.steps
    )
    return levels, steps


@pytest.mark.parametrize("goal", Goal)
def test_every_level_of_the_built_in_career_is_solved_and_proven(goal):
    """From nothing and from the level below; the higher the level, the longer the way."""
    levels, steps = built_in()
    starts = [{}, *({r.skill: r.rating for r in level.requirements} for level in levels)]
    from_nothing = []
    for level, below in zip(levels, starts, strict=False):
        for ratings in ({}, below):
            posed = Problem(level, ratings, steps, goal, seconds=60)
            plan = solve(posed)
            assert (plan.proven, plan.reachable) == (True, True)
            check(posed, plan)
            if not ratings:
                from_nothing.append(plan.cost if goal == Goal.CHEAPEST else plan.hours)
    assert all(lower <= higher for lower, higher in pairwise(from_nothing[::2]))
