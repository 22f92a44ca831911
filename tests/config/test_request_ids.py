"""Request ids: in the reply, in the log, on the page of an error; and lines as JSON."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

import pytest
from django.test import Client

from config import request_ids
from config.json_logs import JsonLine
from config.logs import RouteOnly

PRIVATE = "what-nobody-may-read"
OWN = re.compile(r"[0-9a-f]{32}")


def test_every_reply_has_an_id_of_its_own(mara, db):
    """Also one that was refused before any page."""
    replies = [mara.get("/"), mara.get("/nowhere/"), mara.get("/", headers={"host": "x.example"})]
    ids = {reply["X-Request-ID"] for reply in replies}
    assert (len(ids), all(OWN.fullmatch(each) for each in ids)) == (3, True)


@pytest.mark.parametrize(
    ("behind_proxy", "sent", "taken"),
    [
        (True, "4bf92f3577b34da6a3ce929d0e0e4736", True),
        (True, "req-2026.11_25", True),
        (False, "4bf92f3577b34da6a3ce929d0e0e4736", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "mara@example.org", False),
        (True, "two words here", False),
        (True, "line\nbreak-here", False),
        (True, "ünïcödë-letters", False),
        (True, "", False),
    ],
)
def test_an_id_is_taken_from_the_proxy_alone_and_only_if_it_is_one(
    mara, db, settings, behind_proxy, sent, taken
):
    """Whatever else is sent is not repeated anywhere."""
    settings.BEHIND_PROXY = behind_proxy
    given = mara.get("/livez", headers={"X-Request-ID": sent})["X-Request-ID"]
    assert (given == sent, bool(OWN.fullmatch(given))) == (taken, not taken or len(sent) == 32)


class Kept(logging.Handler):
    """Keeps the ids of what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(RouteOnly())
        self.ids: set[str] = set()

    def emit(self, record):
        """Keep its id."""
        self.ids.add(record.request_id)


def test_the_page_of_an_error_shows_the_id_of_its_log(box_maker, monkeypatch):
    """So that a person can quote it and an operator find it."""
    kept, log = Kept(), logging.getLogger("django.request")

    def broken(*args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("careers.views.career_page", broken)
        patch.setattr(log, "handlers", [kept])
        reply = Client(raise_request_exception=False).get("/")
    assert reply.status_code == 500
    assert kept.ids == {reply["X-Request-ID"]}
    assert f"<samp>{reply['X-Request-ID']}</samp>" in reply.content.decode()


def as_json(record: logging.LogRecord) -> dict[str, object]:
    """Return what the handler would write of a record."""
    RouteOnly().filter(record)
    line = JsonLine().format(record)
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_says_when_how_bad_from_where_and_what(db):
    """Time in UTC; an empty field is left out."""
    request_ids.forget()  # that of an earlier test, answered in this process
    record = logging.makeLogRecord(
        {"name": "careers.anything", "levelname": "INFO", "msg": "version %s", "args": (2,)}
    )
    found = as_json(record)
    when = datetime.fromisoformat(str(found.pop("time")))
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60
    assert found == {"level": "INFO", "logger": "careers.anything", "message": "version 2"}


def test_nothing_but_the_known_fields_is_ever_printed(rf):
    """Attributes of a record hold requests and values."""
    try:
        raise ValueError(PRIVATE)
    except ValueError:
        error = sys.exc_info()
    record = logging.makeLogRecord(
        {"name": "django.request", "levelname": "ERROR", "msg": "%s", "args": (PRIVATE,),
         "exc_info": error, "request": rf.get(f"/shared/{PRIVATE}/"), "status_code": 500,
         "user": PRIVATE, "extra": {"note": PRIVATE}, "stack_info": PRIVATE}
    )  # fmt: skip
    found = as_json(record)
    assert PRIVATE not in json.dumps(found)
    assert set(found) - {"request_id"} == {
        "time", "level", "logger", "message", "method", "route", "status", "exception",
    }  # fmt: skip
    assert str(found["exception"]).endswith("ValueError")


def test_a_request_has_one_line_with_route_status_and_time(mara, assessment, settings, caplog):
    """Where lines are for machines; health, which they ask all day, has none."""
    settings.LOG_REQUESTS = True
    caplog.set_level("INFO", "rung.request")
    with caplog.filtering(RouteOnly()):
        mara.get(f"/assessments/{assessment.pk}/finish/?from={PRIVATE}")
        mara.get("/livez")
    (record,) = [each for each in caplog.records if each.name == "rung.request"]
    found = as_json(record)
    assert found.pop("ms") > 0
    assert {name: found[name] for name in ("message", "method", "route", "status")} == {
        "message": "GET assessments:finish 200",
        "method": "GET",
        "route": "assessments:finish",
        "status": 200,
    }
