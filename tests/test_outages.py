"""While the database, the disk or the cache is gone: 503 or slower, never lost, never "saved"."""

import errno
import re
import sqlite3
import threading
from contextlib import closing

import psycopg
import pytest
from django.core.cache import caches
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

from assessments import actions
from config import outages, reading
from config.caches import guarded

TYPED = "I set up six machines <b>alone</b>"


def from_driver(cause: BaseException, error: type[Exception] = OperationalError) -> Exception:
    """Return the framework's error as it arrives, caused by the driver's."""
    made = error(str(cause))
    made.__cause__ = cause
    return made


def of_sqlite(code: int) -> Exception:
    cause = sqlite3.OperationalError("as SQLite says it")
    cause.sqlite_errorcode = code
    return from_driver(cause)


PASSING = {
    "SQLite: the disk is full": of_sqlite(13),
    "SQLite: cannot write": of_sqlite(10 | 3 << 8),
    "SQLite: locked for too long": of_sqlite(5),
    "PostgreSQL: the disk is full": from_driver(psycopg.errors.DiskFull("full")),
    "PostgreSQL: shut down": from_driver(psycopg.errors.AdminShutdown("bye")),
    "PostgreSQL: too many connections": from_driver(psycopg.errors.TooManyConnections("no")),
    "PostgreSQL: does not answer": from_driver(psycopg.OperationalError("refused")),
    "PostgreSQL: connection closed": from_driver(psycopg.InterfaceError("closed")),
    "no room for an upload": OSError(errno.ENOSPC, "No space left on device"),
    "the mail server is gone": ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
}
LASTING = {
    "SQLite: no such table": of_sqlite(1),
    "SQLite: not a database": of_sqlite(26),
    "PostgreSQL: no such table": from_driver(psycopg.errors.UndefinedTable("x"), ProgrammingError),
    "PostgreSQL: no such account": from_driver(psycopg.errors.InvalidPassword("no")),
    "a file is not there": FileNotFoundError(errno.ENOENT, "x"),
    "a mistake": KeyError("x"),
}


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING)
def test_what_passes_by_itself_is_an_outage(error):
    """Trying again may help."""
    assert outages.is_outage(error)


@pytest.mark.parametrize("error", LASTING.values(), ids=LASTING)
def test_what_somebody_must_mend_is_none(error):
    """It stays a 500, that it is seen."""
    assert not outages.is_outage(error)


def test_a_full_sqlite_says_what_is_taken_for_an_outage(tmp_path):
    """The real error, of a database that may not grow."""
    with closing(sqlite3.connect(tmp_path / "full.sqlite3")) as full:
        full.execute("CREATE TABLE t (x)")
        full.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            full.executemany("INSERT INTO t VALUES (?)", [("x" * 5000,)] * 9)
    assert outages.is_outage(from_driver(caught.value))


def test_a_missing_table_is_no_outage(db):
    """On the database of the tests, whichever it is."""
    with pytest.raises((OperationalError, ProgrammingError)) as caught, connection.cursor() as each:
        each.execute("SELECT * FROM nowhere")
    assert not outages.is_outage(caught.value)


@pytest.fixture
def full(monkeypatch) -> None:
    """Nothing can be written."""

    def refuse(**given: object) -> None:
        raise from_driver(psycopg.errors.DiskFull("could not extend file"))

    for name in ("save_rating", "save_ratings", "finish"):
        monkeypatch.setattr(actions, name, refuse)


@pytest.fixture
def browser(mara) -> Client:
    mara.raise_request_exception = False
    return mara


@pytest.mark.usefixtures("full")
def test_an_autosave_is_told_to_try_again(browser, assessment):
    """503, JSON, when to come back, kept by no cache."""
    reply = browser.post(
        f"/assessments/{assessment.pk}/ratings/cutting/",
        {"rating": "2", "evidence": TYPED, "revision": "0"},
        headers={"accept": "application/json"},
    )
    assert (reply.status_code, reply.json()["reason"]) == (503, "unavailable")
    assert (reply["Retry-After"], "no-store" in reply["Cache-Control"]) == ("5", True)


@pytest.mark.usefixtures("full")
def test_a_page_that_could_not_be_saved_comes_back_with_what_was_typed(browser, assessment):
    """Escaped, with its revisions, ready to be sent to the same address."""
    fields = {"rating-cutting": "2", "evidence-cutting": TYPED, "revision-cutting": "0"}
    reply = browser.post(f"/assessments/{assessment.pk}/rate/hands/", fields)
    page = reply.content.decode()
    assert reply.status_code == 503
    assert "This is not saved yet" in page
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert {name: hidden.get(name) for name in fields} == {
        **fields,
        "evidence-cutting": TYPED.replace("<", "&lt;").replace(">", "&gt;"),
    }
    assert '<form method="post" class="stack">' in page


@pytest.mark.usefixtures("full")
def test_what_was_typed_is_saved_when_it_is_sent_again(browser, assessment, monkeypatch):
    """The page's own fields are all that is needed."""
    address = f"/assessments/{assessment.pk}/rate/hands/"
    fields = {"rating-cutting": "2", "evidence-cutting": TYPED, "revision-cutting": "0"}
    page = browser.post(address, fields).content.decode()
    monkeypatch.undo()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    hidden["evidence-cutting"] = TYPED
    assert browser.post(address, hidden).status_code == 302
    stored = assessment.ratings.get()
    assert (stored.value, stored.evidence) == (2, TYPED)


def test_a_password_is_never_shown_again(browser, db, monkeypatch):
    """Nor anything else that was typed to sign in."""
    monkeypatch.setattr("allauth.account.views.LoginView.form_valid", raise_closed)
    monkeypatch.setattr("allauth.account.views.LoginView.form_invalid", raise_closed)
    fields = {"login": "mara@example.org", "password": "a secret of hers"}
    reply = browser.post("/account/login/", fields)
    assert reply.status_code == 503
    assert (b"a secret" in reply.content, b"mara@" in reply.content) == (False, False)


def raise_closed(*args: object, **named: object) -> None:
    raise from_driver(psycopg.InterfaceError("the connection is closed"))


def test_pages_and_programs_are_told_each_in_their_way(browser, box_maker, monkeypatch):
    """A page for people, problem details for programs; neither asks the database."""
    monkeypatch.setattr("careers.catalogue.published", raise_closed)
    monkeypatch.setattr("careers.views.career_page", raise_closed)
    monkeypatch.setattr("careers.api.catalogue.featured", raise_closed)
    found = {path: browser.get(path) for path in ("/", "/careers/", "/api/v1/careers", "/readyz")}
    assert {path: reply.status_code for path, reply in found.items()} == dict.fromkeys(found, 503)
    assert "Back in a moment" in found["/"].content.decode()
    assert found["/api/v1/careers"]["Content-Type"] == "application/problem+json"


def test_a_session_that_cannot_be_stored_is_an_outage_too(browser, box_maker, monkeypatch):
    """It is stored after the view, where no view could catch it."""
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", raise_closed)
    reply = browser.post("/careers/box-maker/start/", {"level": "senior"})
    assert reply.status_code == 503


# --- The cache ---


@pytest.fixture
def cache_url(settings, tmp_path):
    """Use that cache instead of the tests' own."""

    def use(url: str) -> None:
        settings.CACHES = {"default": guarded(reading.cache(url))}

    yield use
    caches["default"]._stand_in.clear()


REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["Redis is gone", "the disk is full"])
def gone(request, cache_url, tmp_path) -> None:
    """A cache that cannot be used."""
    if request.param == "Redis is gone":
        cache_url(REDIS)
    else:
        (tmp_path / "file").write_text("no folder can be made here")
        cache_url(f"file://{tmp_path}/file/cache")


@pytest.mark.usefixtures("gone")
def test_every_operation_goes_on_in_this_process():
    """What is counted is counted, what is not there is not there."""
    cache = caches["default"]
    cache.set("a", 1)
    assert (cache.get("a"), cache.incr("a"), cache.add("a", 5), cache.add("b", 5, 60)) == (
        1, 2, False, True,
    )  # fmt: skip
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": 5}
    cache.set_many({"c": 3})
    assert (cache.has_key("c"), cache.touch("c", 9), cache.delete("c")) == (True, True, True)
    cache.delete_many(["a"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.clear()
    assert cache.get("b", "nothing") == "nothing"


@pytest.mark.usefixtures("one_minute")
@pytest.mark.usefixtures("gone")
def test_limits_hold_without_the_shared_cache(stranger, db, settings):
    """Wrong links and requests of programs are counted still; nothing fails."""
    settings.TOKEN_MISSES = 3
    found = [stranger.get(f"/shared/{'x' * 43}/").status_code for _ in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert stranger.get("/api/v1/careers").status_code == 200
    assert stranger.post("/account/login/", {"login": "a@example.org"}).status_code == 200


def test_redis_is_used_again_when_it_is_back(cache_url, monkeypatch):
    """And asked no more than once a second meanwhile."""
    cache_url(REDIS)
    cache = caches["default"]
    asked = []

    def failing(*args: object) -> None:
        asked.append(threading.current_thread())
        raise ConnectionError

    monkeypatch.setattr("config.caches.DjangoRedis._cache", type("Gone", (), {"get": failing})())
    assert [cache.get("key", "nothing") for _ in range(9)] == ["nothing"] * 9
    assert len(asked) == 1
    back = type("Back", (), {"get": lambda *_given: "stored"})()
    monkeypatch.setattr("config.caches.DjangoRedis._cache", back)
    cache._away_until = 0.0
    assert cache.get("key") == "stored"


def test_redis_gets_only_options_that_it_knows(cache_url):
    """The bound on entries is for caches that cannot bound themselves."""
    cache_url(REDIS)
    options = caches["default"]._cache._pool_options
    assert set(options) == {"parser_class", "socket_connect_timeout", "socket_timeout", "retry"}
    made = caches["default"]._cache.get_client().connection_pool.make_connection()
    assert made.socket_timeout == 0.5


def test_other_caches_are_left_as_they_are():
    """Memory cannot go away."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    assert guarded({"BACKEND": backend})["BACKEND"] == backend
