"""What the logs say, and that they hold no token, no answer, no address and no name."""

import contextlib
import io
import logging
import socket
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.test import Client
from gunicorn import config  # type: ignore[import-untyped]  # it carries no types
from gunicorn.workers import base  # type: ignore[import-untyped]  # the same

from accounts.models import User
from assessments import actions
from config import gunicorn as server
from config.logs import NoValues, RouteOnly
from tests.conftest import NOW

PRIVATE = "what-nobody-may-read"


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What the configured handler writes, with its own filter and formatter."""
    handlers = {
        handler
        for name in ("", "django", "django.server")
        for handler in logging.getLogger(name).handlers
        if isinstance(handler.formatter, NoValues)
    }
    consoles = [each for each in handlers if isinstance(each, logging.StreamHandler)]
    assert consoles
    lines = io.StringIO()
    before = [(console, console.setStream(lines)) for console in consoles]
    yield lines
    for console, stream in before:
        console.setStream(stream)


def lines_of(logs: io.StringIO) -> list[str]:
    """Return the lines without their times and request ids."""
    return [line.split(" ", 3)[3] for line in logs.getvalue().splitlines()]


def lines_of_record(logs: io.StringIO) -> list[str]:
    """Return the lines of the first record: what it says, then its traceback."""
    first, *rest = logs.getvalue().splitlines()
    frames = []
    for line in rest:
        if line[:4].isdigit():
            break
        frames.append(line)
    return [first.split(" ", 3)[3], *frames]


@pytest.fixture
def careless() -> Client:
    """A browser that gets the page of an error instead of the error."""
    return Client(raise_request_exception=False)


def test_the_lines_begin_with_their_time(logs, careless, db):
    """So that they can be put in order."""
    careless.get("/nowhere/")
    assert datetime.fromisoformat(logs.getvalue().split(",")[0])


def test_a_wrong_return_link_is_logged_by_its_route(logs, stranger):
    """The token may be somebody's real one with a letter missing."""
    stranger.get(f"/assessments/return/{PRIVATE}/")
    assert lines_of(logs) == ["WARNING django.request: GET assessments:return 404"]


def test_a_good_return_link_is_not_logged(logs, stranger, assessment):
    """Nothing of interest has happened."""
    token = actions.make_return_link(assessment=assessment, now=NOW)
    stranger.get(f"/assessments/return/{token}/?from={PRIVATE}")
    assert lines_of(logs) == []


def test_files_and_links_of_a_report_log_nothing_of_it(logs, mara, stranger, assessment):
    """Neither evidence nor a token: the maker of PDFs would quote what its font lacks."""
    rating = {"rating": "2", "evidence": f"{PRIVATE} \ue000", "revision": "0"}
    mara.post(f"/assessments/{assessment.pk}/ratings/cutting/", rating)
    mara.post(f"/assessments/{assessment.pk}/finish/")
    for kind in ("pdf", "xlsx", "csv"):
        assert mara.get(f"/assessments/{assessment.pk}/report.{kind}").status_code == 200
    for page in ("shared", "second"):
        stranger.get(f"/{page}/{PRIVATE}/")
    assert lines_of(logs) == [
        "WARNING django.request: GET assessments:shared 404",
        "WARNING django.request: GET assessments:second 404",
    ]


def test_an_unknown_address_is_not_repeated(logs, stranger):
    """It may be a link that was broken in two."""
    stranger.get(f"/assessments/retrun/{PRIVATE}/?{PRIVATE}")
    assert lines_of(logs) == ["WARNING django.request: GET unknown route 404"]


def test_a_method_that_is_none_is_not_repeated(logs, careless, db):
    """Nor in the fields of a line for machines: it may be anybody's name."""
    kept = []
    handler = logging.Handler()
    handler.emit = lambda record: kept.append(record.method)  # type: ignore[method-assign]
    handler.addFilter(RouteOnly())
    logging.getLogger("django.request").addHandler(handler)
    try:
        careless.generic("MARIA-MUSTERMANN", "/careers/")
        careless.generic("MARIA-MUSTERMANN", "/nowhere/")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert "MARIA" not in logs.getvalue()
    assert lines_of(logs)[-1] == "WARNING django.request: other unknown route 404"
    assert set(kept) == {"other"}


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("post", "ratings/cutting/", "POST assessments:save_rating 400"),
        ("get", "ratings/cutting/", "GET assessments:save_rating 405"),
        ("post", "rate/hands/", "POST assessments:rate 400"),
        ("get", "rate/feet/", "GET assessments:rate 404"),
        ("get", "report.json", "GET assessments:report_json 409"),
    ],
)
def test_refusals_are_logged_by_route_without_whose_or_what(
    logs, mara, assessment, method, path, line
):
    """No number of an assessment, no answer, no evidence."""
    fields = {"rating": PRIVATE, "rating-cutting": PRIVATE, "evidence-cutting": PRIVATE}
    getattr(mara, method)(f"/assessments/{assessment.pk}/{path}", fields)
    assert lines_of(logs) == [f"WARNING django.request: {line}"]


def test_a_failed_csrf_check_is_logged_by_route(logs, assessment):
    """Django's own record names the path and the reason."""
    careful = Client(enforce_csrf_checks=True)
    careful.post(f"/assessments/{assessment.pk}/rate/hands/", {"evidence-cutting": PRIVATE})
    assert lines_of(logs) == ["WARNING django.security.csrf: POST assessments:rate 403"]


def test_a_wrong_host_is_not_repeated(logs, careless, db):
    """The name may be of somebody's own network."""
    careless.get(f"/{PRIVATE}/", headers={"host": f"{PRIVATE}.example"})
    first, *frames = lines_of_record(logs)
    assert first == "ERROR django.security.DisallowedHost: GET unknown route 400 DisallowedHost"
    assert frames[-1] == "DisallowedHost"
    assert PRIVATE not in logs.getvalue()


def test_signing_in_and_up_is_logged_without_who(logs, stranger, db):
    """Wrong passwords, codes and addresses with and without an account; too many attempts too."""
    User.objects.create_user(f"{PRIVATE}@example.org", PRIVATE)
    for _attempt in range(7):
        stranger.post("/account/login/", {"login": f"{PRIVATE}@example.org", "password": "wrong"})
    for address in ("/account/signup/", "/account/login/code/", "/account/password/reset/"):
        stranger.post(address, {"email": f"{PRIVATE}@example.org"})
        stranger.post(address, {"email": f"other-{PRIVATE}@example.org"})
    stranger.post("/account/login/code/confirm/", {"code": PRIVATE})
    stranger.get(f"/account/data/?next={PRIVATE}")
    assert PRIVATE not in logs.getvalue()


@pytest.mark.parametrize("error", [ValueError, DatabaseError, KeyError])
def test_an_error_is_logged_with_its_place_and_without_what_was_typed(
    logs, mara, assessment, monkeypatch, error
):
    """Messages of exceptions hold values: a database prints the row that it refused."""

    def broken(**given: object) -> None:
        raise error(f"Failing row contains ({given}, {PRIVATE})")

    monkeypatch.setattr(actions, "save_rating", broken)
    mara.raise_request_exception = False
    fields = {"rating": "2", "evidence": PRIVATE, "revision": "0"}
    reply = mara.post(f"/assessments/{assessment.pk}/ratings/cutting/", fields)
    first, *frames = lines_of_record(logs)
    kind = error.__name__
    assert reply.status_code == 500
    assert first == f"ERROR django.request: POST assessments:save_rating 500 {kind}"
    assert any("in save_rating" in frame for frame in frames)
    assert frames[-1] == kind
    assert (PRIVATE in logs.getvalue(), str(assessment.pk) in logs.getvalue()) == (False, False)


def test_an_error_caused_by_another_prints_neither_message(logs, mara, box_maker, monkeypatch):
    """What led to it and what it was raised from are values too."""

    def broken(*args: object) -> None:
        try:
            raise KeyError(PRIVATE)
        except KeyError as error:
            raise RuntimeError(PRIVATE) from error

    monkeypatch.setattr("careers.views.career_page", broken)
    mara.raise_request_exception = False
    mara.get("/")
    assert lines_of_record(logs)[0] == "ERROR django.request: GET home 500 RuntimeError"
    assert PRIVATE not in logs.getvalue()


def test_the_development_server_prints_no_address(logs):
    """Its line for each request holds the whole path."""
    server = logging.getLogger("django.server")
    extra = {"request": object(), "server_time": "today"}
    first_line = f"GET /assessments/return/{PRIVATE}/ HTTP/1.1"
    server.info('"%s" %s %s', first_line, "302", "0", extra=extra)
    server.warning("code %s, message %s", 400, f"Bad request ({first_line!r})", extra=extra)
    assert lines_of(logs) == [
        'INFO django.server: "GET … HTTP/1.1" 302 0',
        "WARNING django.server: code 400, message Bad request ('GET … HTTP/1.1')",
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"{PRIVATE} / HTTP/1.1",
        f"{PRIVATE} /{PRIVATE} HTTP/1.1",
        f"{PRIVATE}",
        f"GET /{PRIVATE}",
        f'GET "{PRIVATE}" HTTP/1.1 "{PRIVATE}"',
        f"G E T '{PRIVATE}",
    ],
)
def test_the_development_server_prints_no_word_of_a_strange_request(logs, line):
    """Methods that are none, lines that break off, quotation marks in them."""
    server = logging.getLogger("django.server")
    server.info('"%s" %s %s', line, "405", "0", extra={"request": object(), "server_time": ""})
    server.warning("code %s, message %s", 400, f"Bad request ({line!r})", extra={"server_time": ""})
    first, second = lines_of(logs)
    assert PRIVATE not in logs.getvalue()
    assert first.endswith('" 405 0')
    assert second.startswith("WARNING django.server: code 400, message Bad request (")


def test_a_line_of_ours_is_printed_as_it_is(logs):
    """Only what Django says of requests is rewritten."""
    logging.getLogger("careers.anything").info("%s published version %s", "Box Maker", 2)
    assert lines_of(logs) == ["INFO careers.anything: Box Maker published version 2"]


def test_nothing_is_written_around_the_filter():
    """Every handler of the process, but the test runner's, filters and formats."""
    loggers = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    handlers = {
        handler
        for logger in loggers
        if isinstance(logger, logging.Logger)
        for handler in logger.handlers
        if not type(handler).__module__.startswith("_pytest")
        and not isinstance(handler, logging.NullHandler)
    }
    unsafe = [
        handler
        for handler in handlers
        if not any(isinstance(each, RouteOnly) for each in handler.filters)
        or not isinstance(handler.formatter, NoValues)
    ]
    assert (len(handlers), unsafe) == (1, [])


@pytest.fixture
def worker() -> Iterator[SimpleNamespace]:
    """A worker of the server as it is configured, as far as it handles and logs errors."""
    cfg = config.Config()
    for name, value in vars(server).items():
        if name in cfg.settings:
            cfg.set(name, value)
    log, lines = cfg.logger_class(cfg), io.StringIO()
    for handler in log.error_log.handlers:
        handler.setStream(lines)
    yield SimpleNamespace(cfg=cfg, log=log, lines=lines)
    for handler in log.error_log.handlers:  # the test runner's among them, which outlives this
        handler.filters.clear()
    log.error_log.handlers.clear()


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (None, base.InvalidRequestLine(f"G E T /assessments/return/{PRIVATE}/")),
        (None, base.LimitRequestLine(5000, 4094)),
        (SimpleNamespace(method="GET", uri=f"/assessments/return/{PRIVATE}/"), RuntimeError()),
    ],
    ids=["broken request", "long request", "error"],
)
def test_the_server_itself_names_nobody_and_repeats_nothing(worker, asked, error):
    """Neither the address that a broken request came from nor what it asked for."""
    ours, theirs = socket.socketpair()
    with ours, theirs, contextlib.suppress(AttributeError):
        base.Worker.handle_error(worker, asked, ours, ("203.0.113.9", 1), error)
    written = worker.lines.getvalue()
    assert ("203.0.113.9" in written, PRIVATE in written) == (False, False)
