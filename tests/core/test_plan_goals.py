"""Training plans by goal: limits, ties, the best within limits, the runner-up."""

import random
from dataclasses import replace
from itertools import permutations

import pytest

from assessments.core.ladder import Level, Requirement
from assessments.core.plan import Goal, Problem, runner_up, solve
from assessments.core.plan_search import KEYS_AT_ONCE
from assessments.core.scale import Band
from assessments.core.training import Step

from . import read
from .test_plan import GOALS, ONE_SKILL, TWO_SKILLS, keys, problem
from .test_plan_wishes import COURSES


@pytest.mark.parametrize(
    ("goal", "limits", "expected"),
    [
        (Goal.FASTEST, {}, ["quick"]),
        (Goal.CHEAPEST, {}, ["cut", "glue"]),
        (Goal.BEST, {}, ["quick"]),
        (Goal.FASTEST, {"budget": 899}, ["half", "glue"]),
        (Goal.FASTEST, {"budget": 509}, ["cut", "glue"]),
        (Goal.CHEAPEST, {"hours": 39}, ["half", "glue"]),
        (Goal.CHEAPEST, {"hours": 34}, ["quick"]),
        (Goal.BEST, {"budget": 20}, ["cut", "glue"]),
        (Goal.BEST, {"budget": 19}, ["cut"]),
        (Goal.BEST, {"hours": 15, "budget": 500}, ["half"]),
    ],
)
def test_each_goal_has_its_own_best_plan_and_keeps_to_the_limits(goal, limits, expected):
    """What is equal to a limit keeps to it."""
    assert keys(solve(problem(TWO_SKILLS, GOALS, goal, **limits))) == expected


@pytest.mark.parametrize(
    ("goal", "a", "b", "expected"),
    [
        (Goal.FASTEST, (5, 9), (6, 0), "a"),
        (Goal.FASTEST, (5, 9), (5, 8), "b"),
        (Goal.FASTEST, (5, 9), (5, 9), "a"),
        (Goal.CHEAPEST, (5, 9), (6, 8), "b"),
        (Goal.CHEAPEST, (6, 9), (5, 9), "b"),
        (Goal.CHEAPEST, (5, 9), (5, 9), "a"),
        (Goal.BEST, (5, 9), (6, 0), "a"),
        (Goal.BEST, (5, 9), (5, 8), "b"),
        (Goal.BEST, (5, 9), (5, 9), "a"),
    ],
)
def test_ties_are_settled_by_hours_and_cost_in_the_order_of_the_goal_then_by_key(
    goal, a, b, expected
):
    """The steps are alike but for hours and cost; given in either order."""
    steps = tuple(
        Step(key, hours, cost, (), frozenset(), (("cutting", 2),))
        for key, (hours, cost) in (("a", a), ("b", b))
    )
    level, ratings = read(ONE_SKILL)
    for given in (steps, steps[::-1]):
        assert keys(solve(Problem(level, ratings, given, goal, seconds=60))) == [expected]


@pytest.mark.parametrize("goal", Goal)
def test_of_equal_hours_and_cost_the_fewer_steps_win(goal):
    """Two of five hours or one of ten."""
    table = """
        step | hours | cost | requires | after | gives
        a    |   5   |  5   |          |       | cutting 2
        b    |   5   |  5   |          |       | gluing 2
        c    |  10   | 10   |          |       | cutting 2, gluing 2
    """
    assert keys(solve(problem(TWO_SKILLS, table, goal))) == ["c"]


def one_for_each(names: tuple[str, ...], goal: Goal) -> Problem:
    """Return a level of as many skills as names, all alike, and one step for each skill."""
    skills = [f"skill-{n:02}" for n in range(len(names))]
    return Problem(
        level=Level("level", tuple(Requirement(skill, 1, 1) for skill in skills)),
        ratings={},
        steps=tuple(
            Step(name, 1, 0, (), frozenset(), ((skill, 1),))
            for name, skill in zip(names, skills, strict=True)
        ),
        goal=goal,
        seconds=60,
    )


@pytest.mark.parametrize("names", list(permutations("abcde"))[::17])
@pytest.mark.parametrize("goal", [Goal.FASTEST, Goal.CHEAPEST])
def test_of_sets_equal_in_all_else_the_first_by_key_wins_whatever_the_names(goal, names):
    """Any four of the five do, and no step replaces another."""
    assert keys(solve(one_for_each(names, goal))) == ["a", "b", "c", "d"]


def test_the_first_by_key_is_found_among_thousands_of_equal_sets():
    """16 of 20 in 4,845 ways, more keys than are compared in one solve."""
    names = [f"step-{n:02}" for n in range(20)]
    assert len(names) > KEYS_AT_ONCE
    random.Random(7).shuffle(names)  # noqa: S311 (no secrets)
    assert keys(solve(one_for_each(tuple(names), Goal.FASTEST))) == sorted(names)[:16]


def test_best_prefers_the_higher_band_to_more_points():
    """With gluing 66.6 % and Nearly ready, with sorting 88.8 % and Building."""
    level = """
        skill   | asks | matters | have
        cutting |   1  |   5     |   1
        sorting |   1  |   3     |   0
        gluing  |   1  |   1 *   |   0
    """
    table = """
        step | hours | cost | requires | after | gives
        glue |   9   |  0   |          |       | gluing 1
        sort |   9   |  0   |          |       | sorting 1
    """
    plan = solve(problem(level, table, Goal.BEST, hours=10))
    assert (keys(plan), plan.band_after, plan.low_after) == (["glue"], Band.NEARLY_READY, 666)
    assert (plan.reachable, plan.unreachable_skills) == (False, ())


def test_best_compares_exact_coverage_not_the_rounded_figure():
    """A third of one point against a quarter, both 0.1 % of 202: the third wins."""
    level = """
        skill       | asks | matters | have
        other x40   |   1  |   5     |   0
        cutting     |   4  |   1     |   0
        gluing      |   3  |   1     |   0
    """
    table = """
        step | hours | cost | requires | after | gives
        cut  |   1   |  0   |          |       | cutting 1
        glue |   2   |  0   |          |       | gluing 1
    """
    for hours, expected in ((1, "cut"), (2, "glue")):
        plan = solve(problem(level, table, Goal.BEST, hours=hours))
        assert (keys(plan), plan.low_after) == ([expected], 1)


def test_best_goes_on_after_ready_while_the_others_stop():
    """Ready already: nothing to do for fastest and cheapest, one more skill for best."""
    level = """
        skill   | asks | matters | have
        cutting |   1  |   4     |   1
        gluing  |   1  |   1     |   0
    """
    table = """
        step | hours | cost | requires | after | gives
        glue |   9   |  0   |          |       | gluing 1
    """
    for goal, expected in ((Goal.FASTEST, []), (Goal.CHEAPEST, []), (Goal.BEST, ["glue"])):
        plan = solve(problem(level, table, goal))
        assert (keys(plan), plan.proven, plan.reachable) == (expected, True, True)
    assert keys(solve(problem(level, table, booked=frozenset({"glue"})))) == ["glue"]


def test_the_same_input_in_any_order_gives_the_same_plan():
    """Steps, ratings and requirements are shuffled; many steps are equally good."""
    rng = random.Random(3)  # noqa: S311 (no secrets)
    skills = [f"skill-{n}" for n in range(8)]
    level = Level("level", tuple(Requirement(s, 2, 1 + n % 3) for n, s in enumerate(skills)))
    steps = tuple(
        Step(
            f"step-{n:02}",
            rng.choice((1, 2)),
            rng.choice((0, 1)),
            tuple((s, 1) for s in rng.sample(skills, rng.choice((0, 0, 1)))),
            frozenset(),
            tuple((s, rng.randint(1, 2)) for s in rng.sample(skills, 2)),
        )
        for n in range(24)
    )
    ratings = dict.fromkeys(skills, 0)
    for goal in Goal:
        posed = Problem(level, ratings, steps, goal, hours=16, seconds=60)
        plan = solve(posed)
        for _ in range(4):
            shuffled = replace(
                posed,
                level=Level("level", tuple(rng.sample(level.requirements, 8))),
                ratings=dict(rng.sample(list(ratings.items()), 8)),
                steps=tuple(rng.sample(steps, 24)),
            )
            assert solve(shuffled) == plan
            assert runner_up(shuffled, plan) == runner_up(posed, plan)


@pytest.mark.parametrize(
    ("goal", "more", "expected"),
    [
        # cut and glue make 40 hours, half and glue 35
        (Goal.FASTEST, {}, ["half", "glue"]),
        # half instead of cut, 510 for 20
        (Goal.CHEAPEST, {}, ["half", "glue"]),
        (Goal.FASTEST, {"booked": frozenset({"cut"})}, ["cut", "glue"]),
        # quick is booked and wins alone: there is nothing to leave out
        (Goal.FASTEST, {"booked": frozenset({"quick"})}, None),
        # no other plan is Ready within the hours
        (Goal.FASTEST, {"hours": 14}, None),
        # for best, an empty plan is the next best of one step
        (Goal.BEST, {"hours": 14}, []),
        # 35 hours for all points, where quick takes 10
        (Goal.BEST, {}, ["half", "glue"]),
        # out of reach: half is better than cut alone
        (Goal.FASTEST, {"without": frozenset({"quick", "glue"})}, ["cut"]),
    ],
)
def test_the_runner_up_is_the_best_plan_without_all_of_the_winners_steps(goal, more, expected):
    """It may hold some of them, never all."""
    posed = problem(TWO_SKILLS, GOALS, goal, **more)
    plan = solve(posed)
    second = runner_up(posed, plan)
    assert keys(second) == expected
    if second:
        assert second.proven
        assert not plan.keys <= second.keys


def test_an_empty_winner_has_no_runner_up():
    """Who is Ready needs no second way."""
    posed = problem(ONE_SKILL.replace("|   0", "|   2"), COURSES)
    assert runner_up(posed, solve(posed)) is None


def test_the_runner_up_keeps_to_what_is_booked_as_far_as_the_winner_could():
    """The hobby cannot be taken in either."""
    posed = problem(
        ONE_SKILL,
        COURSES,
        booked=frozenset({"hobby"}),
        without=frozenset({"fair"}),
    )
    plan = solve(posed)
    assert (keys(plan), plan.left_out) == (["basics", "course"], ("hobby",))
    second = runner_up(posed, plan)
    assert second is not None
    assert (keys(second), second.left_out) == (["class"], ("hobby",))
