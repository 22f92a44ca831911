"""The readiness report: one set of figures, frozen, for people and for programs."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any

import pytest
import rfc8785
from django.test import Client

from assessments import figures, progress
from assessments.models import Assessment, Rating
from careers import catalogue
from careers.models import Version
from tests import frameworks
from tests.conftest import publish, start

Json = dict[str, Any]
SCORE = {
    "career",
    "version",
    "level",
    "low",
    "high",
    "cautious",
    "band",
    "reached_level",
    "unmet_essentials",
    "skills",
    "levels",
    "turning_points",
    "widest_unknown",
}
BANDS = {
    "● Ready": "ready",
    "◐ Nearly ready": "nearly_ready",
    "▲ Building": "building",
    "■ Starting out": "starting_out",
}


def finished(
    client: Client,
    version: Version,
    level: str,
    values: Mapping[str, int | None],
    evidence: str = "",
) -> Assessment:
    """Start, answer and finish an assessment in this browser."""
    assessment = start(client, version, level)
    Rating.objects.bulk_create(
        Rating(assessment=assessment, skill=skill, value=value, evidence=evidence)
        for skill, value in values.items()
    )
    client.post(f"/assessments/{assessment.pk}/finish/")
    return assessment


def page_of(client: Client, assessment: Assessment, query: str = "") -> str:
    """Return the report as a person reads it."""
    return client.get(f"/assessments/{assessment.pk}/report/{query}").content.decode()


def json_of(client: Client, assessment: Assessment, query: str = "") -> Json:
    """Return the report as a program reads it."""
    reply: Json = client.get(f"/assessments/{assessment.pk}/report.json{query}").json()
    return reply


def one(pattern: str, page: str) -> str:
    """Return what stands at the one place of the page that looks like this, or nothing."""
    found = re.findall(pattern, page, re.DOTALL)
    assert len(found) < 2, found
    return unescape(found[0]) if found else ""


def section(page: str, title: str) -> str:
    """Return the part of the page below that heading, or nothing."""
    return one(rf'<section[^>]+aria-labelledby="{title}">(.*?)</section>', page)


def links(part: str) -> list[str]:
    """Return the skills that a part of the page links to."""
    return re.findall(r'href="#skill-([\w-]+)"', part)


def printed(page: str) -> Json:
    """Return the page's figures in the form of the reply, percentages as printed."""
    readiness, hangs_on = section(page, "readiness-title"), section(page, "turning-title")
    low = one(r'readiness-figure">([\d.]+)<small>%', readiness)
    lines = {}
    for key, line in re.findall(
        r'<li class="gap" id="skill-([\w-]+)">(.*?)</details></li>', page, re.DOTALL
    ):
        rating = one(r'class="gap-from">\s*(\d)', line)
        lines[key] = {
            "required": one(r"This level needs (\d)", line),
            "importance": one(r"importance (\d) of 5", line),
            "essential": 'class="essential"' in line,
            "rating": rating or None,
            "lost_points": one(r"([\d.]+) pts", line) or "0.0",
        }
    rungs = re.findall(
        r'\?level=([\w-]+)"[^>]*>[^<]+</a>.*?"number">([\d.]+)%<span [^>]+>, ([^<]+)<'
        r'.*?title="\3">(.)',
        section(page, "ladder-title"),
        re.DOTALL,
    )
    return {
        "low": low,
        "high": one(r"up to ([\d.]+)% with the skills", readiness) or low,
        "cautious": one(r"Cautious reading: ([\d.]+)%", readiness),
        "band": BANDS[one(r'class="chip band-\w+">([^<]+)<', readiness)],
        "reached": one(r"You are ready for <strong>([^<]+)</strong> now", page) or None,
        "unmet_essentials": links(readiness),
        "skills": lines,
        "levels": [(key, low, BANDS[f"{shape} {band}"]) for key, low, band, shape in rungs],
        "turning_points": links(hangs_on),
        "widest_unknown": one(r"Find out first: <strong>([^<]+)<", hangs_on) or None,
        "sha256": one(r"SHA-256 of its figures: ([0-9a-f]{64})", page),
    }


def expected(reply: Json) -> Json:
    """Return what the page must print, made of the reply for programs."""

    def percent(number: float) -> str:
        return f"{number:.1f}"

    titles = reply["titles"]
    return {
        **{name: percent(reply[name]) for name in ("low", "high", "cautious")},
        "band": reply["band"],
        "reached": titles["levels"].get(reply["reached_level"]),
        "unmet_essentials": reply["unmet_essentials"],
        "skills": {
            row["skill"]: {
                "required": str(row["required"]),
                "importance": str(row["importance"]),
                "essential": row["essential"],
                "rating": None if row["rating"] is None else str(row["rating"]),
                "lost_points": percent(row["lost_points"]),
            }
            for row in reply["skills"]
        },
        "levels": [
            (row["level"], percent(row["low"]), row["band"]) for row in reversed(reply["levels"])
        ],
        "turning_points": reply["turning_points"],
        "widest_unknown": titles["skills"].get(reply["widest_unknown"]),
        "sha256": reply["report_sha256"],
    }


def forget() -> None:
    """Empty what this process keeps of versions, as a new process would begin."""
    for kept in (
        catalogue.framework_of,
        figures._ladder,
        figures._steps,
        progress._pages,
        progress._asked,
    ):
        kept.cache_clear()


MIXED: dict[str, int | None] = {"cutting": 2, "gluing": None}
ANSWERS: dict[str, dict[str, int | None]] = {
    "mixed": MIXED,
    "nothing": {},
    "all unsure": dict.fromkeys(("cutting", "gluing", "planning")),
    "all 0": dict.fromkeys(("cutting", "gluing", "planning"), 0),
    "all 4": dict.fromkeys(("cutting", "gluing", "planning"), 4),
    "just ready": {"cutting": 3, "gluing": 3, "planning": 0},
    "lowest rung": {"cutting": 1, "gluing": 2, "planning": 0},
}


def test_the_reply_for_programs_is_the_scores_with_dates_and_titles(mara, box_maker):
    """Exactly the documented shape, worked out by hand.

    senior   | required | rating   | covered | importance
    ---------+----------+----------+---------+-----------
    cutting  | 3 *      | 2        | 2/3     | 5
    gluing   | 3        | not sure | 0       | 3
    planning | 2        | –        | 0       | 2
    """
    assessment = finished(mara, box_maker, "senior", MIXED)
    reply = json_of(mara, assessment)
    stored = Assessment.objects.get()
    assert reply.pop("report_sha256") == stored.report.sha256
    assert datetime.fromisoformat(reply.pop("started_at")) == stored.created_at
    assert datetime.fromisoformat(reply.pop("finished_at")) == stored.finished_at
    assert reply == {
        "assessment": str(assessment.pk),
        "career": "box-maker",
        "version": 1,
        "framework_sha256": box_maker.sha256,
        "level": "senior",
        "low": 33.3,
        "high": 83.3,
        "cautious": 16.6,
        "band": "starting_out",
        "reached_level": None,
        "unmet_essentials": ["cutting"],
        "skills": [
            {
                "skill": "cutting",
                "required": 3,
                "rating": 2,
                "importance": 5,
                "essential": True,
                "lost_points": 16.7,
            },
            {
                "skill": "gluing",
                "required": 3,
                "rating": None,
                "importance": 3,
                "essential": False,
                "lost_points": 30,
            },
            {
                "skill": "planning",
                "required": 2,
                "rating": None,
                "importance": 2,
                "essential": False,
                "lost_points": 20,
            },
        ],
        "levels": [
            {"level": "junior", "low": 62.5, "high": 100, "band": "nearly_ready"},
            {"level": "senior", "low": 33.3, "high": 83.3, "band": "starting_out"},
        ],
        "turning_points": [],
        "widest_unknown": "gluing",
        "titles": {
            "career": "Box Maker",
            "levels": {"junior": "Junior Box Maker", "senior": "Senior Box Maker"},
            "skills": {"cutting": "Cutting", "gluing": "Gluing", "planning": "Planning"},
        },
    }


@pytest.mark.parametrize("values", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("evidence", ["", "a box"], ids=["without evidence", "with evidence"])
def test_the_page_prints_the_figures_that_programs_get(mara, box_maker, values, evidence):
    """At the target and at every other level, figure by figure."""
    assessment = finished(mara, box_maker, "senior", values, evidence)
    for query in ("", "?level=senior", "?level=junior"):
        reply = json_of(mara, assessment, query)
        assert printed(page_of(mara, assessment, query)) == expected(reply)


def test_the_page_of_the_built_in_career_prints_the_same_figures(mara, production_technician):
    """With its thirty skills, halves and thirds too."""
    skills = progress.asked(production_technician)
    values = {skill: (None, 0, 1, 2, 3, 4)[n % 6] for n, skill in enumerate(skills)}
    assessment = finished(mara, production_technician, "lead-production-technician", values)
    reply = json_of(mara, assessment)
    assert printed(page_of(mara, assessment)) == expected(reply)
    assert round(reply["low"] + sum(row["lost_points"] for row in reply["skills"]), 1) == 100.0


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("nothing", (0, 100, 0, "starting_out", None, ["cutting"], "cutting")),
        ("all unsure", (0, 100, 0, "starting_out", None, ["cutting"], "cutting")),
        ("all 0", (0, 0, 0, "starting_out", None, ["cutting"], None)),
        ("all 4", (100, 100, 100, "ready", "senior", [], None)),
        ("just ready", (80, 80, 53.3, "ready", "senior", [], None)),
        ("lowest rung", (36.6, 36.6, 10, "starting_out", "junior", ["cutting"], None)),
    ],
)
def test_the_figures_at_the_ends_of_the_scale(mara, box_maker, answers, expected):
    """Nothing, everything, only "not sure", and exactly at a threshold."""
    reply = json_of(mara, finished(mara, box_maker, "senior", ANSWERS[answers]))
    names = ("low", "high", "cautious", "band", "reached_level", "unmet_essentials")
    assert tuple(reply[name] for name in (*names, "widest_unknown")) == expected


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ("nothing", "0 of 3 skills answered, 0 not sure"),
        ("all unsure", "3 of 3 skills answered, 3 not sure"),
        ("mixed", "2 of 3 skills answered, 1 not sure"),
        ("all 4", "3 of 3 skills answered, 0 not sure"),
    ],
)
def test_unsure_and_unanswered_are_told_apart(mara, box_maker, answers, says):
    """They score alike, but the report says which is which, above and at each skill."""
    values = ANSWERS[answers]
    page = page_of(mara, finished(mara, box_maker, "senior", values))
    words = dict(re.findall(r'id="skill-(\w+)".*?(No answer|Not sure|\d [A-Z][a-z]+)', page))
    assert says in page
    assert {skill: word for skill, word in words.items() if word in ("No answer", "Not sure")} == {
        skill: "Not sure" if skill in values else "No answer"
        for skill in ("cutting", "gluing", "planning")
        if values.get(skill) is None
    }


def test_someone_who_is_ready_reads_no_gap(mara, box_maker):
    """No gaps, no training, and the next rung as the way on."""
    page = page_of(mara, finished(mara, box_maker, "senior", ANSWERS["all 4"]))
    assert "No gaps at this level" in page
    assert "You are Ready for this level." in page
    assert 'id="training"' not in page
    assert re.findall(r"chip-met\">(met[^<]*)<", page) == ["met, +2", "met, +1", "met, +1"]


def test_the_gaps_of_a_page_stand_in_the_replys_order(mara, box_maker):
    """Unmet essentials first, then by lost points; what is met stands apart."""
    values: dict[str, int | None] = {"cutting": 2, "gluing": 0, "planning": 2}
    page = page_of(mara, finished(mara, box_maker, "senior", values))
    gaps, strengths = (section(page, name) for name in ("gaps-title", "strengths-title"))
    assert re.findall(r'id="skill-(\w+)"', gaps) == ["cutting", "gluing"]
    assert re.findall(r'id="skill-(\w+)"', strengths) == ["planning"]


def test_a_gap_says_what_is_needed_what_was_chosen_and_what_leads_there(mara, box_maker):
    """In the sentences the person chose among, with their evidence and training."""
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, "my first box")
    line = one(r'id="skill-cutting">(.*?)</details>', page_of(mara, assessment))
    assert re.findall(r"<dd>(.*?)</dd>", line) == [
        "Cutting: what 3 looks like.",
        "Cutting: what 1 looks like.",
        "my first box",
        '<a href="#step-cut-orders">Cut orders</a> (20 h)',
    ]


def test_any_level_is_read_from_the_same_answers(mara, box_maker):
    """The target stays frozen and marked; the level read is shown."""
    assessment = finished(mara, box_maker, "senior", MIXED)
    reply = json_of(mara, assessment, "?level=junior")
    page = page_of(mara, assessment, "?level=junior")
    assert (reply["level"], reply["low"], reply["band"]) == ("junior", 62.5, "nearly_ready")
    assert reply["report_sha256"] == json_of(mara, assessment)["report_sha256"]
    assert "<h1>Junior Box Maker</h1>" in page
    assert "back to your target level" in page
    assert re.findall(r'level=(\w+)" aria-current="true"', page) == ["junior"]


@pytest.mark.parametrize("level", ["astronaut", "", "SENIOR", "x" * 5000, "%00", "senior%0a"])
def test_an_unknown_level_is_not_found(mara, box_maker, level):
    """On the page and for programs alike."""
    assessment = finished(mara, box_maker, "senior", MIXED)
    statuses = [
        mara.get(f"/assessments/{assessment.pk}/{name}?level={level}").status_code
        for name in ("report/", "report.json")
    ]
    assert statuses == [404, 404]


def test_a_reports_name_is_the_hash_of_its_canonical_figures(mara, box_maker):
    """Anybody can recompute it from what programs get."""
    reply = json_of(mara, finished(mara, box_maker, "senior", MIXED))
    canonical = rfc8785.dumps({name: reply[name] for name in SCORE})
    assert hashlib.sha256(canonical).hexdigest() == reply["report_sha256"]
    assert set(json.loads(Assessment.objects.get().report.reply)) == SCORE


def test_a_report_stays_as_it_is_when_the_career_changes(mara, box_maker):
    """Skills renamed and deleted, requirements changed: not a byte of it moves.

    Only the offer of the newer version stands above it (see ``test_renewal``).
    """
    assessment = finished(mara, box_maker, "senior", MIXED, "my first box")
    addresses = [
        f"/assessments/{assessment.pk}/{name}{query}"
        for name in ("report/", "report.json")
        for query in ("", "?level=junior")
    ]
    again = re.compile(rb'<form method="post" action="[^"]+/again/".*?</form>', re.DOTALL)
    before = [again.sub(b"", mara.get(address).content) for address in addresses]
    changed = frameworks.tiny()
    changed["levels"][1]["title"] = "Boss Box Maker"
    changed["skills"] = [changed["skills"][0] | {"title": "Slicing"}, changed["skills"][2]]
    changed["requirements"] = [
        frameworks.requirement("junior", "planning", 4, 1),
        frameworks.requirement("senior", "cutting", 4, 1),
        frameworks.requirement("senior", "planning", 4, 5, essential=True),
    ]
    changed["steps"] = []
    newer = publish(changed)
    forget()
    offer = re.compile(rb'<div class="notice newer">.*?</form>\s*</div>', re.DOTALL)
    now = [offer.subn(b"", mara.get(address).content) for address in addresses]
    assert [offers for _, offers in now] == [1, 1, 0, 0]
    assert [b"".join(page.split()) for page, _ in now] == [b"".join(p.split()) for p in before]
    assert (newer.number, b"Boss Box Maker" in mara.get("/careers/box-maker/").content) == (2, True)


def test_a_report_is_read_and_not_computed_again(mara, box_maker, monkeypatch):
    """Whatever becomes of stored answers or of the arithmetic, the figures were frozen."""
    assessment = finished(mara, box_maker, "senior", MIXED)
    before = (printed(page_of(mara, assessment)), json_of(mara, assessment))
    Rating.objects.update(value=4)
    Rating.objects.create(assessment=assessment, skill="planning", value=4)
    monkeypatch.setattr("assessments.core.readiness.READY_AT", 1)
    assert (printed(page_of(mara, assessment)), json_of(mara, assessment)) == before


def test_evidence_is_text_in_the_report(mara, box_maker):
    """It opens no tag and closes none."""
    hostile = "</dd><script>alert(1)</script>\"'&"
    page = page_of(mara, finished(mara, box_maker, "senior", {"cutting": 1}, hostile))
    assert "<script>alert" not in page
    assert "<dd>&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;</dd>" in page


def test_the_report_names_no_address_of_another_site(mara, production_technician):
    """Its figures in JSON and its own parts are all it leads to."""
    page = page_of(mara, finished(mara, production_technician, "production-supervisor", {}))
    outward = [
        each for each in re.findall(r'href="([^"]*)"', page) if not each.startswith(("/", "#", "?"))
    ]
    assert outward == []


def test_every_link_within_the_report_leads_somewhere(mara, production_technician):
    """To a skill, a training step or a part of the page that is there, exactly once."""
    levels = catalogue.framework(production_technician).levels
    wrong = {}
    for value in (None, 0, 1, 2, 3):
        values = dict.fromkeys(progress.asked(production_technician), value)
        assessment = finished(mara, production_technician, "production-technician", values)
        for level in levels:
            page = page_of(mara, assessment, f"?level={level.key}")
            ids = re.findall(r' id="([^"]+)"', page)
            dead = set(re.findall(r'href="#([^"]+)"', page)) - set(ids)
            wrong[value, level.key] = dead | {each for each in ids if ids.count(each) > 1}
    assert (len(wrong), {case: ids for case, ids in wrong.items() if ids}) == (25, {})


def test_the_report_waits_with_the_fastest_plan(mara, box_maker):
    """Solved at finish: 34 hours are the fewest that reach 80 % with cutting at 3.

    Cutting is worth 50 points in 24 hours, gluing 30 in 10, planning 20 in 6 more.
    """
    page = page_of(mara, finished(mara, box_maker, "senior", {}))
    steps = section(page, "start-title")
    gains = [float(gain) for gain in re.findall(r"\+([\d.]+)</span>", steps)]
    assert re.findall(r'href="#step-([\w-]+)"', steps) == [
        "glue-course",
        "cut-scraps",
        "cut-orders",
    ]
    assert gains == [30.0, 16.6, 33.4]
    assert "The shortest set of steps that takes you to Ready: 34 hours, $80." in steps
    assert "Then 80.0%, Ready" in steps
