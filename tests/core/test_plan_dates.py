"""Dates of a plan, as ordinals of days: from hours a week to starts and ends.

2 hours a week, steps of 1, 3 and 0 hours
day     0  1  2  3 | 4 … 13
step    a  a  a  ab b … b     c starts where b ends, on day 14
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.core.plan import PlanError, dates

START = date(2026, 11, 23).toordinal()  # a Monday
LAST_DAY = date.max.toordinal()


def days(hours: list[int], per_week: int) -> list[tuple[int, int]]:
    """Return the dates as days after the start."""
    return [(first - START, last - START) for first, last in dates(hours, START, per_week)]


@pytest.mark.parametrize(
    ("hours", "per_week", "expected"),
    [
        # one week each
        ([10, 10], 10, [(0, 6), (7, 13)]),
        # 7/2 of a day for an hour: a ends in the course of day 3, where b starts
        ([1, 3, 0], 2, [(0, 3), (3, 13), (14, 14)]),
        # 24 hours a day: several a day
        ([24, 12, 12, 24], 168, [(0, 0), (1, 1), (1, 1), (2, 2)]),
        # no hours at all: on the day itself
        ([0, 0], 5, [(0, 0), (0, 0)]),
        ([0, 5], 5, [(0, 0), (0, 6)]),
        # an hour a week
        ([1, 2], 1, [(0, 6), (7, 20)]),
        # 11 · 7/10 = 7.7: ends on day 7, the next starts on it
        ([11, 9], 10, [(0, 7), (7, 13)]),
        ([], 10, []),
    ],
)
def test_steps_follow_each_other_at_so_many_hours_a_week(hours, per_week, expected):
    """Starts are rounded down to the day, ends up, to the last day still needed."""
    assert days(hours, per_week) == expected


@given(
    st.lists(st.integers(0, 500), max_size=12),
    st.integers(1, 168),
    st.integers(1, 1_000_000),
)
def test_steps_never_end_before_they_start_nor_start_before_the_one_before(hours, week, start):
    """And the whole takes as many weeks as its hours say, to the day."""
    result = dates(hours, start, week)
    assert len(result) == len(hours)
    assert all(start <= first <= last for first, last in result)
    assert [first for first, _ in result] == sorted(first for first, _ in result)
    assert [last for _, last in result] == sorted(last for _, last in result)
    if sum(hours):
        assert 0 <= (result[-1][1] - start + 1) * week - 7 * sum(hours) < 2 * week


@pytest.mark.parametrize("per_week", [0, -1, 169, 10**400, 2.5, float("nan")])
def test_hours_a_week_are_whole_and_1_to_168(per_week):
    """More than there are, or none, never end."""
    with pytest.raises(PlanError) as caught:
        dates([1], START, per_week)
    assert caught.value.field == "hours_per_week"


@pytest.mark.parametrize("start", [0, -5, LAST_DAY + 1])
def test_the_start_is_a_day_of_the_calendar(start):
    """From the year 1 to 9999."""
    with pytest.raises(PlanError) as caught:
        dates([1], start, 10)
    assert caught.value.field == "starts_on"


def test_a_plan_ends_within_the_calendar():
    """On the last day of 9999 at the latest."""
    assert dates([7], LAST_DAY, 168) == ((LAST_DAY, LAST_DAY),)
    with pytest.raises(PlanError) as caught:
        dates([1_000_000], START, 1)
    assert caught.value.field == "hours_per_week"
