"""What a report adds to a group's counts, and adding it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from django.db import connection

from careers.catalogue import framework

from .. import figures
from ..core.ladder import Level, Ratings
from ..core.tally import Read, mapped, read
from .models import Count, Group, Reading

Key = tuple[str, str, int]
"""Kind, key and slot of a count."""
Counts = Counter[Key]
ROWS_AT_ONCE = 200


def level_of(group: Group) -> Level:
    """Return the level at which a group reads, as the core takes it."""
    return figures.ladder(group.version).level(group.level)


def answers_for(group: Group, ratings: Ratings) -> dict[str, int | None]:
    """Return the ratings of any version as the group's version has its skills."""
    return mapped(ratings, framework(group.version).merged())


def read_for(group: Group, ratings: Ratings) -> Read:
    """Read ratings of any version of the career at the group's level and version."""
    return read(level_of(group), answers_for(group, ratings))


def month(day: date) -> str:
    """Return the month of a day as it is counted: 2026-11."""
    return f"{day:%Y-%m}"


def of_reading(reading: Reading, level: Level) -> Counts:
    """Return what a report counts while it stands for its member."""
    found: Counts = Counter()
    for requirement, slot in zip(level.requirements, reading.slots, strict=True):
        found["rating", requirement.skill, int(slot)] += 1
    found["low", "", reading.low] += 1
    found["band", reading.band, 0] += 1
    for step, gain in reading.steps:
        found["step", step, 0] += 1
        found["gain", step, 0] += gain
    return found


def of_time(since: date | None, until: date | None, low: int) -> Counts:
    """Return what the history holds of a report from one day until another."""
    found: Counts = Counter()
    if since:
        found["month", month(since), low] += 1
    if until:
        found["month", month(until), low] -= 1
    return found


def of_shown(reading: Reading, level: Level) -> Counts:
    """Return what a report counts because it is shown by name, today and in the history."""
    if reading.state != "shown":
        return Counter()
    found = of_time(reading.since, reading.until, reading.low)
    if reading.is_current:
        add(found, of_reading(reading, level))
    return found


def add(counts: Counts, more: Mapping[Key, int], factor: int = 1) -> None:
    """Add counts to others, keeping what is below 0."""
    for key, number in more.items():
        counts[key] += factor * number


def store(group: Group, delta: Counts) -> None:
    """Add to the stored counts, in a fixed order, each in one atomic step.

    Rows are made before they are added to: a check refuses a row that begins below 0.
    """
    rows = sorted((key, number) for key, number in delta.items() if number)
    Count.objects.bulk_create(
        (
            Count(group=group, kind=kind, key=key, slot=slot, number=0)
            for (kind, key, slot), _number in rows
        ),
        ignore_conflicts=True,
        batch_size=ROWS_AT_ONCE,
    )
    for first in range(0, len(rows), ROWS_AT_ONCE):
        _add_to_rows(group, rows[first : first + ROWS_AT_ONCE])
    if any(number < 0 for _key, number in rows):
        Count.objects.filter(group=group, number=0).delete()  # nothing tells what once was there


def _add_to_rows(group: Group, rows: list[tuple[Key, int]]) -> None:
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    table = connection.ops.quote_name(Count._meta.db_table)
    # Names of our own table and nothing but places for values.
    statement = (
        f"WITH more (kind, key, slot, number) AS (VALUES {places})"  # noqa: S608
        f" UPDATE {table} SET number = {table}.number + more.number FROM more"
        f" WHERE {table}.group_id = %s AND {table}.kind = more.kind"
        f" AND {table}.key = more.key AND {table}.slot = more.slot"
    )
    values = [value for key, number in rows for value in (*key, number)]
    group_id = Count._meta.get_field("group").get_db_prep_value(group.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, group_id])
