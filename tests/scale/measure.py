"""What one machine spends on the main requests, and what an assessment takes on disk.

``python -m tests.scale.measure`` prints a table and writes ``tests/scale/measured.json``, which
the simulation reads; ``DATABASE_URL=postgres://…`` measures PostgreSQL. Requests run in process,
through every middleware, on the built-in career; what the database takes is told apart.
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 (needs the settings)
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from assessments.models import Assessment  # noqa: E402
from careers import catalogue, publishing  # noqa: E402
from tests.conftest import BUILT_IN, NOW, start  # noqa: E402

ROUNDS = 60
STORED = 200
LEVEL = "senior-production-technician"
RESULT = Path(__file__).parent / "measured.json"


class Spent:
    """Seconds of the last request: in all, in the database, and how many statements."""

    def __init__(self) -> None:
        self.database, self.statements = 0.0, 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        """Time one statement."""
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.database += time.perf_counter() - begun
            self.statements += 1


@contextmanager
def timed(rows: list[tuple[float, float, int]]) -> Iterator[None]:
    """Add processor and database seconds of what happens inside."""
    spent = Spent()
    with connection.execute_wrapper(spent):
        begun = time.process_time()
        yield
        rows.append((time.process_time() - begun, spent.database, spent.statements))


def sample(call: Callable[[int], HttpResponse], warm: int = 5) -> dict[str, float]:
    """Return the median milliseconds of processor and database, statements and bytes."""
    rows: list[tuple[float, float, int]] = []
    size = 0
    for number in range(warm + ROUNDS):
        with timed(rows):
            reply = call(number)
        assert reply.status_code in (200, 302), (reply.status_code, reply.content[:300])
        size = len(reply.content)
    own, database, statements = zip(*rows[warm:], strict=True)
    return {
        "processor_ms": round(1000 * statistics.median(own), 2),
        "database_ms": round(1000 * statistics.median(database), 2),
        "statements": statistics.median(statements),
        "bytes": size,
    }


def person(version) -> tuple[Client, Assessment]:  # type: ignore[no-untyped-def]
    """Return a visitor with an assessment under way."""
    client = Client()
    return client, start(client, version, LEVEL)


def answers(framework, number: int) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Return a rating and a note for every skill, as a page posts them."""
    found = {}
    for place, skill in enumerate(framework.skills()):
        found[f"rating-{skill}"] = str((number + place) % 5)
        found[f"revision-{skill}"] = "0"
        found[f"evidence-{skill}"] = "A note of some forty letters, now and then" * (place % 3 == 0)
    return found


def requests() -> dict[str, dict[str, float]]:
    """Measure the requests of a visit."""
    raw = json.loads(BUILT_IN.read_text())
    publishing.load_built_in(document=raw, now=NOW)
    version = catalogue.featured()[0]
    framework = catalogue.framework(version)
    group = framework.skill_groups[0]
    skill = group.skills[0].key
    people = [person(version) for _ in range(ROUNDS + 5)]
    finished = [person(version) for _ in range(ROUNDS + 5)]
    for number, (client, assessment) in enumerate(finished):
        for part in framework.questionnaire():
            client.post(
                f"/assessments/{assessment.pk}/rate/{part.key}/", answers(framework, number)
            )
    one = Client()

    def on(who: list[tuple[Client, Assessment]], path: str, post: bool = False):  # type: ignore[no-untyped-def]
        def call(number: int) -> HttpResponse:
            client, assessment = who[number]
            address = f"/assessments/{assessment.pk}/{path}"
            return client.post(address) if post else client.get(address)

        return call

    def save(number: int) -> HttpResponse:
        client, assessment = people[0]
        sent = {"rating": str(number % 5), "revision": str(number), "evidence": ""}
        return client.post(
            f"/assessments/{assessment.pk}/ratings/{skill}/",
            sent,
            headers={"accept": "application/json"},
        )

    return {
        "career": sample(lambda _: one.get("/careers/production-technician/")),
        "start": sample(
            lambda _: Client().post("/careers/production-technician/start/", {"level": LEVEL})
        ),
        "rate": sample(on(people, f"rate/{group.key}/")),
        "save": sample(save),
        "finish": sample(on(finished, "finish/", post=True)),
        "report": sample(on(finished, "report/")),
        "plan": sample(on(finished, "plan/")),
    }


def stored_bytes() -> int:
    """Return the bytes that the tables of people take, with their indexes."""
    tables = ["assessments_%", "django_session%"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
                " WHERE relkind = 'r' AND (relname LIKE %s OR relname LIKE %s)",
                tables,
            )
        else:
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE %s OR name LIKE %s", tables
            )
        return int(cursor.fetchone()[0])


def storage() -> dict[str, float]:
    """Measure what a finished assessment with its plan takes."""
    version = catalogue.featured()[0]
    framework = catalogue.framework(version)
    before = stored_bytes()
    for number in range(STORED):
        client, assessment = person(version)
        for part in framework.questionnaire():
            client.post(
                f"/assessments/{assessment.pk}/rate/{part.key}/", answers(framework, number)
            )
        client.post(f"/assessments/{assessment.pk}/finish/")
    skills = len(framework.skills())
    rows = skills + 5  # the assessment, its browser, report, plan and session
    return {
        "rows": rows,
        "skills": skills,
        "bytes": round((stored_bytes() - before) / STORED),
    }


def main() -> None:
    """Measure and print."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        found = {"database": connection.vendor, "requests": requests(), "assessment": storage()}
    finally:
        teardown_databases(databases, verbosity=0)
    print(f"{'request':<10}{'processor ms':>14}{'database ms':>13}{'statements':>12}{'bytes':>9}")
    for name, row in found["requests"].items():
        print(
            f"{name:<10}{row['processor_ms']:>14.2f}{row['database_ms']:>13.2f}"
            f"{row['statements']:>12.0f}{row['bytes']:>9,.0f}"
        )
    kept = found["assessment"]
    print(
        f"\na finished assessment of {kept['skills']} skills: {kept['rows']} rows, "
        f"{kept['bytes']:,} bytes"
    )
    RESULT.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
