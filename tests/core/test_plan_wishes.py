"""Training plans with wishes: steps done, booked, left out; what is out of reach or wrong."""

from dataclasses import replace

import pytest

from assessments.core.ladder import LadderError
from assessments.core.plan import Goal, Plan, PlanError, solve
from assessments.core.scale import Band

from .test_plan import GOALS, ONE_SKILL, TWO_SKILLS, keys, problem, steps_of

COURSES = """
    step   | hours | cost | requires  | after  | gives
    basics |   3   |  30  |           |        | sorting 1
    course |   5   |  50  | sorting 1 | basics | cutting 2
    class  |   9   |  90  |           |        | cutting 2
    hobby  |   2   |  20  | packing 1 |        |
    fair   |   1   |  10  |           |        | packing 1
"""


def test_what_is_done_satisfies_what_comes_after_costs_nothing_and_is_not_listed():
    """Of basics and course only the course is left."""
    assert keys(solve(problem(ONE_SKILL, COURSES))) == ["basics", "course"]
    plan = solve(problem(ONE_SKILL, COURSES, done=frozenset({"basics"})))
    assert (keys(plan), plan.hours, plan.cost) == (["course"], 5, 50)


def test_what_is_done_has_raised_the_ratings_unless_they_were_given_since():
    """The course made them Ready; who rated themself 1 after it has 1."""
    done = frozenset({"course"})
    assert keys(solve(problem(ONE_SKILL, COURSES, done=done))) == []
    since = problem(ONE_SKILL, COURSES, done=done, rated_since=frozenset({"cutting"}))
    assert keys(solve(replace(since, ratings={"cutting": 1}))) == ["class"]


def test_what_is_booked_is_in_the_plan_with_what_it_needs():
    """Neither the hobby nor the fair, which opens it, helps at all."""
    plan = solve(problem(ONE_SKILL, COURSES, booked=frozenset({"hobby"})))
    assert sorted(plan.keys) == ["basics", "course", "fair", "hobby"]
    assert (plan.hours, plan.cost, plan.left_out) == (11, 110, ())


def test_what_is_booked_may_make_another_way_the_shortest():
    """With the class booked, the course adds nothing any more."""
    assert keys(solve(problem(ONE_SKILL, COURSES, booked=frozenset({"class"})))) == ["class"]


def test_what_is_left_out_is_not_in_the_plan():
    """Without basics the course falls, too."""
    assert keys(solve(problem(ONE_SKILL, COURSES, without=frozenset({"basics"})))) == ["class"]


def test_a_booked_step_that_can_never_be_taken_is_named_and_the_rest_is_solved():
    """Without the fair nothing opens the hobby; cutting is learned all the same."""
    booked, without = frozenset({"hobby", "class"}), frozenset({"fair"})
    plan = solve(problem(ONE_SKILL, COURSES, booked=booked, without=without))
    assert (keys(plan), plan.reachable, plan.proven) == (["class"], True, True)
    assert plan.left_out == ("hobby",)


@pytest.mark.parametrize(
    ("booked", "hours", "expected", "left_out"),
    [
        # basics 3 + class 9 are within 12, hobby with its fair is not
        ({"basics", "class", "hobby"}, 12, ["basics", "class"], ("hobby",)),
        # class 9 and fair 1 come first by key, hobby and its fair would make 12
        ({"hobby", "fair", "class"}, 11, ["class", "fair"], ("hobby",)),
        # by itself beyond the limit
        ({"class"}, 8, ["basics", "course"], ("class",)),
    ],
)
def test_booked_steps_beyond_the_limits_are_left_out_in_order_of_key(
    booked, hours, expected, left_out
):
    """What does not fit together with those before it is named."""
    plan = solve(problem(ONE_SKILL, COURSES, booked=frozenset(booked), hours=hours))
    assert (sorted(plan.keys), plan.left_out) == (expected, left_out)


def test_when_ready_is_out_of_reach_the_plan_is_the_best_one_and_names_the_skills():
    """No step reaches 3 in cutting nor anything in sorting: in the order of the level."""
    level = """
        skill   | asks | matters | have
        sorting |   1  |   1     |   0
        gluing  |   2  |   1     |   0
        cutting |   3  |   3 *   |   0
    """
    table = """
        step  | hours | cost | requires | after | gives
        cut   |   5   |  50  |          |       | cutting 2
        glue  |   6   |   0  |          |       | gluing 2
        paste |   6   |   1  |          |       | gluing 2
    """
    for goal in Goal:
        plan = solve(problem(level, table, goal))
        assert (plan.goal, plan.reachable, plan.proven) == (goal, False, True)
        assert (keys(plan), plan.band_after) == (["cut", "glue"], Band.BUILDING)
        assert plan.unreachable_skills == ("sorting", "cutting")


def test_when_only_the_limits_are_in_the_way_no_skill_is_called_unreachable():
    """Best within the hours, for every goal; with one hour more it is Ready."""
    for goal in Goal:
        plan = solve(problem(TWO_SKILLS, GOALS, goal, hours=39, budget=509))
        assert (keys(plan), plan.reachable, plan.unreachable_skills) == (["half"], False, ())
        assert solve(problem(TWO_SKILLS, GOALS, goal, hours=40, budget=509)).reachable


def test_without_any_step_there_is_an_empty_plan():
    """Also with limits of nothing at all."""
    plan = solve(problem(ONE_SKILL, "", hours=0, budget=0))
    assert plan == Plan(
        goal=Goal.FASTEST,
        proven=True,
        reachable=False,
        steps=(),
        hours=0,
        cost=0,
        low_after=0,
        band_after=Band.STARTING_OUT,
        unreachable_skills=("cutting",),
    )


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("done", {"done": frozenset({"nowhere"})}),
        ("booked", {"booked": frozenset({"nowhere"})}),
        ("without", {"without": frozenset({"nowhere", "cut"})}),
        ("booked", {"booked": frozenset({"cut"}), "without": frozenset({"cut"})}),
        ("hours", {"hours": -1}),
        ("budget", {"budget": -1}),
        ("hours", {"hours": float("nan")}),
        ("seconds", {"seconds": -0.1}),
        ("seconds", {"seconds": float("nan")}),
        ("seconds", {"seconds": float("inf")}),
        ("steps", {"steps": steps_of(GOALS) * 2}),
        ("steps", {"steps": steps_of("a | -1 | 0 | | | cutting 1")}),
        ("steps", {"steps": steps_of("a | 1 | -5 | | | cutting 1")}),
        ("steps", {"steps": steps_of(f"a | 1 | {10**400} | | | cutting 1")}),
    ],
)
def test_a_problem_that_cannot_be_posed_names_the_field(field, more):
    """Before anything is solved."""
    posed = problem(TWO_SKILLS, GOALS)
    with pytest.raises(PlanError) as caught:
        replace(posed, **more)
    assert caught.value.field == field


def test_a_rating_outside_the_scale_is_refused():
    """As the score refuses it."""
    with pytest.raises(LadderError):
        replace(problem(ONE_SKILL, COURSES), ratings={"cutting": 5})


def test_a_done_step_may_be_booked_or_left_out_without_effect():
    """It is over."""
    done = frozenset({"basics"})
    posed = problem(ONE_SKILL, COURSES, done=done, booked=done, without=done)
    plan = solve(posed)
    assert (keys(plan), plan.left_out) == (["course"], ())


def test_absurdly_large_limits_limit_nothing():
    """More hours than there are atoms."""
    plan = solve(problem(TWO_SKILLS, GOALS, hours=10**400, budget=10**400))
    assert keys(plan) == ["quick"]
