"""The score for programs: the figures of the report, from ratings alone."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import progress
from assessments.models import Assessment
from tests import frameworks
from tests.assessments.test_report import ANSWERS, finished, json_of
from tests.conftest import publish

from . import MIXED, SCORE, Json, reply_of, send

BESIDE = {
    "assessment",
    "framework_sha256",
    "report_sha256",
    "confirmed",
    "titles",
    "started_at",
    "finished_at",
}


def scored(client: Client, **changes: object) -> Json:
    """Return the reply to the mixed answers, but for the changes."""
    return reply_of(client, "score", {**SCORE, **changes})


def test_the_reply_is_the_documented_one(client, box_maker):
    """Field by field, worked out by hand.

    senior   | required | rating   | covered | importance
    ---------+----------+----------+---------+-----------
    cutting  | 3 *      | 2        | 2/3     | 5
    gluing   | 3        | not sure | 0       | 3
    planning | 2        | missing  | 0       | 2
    """
    assert scored(client) == {
        "career": "box-maker",
        "version": 1,
        "level": "senior",
        "low": 33.3,
        "high": 83.3,
        "cautious": 16.6,
        "band": "starting_out",
        "reached_level": None,
        "unmet_essentials": ["cutting"],
        "skills": [
            {
                "skill": "cutting",
                "required": 3,
                "rating": 2,
                "importance": 5,
                "essential": True,
                "lost_points": 16.7,
            },
            {
                "skill": "gluing",
                "required": 3,
                "rating": None,
                "importance": 3,
                "essential": False,
                "lost_points": 30.0,
            },
            {
                "skill": "planning",
                "required": 2,
                "rating": None,
                "importance": 2,
                "essential": False,
                "lost_points": 20.0,
            },
        ],
        "levels": [
            {"level": "junior", "low": 62.5, "high": 100.0, "band": "nearly_ready"},
            {"level": "senior", "low": 33.3, "high": 83.3, "band": "starting_out"},
        ],
        "turning_points": [],
        "widest_unknown": "gluing",
    }


@pytest.mark.parametrize("evidence", ["", "a box"], ids=["without evidence", "with evidence"])
@pytest.mark.parametrize("values", ANSWERS.values(), ids=ANSWERS)
def test_the_reply_is_the_report_of_the_same_answers(client, mara, box_maker, values, evidence):
    """To the last field; the report adds only dates, titles and names."""
    report = json_of(mara, finished(mara, box_maker, "senior", values, evidence))
    reply = scored(client, ratings=values, evidence=list(values) if evidence else [])
    assert reply == {name: report[name] for name in report if name not in BESIDE}


def test_every_level_of_the_built_in_career_is_scored_as_its_report(
    client, mara, production_technician
):
    """Thirty skills, some rated, some not."""
    skills = progress.asked(production_technician)
    values = {skill: (None, 0, 1, 2, 3, 4)[n % 6] for n, skill in enumerate(skills)}
    for level in ("junior-production-technician", "production-supervisor"):
        report = json_of(mara, finished(mara, production_technician, level, values))
        body = {"career": "production-technician", "level": level, "ratings": values}
        reply = reply_of(client, "score", body)
        assert reply == {name: report[name] for name in report if name not in BESIDE}


def test_null_and_a_missing_skill_are_both_not_sure(client, box_maker):
    """The two replies do not differ."""
    sparse = scored(client, ratings={"cutting": 2})
    full = scored(client, ratings={"cutting": 2, "gluing": None, "planning": None})
    assert sparse == full


def test_evidence_counts_for_the_cautious_reading_alone(client, box_maker):
    """With it, cutting counts as rated: 33.3 instead of 16.6."""
    without, with_it = scored(client), scored(client, evidence=["cutting"])
    assert (without.pop("cautious"), with_it.pop("cautious")) == (16.6, 33.3)
    assert without == with_it


def test_a_named_version_is_scored_and_the_latest_otherwise(
    client, box_maker, django_capture_on_commit_callbacks
):
    """Version 2 asks for less: gluing alone."""
    with django_capture_on_commit_callbacks(execute=True):
        second = frameworks.tiny(
            requirements=[
                frameworks.requirement("junior", "gluing", 1, 1),
                frameworks.requirement("senior", "gluing", 4, 1),
            ]
        )
        publish(second)
    replies = [scored(client, ratings={"gluing": 2}, **which) for which in ({}, {"version": None})]
    first, latest = (scored(client, ratings={"gluing": 2}, version=n) for n in (1, 2))
    assert [reply["low"] for reply in (first, latest, *replies)] == [20.0, 50.0, 50.0, 50.0]
    assert [reply["version"] for reply in (first, latest, *replies)] == [1, 2, 2, 2]


def test_what_is_published_is_seen_at_once_in_this_process(
    client, box_maker, django_capture_on_commit_callbacks
):
    """Although the latest version was known a moment ago."""
    assert scored(client)["version"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        publish(frameworks.tiny(steps=[]))
    assert scored(client)["version"] == 2


def test_a_career_published_after_it_was_asked_for_is_found(
    client, db, django_capture_on_commit_callbacks
):
    """A wrong guess is not remembered."""
    assert send(client, "score", SCORE).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        publish(frameworks.tiny())
    assert scored(client)["version"] == 1


@pytest.mark.parametrize(("skills", "levels"), [(3, 2), (120, 5)])
def test_once_warm_a_score_asks_the_database_nothing(client, db, skills, levels):
    """Not one statement, whatever the size of the career, for the latest or a named version."""
    publish(frameworks.of_size(skills, levels) | {"steps": []})
    ratings = {f"skill-{n}": n % 5 for n in range(skills)}
    latest = {"career": "made-up", "level": "level-2", "ratings": ratings}
    bodies = [latest, {**latest, "version": 1}]
    before = [reply_of(client, "score", body) for body in bodies * 2]
    with CaptureQueriesContext(connection) as context:
        after = [reply_of(client, "score", body) for body in bodies]
    assert [query["sql"] for query in context.captured_queries] == []
    assert before == after * 2


def test_nothing_is_stored_and_no_cookie_is_set(client, box_maker):
    """Stateless: no session, no assessment."""
    reply = send(client, "score", SCORE)
    assert (dict(reply.cookies), Assessment.objects.count()) == ({}, 0)


def test_no_token_is_needed_to_post(box_maker):
    """Programs have no form that could carry one."""
    program = Client(enforce_csrf_checks=True)
    assert scored(program, ratings=MIXED)["low"] == 33.3
