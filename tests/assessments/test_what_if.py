"""What if: the whole ladder from other ratings or after some steps, and nothing stored."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.test import Client

from assessments import figures
from assessments.models import Assessment, Plan, Rating
from careers.models import Version
from tests import frameworks
from tests.assessments.test_plan_page import MIXED, address, finished, say, workshop
from tests.assessments.test_report import BANDS, one, section
from tests.conftest import publish

Json = dict[str, Any]
Ratings = dict[str, int | None]


@pytest.fixture
def version(db) -> Version:
    """The career with two ways to learn gluing, with a pay for each level."""
    document = workshop()
    pay = document["facts"][0]
    document["facts"].append(pay | {"key": "pay-senior", "level": "senior", "value": "41500"})
    return publish(document)


@pytest.fixture
def assessment(mara: Client, version: Version) -> Assessment:
    """Mara's finished assessment: cutting 2, gluing not sure, planning unanswered."""
    return finished(mara, version, "senior", MIXED)


def what_if(client: Client, assessment: Assessment, *step: str, **rating: object) -> str:
    """Return the page for these steps ticked and ratings tried."""
    query = [("step", each) for each in step]
    query += [(f"rating-{skill}", str(value)) for skill, value in rating.items()]
    reply = client.get(f"{address(assessment, 'what-if/')}?{urlencode(query)}")
    assert reply.status_code == 200
    return reply.content.decode()


def levels(page: str) -> list[tuple[str, str, str, str]]:
    """Return each level, highest first: title, now, then, band then."""
    rows = re.findall(
        r'<tr><th scope="row">([^<]+?) *(?:<span[^>]*>target</span>)?</th><td class="number">'
        r'([\d.]+)%</td><td><strong class="number">([\d.]+)%</strong>.*?band-\w+">([^<]+)<',
        page,
    )
    return [(title, now, then, BANDS[band]) for title, now, then, band in rows]


def result(page: str) -> str:
    """Return what stands below the levels, as text."""
    text = section(page.replace(' aria-live="polite" id="what-if-result"', ""), "result-title")
    text = re.sub(r"<table.*</table>|<h2.*?</h2>|<button.*", "", text, flags=re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", "", text).split()))


def everything() -> Json:
    """Return every row of every table that people fill, and how many the others hold."""
    found: Json = {}
    for model in apps.get_models():
        rows = model._default_manager.order_by("pk")
        found[model.__name__] = (
            list(rows.values()) if model._meta.app_label == "assessments" else rows.count()
        )
    return found


def test_nothing_is_stored(mara, assessment):
    """Not a row of any table is added, changed or gone, and no plan is solved."""
    mara.get(address(assessment, "what-if/"))
    before = everything()
    what_if(mara, assessment, "glue-course", "plan-a-day", "nope", cutting=4, gluing="unsure")
    mara.head(f"{address(assessment, 'what-if/')}?step=glue-course&rating-cutting=0")
    assert everything() == before
    assert before["Rating"] == list(Rating.objects.order_by("pk").values())
    assert list(Plan.objects.get().solutions) == ["fastest"]


def test_the_sandbox_opens_with_the_persons_own_answers(mara, assessment):
    """Before and after are the same; nothing is ticked."""
    page = what_if(mara, assessment)
    assert levels(page) == [
        ("Senior Box Maker", "33.3", "33.3", "starting_out"),
        ("Junior Box Maker", "62.5", "62.5", "nearly_ready"),
    ]
    chosen = re.findall(
        r'name="rating-(\w+)" data-now="\w+">.*?<option value="(\w+)" selected>', page, re.DOTALL
    )
    assert chosen == [("cutting", "2"), ("gluing", "unsure"), ("planning", "unsure")]
    assert re.findall(r'value="([\w-]+)" id="step-[\w-]+"( checked)?', page) == [
        (key, "") for key in ("cut-scraps", "cut-orders", "glue-course", "plan-a-day", "glue-alone")
    ]
    assert result(page) == (
        "You would not be ready for the lowest rung yet."
        " From there the shortest way to Senior Box Maker: 30 hours, $80."
    )


RAISED: dict[str, tuple[list[str], Json, Ratings]] = {
    "a rating up": ([], {"cutting": 4}, {**MIXED, "cutting": 4}),
    "a rating down": ([], {"cutting": 0}, {**MIXED, "cutting": 0}),
    "a rating unsure": ([], {"cutting": "unsure"}, {**MIXED, "cutting": None}),
    "one unanswered": ([], {"planning": 2}, {**MIXED, "planning": 2}),
    "a step": (["glue-course"], {}, {**MIXED, "gluing": 3}),
    "steps in any order": (
        ["plan-a-day", "cut-orders"],
        {},
        {**MIXED, "cutting": 3, "planning": 2},
    ),
    "a step that lowers nothing": (["cut-scraps"], {"cutting": 4}, {**MIXED, "cutting": 4}),
    "both": (
        ["cut-scraps", "cut-orders"],
        {"cutting": 0, "gluing": 1},
        {"cutting": 3, "gluing": 1},
    ),
    "all": (
        [],
        {"cutting": 4, "gluing": 4, "planning": 4},
        {"cutting": 4, "gluing": 4, "planning": 4},
    ),
}


@pytest.mark.parametrize(("ticked", "tried", "then"), RAISED.values(), ids=RAISED)
def test_every_level_before_and_after_is_what_the_score_says(
    mara, version, assessment, ticked, tried, then
):
    """By the same function as the report, for the answers before and for those after."""

    def scored(ratings: Ratings) -> list[Json]:
        reply: list[Json] = figures.score_reply(version, "senior", ratings, ())["levels"]
        return reply[::-1]

    titles = {"senior": "Senior Box Maker", "junior": "Junior Box Maker"}
    assert levels(what_if(mara, assessment, *ticked, **tried)) == [
        (titles[old["level"]], f"{old['low']:.1f}", f"{new['low']:.1f}", new["band"])
        for old, new in zip(scored(MIXED), scored(then), strict=True)
    ]


def test_the_levels_by_hand(mara, assessment):
    """Gluing 3 and cutting 3: junior 8 of 8, senior 5 + 3 of 10, exactly Ready."""
    page = what_if(mara, assessment, "cut-orders", gluing=3)
    assert levels(page) == [
        ("Senior Box Maker", "33.3", "80.0", "ready"),
        ("Junior Box Maker", "62.5", "100.0", "ready"),
    ]


def test_the_report_and_the_plan_stay_as_they_are(mara, assessment):
    """Whatever was tried before."""
    names = ("report.json", "report/", "plan/")
    before = [mara.get(address(assessment, name)).content for name in names[:1]]
    pages = [
        re.findall(r"[\d.]+%", mara.get(address(assessment, n)).content.decode()) for n in names
    ]
    what_if(mara, assessment, "glue-course", cutting=4)
    assert [mara.get(address(assessment, name)).content for name in names[:1]] == before
    assert pages == [
        re.findall(r"[\d.]+%", mara.get(address(assessment, n)).content.decode()) for n in names
    ]


def test_a_step_that_cannot_be_taken_is_named_and_not_counted(mara, assessment):
    """Planning a day waits for cutting orders: neither its hours nor its ratings count."""
    page = what_if(mara, assessment, "plan-a-day", "glue-course")
    assert levels(page)[0] == ("Senior Box Maker", "33.3", "63.3", "building")
    assert result(page) == (
        "You would be ready for Junior Box Maker."
        " Median pay there: $30k (Boxland, 2025)."
        " The ticked steps take 10 hours and cost: $80."
        " From there the shortest way to Senior Box Maker: 20 hours, free."
        " Cannot be taken yet, so not counted: Plan a day"
    )


def test_a_step_that_needs_a_rating_can_be_taken_once_it_is_tried(mara, version):
    """Cutting orders asks for cutting 1, which a rating or another step can bring."""
    assessment = finished(mara, version, "senior", {})
    page = what_if(mara, assessment, "cut-orders")
    assert result(page).endswith("Cannot be taken yet, so not counted: Cut orders")
    pages = [
        what_if(mara, assessment, "cut-orders", cutting=1),
        what_if(mara, assessment, "cut-orders", "cut-scraps"),
    ]
    assert [levels(page)[0][2] for page in pages] == ["50.0", "50.0"]
    assert ["Cannot be taken" in page for page in pages] == [False, False]


def test_steps_that_wait_for_each_other_cannot_be_taken(mara, db):
    """Each gives what the other requires: ticking both starts neither."""
    steps = [
        frameworks.step("cut-first", requires={"gluing": 1}, gives={"cutting": 3}),
        frameworks.step("glue-first", requires={"cutting": 1}, gives={"gluing": 3}),
    ]
    assessment = finished(mara, publish(workshop(steps=steps)), "senior", {})
    page = what_if(mara, assessment, "cut-first", "glue-first")
    assert levels(page)[0][1:3] == ("0.0", "0.0")
    assert result(page).endswith("so not counted: Cut first, Glue first")


def test_hours_and_cost_of_the_ticked_steps_are_added_up(mara, assessment):
    """Both ways to glue and the orders: 10 + 25 + 20 hours, 80 dollars."""
    page = what_if(mara, assessment, "glue-course", "glue-alone", "cut-orders")
    assert "The ticked steps take 55 hours and cost: $80." in result(page)
    assert "The ticked steps take 25 hours and cost: free." in result(
        what_if(mara, assessment, "glue-alone")
    )
    assert "The ticked steps" not in result(what_if(mara, assessment, cutting=4))


def test_a_step_of_no_hours_still_says_what_it_costs(mara, db):
    """An examination takes no time of training, only money."""
    exam = frameworks.step("exam", hours=0, cost="385.50", gives={"cutting": 3})
    assessment = finished(mara, publish(workshop(steps=[exam])), "senior", MIXED)
    page = what_if(mara, assessment, "exam")
    assert "$385.50" in result(page)


def test_the_pay_is_that_of_the_level_reached(mara, assessment):
    """Sourced: with its region and year. The lowest level not Ready: no pay at all."""
    ready = "You would be ready for {}. Median pay there: {} (Boxland, 2025)."
    assert [
        result(what_if(mara, assessment, cutting=cutting, gluing=gluing))
        for cutting, gluing in ((3, 3), (2, 2), (0, 3))
    ] == [
        ready.format("Senior Box Maker", "$41,500 a year")
        + " Nothing more is needed for Senior Box Maker.",
        ready.format("Junior Box Maker", "$30k")
        + " From there the shortest way to Senior Box Maker: 26 hours, free.",
        "You would not be ready for the lowest rung yet."
        " From there the shortest way to Senior Box Maker: 24 hours, free.",
    ]


def test_a_done_step_counts_from_the_start(mara, assessment):
    """As on the plan: its rating is held, what waits for it can be taken, it is not offered."""
    say(mara, assessment, "cut-orders", "done")
    page = what_if(mara, assessment, "plan-a-day")
    assert levels(page)[0][1:3] == ("50.0", "70.0")
    assert re.findall(r"Done already, and counted: ([^<]+)<", page) == ["Cut orders"]
    assert 'value="cut-orders"' not in page
    assert result(page) == (
        "You would not be ready for the lowest rung yet."
        " The ticked steps take 6 hours and cost: free."
        " From there the shortest way to Senior Box Maker: 10 hours, $80."
    )


def test_a_rating_tried_overrides_what_a_done_step_gave(mara, assessment):
    """Nobody's cutting is 3 because they once took a course: 0 is tried, and 0 it is."""
    say(mara, assessment, "cut-orders", "done")
    page = what_if(mara, assessment, cutting=0)
    assert levels(page)[0][1:3] == ("50.0", "0.0")
    assert "From there no steps reach Senior Box Maker." in result(page)


def test_a_way_that_is_not_proven_is_not_called_the_shortest(mara, assessment, monkeypatch):
    """When the solver's time ends first, the page says so."""
    solve = figures.solve
    monkeypatch.setattr(figures, "solve", lambda problem: solve(replace(problem, seconds=0)))
    assert "the shortest found: 30 hours, $80." in result(what_if(mara, assessment))


@pytest.mark.parametrize(
    "query",
    [
        "rating-cutting=5",
        "rating-cutting=-1",
        "rating-cutting=",
        "rating-cutting=NaN",
        "rating-cutting=%00",
        "rating-cutting=" + "9" * 5000,
        "rating-whistling=4",
        "rating-=4",
        "cutting=4",
        "step=whistling",
        "step=",
        "step=%00%ff",
        "level=junior",
        "hours=-1&goal=x&page=2&" + "x" * 5000,
        "&".join(f"step=unknown-{n}" for n in range(2000)),
    ],
    ids=lambda query: query[:24],
)
def test_what_the_form_does_not_know_is_ignored(mara, assessment, query):
    """The page is the one without it."""
    reply = mara.get(f"{address(assessment, 'what-if/')}?{query}")
    assert (reply.status_code, levels(reply.content.decode())) == (
        200,
        levels(what_if(mara, assessment)),
    )


def test_what_was_tried_stands_in_the_form_again(mara, assessment):
    """With the person's rating of now marked beside it."""
    page = what_if(mara, assessment, "glue-course", cutting=4)
    cutting = one(r'name="rating-cutting" data-now="2">(.*?)</select>', page)
    assert re.findall(r'<option value="(\w+)" selected>', cutting) == ["4"]
    assert re.findall(r">(\d) [^<]+\(now\)", cutting) == ["2"]
    assert re.findall(r'value="([\w-]+)" id="step-[\w-]+" checked', page) == ["glue-course"]


def test_a_career_without_steps_can_be_tried_too(mara, db):
    """Its ratings can; there is nothing to tick."""
    assessment = finished(mara, publish(workshop(steps=[])), "senior", MIXED)
    page = what_if(mara, assessment, cutting=3)
    assert (levels(page)[0][2], 'name="step"' in page) == ("50.0", False)


@pytest.mark.parametrize("who", ["stranger", "edda_client"])
@pytest.mark.parametrize("query", ["", "?rating-cutting=4&step=glue-course"])
def test_nobody_else_can_try(request, assessment, who, query):
    """404, the same as for an assessment that does not exist."""
    client = request.getfixturevalue(who)
    missing = "/assessments/00000000-0000-4000-8000-000000000000/what-if/"
    statuses = [
        client.get(f"{path}{query}").status_code
        for path in (address(assessment, "what-if/"), missing)
    ]
    assert statuses == [404, 404]


def test_the_way_left_avoids_what_is_not_available(mara, assessment):
    """As the plan does: without the course one glues alone, 25 hours instead of 10."""
    say(mara, assessment, "glue-course", "without")
    assert "the shortest way to Senior Box Maker: 45 hours, free." in result(
        what_if(mara, assessment)
    )
