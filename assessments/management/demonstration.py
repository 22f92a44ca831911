"""A made-up evening class for ``make demo``: the same people and answers on every run.

Nobody in it exists. Dates are counted back from today, so that it looks alive.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from careers.catalogue import framework
from careers.document import loads
from careers.models import Version
from careers.publishing import import_framework, load_built_in, publish

from .. import access, actions, planning
from ..groups import actions as group_actions
from ..groups import plans
from ..groups.actions import Consent
from ..groups.models import Group
from ..models import Assessment, BrowserAccess, Rating

COACH = "coach@demo.example"
PASSWORD = "twelve rungs and a ladder"  # noqa: S105 (printed, for a database of made-up people)
LEVEL = "senior-production-technician"
CODE = "K7P4QD"
CAREER = Path(settings.BASE_DIR) / "careers" / "data" / "production-technician.json"
SEED = 31
NAMES = (
    "Amara Osei", "Ben Lindqvist", "Carmen Ruiz", "Dmitri Pavlov", "Elif Kaya", "Femi Adeyemi",
    "Grace Okafor", "Hana Suzuki", "Ivan Horvat", "Jasmin Weber", "Kofi Mensah", "Lucia Rossi",
    "Mateo Silva", "Nadia Haddad", "Oskar Nowak", "Priya Nair", "Quentin Moreau", "Rosa Delgado",
    "Samir Khan", "Tess van Dijk", "Uma Joshi", "Viktor Berg",
)  # fmt: skip
"""Who agreed to be shown by name; the last three have not finished."""
UNFINISHED = 3
HIDDEN = 9
EVIDENCE = (
    "Ran line 2 alone since spring", "OSHA 30-hour card", "Signed off by the shift lead",
    "Trained two newcomers", "Course last autumn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the class: how far on they are (0-1), and what they agreed to."""

    number: int
    skill: float
    consent: Consent
    finishes: bool
    again: bool

    @property
    def evening(self) -> int:
        """Return on which of three evenings they came, 0 to 2."""
        return self.number % 3

    @property
    def browser(self) -> str:
        """Return the hash that stands for their phone."""
        return access.hash_token(f"demo-{self.number}")


def people(chance: random.Random) -> list[Person]:
    """Return the class: who is shown by name first, then who is not."""
    found = []
    for number in range(len(NAMES) + HIDDEN):
        is_listed = number < len(NAMES)
        name = NAMES[number] if is_listed else ""
        finishes = not is_listed or number < len(NAMES) - UNFINISHED
        again = finishes and number % 7 not in (1, 4)
        skill = min(max(chance.gauss(0.42, 0.2), 0.05), 0.95)
        found.append(Person(number, skill, Consent(is_listed, name), finishes, again))
    return found


def answers(
    person: Person, version: Version, chance: random.Random, *, later: bool
) -> dict[str, int | None]:
    """Return somebody's ratings; every skill is harder or easier for everybody alike."""
    content = framework(version)
    essential = {r.skill for r in content.requirements if r.level == LEVEL and r.essential}
    found: dict[str, int | None] = {}
    for place, key in enumerate(content.skills()):
        ease = ((place * 7) % 11 - 5) / 11 + (1.7 if key in essential else -0.4)
        value = 3.6 * person.skill + ease + chance.gauss(0, 0.7) + (0.4 if later else 0)
        unsure = chance.random() < (0.03 if later else 0.1)
        found[key] = None if unsure else min(max(round(value), 0), 4)
    return found


def fill(*, now: datetime) -> Group:
    """Fill an empty database and return the group. Takes some seconds for the plans."""
    chance = random.Random(SEED)  # noqa: S311 (made-up people, the same on every run)
    coach = User.objects.create_superuser(COACH, PASSWORD, first_name="Cora", last_name="Lang")
    EmailAddress.objects.filter(user=coach).update(verified=True, primary=True)
    first, second = _versions(now)
    group = group_actions.make(
        owner=coach, name="Evening class, spring", coach="Cora Lang", version=second, level=LEVEL,
        now=now - timedelta(days=150),
    )  # fmt: skip
    Group.objects.filter(pk=group.pk).update(code=CODE)
    group.code = CODE
    everybody = people(chance)
    for person in everybody:
        at = now - timedelta(days=140 - person.evening)
        _join(group, person, _begin(first, person, at), at)
    # In the order in which it happened, on three evenings each.
    for person in sorted((p for p in everybody if p.finishes), key=lambda each: each.evening):
        at = now - timedelta(days=140 - person.evening)
        _finish(person, answers(person, first, chance, later=False), chance, at)
    for person in sorted((p for p in everybody if p.again), key=lambda each: each.evening):
        at = now - timedelta(days=70 - 15 * person.evening)
        _begin(second, person, at)
        _finish(person, answers(person, second, chance, later=True), chance, at)
    return group


def _versions(now: datetime) -> tuple[Version, Version]:
    """Publish the built-in career, and a version that asks a little more of two skills."""
    raw: dict[str, Any] = loads(CAREER.read_bytes())
    load_built_in(document=raw, now=now - timedelta(days=200))
    first = Version.objects.select_related("career").get(number=1)
    changed = json.loads(json.dumps(raw))
    for row in changed["requirements"]:
        if row["level"] == LEVEL and row["skill"] in ("plc-fundamentals", "robot-operation"):
            row["rating"] = min(row["rating"] + 1, 4)
    career = import_framework(document=changed, now=now - timedelta(days=90))
    note = "Controls and robots matter more than they did."
    publish(career=career, now=now - timedelta(days=90), note=note)
    return first, Version.objects.select_related("career").get(number=2)


def _begin(version: Version, person: Person, at: datetime) -> Assessment:
    made: Assessment = Assessment.objects.create(
        version=version, level=LEVEL, created_at=at, updated_at=at
    )
    BrowserAccess.objects.create(assessment=made, browser_hash=person.browser)
    return made


def _join(group: Group, person: Person, assessment: Assessment, at: datetime) -> None:
    mine = Assessment.objects.with_version().filter(pk=assessment.pk)
    group_actions.join(
        group=group, consent=person.consent, mine=mine, browser_hash=person.browser, user=None,
        now=at,
    )  # fmt: skip


def _finish(
    person: Person, given: dict[str, int | None], chance: random.Random, at: datetime
) -> None:
    rows = Assessment.objects.with_version().filter(browsers__browser_hash=person.browser)
    assessment = rows.filter(finished_at=None).order_by("-created_at")[0]
    Rating.objects.bulk_create(
        Rating(
            assessment=assessment,
            skill=skill,
            value=value,
            evidence=chance.choice(EVIDENCE) if value and chance.random() < 0.15 else "",
        )
        for skill, value in given.items()
    )
    actions.finish(assessment=assessment, now=at)
    today = timezone.localdate(at)
    if person.number < 2:
        planning.prepare(assessment, today=today)
    plans.count(assessment, today=today)
