"""``python -m tests.bench.pages [--short] [--group]``: queries, bytes and times of the main pages.

Times are ratios within this run.

Pages run in process, through every middleware, at 24 and at 120 skills. The floor is the
same bytes answered by a bare view through the same middleware.
"""

import gzip
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402 (needs the settings)
from django.db import connection  # noqa: E402
from django.db.models import Count as CountOf  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import path  # noqa: E402

from assessments import effects  # noqa: E402
from assessments.groups.models import Count  # noqa: E402
from assessments.models import Assessment, Rating  # noqa: E402
from careers import catalogue  # noqa: E402
from careers.models import Career, Requirement, Version  # noqa: E402
from config.urls import urlpatterns as real_patterns  # noqa: E402

from .. import frameworks  # noqa: E402
from ..conftest import BUILT_IN, NOW, answer, publish, start  # noqa: E402
from ..groups import crowd  # noqa: E402
from ..queries import counted  # noqa: E402

SHORT = "--short" in sys.argv
ROUNDS = 40 if SHORT else 200
REPORTS = 1_000 if SHORT else 10_000
GROUP_RATINGS = 30_000 if SHORT else 1_000_000
FIRST_VISIT = ("/", "/careers/production-technician/")
floor_body = b""

urlpatterns = [*real_patterns, path("floor", lambda _request: HttpResponse(floor_body))]


def median_ms(call: Callable[[], object]) -> float:
    """Return the median of many calls, in milliseconds, after a warm-up."""
    for _ in range(5):
        call()
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def queries(call: Callable[[], object]) -> int:
    """Return the queries of one warm call, as the tests count them."""
    call()
    with CaptureQueriesContext(connection) as context:
        call()
    return len(counted(context))


def measure(name: str, skills: int, client: Client, call: Callable[[], HttpResponse]) -> None:
    """Print one line of the table."""
    global floor_body
    body = call().content
    floor_body = body
    own = median_ms(call)
    floor = median_ms(lambda: client.get("/floor"))
    print(
        f"{name:<22}{skills:>7}{queries(call):>9}{len(body) / 1000:>10.1f}"
        f"{own:>9.2f}{own / floor:>9.1f}"
    )


def pages(skills: int) -> None:
    """Measure the pages of one size."""
    version = publish(frameworks.of_size(skills, 5, key=f"made-up-{skills}"))
    client = Client()
    under_way = start(client, version, "level-3")
    finished = start(client, version, "level-4")
    answer(finished, **{f"skill_{n}": n % 5 for n in range(skills)})
    client.post(f"/assessments/{finished.pk}/finish/")
    base = f"/assessments/{under_way.pk}"
    state = {"revision": 0, "value": 0}

    def save() -> HttpResponse:
        state["value"] = (state["value"] + 1) % 5
        reply = client.post(
            f"{base}/ratings/skill-0/",
            {"rating": state["value"], "evidence": "", "revision": state["revision"]},
        )
        state["revision"] = reply.json()["revision"]
        return reply

    measure("rate one page", skills, client, lambda: client.get(f"{base}/rate/page-0/"))
    measure("save one rating", skills, client, save)
    measure("report", skills, client, lambda: client.get(f"/assessments/{finished.pk}/report/"))
    measure("plan", skills, client, lambda: client.get(f"/assessments/{finished.pk}/plan/"))
    body = {
        "career": version.career.key,
        "level": "level-4",
        "ratings": {f"skill-{n}": n % 5 for n in range(skills)},
        "evidence": [f"skill-{n}" for n in range(0, skills, 3)],
    }
    measure(
        "API score",
        skills,
        client,
        lambda: client.post("/api/v1/score", body, content_type="application/json"),
    )


def sizes() -> None:
    """Print the bytes of the built-in career's pages, as a browser receives them."""
    version = publish(json.loads(BUILT_IN.read_text()))
    client = Client()
    largest = 0
    for level in ("junior-production-technician", "production-supervisor"):
        done: Assessment = start(client, version, level)
        client.post(f"/assessments/{done.pk}/finish/")
        largest = max(largest, len(client.get(f"/assessments/{done.pk}/report/").content))
    print(f"\nLargest report (nothing answered), HTML: {largest / 1000:.1f} KB")
    root = Path(settings.BASE_DIR) / "static"
    files = [p for p in root.rglob("*") if p.suffix in {".css", ".woff2"}] + [root / "img/icon.svg"]
    static = sum(
        len(p.read_bytes()) if p.suffix == ".woff2" else len(gzip.compress(p.read_bytes()))
        for p in files
    )
    html = sum(len(gzip.compress(client.get(address).content)) for address in FIRST_VISIT)
    print(
        f"First visit, compressed: {(static + html) / 1000:.1f} KB"
        f" ({static / 1000:.1f} style and font, {html / 1000:.1f} home and career page)"
    )


def store_reports(version: Version, reports: int) -> None:
    """Store finished assessments of made-up answers, without their frozen replies."""
    keys = list(catalogue.framework(version).skills())
    found = Assessment.objects.bulk_create(
        (
            Assessment(
                version=version, level=f"level-{1 + n % version.level_count}",
                created_at=NOW, updated_at=NOW, finished_at=NOW,
            )
            for n in range(reports)
        ),
        batch_size=500,
    )  # fmt: skip
    answers = (None, 0, 1, 2, 2, 3, 3, 4)
    Rating.objects.bulk_create(
        (
            Rating(assessment=one, skill=key, value=answers[(n * 7 + place * n) % len(answers)])
            for n, one in enumerate(found)
            for place, key in enumerate(keys)
        ),
        batch_size=500,
    )


def effects_on(reports: int) -> None:
    """Print how long the studio takes to read that many stored reports against a draft."""
    version = publish(frameworks.of_size(30, 5, key="made-up-30"))
    store_reports(version, reports)
    Requirement.objects.filter(level__key="level-3").update(rating=4)
    career = Career.objects.select_related("latest").get(pk=version.career_id)
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        page = effects.page(career)
        times.append(time.perf_counter() - begin)
    print(
        f"\nEffects on {page.reports:,} reports of {version.skill_count} skills:"
        f" {min(times):.2f} s at best, {max(times):.2f} s at worst;"
        f" {page.changed:,} change their band"
    )


def group_page(ratings: int) -> None:
    """Print what a group's page takes over that many ratings, beside one indexed statement."""
    version = publish(frameworks.of_size(30, 5, key="made-up-group"))
    begin = time.perf_counter()
    group = crowd.group_of(version, "level-3", ratings // 30)
    stored = time.perf_counter() - begin
    client = Client()
    client.force_login(group.owner)
    address = f"/groups/{group.pk}/"
    own = median_ms(lambda: client.get(address))

    def statement() -> list[tuple[str, int, int]]:
        rows = Count.objects.filter(group=group).order_by("kind", "key", "slot")
        return list(rows.values_list("key", "slot", "number"))

    def straight() -> list[tuple[str, int | None, int]]:
        mine = Rating.objects.filter(assessment__readings__group=group).order_by()
        rows = mine.values("skill", "value").annotate(people=CountOf("skill"))
        return list(rows.values_list("skill", "value", "people"))

    floor = median_ms(statement)
    begin = time.perf_counter()
    straight()
    whole = (time.perf_counter() - begin) * 1000
    print(
        f"\nGroup page over {Rating.objects.filter(assessment__memberships__group=group).count():,}"
        f" ratings of {ratings // 30:,} people (stored in {stored:.0f} s):"
        f" {own:.1f} ms, {queries(lambda: client.get(address))} queries;"
        f" its {crowd.rows_of(group):,} counts by one indexed statement {floor:.1f} ms,"
        f" {own / floor:.1f} times that;"
        f" its heat map straight from the ratings by one indexed statement {whole:.0f} ms,"
        f" the page {own / whole:.2f} times that"
    )


def main() -> None:
    """Measure on a database of its own and print."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with override_settings(ROOT_URLCONF="tests.bench.pages", ALLOWED_HOSTS=["*"]):
            print(f"{connection.vendor}, {ROUNDS} rounds, medians in process\n")
            if "--group" in sys.argv:
                group_page(GROUP_RATINGS)
                return
            heads = ("skills", "queries", "KB HTML", "ms", "× floor")
            print(f"{'page':<22}{heads[0]:>7}{heads[1]:>9}{heads[2]:>10}{heads[3]:>9}{heads[4]:>9}")
            for skills in (24, 120):
                pages(skills)
            sizes()
            effects_on(REPORTS)
            group_page(GROUP_RATINGS)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
