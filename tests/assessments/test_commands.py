"""The commands ``score`` and ``plan``: the API's replies, from files."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from assessments.models import Assessment
from careers.models import Version
from tests.api import PLAN, SCORE, reply_of
from tests.assessments.test_plan_page import workshop
from tests.conftest import NOW, publish

BODIES = {
    "score": SCORE,
    "score with evidence": {**SCORE, "version": 1, "evidence": ["cutting"]},
    "plan": {**PLAN, "hours_per_week": 8},
    "plan with wishes": {
        **PLAN,
        "goal": "best",
        "hours": 60,
        "budget": "79.99",
        "hours_per_week": 5,
        "starts_on": "2027-01-04",
        "done": ["cut-scraps"],
        "booked": ["plan-a-day"],
        "without": ["glue-course"],
    },
}


@pytest.fixture(autouse=True)
def today():
    """It is Sunday, 22 November 2026."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def version(db) -> Version:
    """The career with two ways to learn gluing."""
    return publish(workshop())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a request is written."""
    return tmp_path / "request.json"


def run(command: str, file: Path) -> str:
    """Return what the command prints."""
    out = StringIO()
    call_command(command, str(file), stdout=out)
    return out.getvalue()


def refusal(command: str, file: Path, content: bytes | str | Any) -> list[str]:
    """Return the lines with which the command refuses a file, without the file's name."""
    data = content if isinstance(content, bytes | str) else json.dumps(content)
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(CommandError) as refused:
        run(command, file)
    lines = str(refused.value).replace(str(file), "FILE").split("\n")
    assert all(lines)
    return lines


@pytest.mark.parametrize("name", BODIES)
def test_a_command_prints_the_reply_of_the_api(client, version, file, name):
    """The same JSON, to the last field."""
    command = name.split()[0]
    file.write_text(json.dumps(BODIES[name]))
    assert json.loads(run(command, file)) == reply_of(client, command, BODIES[name])
    assert Assessment.objects.count() == 0


@pytest.mark.parametrize(
    ("command", "changes", "fields"),
    [
        ("score", {"career": "baker"}, ["career"]),
        ("score", {"level": "astronaut"}, ["level"]),
        ("score", {"version": 7}, ["version"]),
        ("score", {"version": True}, ["version"]),
        (
            "score",
            {"ratings": {"cutting": 5, "gluing": "x"}},
            ["ratings.cutting", "ratings.gluing"],
        ),
        ("score", {"ratings": {"whistling": 1}}, ["ratings.whistling"]),
        ("score", {"ratings": {"cutting": float("nan")}}, ["ratings.cutting"]),
        ("score", {"evidence": ["whistling"]}, ["evidence.0"]),
        ("score", {"goal": "fastest"}, ["goal"]),
        ("plan", {"goal": "longest", "hours": -1}, ["goal", "hours"]),
        ("plan", {"hours_per_week": 169}, ["hours_per_week"]),
        ("plan", {"budget": "-1.00"}, ["budget"]),
        ("plan", {"starts_on": "2026-11-21"}, ["starts_on"]),
        ("plan", {"done": ["whistling"]}, ["done.0"]),
        ("plan", {"booked": ["cut-orders"], "without": ["cut-orders"]}, ["without"]),
    ],
    ids=str,
)
def test_each_wrong_field_is_named_on_its_line(version, file, command, changes, fields):
    """As the API names it, below the file's name."""
    base = PLAN if command == "plan" else SCORE
    lines = refusal(command, file, {**base, **changes})
    assert lines[0] == "FILE:"
    assert sorted(line.strip().partition(":")[0] for line in lines[1:]) == fields


@pytest.mark.parametrize("command", ["score", "plan"])
@pytest.mark.parametrize(
    "content",
    ["", '{"career": ', "[" * 60_000, b"\xff\xfe{}", '{"version": ' + "9" * 60_000 + "}"],
    ids=["nothing", "broken", "a bomb", "no text", "too many digits"],
)
def test_a_file_that_is_not_json_is_refused(version, file, command, content):
    """In one line, without a trace of the program."""
    assert refusal(command, file, content) == ["FILE: is not JSON that can be read"]


@pytest.mark.parametrize("content", ["[]", "7", "null", '"text"'])
def test_a_file_that_holds_no_object_is_refused(version, file, content):
    """Naming the body, as the API does."""
    lines = refusal("score", file, content)
    assert [line.strip().partition(":")[0] for line in lines] == ["FILE", "body"]


def test_a_file_that_is_too_large_is_refused(version, file):
    """Its limit is that of the API."""
    body = json.dumps(SCORE)
    file.write_text(body + " " * (65_536 - len(body)))
    assert json.loads(run("score", file))["low"] == 33.3
    lines = refusal("score", file, body + " " * (65_537 - len(body)))
    assert lines == ["FILE: larger than 65,536 bytes"]


@pytest.mark.parametrize("command", ["score", "plan"])
def test_a_file_that_cannot_be_opened_is_named(db, tmp_path, command):
    """Missing, or no file at all."""
    for path, reason in (
        (tmp_path / "nowhere.json", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(CommandError) as refused:
            run(command, path)
        assert str(refused.value) == f"{path}: {reason}"


@pytest.mark.parametrize("command", ["score", "plan"])
def test_a_file_must_be_given(db, command):
    """The command says which argument is missing."""
    with pytest.raises(CommandError, match="required: FILE"):
        call_command(command)
