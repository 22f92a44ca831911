"""Reports of the first release after every migration since: no figure of them changes.

The first state of the tables that had reports is built anew, filled with what the first release
stored (``first_release``), and migrated to the newest. Nothing that is compared was computed by
today's code.
"""

import hashlib
import json
import random
from datetime import timedelta
from typing import Any

from . import first_release
from .ground import Ground, ground, use_here
from .outcome import Outcome, command_line, end, guarded
from .planted import apply

FIRST = [("assessments", "0001_initial"), ("careers", "0001_initial"), ("sessions", "0001_initial")]
LOOKED_AT = 100
"""How many reports are also opened as pages and downloaded."""
BATCH = 500
WHEN = first_release.WHEN


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


def _versions(apps: Any, documents: list[tuple[str, str]]) -> list[Any]:
    """Store published versions as the first release did."""
    from careers import document

    made = []
    for text, sha256 in documents:
        content = document.parse(json.loads(text))
        career = apps.get_model("careers", "Career").objects.create(
            key=content.key, title=content.title
        )
        version = apps.get_model("careers", "Version").objects.create(
            career=career, number=1, document=text, sha256=sha256, origin="editors",
            published_at=WHEN, title=content.title, skill_count=len(content.skills()),
            level_count=len(content.levels), search_text="",
        )  # fmt: skip
        career.latest = version
        career.save()
        made.append(version)
    return made


def _fill(apps: Any, count: int, dice: random.Random) -> dict[str, tuple[str, str]]:
    """Store the first release's reports in turn; return each one's reply and its hash."""
    models = {
        name: apps.get_model("assessments", name) for name in ("Assessment", "Rating", "Report")
    }
    kept = first_release.load()
    versions = _versions(apps, kept.documents)
    frozen: dict[str, tuple[str, str]] = {}
    for begin in range(0, count, BATCH):
        assessments, ratings, reports = [], [], []
        for number in range(begin, min(begin + BATCH, count)):
            row = kept.reports[number % len(kept.reports)]
            at = WHEN + timedelta(minutes=number)
            one = models["Assessment"](
                version=versions[row["document"]], level=row["level"], created_at=at,
                updated_at=at, finished_at=at,
            )  # fmt: skip
            ratings += [
                models["Rating"](
                    assessment=one, skill=key, value=value, revision=dice.randint(1, 9),
                    evidence=row["evidence"].get(key, ""),
                )
                for key, value in row["ratings"].items()
            ]  # fmt: skip
            reports.append(
                models["Report"](assessment=one, reply=row["reply"], sha256=row["sha256"])
            )
            frozen[str(one.pk)] = (row["reply"], row["sha256"])
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
    from careers.models import Version

    versions = set(Version.objects.values_list("document", "sha256"))
    outcome.expect(versions == set(first_release.load().documents), "published versions changed")
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
    different = {row["sha256"] for row in first_release.load().reports}
    seen = {sha for _text, sha in frozen.values()}
    outcome.figures |= {
        "different": len(seen),
        "frozen figures changed": len(changed) + abs(len(stored) - len(frozen)),
        "computed otherwise": len(otherwise),
    }
    outcome.broken += [f"{key}: frozen figures changed" for key in changed]
    outcome.broken += [f"{key}: computed otherwise today" for key in otherwise]
    outcome.expect(seen == different, f"only {len(seen)} of {len(different)} reports were tried")
    outcome.expect(len(stored) == len(frozen), f"{len(stored)} of {len(frozen)} reports are left")


def try_it(outcome: Outcome, ground: Ground, *, reports: int, seed: int, plant: str) -> None:
    """Build the first state, fill it, migrate, compare."""
    ground.environment["CACHE_URL"] = "locmem://"
    use_here(ground)
    apply(plant)
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    dice = random.Random(seed)
    _empty(ground)
    executor = MigrationExecutor(connection)
    executor.migrate(FIRST)
    frozen = _fill(executor.loader.project_state(FIRST).apps, reports, dice)
    before = _fingerprint()
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
