"""When the steps of a plan start and end, at so many hours a week."""

from collections.abc import Sequence

from .plan_problem import PlanError

DAYS_A_WEEK = 7
HOURS_A_WEEK = 168
LAST_DAY = 3_652_059
"""31 December 9999, the last day a calendar date can hold, counted from 1 January 1."""


def dates(
    steps_hours: Sequence[int], start: int, hours_per_week: int
) -> tuple[tuple[int, int], ...]:
    """Return (starts_on, ends_on) of each step, one after the other, in the order given.

    Days are proleptic Gregorian ordinals (``date.toordinal()``), hours and hours per week
    whole. A step starts on ``start`` + floor(7 · hours before / hours per week) and ends on
    ``start`` + ceil(7 · hours with it / hours per week) - 1, but never before it starts.

    Raises PlanError with field ``hours_per_week`` unless it is 1 to 168 and the calendar
    reaches the last day, ``starts_on`` for a start outside the calendar.
    """
    if hours_per_week not in range(1, HOURS_A_WEEK + 1):
        raise PlanError("hours_per_week", f"hours per week are 1 to {HOURS_A_WEEK}")
    if not 1 <= start <= LAST_DAY:
        raise PlanError("starts_on", "no day of the calendar")
    days = []
    before = 0
    for hours in steps_hours:
        after = before + hours
        starts_on = start + DAYS_A_WEEK * before // hours_per_week
        ends_on = start - (-DAYS_A_WEEK * after // hours_per_week) - 1
        days.append((starts_on, max(starts_on, ends_on)))
        before = after
    if days and days[-1][1] > LAST_DAY:
        raise PlanError("hours_per_week", "the plan would end after the year 9999")
    return tuple(days)
