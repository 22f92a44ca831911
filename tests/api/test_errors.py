"""What programs get wrong: problem details with the field's name, and never a 5xx."""

import json
import time

import pytest
import time_machine
from django.core.cache import cache

from config.api import MAX_BODY, api
from tests.conftest import NOW

from . import PLAN, SCORE, Json, problem_of, send

MISSING = object()
HUGE = 10**400


@pytest.fixture(autouse=True)
def today():
    """It is Sunday, 22 November 2026."""
    with time_machine.travel(NOW):
        yield


def changed(body: Json, field: str, value: object) -> Json:
    """Return the body with one field changed, or without it."""
    left = {name: each for name, each in body.items() if name != field}
    return left if value is MISSING else {**left, field: value}


def text_of(body: Json, field: str, value: str) -> str:
    """Return the body as text, with that text for the value of one field."""
    return json.dumps({**body, field: "@"}).replace('"@"', value)


BOTH: list[tuple[str, object, str]] = [
    ("career", MISSING, "career"),
    ("career", None, "career"),
    ("career", 7, "career"),
    ("career", "", "career"),
    ("career", "baker", "career"),
    ("career", "Box Maker", "career"),
    ("career", "box-maker\n", "career"),
    ("career", "box-maker\0", "career"),
    ("career", "\ud800", "career"),
    ("career", "x" * 81, "career"),
    ("career", ["box-maker"], "career"),
    ("level", MISSING, "level"),
    ("level", "astronaut", "level"),
    ("level", "", "level"),
    ("level", {"key": "senior"}, "level"),
    ("version", 0, "version"),
    ("version", -1, "version"),
    ("version", 2, "version"),
    ("version", 1_000_001, "version"),
    ("version", HUGE, "version"),
    ("version", 1.0, "version"),
    ("version", "1", "version"),
    ("version", True, "version"),
    ("ratings", MISSING, "ratings"),
    ("ratings", None, "ratings"),
    ("ratings", [], "ratings"),
    ("ratings", "cutting", "ratings"),
    ("ratings", {"cutting": -1}, "ratings.cutting"),
    ("ratings", {"cutting": 5}, "ratings.cutting"),
    ("ratings", {"cutting": HUGE}, "ratings.cutting"),
    ("ratings", {"cutting": 2.5}, "ratings.cutting"),
    ("ratings", {"cutting": 2.0}, "ratings.cutting"),
    ("ratings", {"cutting": True}, "ratings.cutting"),
    ("ratings", {"cutting": "2"}, "ratings.cutting"),
    ("ratings", {"cutting": "unsure"}, "ratings.cutting"),
    ("ratings", {"cutting": [2]}, "ratings.cutting"),
    ("ratings", {"cutting": float("nan")}, "ratings.cutting"),
    ("ratings", {"cutting": float("inf")}, "ratings.cutting"),
    ("ratings", {"cutting": float("-inf")}, "ratings.cutting"),
    ("ratings", {"whistling": 2}, "ratings.whistling"),
    ("ratings", {"Cutting": 2}, "ratings.Cutting"),
    ("ratings", {"": 2}, "ratings."),
    ("ratings", {f"skill-{n}": 2 for n in range(401)}, "ratings"),
    ("evidence", None, "evidence"),
    ("evidence", "cutting", "evidence"),
    ("evidence", {"cutting": "a box"}, "evidence"),
    ("evidence", ["cutting", "whistling"], "evidence.1"),
    ("evidence", [7], "evidence.0"),
    ("evidence", ["cutting"] * 401, "evidence"),
    ("nonsense", 1, "nonsense"),
    ("Career", "box-maker", "Career"),
    ("__proto__", {}, "__proto__"),
    ("x" * 5000, 1, "x" * 200),
    ("\ud800", 1, "body"),
]
PLANS: list[tuple[str, object, str]] = [
    ("goal", MISSING, "goal"),
    ("goal", "longest", "goal"),
    ("goal", None, "goal"),
    ("goal", ["fastest"], "goal"),
    ("hours", -1, "hours"),
    ("hours", 1_000_001, "hours"),
    ("hours", HUGE, "hours"),
    ("hours", 7.5, "hours"),
    ("hours", "8", "hours"),
    ("hours", True, "hours"),
    ("hours", float("nan"), "hours"),
    ("hours", float("inf"), "hours"),
    ("budget", "-0.01", "budget"),
    ("budget", 100, "budget"),
    ("budget", "100", "budget"),
    ("budget", "1.005", "budget"),
    ("budget", "01.00", "budget"),
    ("budget", "NaN", "budget"),
    ("budget", "1e400", "budget"),
    ("budget", "1000000000.00", "budget"),
    ("budget", "1.00\n", "budget"),
    ("budget", "١.٠٠", "budget"),
    ("budget", float("nan"), "budget"),
    ("hours_per_week", 0, "hours_per_week"),
    ("hours_per_week", -8, "hours_per_week"),
    ("hours_per_week", 169, "hours_per_week"),
    ("hours_per_week", HUGE, "hours_per_week"),
    ("hours_per_week", 8.5, "hours_per_week"),
    ("hours_per_week", True, "hours_per_week"),
    ("starts_on", "2026-11-21", "starts_on"),
    ("starts_on", "0001-01-01", "starts_on"),
    ("starts_on", "2036-12-01", "starts_on"),
    ("starts_on", "9999-12-31", "starts_on"),
    ("starts_on", "10000-01-01", "starts_on"),
    ("starts_on", "2027-02-30", "starts_on"),
    ("starts_on", "soon", "starts_on"),
    ("starts_on", "", "starts_on"),
    ("starts_on", True, "starts_on"),
    ("starts_on", 1_799_971_200, "starts_on"),
    ("starts_on", "1799971200", "starts_on"),
    ("starts_on", "2027-01-15T00:00:00", "starts_on"),
    ("starts_on", HUGE, "starts_on"),
    ("starts_on", float("nan"), "starts_on"),
    ("starts_on", float("inf"), "starts_on"),
    *[
        case
        for name in ("done", "booked", "without")
        for case in (
            (name, None, name),
            (name, "cut-orders", name),
            (name, ["cut-orders", "whistling"], f"{name}.1"),
            (name, ["cutting"], f"{name}.0"),
            (name, [7], f"{name}.0"),
            (name, ["cut-orders"] * 401, name),
        )
    ],
    ("finish_by", "2027-01-01", "finish_by"),
]


def named(case: object) -> str | None:
    """Return a short name for a case, or leave it to be numbered."""
    if case is MISSING:
        return "missing"
    text = repr(case)
    return text[:20].encode("ascii", "replace").decode()


@pytest.mark.parametrize(("field", "value", "expected"), BOTH, ids=named)
@pytest.mark.parametrize(
    ("name", "body"), [("score", SCORE), ("plan", PLAN)], ids=("score", "plan")
)
def test_a_wrong_field_is_named(client, box_maker, name, body, field, value, expected):
    """422, with that field and no other."""
    response = send(client, name, changed(body, field, value))
    assert problem_of(response) == (422, [expected])


@pytest.mark.parametrize(("field", "value", "expected"), PLANS, ids=named)
def test_a_wrong_wish_is_named(client, box_maker, field, value, expected):
    """422, with that field and no other."""
    response = send(client, "plan", changed(PLAN, field, value))
    assert problem_of(response) == (422, [expected])


@pytest.mark.parametrize("field", ["goal", "hours", "starts_on", "done"])
def test_the_score_takes_no_wishes(client, box_maker, field):
    """They would mean nothing there."""
    response = send(client, "score", {**SCORE, field: PLAN.get(field, None)})
    assert problem_of(response) == (422, [field])


@pytest.mark.parametrize("value", ["1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 400, "-0.5"])
@pytest.mark.parametrize("field", ["version", "hours", "hours_per_week", "budget", "starts_on"])
def test_a_number_that_is_none_is_named_however_it_is_written(client, box_maker, field, value):
    """Read by the parser and refused by the field."""
    response = send(client, "plan", text_of(PLAN, field, value))
    assert problem_of(response) == (422, [field])


def test_all_that_is_wrong_is_named_at_once(client, box_maker):
    """In the order of the fields, unknown ones last."""
    body = {**PLAN, "version": 0, "goal": "x", "hours": -1, "extra": 1}
    status, fields = problem_of(send(client, "plan", body))
    assert (status, sorted(fields)) == (422, ["extra", "goal", "hours", "version"])
    unknown = {**SCORE, "level": "x", "ratings": {"y": 1}, "evidence": ["z"]}
    assert problem_of(send(client, "score", unknown)) == (422, ["level", "ratings.y", "evidence.0"])


def test_a_step_booked_and_left_out_at_once_is_named(client, box_maker):
    """It cannot be both."""
    body = {**PLAN, "booked": ["cut-orders"], "without": ["cut-orders"]}
    assert problem_of(send(client, "plan", body)) == (422, ["without"])


def test_no_more_than_fifty_faults_are_told(client, box_maker):
    """A reply stays small whatever was sent."""
    body = {**SCORE, "ratings": {f"skill-{n}": "x" * 100 for n in range(300)}}
    response = send(client, "score", body)
    assert problem_of(response)[0] == 422
    assert (len(problem_of(response)[1]), len(response.content) < 30_000) == (50, True)


BODIES = {
    "broken": '{"career": "box-maker"',
    "no JSON": "career=box-maker&level=senior",
    "two documents": "{}{}",
    "a bomb of lists": "[" * 60_000,
    "a closed bomb of lists": "[" * 30_000 + "]" * 30_000,
    "a bomb of objects": '{"a":' * 12_000,
    "a number of too many digits": '{"version": ' + "9" * 60_000 + "}",
    "bytes that are no text": b'{"career": "\xff\xfe"}',
    "a NUL": "\0",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("name", ["score", "plan"])
def test_a_body_that_cannot_be_read_is_refused(client, box_maker, name, body):
    """400, naming the body."""
    assert problem_of(send(client, name, body)) == (400, ["body"])


@pytest.mark.parametrize("body", ["", "[]", "null", "7", '"text"', "NaN", "true"])
@pytest.mark.parametrize("name", ["score", "plan"])
def test_a_body_that_is_no_object_is_refused(client, box_maker, name, body):
    """422, naming the body."""
    assert problem_of(send(client, name, body)) == (422, ["body"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ratings", '{"cutting": ' + "[" * 500 + "]" * 500 + "}"),
        ("evidence", "[" * 500 + "]" * 500),
        ("career", '{"a":' * 500 + "1" + "}" * 500),
    ],
)
def test_a_nest_within_a_field_names_the_field(client, box_maker, field, value):
    """It is read no deeper than the field's own form."""
    status, fields = problem_of(send(client, "score", text_of(SCORE, field, value)))
    assert (status, [name.split(".")[0] for name in fields]) == (422, [field])


@pytest.mark.parametrize("name", ["score", "plan"])
def test_a_body_of_more_than_64_kib_is_too_large(client, box_maker, name):
    """413 for a byte more, naming the body; a byte less is read."""
    body = json.dumps(PLAN if name == "plan" else SCORE)
    fits = body + " " * (MAX_BODY - len(body))
    assert MAX_BODY == 64 * 1024
    assert send(client, name, fits).status_code == 200
    assert problem_of(send(client, name, fits + " ")) == (413, ["body"])


@pytest.mark.parametrize("name", ["score", "plan"])
def test_a_body_of_megabytes_is_too_large_alike(client, box_maker, name):
    """Beyond what any page takes too: the same problem details."""
    assert problem_of(send(client, name, "[" * 3_000_000)) == (413, ["body"])


METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
ALLOWED = {"score": "POST", "plan": "POST", "careers": "GET", "careers/box-maker": "GET"}


@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items())
def test_another_method_is_not_allowed(client, box_maker, path, allowed):
    """405, and the reply says which is."""
    for method in METHODS - {allowed}:
        response = client.generic(method, f"/api/v1/{path}")
        assert (response.status_code, response["Allow"]) == (405, allowed)


def test_who_asks_too_often_is_told_when_to_come_back(client, box_maker, monkeypatch):
    """429 with Retry-After; another address is answered, and so is this one a minute later."""
    throttle = api.throttle[0]
    monkeypatch.setattr(throttle, "num_requests", 3)
    monkeypatch.setattr(throttle, "duration", 60)
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        statuses = [
            send(client, "score", SCORE).status_code,
            client.get("/api/v1/careers").status_code,
            send(client, "plan", {}).status_code,
        ]
        refused = [send(client, "score", SCORE), client.get("/api/v1/careers/box-maker")]
        other = client.get("/api/v1/careers", REMOTE_ADDR="192.0.2.7")
        waits = [int(reply["Retry-After"]) for reply in refused]
        clock.shift(max(waits))
        again = send(client, "score", SCORE)
    cache.clear()
    assert statuses == [200, 200, 422]
    assert [problem_of(reply) for reply in refused] == [(429, []), (429, [])]
    assert (other.status_code, again.status_code) == (200, 200)
    assert all(59 <= wait <= 61 for wait in waits)


def test_a_class_behind_one_address_is_served(settings):
    """Thirty people who each ask twenty times in a minute."""
    assert (api.throttle[0].num_requests, api.throttle[0].duration) == (1200, 60)


@pytest.mark.parametrize("name", ["bombs", "faults", "digits"])
def test_bad_input_costs_little_time(client, box_maker, name):
    """Under 100 ms of this thread, at the best of three times."""
    body = {
        "bombs": "[" * 60_000,
        "faults": json.dumps({**SCORE, "ratings": {f"s-{n}": "x" for n in range(4000)}}),
        "digits": '{"version": ' + "9" * 60_000 + "}",
    }[name]
    times = []
    for _time in range(3):
        before = time.thread_time()
        assert send(client, "score", body).status_code in (400, 422)
        times.append(time.thread_time() - before)
    assert min(times) < 0.1


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("get", "", 404, ""),
        ("post", "nope", 404, ""),
        ("get", "score/", 404, ""),
        ("get", "score", 405, "POST"),
        ("delete", "careers", 405, "GET"),
        ("head", "plan", 405, "POST"),
    ],
)
def test_wrong_addresses_and_methods_are_problems_too(client, db, method, path, status, allow):
    """Not pages for people; the methods that are taken are named."""
    reply = getattr(client, method)(f"/api/v1/{path}")
    assert (reply.status_code, reply["Content-Type"]) == (status, "application/problem+json")
    assert reply.get("Allow", "") == allow
