"""PostgreSQL as Rung uses it: how a kept connection is checked, and what is prepared.

On a connection of its own, so that these run whatever the other tests run on. Where PostgreSQL
is missing they are skipped and say so; with REQUIRE_BROWSER=1, as in CI, they fail.
"""

import os
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError
from django.db.backends.postgresql import base

from config import reading
from config.outages import is_outage
from config.postgresql.base import MOMENT, DatabaseWrapper

POSTGRES = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PREPARED = "SELECT count(*) FROM pg_prepared_statements"


def connected(ending: str = "") -> DatabaseWrapper:
    """Return a connection by Rung's settings, or skip or fail where there is no server."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        lack = "PostgreSQL does not answer at POSTGRES_URL: its connections are not tried"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(lack)
    more = {"TIME_ZONE": None, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}
    made = DatabaseWrapper({**more, **reading.database(POSTGRES + ending)}, "of this test")
    made.connect()
    return made


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker) -> Iterator[None]:
    """These open connections of their own, and none to the database of the tests."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection that is kept from request to request."""
    made = connected()
    yield made
    made.close()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """How often the server was asked whether it is there."""
    found: list[str] = []
    ask = base.DatabaseWrapper.is_usable

    def is_usable(self: DatabaseWrapper) -> bool:
        found.append("asked")
        return bool(ask(self))

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", is_usable)
    return found


def test_a_connection_used_a_moment_ago_is_not_asked(kept, asked):
    """Not even the first time: it was just opened."""
    assert [kept.is_usable() for _time in range(3)] == [True] * 3
    assert asked == []


def test_after_a_pause_the_server_is_asked_once(kept, asked):
    """Something between may have forgotten the connection."""
    kept.found_usable_at -= MOMENT + 1
    assert [kept.is_usable() for _time in range(3)] == [True] * 3
    assert asked == ["asked"]


def test_a_connection_that_the_server_ended_is_seen_at_once(kept):
    """As when it restarts, within the moment."""
    with psycopg.connect(POSTGRES, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [kept.connection.info.backend_pid])
    end = time.monotonic() + 5
    while kept.is_usable() and time.monotonic() < end:
        time.sleep(0.01)
    assert time.monotonic() - kept.found_usable_at < MOMENT
    assert not kept.is_usable()


def test_a_notice_is_no_end(kept, asked):
    """What waits to be read makes it ask, and then it goes on."""
    with kept.cursor() as cursor:
        cursor.execute("LISTEN something")
    with psycopg.connect(POSTGRES, autocommit=True) as other:
        other.execute("NOTIFY something")
    end = time.monotonic() + 5
    while not asked and time.monotonic() < end:
        assert kept.is_usable()
        time.sleep(0.01)
    assert asked == ["asked"]
    assert kept.is_usable()
    assert asked == ["asked"]


def test_a_broken_transaction_is_asked(kept, asked):
    """It answers nothing until it is rolled back."""
    kept.connection.autocommit = False
    with pytest.raises(psycopg.Error), kept.connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")
    assert not kept.is_usable()
    kept.connection.rollback()
    assert kept.is_usable()
    assert asked == ["asked"]


def test_after_an_error_the_server_is_asked(kept, asked):
    """Django wants to know then whether the connection is still good."""
    kept.errors_occurred = True
    assert kept.is_usable()
    assert asked == ["asked"]


def test_without_a_connection_there_is_none_to_use(kept):
    """A request then opens one."""
    kept.close()
    assert not kept.is_usable()


@pytest.mark.parametrize(("ending", "number"), [("", 1), ("?pgbouncer=1", 0)])
def test_what_is_sent_often_is_prepared(ending, number):
    """But not behind PgBouncer, where the next one may go over another connection."""
    made = connected(ending)
    try:
        with made.cursor() as cursor:
            for place in range(reading.PREPARED_AFTER + 1):
                cursor.execute("SELECT %s + 1", [place])
                assert cursor.fetchone() == (place + 1,)
            cursor.execute(PREPARED)
            assert cursor.fetchone() == (number,)
    finally:
        made.close()


def lock_timeout(ending: str) -> str:
    """Return how long a statement waits for a lock."""
    made = connected(ending)
    try:
        with made.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])
    finally:
        made.close()


@pytest.mark.parametrize(
    ("ending", "waits"),
    [("", "20s"), ("?options=-c%20lock_timeout%3D3s", "3s"), ("?pgbouncer=1", "0")],
)
def test_nothing_waits_for_a_lock_until_its_worker_is_killed(ending, waits):
    """But what the operator says stands; behind PgBouncer they say it of the role."""
    assert lock_timeout(ending) == waits


def test_a_lock_that_is_held_too_long_passes_by_itself(kept):
    """It is an outage: 503, and the person may try again."""
    other = connected("?options=-c%20lock_timeout%3D50ms")
    try:
        with kept.cursor() as cursor, other.cursor() as waiting:
            cursor.execute("SELECT pg_advisory_lock(6)")
            with pytest.raises(OperationalError) as refused:
                waiting.execute("SELECT pg_advisory_lock(6)")
        assert is_outage(refused.value)
    finally:
        other.close()
