"""Readers of reports of many kinds, for what is kept of the reports' pages.

There are pairs that differ in one thing alone: a level, a band, an owner, a text of the version.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import override

from accounts.models import User
from assessments import actions, downloads, planning, report_html, reports
from assessments.models import Assessment, Rating, StepChoice
from assessments.over_time import OverTime, Reading, SkillMove
from assessments.renewal import Newer
from assessments.report_page import ReportPage
from careers.catalogue import framework
from careers.models import Version
from tests import frameworks
from tests.conftest import NOW, publish

Answers = Mapping[str, int | None]
Kind = tuple[Callable[..., str], ReportPage]
SHARED, MEMBER = "assessments/shared.html", "assessments/group_member.html"
EVIDENCE = {"cutting": "Cut <b>boxes</b>", "gluing": "Glued & held"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who opens a page: who it is and how it is rendered."""

    name: str
    language: str
    render: Callable[[], str]

    def reads(self) -> str:
        """Return the page as it is now."""
        with override(self.language):
            return self.render()


def box(cutting: int | None, gluing: int | None, planning: int | None) -> Answers:
    """Return answers to the tiny career; ``senior`` needs 3*, 3 and 2, ``junior`` 1*, 2, –."""
    return {"cutting": cutting, "gluing": gluing, "planning": planning}


READ_BY_ALL: tuple[Answers, ...] = ({}, box(0, 0, 0), box(2, 3, None), box(3, 3, 1), box(4, 4, 4))
"""Nothing, all 0, mixed, Ready with a gap, all 4."""
READ: tuple[Answers, ...] = (
    *(box(None, None, None), box(3, 3, 2), box(3, 2, 2)),
    box(3, 0, 2),  # Nearly ready, junior not reached
    box(3, 2, 0),  # Nearly ready, junior reached
    box(1, 0, 0),
    box(0, 0, 2),  # starting out, with a strength
    box(1, 2, 0),  # starting out, junior reached
    box(0, 2, 2),  # Building, junior not reached
    box(2, 3, 0),  # Building, and one step lower too
    box(1, 3, 0),  # just Building
    {"cutting": 2, "gluing": 3},
)


def in_other_words(raw: frameworks.Json) -> frameworks.Json:
    """Return the document with other words in it wherever there are any, under the same keys."""
    words = {"title", "summary", "anchors", "description", "scope", "text"}

    def other(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: other(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [other(each, name) for each in value]
        return f"{value} anew" if name in words and value else value

    return {**other(raw), "sources": raw["sources"]}


def with_other_keys(raw: frameworks.Json) -> frameworks.Json:
    """Return a career whose levels have other keys and the same titles, with one step alone."""
    return {
        **raw,
        "career": {**raw["career"], "key": "carton-maker"},
        "levels": [{**level, "key": f"{level['key']}-maker"} for level in raw["levels"]],
        "requirements": [
            {**row, "level": f"{row['level']}-maker", "essential": row["skill"] == "cutting"}
            for row in raw["requirements"]
        ],
        "steps": [step for step in raw["steps"] if step["key"] == "glue-course"],
        "facts": [],
    }


def with_many_skills() -> frameworks.Json:
    """Return a career of twelve skills with two steps for each: only ten name both."""
    raw = frameworks.of_size(12, 1)
    return {
        **raw,
        "steps": [
            frameworks.step(f"{way}-{skill['key']}", hours=hours, gives={skill["key"]: 4})
            for skill in raw["skills"]
            for way, hours in (("read", 4), ("try", 9))
        ],
    }


def report(
    version: Version,
    level: str,
    answers: Answers,
    *,
    evidence: Mapping[str, str] = MappingProxyType({}),
    planned: bool = False,
    without: str = "",
) -> Assessment:
    """Finish an assessment and return it as the report's page loads it."""
    made = Assessment.objects.create(version=version, level=level, created_at=NOW, updated_at=NOW)
    Rating.objects.bulk_create(
        Rating(assessment=made, skill=skill, value=value, evidence=evidence.get(skill, ""))
        for skill, value in answers.items()
    )
    days = timedelta(days=Assessment.objects.count())
    actions.finish(assessment=made, now=NOW + days)
    if without:
        StepChoice.objects.create(assessment=made, step=without, state=StepChoice.State.WITHOUT)
    if planned:
        planning.prepare(made, today=NOW.date() + days)
    loaded: Assessment = Assessment.objects.with_report().get(pk=made.pk)
    return loaded


def request(number: int) -> HttpRequest:
    """Return the request of a browser with a CSRF secret of its own."""
    made = RequestFactory().get("/" if number % 5 else "/careers/")
    made.META["CSRF_COOKIE"] = f"{number:032}"
    visitors = (AnonymousUser(), User(email="a@example.org"), User(is_staff=True))
    made.user = visitors[number % len(visitors)]
    return made


def past_of(page: ReportPage) -> OverTime:
    """Return two readings, as after a second report."""
    skill = page.lines[0].skill
    reading = Reading(NOW, 12.5, "starting_out", 1, ())
    moved = replace(reading, low=page.low, moves=(SkillMove(skill, 0, 1, 2.5),))
    return OverTime((reading, moved))


def own(page: ReportPage, number: int) -> str:
    """Return the page for its owner; with a newer version and earlier reports for some."""
    more = {
        "newer": Newer(number, has_level=number % 2 == 0) if number % 9 == 0 else None,
        "past": past_of(page) if number % 11 == 0 else None,
    }
    links = downloads.links("report", page.assessment.pk, page)
    return report_html.own(request(number), page, links, more)


def shared(page: ReportPage, number: int, **live: str) -> str:
    """Return the page behind a link."""
    live |= {"until": f"{number} May 2027", "verify": f"/shared/{number}/verify/"}
    return report_html.of_another(request(number), SHARED, page, **live)


def member(page: ReportPage, number: int) -> str:
    """Return the page for a coach."""
    names = {"name": f"Mara <{number}>", "group": f"Group {number}", "address": f"/{number}/"}
    return report_html.of_another(request(number), MEMBER, page, **names)


def on_paper(page: ReportPage, _number: int) -> str:
    """Return the page of the PDF."""
    return report_html.on_paper(replace(page, on_paper=True))


def behind_link(page: ReportPage, number: int, email: str = "") -> str:
    """Return the page behind a link as the view makes it."""
    return shared(page, number, **downloads.links("shared", f"t{number}", page), email=email)


def everybody(page: ReportPage) -> dict[str, Kind]:
    """Return all who may read a report, and what each is given."""
    another, claimed = replace(page, is_own=False), copy(page.assessment)
    claimed.owner_id = 1
    return {
        "owner": (own, page),
        "account": (own, replace(page, assessment=claimed)),
        # No view asks for these two: they differ from others in one thing alone.
        "owner, of another": (own, another),
        "link without files": (partial(shared, email="c@example.org"), another),
        # A weight of thousands rounds to nothing what is not known.
        "owner, rounded": (own, replace(page, high=page.low)),
        "paper": (on_paper, page),
        "paper of another": (on_paper, another),
        "link": (behind_link, another),
        "link, named": (partial(behind_link, email="b@example.org"), another),
        "coach": (member, another),
    }


def reports_of(version: Version, *, is_first: bool) -> Iterator[tuple[str, Assessment, bool]]:
    """Return finished assessments with their names, and whether everybody reads them."""
    junior, senior = (level.key for level in framework(version).levels)
    for answers in (*READ_BY_ALL, *(READ if is_first else (box(3, 3, 2), box(3, 2, 2)))):
        name = f"{version}, {' '.join(map(str, answers.values()))}"
        yield name, report(version, senior, answers), False
        if answers in READ_BY_ALL:
            said = {skill: EVIDENCE[skill] for skill in EVIDENCE if skill in answers}
            for level in (junior, senior):
                made = report(version, level, answers, evidence=said, planned=True)
                yield f"{name}, {level}, planned", made, is_first and level == senior


def pages() -> Iterator[tuple[str, ReportPage, bool]]:
    """Return pages with their names, and whether everybody reads them."""
    tiny = frameworks.tiny()
    for place, raw in enumerate((tiny, in_other_words(tiny), with_other_keys(tiny))):
        version = publish(raw)
        junior, senior = (level.key for level in framework(version).levels)
        for name, made, is_wide in reports_of(version, is_first=place == 0):
            yield name, reports.page(made), is_wide
            if made.level == senior:
                yield f"{name}, at {junior}", reports.page(made, junior), False
                yield f"{name}, confirmed", reports.page(made, seconds=[box(4, 4, 4)]), False
    version = publish(with_many_skills())
    none: Answers = {f"skill-{n}": 0 for n in range(12)}
    yield "all of twelve", reports.page(report(version, "level-1", none, planned=True)), False
    other = report(version, "level-1", none, planned=True, without="read-skill-0")
    yield "all of twelve, by another way", reports.page(other), False
    one = dict.fromkeys(none, 4) | {"skill-5": 0}
    yield "one of twelve", reports.page(report(version, "level-1", one)), False


def readers() -> tuple[Reader, ...]:
    """Return all of them; what they read asks the database nothing."""
    made: list[Reader] = []
    for name, page, is_wide in pages():
        kinds: dict[str, Kind] = everybody(page) if is_wide else {"owner": (own, page)}
        for kind, (render, given) in kinds.items():
            for language in ("en", "de") if is_wide else ("en",):
                reads = partial(render, given, len(made))
                made.append(Reader(f"{kind}, {name}, {language}", language, reads))
    return tuple(made)
