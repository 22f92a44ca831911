"""The stored answers of an assessment, by themselves and along with it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions, answers
from assessments.models import Assessment

EVIDENCE = 'A "quoted" \\ line\nand <b>ünï¢ode</b> 箱 \u2028 100 % 😀'


def along(assessment: Assessment) -> Assessment:
    """Return it as a page loads it that only shows the answers."""
    found: Assessment = Assessment.objects.annotate(**answers.along()).get(pk=assessment.pk)
    return found


def save(assessment: Assessment, skill: str, value: int | None, revision: int = 0) -> None:
    """Store an answer."""
    answer = actions.Answer(value=value, evidence=EVIDENCE, revision=revision)
    actions.save_rating(assessment=assessment, skill=skill, answer=answer, now=timezone.now())


def test_answers_that_come_along_are_the_stored_ones(assessment):
    """With every kind of value and sign, and without a query of their own."""
    save(assessment, "cutting", 0)
    save(assessment, "gluing", None)
    save(assessment, "gluing", 4, revision=1)
    save(assessment, "reading-plans", None)
    loaded = along(assessment)
    with CaptureQueriesContext(connection) as captured:
        found = answers.stored(loaded)
    assert len(captured) == 0
    assert found == answers.fresh(assessment) == answers.stored(assessment)
    assert found["gluing"] == answers.Stored("gluing", 4, EVIDENCE, 2)
    assert [type(field) for field in found["cutting"]] == [str, int, str, int]


def test_nothing_comes_along_where_nothing_is_answered(assessment):
    """No row is no answer, and no error."""
    with CaptureQueriesContext(connection) as captured:
        assert answers.stored(along(assessment)) == {}
    assert len(captured) == 1


def test_a_save_reads_what_is_stored_now(assessment):
    """Not what came along before somebody else saved."""
    loaded = along(assessment)
    save(assessment, "cutting", 3)
    with pytest.raises(actions.StaleError) as caught:
        save(loaded, "cutting", 1)
    assert caught.value.stored == answers.Stored("cutting", 3, EVIDENCE, 1)
