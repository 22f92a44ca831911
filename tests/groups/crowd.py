"""A group of any size for measuring: stored in bulk, as finishing one by one would store it."""

from datetime import date, timedelta

from accounts.models import User
from assessments.groups import counts
from assessments.groups.models import Count, Group, Membership, Reading
from assessments.models import Assessment, Rating
from careers.catalogue import framework
from careers.models import Version
from tests.conftest import NOW

BATCH = 500
ANSWERS = (None, 0, 1, 2, 2, 3, 3, 4)


def ratings_of(number: int, skills: list[str]) -> dict[str, int | None]:
    """Return somebody's answers; neighbours differ."""
    return {
        skill: ANSWERS[(number * 7 + place * (number % 97 + 3)) % len(ANSWERS)]
        for place, skill in enumerate(skills)
    }


def fill(group: Group, people: int, *, months: int = 12) -> None:
    """Let so many people be shown by name, each with a report, over so many months."""
    content = framework(group.version)
    skills, steps = list(content.skills()), [step.key for step in content.steps]
    total: counts.Counts = counts.Counts()
    level = counts.level_of(group)
    for first in range(0, people, BATCH):
        numbers = range(first, min(first + BATCH, people))
        assessments = Assessment.objects.bulk_create(
            Assessment(
                version=group.version, level=group.level,
                created_at=NOW, updated_at=NOW, finished_at=NOW,
            )
            for _number in numbers
        )  # fmt: skip
        answers = {
            one.pk: ratings_of(n, skills) for n, one in zip(numbers, assessments, strict=True)
        }
        Rating.objects.bulk_create(
            (
                Rating(assessment_id=pk, skill=skill, value=value)
                for pk, given in answers.items()
                for skill, value in given.items()
            ),
            batch_size=BATCH * 4,
        )
        members = Membership.objects.bulk_create(
            Membership(
                group=group, assessment=one, is_listed=True, name=f"Person {n}", joined_at=NOW
            )
            for n, one in zip(numbers, assessments, strict=True)
        )
        readings = []
        for n, one, member in zip(numbers, assessments, members, strict=True):
            read = counts.read_for(group, answers[one.pk])
            since: date = NOW.date() - timedelta(days=30 * (n % months))
            readings.append(
                Reading(
                    group=group, assessment=one, member=member, state="shown", was_shown=True,
                    slots="".join(map(str, read.slots)), low=read.low, band=read.band.value,
                    steps=[[steps[n % len(steps)], n % 50]], is_planned=True, since=since,
                )
            )  # fmt: skip
        Reading.objects.bulk_create(readings, batch_size=BATCH)
        for reading in readings:
            counts.add(total, counts.of_shown(reading, level))
    counts.store(group, total)


def group_of(version: Version, level: str, people: int) -> Group:
    """Return a filled group of a coach of its own."""
    group = Group.objects.create(
        owner=User.objects.create_user(f"coach-of-{people}@example.org"), name="Everybody",
        version=version, level=level, code="K7P4QD", is_open=True, created_at=NOW,
    )  # fmt: skip
    fill(group, people)
    return group


def rows_of(group: Group) -> int:
    """Return how many count rows a group has."""
    return Count.objects.filter(group=group).count()
