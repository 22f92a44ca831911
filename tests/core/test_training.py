"""Training steps: what can be taken, what helps a gap.

step      | hours | cost | requires  | after    | gives
----------+-------+------+-----------+----------+---------------------
scraps    |   4   |   0  |           |          | cutting 1
orders    |  20   |   0  | cutting 1 |          | cutting 3
school    |  30   | 500  |           |          | cutting 3, gluing 1
glue      |  10   |  80  |           |          | gluing 3
planning  |   6   |   0  |           | orders   | planning 2
"""

from collections.abc import Iterable

import pytest

from assessments.core.ladder import Requirement
from assessments.core.training import (
    Step,
    can_be_taken,
    raised,
    worthwhile,
)


def step(
    key: str,
    hours: int,
    gives: dict[str, int],
    cost: int = 0,
    requires: dict[str, int] | None = None,
    after: Iterable[str] = (),
) -> Step:
    return Step(
        key=key,
        hours=hours,
        cost=cost,
        requires=tuple((requires or {}).items()),
        after=frozenset(after),
        gives=tuple(gives.items()),
    )


SCRAPS = step("scraps", 4, {"cutting": 1})
ORDERS = step("orders", 20, {"cutting": 3}, requires={"cutting": 1})
SCHOOL = step("school", 30, {"cutting": 3, "gluing": 1}, cost=50_000)
GLUE = step("glue", 10, {"gluing": 3}, cost=8_000)
PLANNING = step("planning", 6, {"planning": 2}, after=["orders"])
STEPS = (SCRAPS, ORDERS, SCHOOL, GLUE, PLANNING)


@pytest.mark.parametrize(
    ("step", "ratings", "done", "possible"),
    [
        (SCRAPS, {}, (), True),
        (ORDERS, {}, (), False),
        (ORDERS, {"cutting": None}, (), False),
        (ORDERS, {"cutting": 0}, (), False),
        (ORDERS, {"cutting": 1}, (), True),
        (ORDERS, {"cutting": 4}, (), True),
        (PLANNING, {}, (), False),
        (PLANNING, {}, ("scraps",), False),
        (PLANNING, {}, ("scraps", "orders"), True),
    ],
)
def test_a_step_can_be_taken_once_what_it_requires_holds_and_what_it_waits_for_is_done(
    step, ratings, done, possible
):
    """What is "not sure" counts as 0."""
    assert can_be_taken(step, ratings, done) is possible


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"cutting": 3, "gluing": 1}),
        ({"cutting": None, "gluing": 0}, {"cutting": 3, "gluing": 1}),
        ({"cutting": 4, "gluing": 1}, {"cutting": 4, "gluing": 1}),
        ({"cutting": 2, "sorting": 2}, {"cutting": 3, "gluing": 1, "sorting": 2}),
    ],
)
def test_a_step_raises_each_skill_it_gives_to_at_least_its_rating(before, after):
    """It never lowers one, and leaves the ratings it was given as they were."""
    given_ratings = dict(before)
    assert raised(SCHOOL, given_ratings) == after
    assert given_ratings == before


@pytest.mark.parametrize(
    ("required", "rating", "keys"),
    [
        # those that reach 3 first, the shorter one before; then the one that ends at 1
        (3, 0, ["orders", "school", "scraps"]),
        (3, None, ["orders", "school", "scraps"]),
        # all reach 1: by hours
        (1, 0, ["scraps", "orders", "school"]),
        # scraps raises nothing any more
        (3, 1, ["orders", "school"]),
        (4, 2, ["orders", "school"]),
        # none gives more than 3
        (4, 3, []),
        # met
        (1, 1, []),
        (1, 2, []),
    ],
)
def test_worthwhile_steps_raise_a_skill_that_is_below_what_is_required(required, rating, keys):
    """Best first: as far as required, then fewer hours."""
    steps = worthwhile(STEPS, Requirement("cutting", required, 1), rating)
    assert [step.key for step in steps] == keys


def test_equally_good_steps_stand_by_hours_then_cost_then_key():
    """Five hours before six, free before paid, and at last a before b."""
    steps = [
        step("b", 6, {"cutting": 2}, cost=1),
        step("a", 6, {"cutting": 2}, cost=1),
        step("c", 6, {"cutting": 2}, cost=0),
        step("d", 5, {"cutting": 2}, cost=9),
    ]
    best = worthwhile(steps, Requirement("cutting", 2, 1), 0)
    assert [each.key for each in best] == ["d", "c", "a", "b"]
