"""Reports of the first release after every migration since: no figure of them changes.

The first state of the tables that had reports is built anew, filled, and migrated to the newest.
"""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from .ground import ROOT, Ground, ground, use_here
from .outcome import Outcome, command_line, end, guarded
from .planted import apply

FIRST = [("assessments", "0001_initial"), ("careers", "0001_initial"), ("sessions", "0001_initial")]
BUILT_IN = ROOT / "careers" / "data" / "production-technician.json"
LOOKED_AT = 100
"""How many reports are also opened as pages and downloaded."""
BATCH = 500
WHEN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def _empty(ground: Ground) -> None:
    """Take every table out of the database."""
    from django.db import connection

    if ground.vendor == "sqlite":
        connection.close()
        for path in ground.folder.glob("rung.sqlite3*"):
            path.unlink()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _documents() -> list[dict[str, Any]]:
    from careers import document
    from tests import frameworks

    raw = [json.loads(BUILT_IN.read_text()), frameworks.tiny(), frameworks.of_size(40, 5)]
    return [document.normal(each) for each in raw]


def _versions(apps: Any) -> list[tuple[Any, Any, Any]]:
    """Store published versions as the first release did; return each with its ladder."""
    from assessments.figures import ladder_of
    from careers import document

    made = []
    for raw in _documents():
        content = document.parse(raw)
        career = apps.get_model("careers", "Career").objects.create(
            key=content.key, title=content.title
        )
        version = apps.get_model("careers", "Version").objects.create(
            career=career, number=1, document=document.canonical(raw).decode(),
            sha256=document.content_hash(raw), origin="editors", published_at=WHEN,
            title=content.title, skill_count=len(content.skills()),
            level_count=len(content.levels), search_text="",
        )  # fmt: skip
        career.latest = version
        career.save()
        made.append((version, content, ladder_of(content)))
    return made


def _fill(apps: Any, count: int, dice: random.Random) -> dict[str, tuple[str, str]]:
    """Store finished assessments; return each report's reply and its hash."""
    import rfc8785

    from assessments.core.score import reply, score

    models = {
        name: apps.get_model("assessments", name) for name in ("Assessment", "Rating", "Report")
    }
    versions = _versions(apps)
    frozen: dict[str, tuple[str, str]] = {}
    for begin in range(0, count, BATCH):
        assessments, ratings, reports = [], [], []
        for number in range(begin, min(begin + BATCH, count)):
            version, content, ladder = versions[number % len(versions)]
            level = dice.choice(content.levels).key
            at = WHEN + timedelta(minutes=number)
            one = models["Assessment"](
                version=version, level=level, created_at=at, updated_at=at, finished_at=at
            )
            given = {
                key: dice.choice((None, 0, 1, 2, 3, 4))
                for key in content.skills()
                if dice.random() < 0.9
            }
            proven = {key for key in given if dice.random() < 0.3}
            ratings += [
                models["Rating"](
                    assessment=one, skill=key, value=value, revision=dice.randint(1, 9),
                    evidence=f"as shown in {number}" if key in proven else "",
                )
                for key, value in given.items()
            ]  # fmt: skip
            text = rfc8785.dumps(
                reply(score(ladder, level, given, proven), career=content.key, version=1)
            )
            sha = hashlib.sha256(text).hexdigest()
            reports.append(models["Report"](assessment=one, reply=text.decode(), sha256=sha))
            frozen[str(one.pk)] = (text.decode(), sha)
            assessments.append(one)
        for rows in (assessments, ratings, reports):
            type(rows[0]).objects.bulk_create(rows, batch_size=BATCH)
    return frozen


def _fingerprint() -> str:
    """Return one hash over every rating that is stored."""
    from django.db import connection

    found = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT assessment_id, skill, value, evidence, revision FROM assessments_rating"
            " ORDER BY assessment_id, skill"
        )
        while rows := cursor.fetchmany(5000):
            found.update(repr([tuple(map(str, row)) for row in rows]).encode())
    return found.hexdigest()


def _pages(outcome: Outcome, frozen: dict[str, tuple[str, str]], dice: random.Random) -> int:
    """Open some reports as their owner would, in the newest release; compare every figure."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from assessments.models import Assessment

    owner = get_user_model().objects.create_user("owner@example.org")
    client = Client()
    client.force_login(owner)
    some = dice.sample(sorted(frozen), min(LOOKED_AT, len(frozen)))
    Assessment.objects.filter(pk__in=some).update(owner=owner)
    for key in some:
        figures = json.loads(frozen[key][0])
        seen = client.get(f"/assessments/{key}/report.json").json()
        other = [name for name in figures if seen.get(name) != figures[name]]
        outcome.expect(not other, f"{key}: report.json has other {other}")
        page = client.get(f"/assessments/{key}/report/")
        shown = f"{figures['low']:.1f}" in page.content.decode()
        outcome.expect(page.status_code == 200 and shown, f"{key}: the page: {page.status_code}")
    return len(some)


def _judge(outcome: Outcome, frozen: dict[str, tuple[str, str]]) -> None:
    """Compare every frozen reply, and what today's code computes from the stored answers."""
    import rfc8785

    from assessments import reports
    from assessments.models import Assessment, Report

    stored = {
        str(key): (text, sha)
        for key, text, sha in Report.objects.values_list("assessment_id", "reply", "sha256")
    }
    changed = [key for key in frozen if stored.get(key) != frozen[key]]
    otherwise = [
        str(one.pk)
        for one in Assessment.objects.with_version().iterator(chunk_size=BATCH)
        if rfc8785.dumps(reports.reply(one)).decode() != frozen[str(one.pk)][0]
    ]
    outcome.figures |= {
        "frozen figures changed": len(changed) + abs(len(stored) - len(frozen)),
        "computed otherwise": len(otherwise),
    }
    outcome.broken += [f"{key}: frozen figures changed" for key in changed]
    outcome.broken += [f"{key}: computed otherwise today" for key in otherwise]
    outcome.expect(len(stored) == len(frozen), f"{len(stored)} of {len(frozen)} reports are left")


def try_it(outcome: Outcome, ground: Ground, *, reports: int, seed: int, plant: str) -> None:
    """Build the first state, fill it, migrate, compare."""
    ground.environment["CACHE_URL"] = "locmem://"
    use_here(ground)
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    dice = random.Random(seed)
    _empty(ground)
    executor = MigrationExecutor(connection)
    executor.migrate(FIRST)
    frozen = _fill(executor.loader.project_state(FIRST).apps, reports, dice)
    before = _fingerprint()
    apply(plant)
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    applied = len(executor.migration_plan(leaves))
    call_command("migrate", verbosity=0)
    outcome.figures |= {"reports": len(frozen), "migrations since the first": applied}
    outcome.expect(_fingerprint() == before, "stored ratings changed")
    _judge(outcome, frozen)
    outcome.figures["opened as pages"] = _pages(outcome, frozen, dice)


def main() -> None:
    """Run it by itself."""
    parser = command_line("migrations", reports=10_000, seed=6)
    given = parser.parse_args()
    outcome = Outcome("migrations from the first release", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, reports=given.reports, seed=given.seed, plant=given.plant
            ),
        )
    end(outcome)


if __name__ == "__main__":
    main()
