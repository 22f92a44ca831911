"""``python -m tests.bench.group_page [--short]``: a group's page at a million ratings.

In process, on a database of its own. Beside the page stand the one indexed statement that
reads the group's kept counts, and the statement that counts the same from the ratings.
"""

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 (needs the settings)
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import User  # noqa: E402
from assessments.groups import actions, counts  # noqa: E402
from assessments.groups.models import Count, Group, Membership, Reading  # noqa: E402
from assessments.groups.page import page  # noqa: E402
from assessments.models import Assessment, Rating  # noqa: E402
from careers.models import Version  # noqa: E402

from ..conftest import NOW, publish  # noqa: E402
from ..queries import counted  # noqa: E402
from . import job  # noqa: E402

SHORT = "--short" in sys.argv
PEOPLE = 2_000 if SHORT else 33_334
KINDS = 200
"""So many different sets of answers."""
ROUNDS = 5 if SHORT else 21
AT_ONCE = 1_500
VALUES = (None, 0, 1, 2, 2, 3, 3, 4)
SKILLS = [question["key"] for question in job.questions()]


def answers(kind: int) -> dict[str, int | None]:
    """Return one set of made-up answers."""
    return {key: VALUES[(kind * 7 + place * (kind + 3)) % 8] for place, key in enumerate(SKILLS)}


def rating_rows(people: list[uuid.UUID]) -> Iterator[list[object]]:
    """Yield the rows of everyone's ratings as the database takes them, many at a time."""
    key = Assessment._meta.pk
    for first in range(0, len(people), AT_ONCE // 30):
        values: list[object] = []
        for place in range(first, min(first + AT_ONCE // 30, len(people))):
            stored = key.get_db_prep_value(people[place], connection)
            for skill, value in answers(place % KINDS).items():
                values += [stored, skill, value, "", 1]
        yield values


def store_ratings(people: list[uuid.UUID]) -> None:
    """Write everyone's ratings."""
    table = connection.ops.quote_name(Rating._meta.db_table)
    into = f"INSERT INTO {table} (assessment_id, skill, value, evidence, revision) VALUES "  # noqa: S608
    with connection.cursor() as cursor:
        for values in rating_rows(people):
            places = ", ".join(["(%s, %s, %s, %s, %s)"] * (len(values) // 5))
            cursor.execute(into + places, values)


def store_people(version: Version, group: Group) -> None:
    """Store finished assessments that are shown in the group, and the counts of them."""
    people = [uuid.uuid4() for _ in range(PEOPLE)]
    Assessment.objects.bulk_create(
        (
            Assessment(
                pk=pk, version=version, level=job.LEVEL,
                created_at=NOW, updated_at=NOW, finished_at=NOW,
            )
            for pk in people
        ),
        batch_size=1_000,
    )  # fmt: skip
    store_ratings(people)
    members = Membership.objects.bulk_create(
        (
            Membership(
                group=group, assessment_id=pk, is_listed=True, name=f"Person {n}", joined_at=NOW
            )
            for n, pk in enumerate(people)
        ),
        batch_size=1_000,
    )
    store_readings(group, people, members)


def store_readings(group: Group, people: list[uuid.UUID], members: list[Membership]) -> None:
    """Store how the group reads everyone, and add up the counts."""
    level = counts.level_of(group)
    found: counts.Counts = counts.Counter()
    kinds = []
    for kind in range(KINDS):
        read = counts.read_for(group, answers(kind))
        reading = Reading(
            group=group, state="shown", was_shown=True, low=read.low, band=read.band.value,
            slots="".join(map(str, read.slots)), is_planned=True, since=NOW.date(),
        )  # fmt: skip
        many = len(range(kind, PEOPLE, KINDS))
        counts.add(found, counts.of_shown(reading, level), many)
        kinds.append(reading)
    names = ("group", "state", "was_shown", "low", "band", "slots", "is_planned", "since")
    Reading.objects.bulk_create(
        (
            Reading(
                assessment_id=pk,
                member=member,
                **{name: getattr(kinds[n % KINDS], name) for name in names},
            )
            for n, (pk, member) in enumerate(zip(people, members, strict=True))
        ),
        batch_size=1_000,
    )
    counts.store(group, found)


def medians(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median time of each call in ms; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            if number:
                times[name].append(1000 * (time.perf_counter() - begin))
    return {name: statistics.median(each) for name, each in times.items()}


def fetch(statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def measure(version: Version) -> None:
    """Print the times of the page and of the statements."""
    coach = User.objects.create_user("coach@example.org")
    group = actions.make(
        owner=coach, name="All", coach="Cora", version=version, level=job.LEVEL, now=NOW
    )
    with transaction.atomic():
        store_people(version, group)
    fetch("ANALYZE")
    client = Client()
    client.force_login(coach)
    address, key = f"/groups/{group.pk}/", Group._meta.pk.get_db_prep_value(group.pk, connection)
    kept = (
        f"SELECT kind, key, slot, number FROM {Count._meta.db_table}"  # noqa: S608 (our own names)
        " WHERE group_id = %s ORDER BY kind, key, slot"
    )
    from_ratings = (
        f"SELECT r.skill, r.value, COUNT(*) FROM {Reading._meta.db_table} g"  # noqa: S608
        f" JOIN {Rating._meta.db_table} r ON r.assessment_id = g.assessment_id"
        " WHERE g.group_id = %s AND g.state = 'shown' GROUP BY r.skill, r.value"
    )
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        reply = client.get(address)
        if reply.status_code != 200:
            raise SystemExit(f"{address} answered {reply.status_code}")
    queries = len(counted(context))
    found = medians(
        {
            "the whole page, HTML and all": lambda: client.get(address),
            "its figures": lambda: page(group),
            "the indexed statement that reads the kept counts": lambda: fetch(kept, key),
            "the statement that counts the ratings": lambda: fetch(from_ratings, key),
        }
    )
    statement = found["the indexed statement that reads the kept counts"]
    rows = len(fetch(kept, key))
    print(
        f"{connection.vendor}: {Rating.objects.count():,} ratings of {PEOPLE:,} people, {rows:,}"
        f" kept counts; {queries} queries, {len(reply.content) / 1000:.1f} KB of HTML"
    )
    for name, each in found.items():
        print(f"{name:<52}{each:>9.2f} ms{each / statement:>9.1f} × the indexed statement")


def main() -> None:
    """Measure on a database of its own."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure(publish(job.framework()))
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
