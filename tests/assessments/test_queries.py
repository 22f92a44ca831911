"""What the pages cost: a fixed number of queries at any size, and bytes within the budget."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions, progress
from assessments.models import Assessment, Plan, Rating
from careers import catalogue
from careers.models import Version
from tests import frameworks
from tests.conftest import publish, start
from tests.queries import counted

SIZES = (24, 120)
MOST_BYTES = 60_000


def fill(assessment: Assessment, value: int | str) -> None:
    """Give every skill that is asked the same answer."""
    Rating.objects.bulk_create(
        Rating(assessment=assessment, skill=skill, value=None if value == "unsure" else value)
        for skill in progress.asked(assessment.version)
    )


def queries(ask: Callable[[], object]) -> int:
    """Return how many queries one request takes, without what the budget leaves out.

    None of them may fetch a version's document, which is large and read once per process.
    """
    with CaptureQueriesContext(connection) as captured:
        ask()
    statements = counted(captured)
    assert [sql for sql in statements if '"document"' in sql.partition(" FROM ")[0]] == []
    return len(statements)


def measured(client: Client, version: Version) -> dict[str, int]:
    """Return the queries of every page of an assessment with everything answered."""
    assessment = start(client, version, "level-2")
    fill(assessment, 2)
    address = f"/assessments/{assessment.pk}"
    page = f"{address}/rate/page-0/"
    whole = {
        f"{part}-{skill}": value
        for skill, group in progress.asked(version).items()
        if group == "page-0"
        for part, value in (("rating", "3"), ("evidence", "b"), ("revision", "1"))
    }
    for warm_up in (page, f"{address}/finish/", f"/careers/{version.career.key}/"):
        client.get(warm_up)
    return {
        "career": queries(lambda: client.get(f"/careers/{version.career.key}/")),
        "start": queries(lambda: start_form(client, version)),
        "rate": queries(lambda: client.get(page)),
        "save a page": queries(lambda: client.post(page, whole)),
        "save_rating": queries(
            lambda: client.post(f"{address}/ratings/skill-0/", {"rating": 4, "revision": 2})
        ),
        "save_rating, stored already": queries(
            lambda: client.post(f"{address}/ratings/skill-0/", {"rating": 4, "revision": 2})
        ),
        "save_rating, stale": queries(
            lambda: client.post(f"{address}/ratings/skill-0/", {"rating": 1, "revision": 2})
        ),
        "review": queries(lambda: client.get(f"{address}/finish/")),
        "resume": queries(lambda: client.get(f"{address}/")),
        "finish": queries(lambda: client.post(f"{address}/finish/")),
        "report": queries(lambda: client.get(f"{address}/report/")),
        "report at another level": queries(lambda: client.get(f"{address}/report/?level=level-1")),
        "report_json": queries(lambda: client.get(f"{address}/report.json")),
    }


def start_form(client: Client, version: Version) -> object:
    """Start at a level of which nothing is begun yet."""
    return client.post(f"/careers/{version.career.key}/start/", {"level": "level-5"})


def test_every_page_takes_the_same_few_queries_at_any_size(db):
    """At 24 and at 120 skills alike; rate at most 4, save_rating at most 6, report at most 5."""
    found = {}
    for size in SIZES:
        version = publish(frameworks.of_size(size, 5, key=f"made-up-{size}"))
        found[size] = measured(Client(), version)
    assert found[24] == found[120]
    assert found[24] == {
        "career": 1,
        "start": 5,
        "rate": 1,
        "save a page": 4,
        "save_rating": 4,
        "save_rating, stored already": 3,
        "save_rating, stale": 3,
        "review": 2,
        "resume": 2,
        "finish": 22,
        "report": 2,
        "report at another level": 2,
        "report_json": 1,
    }


def test_a_new_process_reads_a_version_once(mara, db):
    """The first page reads the document; after it, no page of any assessment does."""
    version = publish(frameworks.of_size(24, 5))
    first = start(mara, version, "level-1")
    fill(first, 1)
    second = start(mara, version, "level-1")
    catalogue.framework_of.cache_clear()
    progress._pages.cache_clear()
    with CaptureQueriesContext(connection) as captured:
        mara.get(f"/assessments/{first.pk}/rate/page-0/")
    assert len(counted(captured)) == 2
    pages = [f"/assessments/{one.pk}/rate/page-0/" for one in (second, first)]
    assert [queries(partial(mara.get, page)) for page in pages] == [1, 1]


def test_the_list_of_assessments_takes_two_queries_for_one_and_for_three(mara, db):
    """Of one career or of several, open and finished; one for the groups that one is in."""
    versions = [publish(frameworks.of_size(size, 2, key=f"made-up-{size}")) for size in (6, 24)]
    counts = []
    for version, level in zip(
        (versions[0], *versions), ("level-1", "level-2", "level-1"), strict=True
    ):
        assessment = start(mara, version, level)
        mara.post(f"/assessments/{assessment.pk}/finish/")
        counts.append(queries(lambda: mara.get("/assessments/")))
    assert counts == [2, 2, 2]


def test_the_public_lists_take_the_same_few_queries_for_one_career_and_for_three(mara, db):
    """A new career costs no query; the list of careers is counted, too, for its pages."""
    counts = []
    for number in range(3):
        publish(frameworks.of_size(6, 2, key=f"made-up-{number}"))
        for address in ("/", "/careers/", "/credits/"):
            mara.get(address)
            counts.append(queries(partial(mara.get, address)))
    assert counts == [1, 2, 1] * 3


def test_the_report_of_the_built_in_career_stays_below_60_kb(mara, production_technician):
    """At each of its five levels as the target, whatever is answered, with its plan."""
    sizes = {}
    for level in catalogue.framework(production_technician).levels:
        plan: dict[str, Any] = {}
        for answers in (2, "nothing", "unsure", 0):
            assessment = start(mara, production_technician, level.key)
            if answers != "nothing":
                fill(assessment, answers)
            if answers in ("unsure", 0):  # they are planned like no answer, so it is solved once
                actions.finish(assessment=assessment, now=timezone.now())
                Plan.objects.create(assessment=assessment, **plan)
            else:
                mara.post(f"/assessments/{assessment.pk}/finish/")
                solved = Plan.objects.get(assessment=assessment)
                plan = {"starts_on": solved.starts_on, "solutions": solved.solutions}
            page = mara.get(f"/assessments/{assessment.pk}/report/").content
            sizes[level.key, answers] = len(page)
    assert len(sizes) == 20
    assert {case: size for case, size in sizes.items() if size >= MOST_BYTES} == {}
