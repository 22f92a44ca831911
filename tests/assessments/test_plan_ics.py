"""The plan in a calendar: what any program that reads RFC 5545 makes of the file."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client

from assessments.models import Assessment
from tests import frameworks
from tests.assessments.test_plan_page import (
    MIXED,
    WISHES,
    address,
    finished,
    page_of,
    say,
    wish,
    workshop,
)
from tests.conftest import NOW, publish

AWKWARD = "Glue, fold; then \\n press: “Ä” & co."
LONG = "Kleben 接着 " * 30


@pytest.fixture(autouse=True)
def today():
    """It is Sunday, 22 November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def assessment(mara: Client, db) -> Assessment:
    """Mara's finished assessment of the career with two ways to learn gluing."""
    return finished(mara, publish(workshop()), "senior", MIXED)


def file_of(client: Client, assessment: Assessment) -> bytes:
    """Return the file as it is sent."""
    return client.get(address(assessment, "plan.ics")).content


def events(content: bytes) -> list[Any]:
    """Return the events of the one calendar in the file."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def days(content: bytes) -> list[tuple[str, date, date]]:
    """Return each event's title, first day, and the day after its last."""
    return [(str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND")) for e in events(content)]


def uids(content: bytes) -> dict[str, str]:
    """Return the name of each event by its title."""
    return {str(event["SUMMARY"]): str(event["UID"]) for event in events(content)}


def test_the_plan_is_a_calendar_file_to_download(mara, assessment):
    """With its type and a name, and kept by nobody on the way."""
    reply = mara.get(address(assessment, "plan.ics"))
    assert (reply.status_code, reply["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert reply["Content-Disposition"] == 'attachment; filename="plan.ics"'
    assert "no-store" in reply["Cache-Control"]
    calendar = icalendar.Calendar.from_ical(reply.content)
    assert {key: str(calendar[key]) for key in ("VERSION", "PRODID", "X-WR-CALNAME")} == {
        "VERSION": "2.0",
        "PRODID": "-//Rung//Training plan//EN",
        "X-WR-CALNAME": "Plan: Senior Box Maker",
    }


def test_each_step_is_an_all_day_event_that_ends_on_the_day_after_its_last(mara, assessment):
    """The page says 22–30 November and 30 November – 18 December; the ends are exclusive."""
    content = file_of(mara, assessment)
    assert days(content) == [
        ("Glue course", date(2026, 11, 22), date(2026, 12, 1)),
        ("Cut orders", date(2026, 11, 30), date(2026, 12, 19)),
    ]
    lines = content.decode().split("\r\n")
    assert [line for line in lines if line.startswith(("DTSTART", "DTEND"))] == [
        "DTSTART;VALUE=DATE:20261122",
        "DTEND;VALUE=DATE:20261201",
        "DTSTART;VALUE=DATE:20261130",
        "DTEND;VALUE=DATE:20261219",
    ]


def test_an_event_says_its_hours_and_blocks_no_other_date(mara, assessment):
    """Training beside work leaves the day free; the file says when it was made, in UTC."""
    first = events(file_of(mara, assessment))[0]
    assert (str(first["DESCRIPTION"]), str(first["TRANSP"])) == ("10 hours", "TRANSPARENT")
    assert first.decoded("DTSTAMP") == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_a_step_keeps_its_name_when_its_days_move(mara, assessment):
    """Imported again, it moves in the calendar instead of standing there twice."""
    before = file_of(mara, assessment)
    wish(mara, assessment, starts_on="2027-01-04", hours_per_week="16")
    after = file_of(mara, assessment)
    assert (
        uids(before)
        == uids(after)
        == {
            "Glue course": f"glue-course.{assessment.pk}@rung",
            "Cut orders": f"cut-orders.{assessment.pk}@rung",
        }
    )
    assert days(before) != days(after)


def test_the_same_plan_is_the_same_file(mara, assessment):
    """Byte for byte, at the same moment."""
    assert file_of(mara, assessment) == file_of(mara, assessment)


def test_two_assessments_share_no_event(mara, assessment):
    """The names of one plan's events are not those of another's."""
    other = finished(mara, assessment.version, "senior", MIXED)
    first, second = (set(uids(file_of(mara, each)).values()) for each in (assessment, other))
    assert (len(first), len(second), first & second) == (2, 2, set())


def test_the_file_follows_what_is_wished_and_said(mara, assessment):
    """Done steps are gone from it, and the goal chosen decides."""
    mara.post(address(assessment), {**WISHES, "goal": "cheapest"})
    say(mara, assessment, "cut-orders", "done")
    assert days(file_of(mara, assessment)) == [
        ("Glue alone", date(2026, 11, 22), date(2026, 11, 22) + timedelta(days=22))
    ]


def test_every_line_ends_with_crlf_and_holds_75_bytes_at_most(mara, db):
    """Long texts are folded, and never within a character."""
    long = frameworks.step(
        "glue-long", hours=5, title=LONG.strip()[:200], description=LONG, gives={"gluing": 3}
    )
    version = publish(workshop(steps=[*frameworks.tiny()["steps"], long]))
    content = file_of(mara, finished(mara, version, "senior", MIXED))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines]
    first = events(content)[0]
    assert str(first["SUMMARY"]) == LONG.strip()[:200]
    assert str(first["DESCRIPTION"]) == f"5 hours\n{LONG}"


def test_commas_semicolons_backslashes_and_line_ends_are_escaped(mara, db):
    """They come back as they were written, and open no line of their own."""
    text = f"{AWKWARD}\nEND:VEVENT\nBEGIN:VALARM, really; \\, \\;"
    awkward = frameworks.step(
        "glue-odd", hours=5, title=AWKWARD, description=text, gives={"gluing": 3}
    )
    version = publish(workshop(steps=[*frameworks.tiny()["steps"], awkward]))
    content = file_of(mara, finished(mara, version, "senior", MIXED))
    unfolded = content.decode().replace("\r\n ", "").split("\r\n")
    assert "SUMMARY:Glue\\, fold\\; then \\\\n press: “Ä” & co." in unfolded
    assert [line for line in unfolded if line.startswith(("END:", "BEGIN:"))] == [
        "BEGIN:VCALENDAR",
        *["BEGIN:VEVENT", "END:VEVENT"] * 2,
        "END:VCALENDAR",
    ]
    first = events(content)[0]
    assert (str(first["SUMMARY"]), str(first["DESCRIPTION"])) == (AWKWARD, f"5 hours\n{text}")


def test_a_step_without_hours_takes_its_day(mara, db):
    """An event of no days would not be shown by a calendar."""
    visit = frameworks.step("visit", hours=0, gives={"cutting": 3, "gluing": 3})
    version = publish(workshop(steps=[visit]))
    content = file_of(mara, finished(mara, version, "senior", MIXED))
    assert days(content) == [("Visit", date(2026, 11, 22), date(2026, 11, 23))]


def test_a_plan_without_steps_is_an_empty_calendar_that_no_page_offers(mara, db):
    """The file can still be read."""
    assessment = finished(mara, publish(workshop(steps=[])), "senior", MIXED)
    assert days(file_of(mara, assessment)) == []
    assert "plan.ics" not in page_of(mara, assessment)
