"""Things that happen at the same moment: nothing is lost, nothing happens twice."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TypeVar

import pytest
import rfc8785
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from assessments import actions, reports
from assessments.actions import Answer, FinishedError, StaleError
from assessments.models import Assessment, BrowserAccess, Rating, Report
from tests import frameworks
from tests.conftest import publish, start

THREADS = 8
T = TypeVar("T")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shared_database(transactional_db, tmp_path) -> Iterator[None]:
    """Give SQLite a file, as in production, that each thread opens for itself.

    The tests' own database is in memory: its connections share one cache, where a lock is
    refused at once instead of being waited for, so nothing could be learned of races.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    path = tmp_path / "races.sqlite3"
    with closing(sqlite3.connect(path)) as copy:
        memory.backup(copy)
    connection.connection = None
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = memory


@pytest.fixture
def assessment(mara) -> Assessment:
    """Mara's assessment of a career with 24 skills, nothing answered."""
    return start(mara, publish(frameworks.of_size(24, 5)), "level-3")


def together(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """Do the work in that many threads, begun at the same moment, and return what each did."""
    ready = threading.Barrier(threads)

    def run(number: int) -> T:
        try:
            connection.ensure_connection()
            ready.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def save(assessment: Assessment, skill: str, revision: int, evidence: object) -> int | str:
    """Save one answer; return its revision, or what refused it."""
    answer = Answer(2, str(evidence), revision)
    now = timezone.now()
    try:
        saved = actions.save_rating(assessment=assessment, skill=skill, answer=answer, now=now)
        return saved.revisions[skill]
    except (StaleError, FinishedError) as refused:
        return type(refused).__name__


@pytest.mark.parametrize("revision", [0, 1, 5])
def test_of_saves_that_saw_the_same_answer_one_wins_and_all_others_are_stale(assessment, revision):
    """Exactly one is stored, whole; the others learn that theirs was not."""
    for before in range(revision):
        save(assessment, "skill-0", before, f"before {before}")
    outcomes = together(partial(save, assessment, "skill-0", revision))
    assert Counter(outcomes) == {revision + 1: 1, "StaleError": THREADS - 1}
    stored = Rating.objects.get()
    assert stored.evidence == str(outcomes.index(revision + 1))
    assert stored.revision == revision + 1


def test_saves_that_look_and_try_again_lose_nothing(assessment):
    """The final revision is the number of saves that succeeded; each had its own revision."""

    def insist(number: int) -> list[int | str]:
        outcomes: list[int | str] = []
        for time_ in range(4):
            stored = Rating.objects.filter(assessment=assessment, skill="skill-0").first()
            revision = stored.revision if stored else 0
            outcomes.append(save(assessment, "skill-0", revision, f"{number}.{time_}"))
        return outcomes

    outcomes = [each for thread in together(insist) for each in thread]
    succeeded = sorted(each for each in outcomes if isinstance(each, int))
    assert succeeded == list(range(1, len(succeeded) + 1))
    assert len(outcomes) == 4 * THREADS
    assert Rating.objects.get().revision == len(succeeded)


def test_saves_of_different_skills_at_once_are_all_stored(assessment):
    """Eight pages and autosaves at the same time: each answer is there afterwards."""

    def three(number: int) -> list[int | str]:
        keys = [f"skill-{number * 3 + k}" for k in range(3)]
        return [save(assessment, key, 0, key) for key in keys]

    assert together(three) == [[1, 1, 1]] * THREADS
    assert dict(Rating.objects.values_list("skill", "evidence")) == {
        f"skill-{n}": f"skill-{n}" for n in range(24)
    }


def test_whole_pages_saved_at_once_take_turns(assessment):
    """Each page's answers are stored together: no mixture of two people's pages."""

    def page(number: int) -> int:
        answers = {f"skill-{n}": Answer(number % 5, f"page {number}", 0) for n in range(4)}
        saved = actions.save_ratings(assessment=assessment, answers=answers, now=timezone.now())
        return len(saved.revisions)

    assert sorted(together(page)) == [0] * (THREADS - 1) + [4]
    assert Rating.objects.count() == 4
    assert len(set(Rating.objects.values_list("evidence", "revision"))) == 1


def test_the_same_answer_posted_at_once_is_no_conflict(mara, assessment):
    """A repeated request is answered like the first."""

    def post(_number: int) -> tuple[int, bytes]:
        client = Client()
        client.cookies = mara.cookies
        address = f"/assessments/{assessment.pk}/ratings/skill-0/"
        reply = client.post(address, {"rating": "2", "evidence": "a box", "revision": "0"})
        return reply.status_code, reply.content

    assert set(together(post)) == {(200, b'{"revision": 1, "rated": 1, "total": 24}')}


def test_finishing_at_once_makes_one_report_and_gives_it_to_all(assessment):
    """Ten clicks: one report, the same bytes for each."""
    Rating.objects.create(assessment=assessment, skill="skill-0", value=3)

    def finish(_number: int) -> tuple[str, str]:
        found = Assessment.objects.with_version().get(pk=assessment.pk)
        report = actions.finish(assessment=found, now=timezone.now())
        return report.reply, report.sha256

    replies = set(together(finish, threads=10))
    stored = Report.objects.get()
    assert replies == {(stored.reply, stored.sha256)}


def test_what_was_saved_while_finishing_is_in_the_report_or_refused(assessment):
    """The frozen figures are those of all the answers that are stored, and of no other."""

    def work(number: int) -> int | str:
        if number == 0:
            found = Assessment.objects.with_version().get(pk=assessment.pk)
            return actions.finish(assessment=found, now=timezone.now()).sha256
        return save(assessment, f"skill-{number}", 0, "")

    outcomes = together(work)[1:]
    assert set(outcomes) <= {1, "FinishedError"}
    assert Rating.objects.count() == outcomes.count(1)
    stored = Report.objects.get()
    again = Assessment.objects.with_version().get(pk=assessment.pk)
    assert rfc8785.dumps(reports.reply(again)) == stored.reply.encode()


def test_starting_at_once_from_one_browser_starts_one_assessment(mara, assessment):
    """Ten clicks on the same level lead to the same place."""

    def post(_number: int) -> str:
        client = Client()
        client.cookies = mara.cookies
        return client.post("/careers/made-up/start/", {"level": "level-1"})["Location"]

    addresses = set(together(post, threads=10))
    started = Assessment.objects.get(level="level-1")
    assert addresses == {f"/assessments/{started.pk}/rate/page-0/"}
    assert Assessment.objects.count() == 2


def test_opening_a_return_link_at_once_lets_the_browser_in_once(mara, stranger, assessment):
    """Two taps on the link in a message are one way in, and no error."""
    first = start(stranger, assessment.version, "level-1")
    token = actions.make_return_link(assessment=assessment, now=timezone.now())

    def tap(_number: int) -> str:
        client = Client()
        client.cookies = stranger.cookies
        return client.get(f"/assessments/return/{token}/")["Location"]

    assert set(together(tap)) == {f"/assessments/{assessment.pk}/"}
    rows = BrowserAccess.objects.filter(browser_hash=first.browsers.get().browser_hash)
    assert rows.count() == 2


@pytest.mark.parametrize("slow", ["save", "finish"])
def test_deleting_waits_for_what_is_being_written_and_deletes_that_too(assessment, slow):
    """An answer or a report on its way when the assessment is deleted is gone with it."""
    written = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                if slow == "save":
                    save(assessment, "skill-0", 0, "")
                else:
                    actions.finish(assessment=assessment, now=timezone.now())
                written.set()
                time.sleep(0.3)
        else:
            written.wait()
            actions.delete(assessment=Assessment.objects.get(pk=assessment.pk))

    together(work, threads=2)
    left = [
        model.__name__ for model in (Assessment, Rating, Report) if model._default_manager.exists()
    ]
    assert left == []
