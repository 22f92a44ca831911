"""The plan for programs: goals, limits, dates, and what is said of steps."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment, Plan
from careers.models import Version
from tests.assessments.test_plan_page import workshop
from tests.conftest import NOW, publish

from . import MIXED, PLAN, Json, reply_of

START = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    """It is Sunday, 22 November 2026."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def version(db) -> Version:
    """The career with two ways to learn gluing: 10 hours for $80, or 25 for nothing."""
    return publish(workshop())


def planned(client: Client, **changes: object) -> Json:
    """Return the reply for the mixed answers and the fastest plan, but for the changes."""
    return reply_of(client, "plan", {**PLAN, **changes})


def keys(reply: Json) -> list[str]:
    """Return the steps in their turns."""
    return [step["step"] for step in reply["steps"]]


def test_the_reply_is_the_documented_one(client, version):
    """Field by field, by hand: 33.3 % + 30 for gluing + 16.7 for cutting.

    10 hours before at 8 a week: day ⌊70 / 8⌋ = 8 is the first of the second step;
    30 hours with it: day ⌈210 / 8⌉ - 1 = 26 is its last.
    """
    assert planned(client, hours_per_week=8, starts_on="2026-11-23") == {
        "goal": "fastest",
        "proven": True,
        "reachable": True,
        "hours": 30,
        "cost": "80.00",
        "low_after": 80.0,
        "band_after": "ready",
        "steps": [
            {
                "step": "glue-course",
                "hours": 10,
                "cost": "80.00",
                "low_after": 63.3,
                "starts_on": "2026-11-23",
                "ends_on": "2026-12-01",
            },
            {
                "step": "cut-orders",
                "hours": 20,
                "cost": "0.00",
                "low_after": 80.0,
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-19",
            },
        ],
        "unreachable_skills": [],
        "left_out": [],
    }


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("fastest", (30, "80.00", 80.0, ["glue-course", "cut-orders"])),
        ("cheapest", (45, "0.00", 80.0, ["glue-alone", "cut-orders"])),
        ("best", (36, "80.00", 100.0, ["glue-course", "cut-orders", "plan-a-day"])),
    ],
)
def test_each_goal_has_its_plan(client, version, goal, expected):
    """Hours, cost, readiness and steps."""
    reply = planned(client, goal=goal)
    figures = (reply["hours"], reply["cost"], reply["low_after"], keys(reply))
    assert (reply["goal"], reply["proven"], figures) == (goal, True, expected)


@pytest.mark.parametrize("pace", [1, 3, 7, 8, 40, 168])
def test_dates_follow_the_rule_at_any_pace(client, version, pace):
    """Each counted from the start, so that rounding never adds up."""
    reply = planned(client, goal="best", hours_per_week=pace, starts_on=START.isoformat())
    before, expected = 0, []
    for step in reply["steps"]:
        after = before + step["hours"]
        first = START + timedelta(days=7 * before // pace)
        last = START + timedelta(days=(7 * after + pace - 1) // pace - 1)
        expected.append((step["step"], first.isoformat(), max(first, last).isoformat()))
        before = after
    assert [(s["step"], s["starts_on"], s["ends_on"]) for s in reply["steps"]] == expected
    assert len(expected) == 3


def test_dates_start_today_when_no_start_is_given(client, version):
    """The first step begins on it."""
    steps = planned(client, hours_per_week=8)["steps"]
    assert (steps[0]["starts_on"], steps[-1]["ends_on"]) == ("2026-11-22", "2026-12-18")


def test_without_hours_a_week_there_are_no_dates(client, version):
    """Even when a start is given."""
    steps = planned(client, starts_on="2026-11-23")["steps"]
    assert {(step["starts_on"], step["ends_on"]) for step in steps} == {(None, None)}


def test_today_can_be_the_start_and_so_can_a_day_in_ten_years(client, version):
    """The two ends of what is taken."""
    last = (NOW.date() + timedelta(days=3660)).isoformat()
    for day in ("2026-11-22", last):
        assert planned(client, hours_per_week=8, starts_on=day)["steps"][0]["starts_on"] == day


def test_a_done_step_raises_where_the_plan_starts(client, version):
    """It costs nothing, is not listed, and what waits for it can be taken."""
    reply = planned(client, done=["cut-orders"])
    assert (keys(reply), reply["hours"], reply["low_after"]) == (["glue-course"], 10, 80.0)
    best = planned(client, goal="best", done=["cut-orders"])
    assert keys(best) == ["glue-course", "plan-a-day"]


def test_a_booked_step_is_forced_in_with_what_it_needs(client, version):
    """Planning a day waits for cutting orders."""
    reply = planned(client, booked=["plan-a-day"])
    assert (keys(reply), reply["hours"]) == (["glue-course", "cut-orders", "plan-a-day"], 36)


def test_a_step_left_out_is_replaced(client, version):
    """By the next best, proven again."""
    reply = planned(client, without=["glue-course"])
    assert (keys(reply), reply["hours"], reply["proven"]) == (
        ["glue-alone", "cut-orders"],
        45,
        True,
    )


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"hours": 30}, (True, 30, "80.00", 80.0, "ready")),
        ({"hours": 29}, (False, 26, "0.00", 70.0, "nearly_ready")),
        ({"hours": 0}, (False, 0, "0.00", 33.3, "starting_out")),
        ({"budget": "80.00"}, (True, 30, "80.00", 80.0, "ready")),
        ({"budget": "79.99"}, (True, 45, "0.00", 80.0, "ready")),
        ({"budget": "0.00"}, (True, 45, "0.00", 80.0, "ready")),
        ({"hours": 44, "budget": "79.99"}, (False, 26, "0.00", 70.0, "nearly_ready")),
        ({"hours": 1_000_000, "budget": "999999999.99"}, (True, 30, "80.00", 80.0, "ready")),
    ],
    ids=str,
)
def test_limits_hold_to_the_hour_and_to_the_cent(client, version, limits, expected):
    """When Ready is out of their reach, the best within them is planned, and proven."""
    reply = planned(client, **limits)
    names = ("reachable", "hours", "cost", "low_after", "band_after")
    assert tuple(reply[name] for name in names) == expected
    assert (reply["proven"], reply["unreachable_skills"]) == (True, [])


@pytest.mark.parametrize("goal", ["fastest", "cheapest", "best"])
def test_limits_hold_for_every_goal(client, version, goal):
    """25 hours and no money: alone with the glue gains most readiness, orders the better band."""
    reply = planned(client, goal=goal, hours=25, budget="0.00")
    assert (reply["goal"], reply["reachable"], keys(reply)) == (goal, False, ["glue-alone"])


def test_skills_that_no_step_reaches_are_named(client, version):
    """With the best that can be reached; limits are not to blame for them."""
    reply = planned(client, without=["glue-course", "glue-alone"], hours=20)
    assert (reply["reachable"], reply["proven"]) == (False, True)
    assert (reply["unreachable_skills"], keys(reply)) == (["gluing"], ["cut-orders"])


def test_who_is_ready_gets_an_empty_plan(client, version):
    """For the first two goals; best goes on."""
    ratings = {"cutting": 3, "gluing": 3, "planning": 0}
    replies = {
        goal: planned(client, goal=goal, ratings=ratings, hours_per_week=8)
        for goal in ("fastest", "cheapest", "best")
    }
    assert {goal: keys(reply) for goal, reply in replies.items()} == {
        "fastest": [],
        "cheapest": [],
        "best": ["cut-orders", "plan-a-day"],
    }
    assert (replies["fastest"]["reachable"], replies["fastest"]["low_after"]) == (True, 80.0)


def test_a_career_without_steps_has_an_empty_plan(client, db):
    """Every requirement below what is required is out of reach."""
    publish(workshop(steps=[]))
    reply = planned(client)
    assert (reply["steps"], reply["reachable"], reply["unreachable_skills"]) == (
        [],
        False,
        ["cutting", "gluing", "planning"],
    )


def test_a_named_version_is_planned_for(client, version, django_capture_on_commit_callbacks):
    """Its steps, not those of the latest."""
    with django_capture_on_commit_callbacks(execute=True):
        publish(workshop(steps=[]))
    assert [len(planned(client, version=n)["steps"]) for n in (1, 2, None)] == [2, 0, 0]


def test_the_same_request_gives_the_same_plan(client, version):
    """In whatever order its keys and steps are sent."""
    body = {**PLAN, "done": ["cut-scraps"], "without": ["plan-a-day", "glue-course"]}
    other = dict(reversed(body.items())) | {
        "without": ["glue-course", "plan-a-day", "glue-course"],
        "ratings": dict(reversed(MIXED.items())),
    }
    assert reply_of(client, "plan", body) == reply_of(client, "plan", other)


def test_once_warm_a_plan_asks_the_database_nothing_and_stores_nothing(client, version):
    """Stateless, as the score is."""
    for _time in range(2):
        planned(client)
    with CaptureQueriesContext(connection) as context:
        planned(client)
    assert [query["sql"] for query in context.captured_queries] == []
    assert (Assessment.objects.count(), Plan.objects.count()) == (0, 0)
