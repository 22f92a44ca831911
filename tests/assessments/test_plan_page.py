"""The training plan: solved, kept, wished for, and told apart from the frozen report."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from assessments import figures, planning
from assessments.models import Assessment, Plan, StepChoice
from careers.models import Version
from tests import frameworks
from tests.assessments.test_report import MIXED, finished, one, section
from tests.conftest import NOW, publish, start

Json = dict[str, Any]
GOALS = ("fastest", "cheapest", "best")
TODAY = NOW.date()
WISHES = {
    "goal": "fastest",
    "hours_per_week": "8",
    "starts_on": "2026-11-22",
    "finish_by": "",
    "budget": "",
}


@pytest.fixture(autouse=True)
def today():
    """It is Sunday, 22 November 2026."""
    with time_machine.travel(NOW):
        yield


def workshop(**changes: Any) -> frameworks.Json:
    """Return the tiny career with two ways to learn gluing, quick or free.

    step        | hours | cost  | needs      | gives      | gain for MIXED at senior
    ------------+-------+-------+------------+------------+-------------------------
    cut-scraps  |     4 |     0 |            | cutting 1  | –
    cut-orders  |    20 |     0 | cutting 1  | cutting 3  | 16.7 (essential)
    glue-course |    10 | 80.00 |            | gluing 3   | 30
    glue-alone  |    25 |     0 |            | gluing 3   | 30
    plan-a-day  |     6 |     0 | cut-orders | planning 2 | 20
    """
    document = frameworks.tiny()
    document["steps"].append(frameworks.step("glue-alone", hours=25, gives={"gluing": 3}))
    return {**document, **changes}


@pytest.fixture
def version(db) -> Version:
    """The career with two ways to learn gluing."""
    return publish(workshop())


@pytest.fixture
def assessment(mara: Client, version: Version) -> Assessment:
    """Mara's finished assessment: 33.3 % of senior, cutting 2 of 3, gluing not sure."""
    return finished(mara, version, "senior", MIXED)


@pytest.fixture
def solved(monkeypatch) -> list[str]:
    """The goals solved since the test began."""
    goals: list[str] = []
    solve = figures.solve

    def counting(problem):
        goals.append(problem.goal.value)
        return solve(problem)

    monkeypatch.setattr(figures, "solve", counting)
    return goals


def address(assessment: Assessment, name: str = "plan/") -> str:
    """Return the address of the plan or of something beside it."""
    return f"/assessments/{assessment.pk}/{name}"


def page_of(client: Client, assessment: Assessment) -> str:
    """Return the plan as a person reads it."""
    return client.get(address(assessment)).content.decode()


def wish(client: Client, assessment: Assessment, **changes: str):
    """Post the form of the plan as it stands on a first visit, but for the changes."""
    return client.post(address(assessment), {**WISHES, **changes})


def say(client: Client, assessment: Assessment, step: str, state: str):
    """Say something of a step."""
    return client.post(address(assessment, f"plan/steps/{step}/"), {"state": state})


def steps(page: str) -> list[tuple[str, str, str, str]]:
    """Return each step in its turn: key, gain, days, readiness then."""
    return re.findall(
        r'<li class="step" id="step-([\w-]+)">.*?chip-met">([^<]+)<.*?'
        r"(\d+ \w+ – \d+ \w+ \d+) · then ([\d.]+)%</p>",
        page,
        re.DOTALL,
    )


def keys(page: str) -> list[str]:
    """Return the steps in their turns."""
    return [key for key, *_rest in steps(page)]


def goals(page: str) -> dict[str, str]:
    """Return each goal's figures as they stand side by side."""
    found = re.findall(r'for="goal-(\w+)">.*?choice-text">([^<]+)<', page)
    return {goal: unescape(text) for goal, text in found}


def summary(page: str) -> str:
    """Return the plan in a sentence."""
    return one(r'<h1>[^<]+</h1>\s*<p class="muted">([^<]+)</p>', page)


def notes(page: str) -> list[str]:
    """Return what stands below the wishes: the proof, and the runner-up."""
    wishes = section(page, "wishes-title")
    return [unescape(text) for text in re.findall(r'<p class="muted small[^>]*>([^<]+)<', wishes)]


def said(page: str) -> list[tuple[str, str]]:
    """Return the steps that are done or not available, and what is said of them."""
    return re.findall(
        r'class="said">.*?<span>\S ([^<]+) <span class="muted">([^<]+)<', page, re.DOTALL
    )


def wrong(page: str) -> list[str]:
    """Return the fields that the page finds fault with."""
    return re.findall(r'class="question-note" id="id_(\w+)_error"', page)


def typed(page: str, name: str) -> str:
    """Return what stands in a field of the form."""
    tags = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page)
    assert len(tags) == 1, tags
    return one(r' value="([^"]*)"', tags[0])


def stored() -> Json:
    """Return the wishes that are stored."""
    names = ("goal", "hours_per_week", "starts_on", "finish_by", "budget")
    return Plan.objects.values(*names).get()


def remark(page: str) -> str:
    """Return the warning above the steps, as text."""
    text = one(r'<div class="notice notice-warn">(.*?)</div>', section(page, "steps-title"))
    return re.sub(r"<[^>]+>", " ", text).strip()


# Solving once


def test_finishing_solves_the_fastest_plan_once(mara, version, solved):
    """However often the button is pressed; the report then reads it."""
    assessment = finished(mara, version, "senior", MIXED)
    assert (solved, list(Plan.objects.get().solutions)) == (["fastest"], ["fastest"])
    for _time in range(2):
        mara.post(address(assessment, "finish/"))
        mara.get(address(assessment, "report/"))
    assert solved == ["fastest"]


def test_the_first_look_solves_the_other_goals_and_keeps_all_three(mara, assessment, solved):
    """The second look, the calendar and the report solve nothing."""
    first = page_of(mara, assessment)
    assert solved == ["cheapest", "best"]
    assert sorted(Plan.objects.get().solutions) == sorted(GOALS)
    second = page_of(mara, assessment)
    mara.get(address(assessment, "plan.ics"))
    mara.get(address(assessment, "report/"))
    assert solved == ["cheapest", "best"]
    assert (steps(first), goals(first)) == (steps(second), goals(second))


def test_a_look_at_the_head_solves_what_a_look_would(mara, assessment, solved):
    """HEAD answers as GET does, without the page."""
    reply = mara.head(address(assessment))
    assert (reply.status_code, reply.content, solved) == (200, b"", ["cheapest", "best"])


# What the page shows


def test_three_goals_stand_side_by_side_with_hours_money_and_end(mara, assessment):
    """By hand, at 8 hours a week: 30 h end on day 27, 45 h on day 40, 36 h on day 32."""
    assert goals(page_of(mara, assessment)) == {
        "fastest": "30 h · $80 · 18 Dec 2026 · 80.0%, Ready",
        "cheapest": "45 h · free · 31 Dec 2026 · 80.0%, Ready",
        "best": "36 h · $80 · 23 Dec 2026 · 100.0%, Ready",
    }


def test_steps_stand_in_their_order_with_gain_days_and_readiness(mara, assessment):
    """The largest gain first; 10 hours before the second: it starts on day 8 = ⌊70 / 8⌋."""
    page = page_of(mara, assessment)
    assert steps(page) == [
        ("glue-course", "+30.0", "22 Nov – 30 Nov 2026", "63.3"),
        ("cut-orders", "+16.7", "30 Nov – 18 Dec 2026", "80.0"),
    ]
    assert (
        summary(page) == "30 hours, $80: from 33.3% to 80.0%, Ready,"
        " by 18 December 2026 at 8 hours a week."
    )


def test_each_step_says_why_it_is_here(mara, assessment):
    """Which gap it closes, whether that is essential, and what it unlocks."""
    wish(mara, assessment, goal="best")
    why = re.findall(r"<strong>Why it is here:</strong> ([^<]+)<", page_of(mara, assessment))
    assert [unescape(each) for each in why] == [
        "raises Gluing 0→3.",
        "raises Cutting 2→3 (essential); unlocks “Plan a day”.",
        "raises Planning 0→2.",
    ]


def test_a_step_unlocks_those_that_need_the_rating_it_gives(mara, version):
    """From nothing, cutting scraps gives the cutting that orders ask for."""
    page = page_of(mara, finished(mara, version, "senior", {}))
    why = dict(zip(keys(page), re.findall(r"Why it is here:</strong> ([^<]+)<", page), strict=True))
    assert why["cut-scraps"] == "raises Cutting 0→1 (essential); unlocks “Cut orders”."


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (
            "fastest",
            [
                "Proven shortest: no other set of steps reaches Ready in fewer hours.",
                "Runner-up, with “Glue alone” instead of “Glue course”: 45 h, free, 80.0%."
                " It takes 15 hours more.",
            ],
        ),
        (
            "cheapest",
            [
                "Proven cheapest: no other set of steps reaches Ready for less money.",
                "Runner-up, with “Glue course” instead of “Glue alone”: 30 h, $80, 80.0%."
                " It costs $80 more.",
            ],
        ),
        (
            "best",
            [
                "Proven best: no other set of steps gets further.",
                "Runner-up, with “Glue alone” instead of “Glue course”: 51 h, free, 100.0%."
                " It takes 15 hours more.",
            ],
        ),
    ],
)
def test_the_proof_and_the_runner_up_of_each_goal(mara, assessment, goal, expected):
    """What was proven of the chosen goal, and what lost by how much."""
    wish(mara, assessment, goal=goal)
    assert notes(page_of(mara, assessment)) == expected


def test_a_plan_that_was_not_proven_is_not_called_so(mara, assessment, monkeypatch):
    """When time ends first, the best found is shown and called that, in the report too."""
    whole = figures.plan_with_runner_up

    def hurried(*args):
        return {**whole(*args), "proven": False}

    monkeypatch.setattr(figures, "plan_with_runner_up", hurried)
    say(mara, assessment, "cut-scraps", "done")
    page = page_of(mara, assessment)
    assert notes(page)[0] == (
        "The best found in the time allowed; another set of steps may be better."
    )
    report = mara.get(address(assessment, "report/")).content.decode()
    assert "The shortest set of steps found in the time allowed: 30 hours, $80." in report


def test_the_projection_is_drawn_as_a_stepped_line(mara, assessment):
    """From 33.3 % to 63.3 % after a third of the hours, to 80 % at the end.

    Left is x 40, right 620; 0 % is y 170, 100 % is y 20.
    """
    page = page_of(mara, assessment)
    assert one(r'class="chart-line"[^>]+d="([^"]+)"', page) == "M0.0 103.4H206.6V61.4H620.0V38.0"
    assert '<title id="chart-title">Readiness from 33.3% to 80.0%</title>' in page


# What a person wishes


def test_wishes_are_stored_and_all_goals_solved_anew(mara, assessment, solved):
    """Then the page shows them, and what they make of the plan."""
    page_of(mara, assessment)
    solved.clear()
    wishes = {
        "goal": "cheapest",
        "hours_per_week": "20",
        "starts_on": "2027-01-04",
        "finish_by": "2027-03-01",
        "budget": "100.50",
    }
    reply = wish(mara, assessment, **wishes)
    assert (reply.status_code, reply["Location"]) == (302, address(assessment))
    assert (stored(), solved) == (
        {
            "goal": "cheapest",
            "hours_per_week": 20,
            "starts_on": date(2027, 1, 4),
            "finish_by": date(2027, 3, 1),
            "budget": Decimal("100.50"),
        },
        [],
    )
    page = page_of(mara, assessment)
    assert sorted(solved) == sorted(GOALS)
    assert [each[:3] for each in steps(page)] == [
        ("glue-alone", "+30.0", "4 Jan – 12 Jan 2027"),
        ("cut-orders", "+16.7", "12 Jan – 19 Jan 2027"),
    ]
    assert {name: typed(page, name) for name in wishes if name != "goal"} == {
        name: value for name, value in wishes.items() if name != "goal"
    }
    assert re.findall(r'id="goal-(\w+)" value="\w+" checked', page) == ["cheapest"]


@pytest.mark.parametrize("goal", ["cheapest", "best"])
def test_another_goal_alone_needs_no_solving(mara, assessment, solved, goal):
    """All three were kept; nothing of them changes."""
    page_of(mara, assessment)
    before = Plan.objects.get()
    solved.clear()
    wish(mara, assessment, goal=goal)
    page_of(mara, assessment)
    after = Plan.objects.get()
    assert (solved, after.goal, after.solutions) == ([], goal, before.solutions)


@pytest.mark.parametrize(
    "change",
    [
        {"hours_per_week": "9"},
        {"starts_on": "2026-11-23"},
        {"finish_by": "2027-06-01"},
        {"budget": "1000"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_wish_drops_what_was_solved(mara, assessment, change):
    """Nothing stale is left to be shown, and the revision says so."""
    page_of(mara, assessment)
    wish(mara, assessment, **change)
    plan = Plan.objects.get()
    assert (plan.solutions, plan.revision) == ({}, 1)


def test_posting_the_same_wishes_keeps_what_was_solved(mara, assessment, solved):
    """Nothing changed, so nothing is solved."""
    page_of(mara, assessment)
    solved.clear()
    wish(mara, assessment)
    page_of(mara, assessment)
    assert (solved, Plan.objects.get().revision) == ([], 0)


@pytest.mark.parametrize(
    ("finish_by", "found"),
    [
        ("2026-12-18", (["glue-course", "cut-orders"], "")),
        ("2026-12-17", (["cut-orders", "plan-a-day"], "No plan within your limits")),
        ("2026-11-22", ([], "No plan within your limits")),
    ],
    ids=["just enough", "a day short", "one day"],
)
def test_finish_by_limits_the_hours(mara, assessment, finish_by, found):
    """27 days hold ⌊27 · 8 / 7⌋ = 30 hours, 26 days 29, one day 1: not a minute more.

    With 29 hours, 26 of them bring cutting to what is essential and 70 %.
    """
    wish(mara, assessment, finish_by=finish_by)
    page = page_of(mara, assessment)
    assert keys(page) == found[0]
    assert remark(page).startswith(found[1])
    assert bool(remark(page)) == bool(found[1])


@pytest.mark.parametrize(
    ("budget", "found"),
    [
        ("80.00", ["glue-course", "cut-orders"]),
        ("79.99", ["glue-alone", "cut-orders"]),
        ("0", ["glue-alone", "cut-orders"]),
        ("9999999.99", ["glue-course", "cut-orders"]),
    ],
)
def test_the_budget_limits_the_money_to_the_cent(mara, assessment, budget, found):
    """Nothing is no budget too, and not the same as none given."""
    wish(mara, assessment, budget=budget)
    assert keys(page_of(mara, assessment)) == found


INVALID = {
    "no hours": ("hours_per_week", "0"),
    "more hours than a week has": ("hours_per_week", "169"),
    "negative hours": ("hours_per_week", "-5"),
    "words for hours": ("hours_per_week", "abc"),
    "half hours": ("hours_per_week", "7.5"),
    "nothing for hours": ("hours_per_week", ""),
    "absurd hours": ("hours_per_week", "1" + "0" * 400),
    "hours of too many digits": ("hours_per_week", "9" * 5000),
    "markup for hours": ("hours_per_week", '"><script>alert(1)</script>'),
    "a start in the past": ("starts_on", "2026-11-21"),
    "a start long ago": ("starts_on", "0001-01-01"),
    "a start far ahead": ("starts_on", "2036-12-01"),
    "a start on no day": ("starts_on", "2027-02-30"),
    "no start": ("starts_on", ""),
    "an end before the start": ("finish_by", "2026-11-21"),
    "an end on no day": ("finish_by", "soon"),
    "a negative budget": ("budget", "-0.01"),
    "a budget of NaN": ("budget", "NaN"),
    "an endless budget": ("budget", "Infinity"),
    "an absurd budget": ("budget", "1e400"),
    "a budget of too many digits": ("budget", "1" + "0" * 400),
    "a budget in parts of cents": ("budget", "1.005"),
    "words for a budget": ("budget", "a lot"),
}


@pytest.mark.parametrize(("field", "value"), INVALID.values(), ids=INVALID)
def test_an_impossible_wish_is_shown_again_with_its_field_named(mara, assessment, field, value):
    """400 with what was typed; what is stored, and the plan shown, stay as they were."""
    before = (stored(), steps(page_of(mara, assessment)), Plan.objects.get().solutions)
    reply = wish(mara, assessment, **{"hours_per_week": "12", field: value})
    page = reply.content.decode()
    assert (reply.status_code, wrong(page), typed(page, field)) == (400, [field], value)
    assert (stored(), steps(page), Plan.objects.get().solutions) == before


def test_an_unknown_goal_is_refused(mara, assessment):
    """400 with the reason; the goal stays."""
    reply = wish(mara, assessment, goal="longest")
    text = one(r'<p class="question-note">([^<]+)</p>', reply.content.decode())
    assert (reply.status_code, stored()["goal"]) == (400, "fastest")
    assert text == "Select a valid choice. longest is not one of the available choices."


def test_all_that_is_wrong_is_named_at_once(mara, assessment):
    """Nobody corrects one field to be told of the next."""
    reply = wish(mara, assessment, hours_per_week="0", starts_on="x", finish_by="y", budget="z")
    assert (reply.status_code, wrong(reply.content.decode())) == (
        400,
        ["hours_per_week", "starts_on", "finish_by", "budget"],
    )


@pytest.mark.parametrize("hours", ["1", "168"])
def test_the_least_and_the_most_hours_a_week_are_taken(mara, assessment, hours):
    """One hour a week, or all of them."""
    wish(mara, assessment, hours_per_week=hours)
    page = page_of(mara, assessment)
    assert (stored()["hours_per_week"], len(steps(page))) == (int(hours), 2)


def test_a_start_that_has_passed_meanwhile_is_no_error(mara, assessment):
    """Who comes back a month later can change the budget alone."""
    with time_machine.travel("2026-12-22"):
        statuses = [
            wish(mara, assessment, budget="10").status_code,
            wish(mara, assessment, budget="10", starts_on="2026-12-21").status_code,
        ]
    assert (statuses, stored()["starts_on"]) == ([302, 400], date(2026, 11, 22))


def test_a_pace_that_leads_beyond_the_calendar_is_refused(mara, db):
    """22 steps of 20,000 hours at one hour a week would end after the year 9999."""
    names = [f"part-{n:02}" for n in range(22)]
    chain = [
        frameworks.step(
            name,
            hours=20_000,
            after=names[max(0, n - 1) : n],
            gives={"cutting": 4, "gluing": 4} if name == names[-1] else {},
        )
        for n, name in enumerate(names)
    ]
    assessment = finished(mara, publish(workshop(steps=chain)), "senior", {})
    assert len(steps(page_of(mara, assessment))) == 22
    reply = wish(mara, assessment, hours_per_week="1")
    assert (reply.status_code, wrong(reply.content.decode())) == (400, ["hours_per_week"])
    assert stored()["hours_per_week"] == 8


# What is said of steps


def test_a_done_step_raises_the_projection_and_is_not_listed_again(mara, assessment):
    """The line starts at 50 % instead of 33.3; ten hours are left."""
    reply = say(mara, assessment, "cut-orders", "done")
    assert (reply.status_code, reply["Location"]) == (302, address(assessment))
    page = page_of(mara, assessment)
    assert [each[:2] for each in steps(page)] == [("glue-course", "+30.0")]
    assert summary(page).startswith("10 hours, $80: from 50.0% to 80.0%, Ready")
    assert said(page) == [("Cut orders", "done")]
    assert one(r'<p class="muted small m-0">([^<]+)</p>', page) == "1 step done"


def test_a_done_step_proposes_to_rate_again_and_leaves_the_report_alone(mara, assessment):
    """Not a byte of its figures moves; rating again starts a new assessment of that level."""
    before = mara.get(address(assessment, "report.json")).content
    offer = r'<form method="post" action="([^"]+/again/)">'
    assert one(offer, page_of(mara, assessment)) == ""
    say(mara, assessment, "cut-orders", "done")
    again = mara.post(one(offer, page_of(mara, assessment)))["Location"]
    assert re.fullmatch(r"/assessments/[0-9a-f-]{36}/rate/hands/", again)
    assert str(assessment.pk) not in again
    assert mara.get(address(assessment, "report.json")).content == before


def test_a_booked_step_is_forced_in_with_what_it_needs(mara, assessment):
    """Planning a day waits for cutting orders, so both are there for every goal."""
    say(mara, assessment, "plan-a-day", "booked")
    page = page_of(mara, assessment)
    assert keys(page) == ["glue-course", "cut-orders", "plan-a-day"]
    assert goals(page)["cheapest"].startswith("51 h · free")
    assert "raises Planning 0→2; you booked it." in page
    assert page.count("Booked ✓ (undo)") == 1


def test_a_step_that_is_not_available_disappears_and_the_plan_is_proven_again(mara, assessment):
    """Another takes its place; the one left out is listed below."""
    say(mara, assessment, "glue-course", "without")
    page = page_of(mara, assessment)
    assert keys(page) == ["glue-alone", "cut-orders"]
    assert said(page) == [("Glue course", "not available")]
    assert notes(page) == ["Proven shortest of all plans within your limits and choices."]
    assert Plan.objects.get().solutions["fastest"]["proven"] is True


@pytest.mark.parametrize("state", ["done", "booked", "without"])
def test_what_was_said_of_a_step_can_be_taken_back(mara, assessment, state):
    """The plan is what it was, and nothing is stored of the step."""
    before = page_of(mara, assessment)
    say(mara, assessment, "plan-a-day", state)
    assert list(StepChoice.objects.values_list("step", "state")) == [("plan-a-day", state)]
    say(mara, assessment, "plan-a-day", "")
    after = page_of(mara, assessment)
    assert (steps(after), goals(after), said(after)) == (steps(before), goals(before), [])
    assert StepChoice.objects.count() == 0


def test_the_last_word_on_a_step_counts(mara, assessment):
    """Booked, then not available, then done: one state is stored."""
    for state in ("booked", "without", "done"):
        say(mara, assessment, "glue-course", state)
    assert list(StepChoice.objects.values_list("step", "state")) == [("glue-course", "done")]


def test_saying_something_of_a_step_drops_what_was_solved(mara, assessment, solved):
    """All goals are solved again, at the next look."""
    page_of(mara, assessment)
    solved.clear()
    say(mara, assessment, "cut-scraps", "done")
    plan = Plan.objects.get()
    assert (plan.solutions, plan.revision, solved) == ({}, 1, [])
    page_of(mara, assessment)
    assert sorted(solved) == sorted(GOALS)


@pytest.mark.parametrize("step", ["whistling", "cutting", "x" * 500])
@pytest.mark.parametrize("state", ["done", "booked", "without", ""])
def test_an_unknown_step_is_not_found(mara, assessment, step, state):
    """404, and nothing is stored."""
    assert say(mara, assessment, step, state).status_code == 404
    assert (StepChoice.objects.count(), Plan.objects.get().revision) == (0, 0)


@pytest.mark.parametrize("state", ["skipped", "DONE", "done,booked", "\0", "x" * 500])
def test_an_unknown_state_is_refused(mara, assessment, state):
    """400 with the field's name, as text, and nothing is stored."""
    reply = say(mara, assessment, "glue-course", state)
    assert (reply.status_code, reply["Content-Type"].split(";")[0]) == (400, "text/plain")
    assert reply.content.decode().startswith("state: ")
    assert (StepChoice.objects.count(), Plan.objects.get().revision) == (0, 0)


# Where the plan ends


def test_a_goal_out_of_reach_is_said_with_the_skills_that_no_step_reaches(mara, assessment):
    """Without both ways to glue, gluing stays at 0; what comes closest is shown."""
    for step in ("glue-course", "glue-alone"):
        say(mara, assessment, step, "without")
    page = page_of(mara, assessment)
    assert remark(page) == (
        "No plan within your limits and choices reaches Ready. These steps come closest.  "
        "Even all steps without any limit leave these below what is required: Gluing."
    )
    assert keys(page) == ["plan-a-day", "cut-orders"][::-1]
    assert summary(page).startswith("26 hours, free: from 33.3% to 70.0%, Nearly ready")
    assert notes(page)[0] == (
        "Proven: no other set of steps within your limits and choices comes closer."
    )


def test_a_limit_that_is_too_tight_blames_no_skill(mara, assessment):
    """All could be reached, only not in that time."""
    wish(mara, assessment, finish_by="2026-11-30")
    assert remark(page_of(mara, assessment)) == (
        "No plan within your limits and choices reaches Ready. These steps come closest."
    )


def test_a_career_without_steps_has_a_plan_that_says_so(mara, db):
    """Finishing solves nothing; every skill below what is required is named."""
    assessment = finished(mara, publish(workshop(steps=[])), "senior", MIXED)
    assert Plan.objects.count() == 0
    page = page_of(mara, assessment)
    assert (steps(page), summary(page)) == ([], "Readiness 33.3%.")
    assert remark(page).endswith("Cutting, Gluing, Planning.")
    assert "There is no step that helps here." in page
    assert "Into my calendar" not in page


def test_who_is_ready_has_nothing_to_plan(mara, version):
    """Fastest and cheapest are empty; best still gets further."""
    ratings = {"cutting": 3, "gluing": 3, "planning": 0}
    page = page_of(mara, finished(mara, version, "senior", ratings))
    assert "You are Ready: there is nothing to plan." in page
    assert {goal: text.split(" · ")[0] for goal, text in goals(page).items()} == {
        "fastest": "0 h",
        "cheapest": "0 h",
        "best": "26 h",
    }


def test_a_step_without_hours_or_cost_takes_its_place(mara, db):
    """A free visit of no hours: on its day, drawn, and without dividing by nothing."""
    visit = frameworks.step("visit", hours=0, gives={"cutting": 3, "gluing": 3})
    page = page_of(mara, finished(mara, publish(workshop(steps=[visit])), "senior", MIXED))
    assert steps(page) == [("visit", "+46.7", "22 Nov – 22 Nov 2026", "80.0")]
    assert summary(page).startswith("0 hours, free: from 33.3% to 80.0%, Ready")


# Who may look, and when


def test_the_plan_before_finishing_leads_to_the_review(mara, version, solved):
    """There is no report to plan from; nothing is stored and nothing solved."""
    assessment = start(mara, version, "senior")
    review = address(assessment, "finish/")
    replies = [
        mara.get(address(assessment)),
        wish(mara, assessment),
        say(mara, assessment, "cut-orders", "done"),
        mara.get(address(assessment, "what-if/")),
    ]
    assert [(reply.status_code, reply.get("Location")) for reply in replies] == [(302, review)] * 4
    assert mara.get(address(assessment, "plan.ics")).status_code == 404
    assert (Plan.objects.count(), StepChoice.objects.count(), solved) == (0, 0, [])


ADDRESSES = {
    "plan/": {"get", "head", "post"},
    "plan/steps/cut-orders/": {"post"},
    "plan.ics": {"get", "head"},
    "what-if/": {"get", "head"},
}


@pytest.mark.parametrize("is_finished", [True, False], ids=["finished", "unfinished"])
@pytest.mark.parametrize("who", ["stranger", "edda_client"])
def test_nobody_else_finds_the_plan(request, mara, version, who, is_finished):
    """Neither another browser nor an editor, by any address or method."""
    make = finished if is_finished else lambda *args: start(*args[:3])
    assessment = make(mara, version, "senior", MIXED)
    before = list(Plan.objects.values())
    client = request.getfixturevalue(who)
    statuses = {
        (name, method): getattr(client, method)(
            address(assessment, name), {**WISHES, "state": "done"}
        ).status_code
        for name, methods in ADDRESSES.items()
        for method in methods
    }
    assert set(statuses.values()) == {404}
    assert len(statuses) == 8
    assert (list(Plan.objects.values()), StepChoice.objects.count()) == (before, 0)


@pytest.mark.parametrize("name", ADDRESSES)
def test_other_methods_are_not_allowed(mara, assessment, name):
    """The reply says which are."""
    others = {"get", "head", "post", "put", "patch", "delete"} - ADDRESSES[name]
    for method in others:
        reply = getattr(mara, method)(address(assessment, name))
        allowed = {each.strip().lower() for each in reply["Allow"].split(",")}
        assert (reply.status_code, allowed) == (405, ADDRESSES[name])


# Two changes at once


def test_what_was_solved_while_a_wish_changed_is_not_kept(mara, assessment, monkeypatch):
    """A step is left out in another tab while this one solves: the next look solves anew."""
    whole, changed = figures.plan_with_runner_up, []

    def slow(*args):
        reply = whole(*args)
        if not changed:
            changed.append(True)
            planning.choose(
                assessment=assessment, step="glue-course", state="without", today=NOW.date()
            )
        return reply

    monkeypatch.setattr(figures, "plan_with_runner_up", slow)
    page_of(mara, assessment)
    plan = Plan.objects.get()
    assert (changed, plan.solutions, plan.revision) == ([True], {}, 1)
    assert keys(page_of(mara, assessment)) == ["glue-alone", "cut-orders"]
    assert sorted(Plan.objects.get().solutions) == sorted(GOALS)


def test_a_plan_that_was_read_before_a_change_cannot_overwrite_what_came_after(assessment):
    """Each change has its own revision; solutions belong to the revision they were read at."""
    early = Plan.objects.get()
    planning.choose(assessment=assessment, step="glue-course", state="without", today=TODAY)
    planning.choose(assessment=assessment, step="cut-scraps", state="done", today=TODAY)
    late = Plan.objects.get()
    current = planning.solutions(assessment, late, GOALS)
    early.solutions = {}
    planning.solutions(assessment, early, GOALS)
    plan = Plan.objects.get()
    assert (early.revision, plan.revision, plan.solutions) == (0, 2, current)


def test_a_wish_and_a_word_on_a_step_sent_from_two_tabs_both_hold(mara, assessment):
    """The form of the first tab knows nothing of the step, and takes nothing back."""
    say(mara, assessment, "glue-course", "without")
    wish(mara, assessment, hours_per_week="16")
    assert (stored()["hours_per_week"], Plan.objects.get().revision) == (16, 2)
    assert keys(page_of(mara, assessment)) == ["glue-alone", "cut-orders"]


def test_a_booked_step_that_does_not_fit_is_named_and_can_be_taken_back(mara, assessment):
    """Its 25 hours are more than 14 days of 8 hours a week allow; nothing hides it."""
    say(mara, assessment, "glue-alone", "booked")
    wish(mara, assessment, finish_by="2026-12-05")
    page = page_of(mara, assessment)
    assert said(page) == [
        ("Glue alone", "booked, but it cannot be taken or does not fit your limits")
    ]
    say(mara, assessment, "glue-alone", "")
    assert said(page_of(mara, assessment)) == []


def test_what_is_claimed_holds_for_limits_and_choices_only(mara, assessment):
    """With a step left out there may be shorter plans, on the plan and on the report."""
    say(mara, assessment, "glue-course", "without")
    page = page_of(mara, assessment)
    assert notes(page)[0] == "Proven shortest of all plans within your limits and choices."
    report = mara.get(address(assessment, "report/")).content.decode()
    assert "The shortest set of steps to Ready within the limits and choices of your plan" in report
    wish(mara, assessment, budget="0", finish_by="2026-11-23")
    page = page_of(mara, assessment)
    assert "No step fits within your limits and choices." in page
    wish(mara, assessment)
    say(mara, assessment, "glue-alone", "without")
    say(mara, assessment, "plan-a-day", "without")
    page_of(mara, assessment)
    report = mara.get(address(assessment, "report/")).content.decode()
    assert "Within the limits and choices of your plan no steps reach Ready" in report


def test_the_reports_gains_start_after_what_is_done(mara, assessment):
    """The first step left gains what it adds, not what the done step gave."""
    say(mara, assessment, "cut-orders", "done")
    page = page_of(mara, assessment)
    report = mara.get(address(assessment, "report/")).content.decode()
    first = one(
        r'step-title" href="#step-[\w-]+">[^<]+</a><span class="chip chip-met">([^<]+)<', report
    )
    assert first == steps(page)[0][1] == "+30.0"


def test_the_report_of_a_career_without_steps_opens_after_its_plan(mara, db):
    """There is nothing to plan, and nothing fails."""
    assessment = finished(mara, publish(workshop(steps=[])), "senior", MIXED)
    found = [mara.get(address(assessment, name)).status_code for name in ("plan/", "report/")]
    assert found == [200, 200]


def test_what_is_left_after_a_done_step_starts_today_at_the_earliest(mara, assessment):
    """Two months later the plan does not lie in the past."""
    wish(mara, assessment)
    with time_machine.travel(datetime(2027, 1, 20, 8, tzinfo=UTC)):
        say(mara, assessment, "cut-orders", "done")
        assert steps(page_of(mara, assessment))[0][2].startswith("20 Jan – ")


def test_a_plan_beyond_the_calendar_has_no_dates(mara, db):
    """The slowest pace and the longest steps: finishing and planning work all the same."""
    long = [
        frameworks.step(f"years-{n}", hours=20_000, gives={"cutting": 1 + n % 4}) for n in range(4)
    ]
    document = workshop(steps=[*long, frameworks.step("z", hours=20_000, gives={"gluing": 3})])
    assessment = finished(mara, publish(document), "senior", {})
    Plan.objects.update(hours_per_week=1, starts_on=date(9990, 1, 1), solutions={})
    page = page_of(mara, assessment)
    assert "Years 2" in page
    assert mara.get(address(assessment, "plan.ics")).status_code == 200
