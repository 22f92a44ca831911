"""Statements that are made once say what the query sets say that they are made of."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.statements import Bind, Select, Update

KEY = Session._meta.pk
ENDS = Session._meta.get_field("expire_date")


@pytest.fixture
def rows(db):
    """Return three sessions, one of them over."""
    now = timezone.now()
    return Session.objects.bulk_create(
        Session(session_key=key, session_data=f"data of {key}", expire_date=now + timedelta(days))
        for key, days in (("a", 1), ("b", 2), ("c", -1))
    )


def live() -> Select:
    """Return the statement that finds a session that is not over."""
    return Select(
        lambda: Session.objects.filter(
            session_key=Bind("key", KEY), expire_date__gt=Bind("now", ENDS)
        )
    )


def test_a_statement_finds_what_its_query_set_finds_each_time_with_other_values(rows):
    """Instances are whole, with times as Django reads them; nothing is nothing."""
    statement, now = live(), timezone.now()
    for key in ("a", "b", "c", "d", "' OR 1=1 --"):
        expected = list(Session.objects.filter(session_key=key, expire_date__gt=now))
        found = statement(key=key, now=now)
        assert found == expected
        assert [vars(each)["expire_date"] for each in found] == [e.expire_date for e in expected]
    assert [statement.first(key=key, now=now) for key in ("a", "c")] == [rows[0], None]


def test_values_come_as_rows(rows):
    """As the query set has them, in its order."""
    by_end = Session.objects.filter(expire_date__gt=Bind("now", ENDS)).order_by("-expire_date")
    now = timezone.now()
    pairs = Select(lambda: by_end.values_list("session_key", "expire_date"))
    assert pairs(now=now) == [("b", rows[1].expire_date), ("a", rows[0].expire_date)]
    with pytest.raises(TypeError, match="values_list"):
        Select(lambda: by_end.values("session_key"))(now=now)


def test_an_update_changes_the_rows_it_finds_and_counts_them(rows):
    """And no other."""
    later = timezone.now() + timedelta(9)
    renew = Update(
        lambda: Session.objects.filter(session_key=Bind("key", KEY)), expire_date=Bind("end", ENDS)
    )
    assert [renew(key="a", end=later), renew(key="d", end=later)] == [1, 0]
    assert set(Session.objects.filter(expire_date=later)) == {rows[0]}


def test_it_is_one_query_and_made_once(rows, monkeypatch):
    """The second call builds no query set."""
    built = []
    statement = Select(lambda: built.append(1) or Session.objects.filter(pk=Bind("key", KEY)))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert [len(statement(key=key)) for key in "abd"] == [1, 1, 0]
    assert (len(captured), built) == (3, [1])


def test_a_value_that_was_not_given_is_an_error(rows):
    """Never a row too many."""
    with pytest.raises(KeyError, match="now"):
        live()(key="a")
