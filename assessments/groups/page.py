"""What a group's page shows, from its counts alone: a frozen object for pages and files."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from careers.catalogue import framework
from careers.document import Framework, Level, Skill, Step

from ..core.cohorts import State
from ..core.scale import Band
from ..core.score import percent
from ..core.tally import UNSURE_SLOT, median
from .models import Count, Group, Membership, Reading

MONTHS = 12
"""So many months of the history are shown at most."""
SHADES = 4
SLOTS = (UNSURE_SLOT, 0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many people gave one rating of one skill; ``shade`` is 0 for nobody, to SHADES."""

    mark: str
    people: int
    is_short: bool
    is_required: bool
    shade: int


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill of the level: how many people gave which rating, and how many are short."""

    skill: Skill
    required: int
    importance: int
    essential: bool
    cells: tuple[Cell, ...]
    short: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """A training step of so many fastest plans; ``gain`` is percent, on average for each."""

    step: Step
    people: int
    gain: float

    @property
    def hours(self) -> int:
        """Return the hours of all of them together."""
        return self.people * self.step.hours

    @property
    def cost(self) -> Decimal:
        """Return the cost for all of them together."""
        return self.people * Decimal(self.step.cost)


@dataclass(frozen=True, slots=True)
class BandRow:
    """So many people are in a band; ``start`` and ``width`` of its bar are percent."""

    band: str
    people: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The median readiness (percent) at the end of a month, and of how many people."""

    month: date
    people: int
    low: float


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who agreed to be shown by name; no figures where no report is shown."""

    pk: int
    name: str
    low: float | None
    band: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Everything that a group's page and files show. ``median`` is percent, or None.

    ``finished`` people stand in every figure, ``unnamed`` of them without a name. Of these
    ``named_later`` are listed all the same: what was once counted without a name stays so.
    """

    group: Group
    framework: Framework
    level: Level
    finished: int
    unnamed: int
    listed: int
    named_later: int
    median: float | None
    bands: tuple[BandRow, ...]
    skills: tuple[SkillRow, ...]
    steps: tuple[StepRow, ...]
    months: tuple[MonthRow, ...]
    members: tuple[MemberRow, ...]

    @property
    def started(self) -> int:
        """Return how many people have begun: who is listed or counted, each once."""
        return self.listed + self.unnamed - self.named_later

    @property
    def change(self) -> float | None:
        """Return by how many points the median rose since the first month shown."""
        if len(self.months) < 2:
            return None
        return round(self.months[-1].low - self.months[0].low, 1)


def page(group: Group, *, listed: int = 0, members: Iterable[Membership] = ()) -> GroupPage:
    """Return what is known of a group.

    One query for the counts, one for these members, and one where people are listed and
    others counted without a name.
    """
    rows = Count.objects.filter(group=group).order_by("kind", "key", "slot")
    counts: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for kind, key, slot, number in rows.values_list("kind", "key", "slot", "number"):
        counts[kind][key, slot] = number
    content = framework(group.version)
    level = content.level(group.level)
    if level is None:
        raise LookupError(group.level)
    middle = median({slot: number for (_, slot), number in counts["low"].items()})
    finished = sum(counts["low"].values())
    unnamed = counts["unnamed"].get(("", 0), 0)
    return GroupPage(
        group=group,
        framework=content,
        level=level,
        finished=finished,
        unnamed=unnamed,
        listed=listed,
        named_later=_named_later(group) if listed and unnamed else 0,
        median=None if middle is None else percent(middle),
        bands=_bands(counts["band"], finished),
        skills=_skills(content, level, counts["rating"], finished),
        steps=_steps(content, counts["step"], counts["gain"]),
        months=_months(counts["month"]),
        members=_members(group, list(members)),
    )


def _named_later(group: Group) -> int:
    """Return how many are listed whose report is still counted without their name."""
    return Reading.objects.filter(group=group, state=State.COUNTED, member__is_listed=True).count()


def _bands(counts: dict[tuple[str, int], int], finished: int) -> tuple[BandRow, ...]:
    found, start = [], 0.0
    for band in Band:
        people = counts.get((band.value, 0), 0)
        width = round(100 * people / finished, 2) if finished else 0.0
        found.append(BandRow(band.value, people, round(start, 2), width))
        start += width
    return tuple(found)


def _skills(
    content: Framework, level: Level, counts: dict[tuple[str, int], int], finished: int
) -> tuple[SkillRow, ...]:
    skills = content.skills()
    found = []
    for requirement in content.requirements:
        if requirement.level != level.key:
            continue
        cells = []
        for slot in SLOTS:
            people = counts.get((requirement.skill, slot), 0)
            cells.append(
                Cell(
                    mark="?" if slot == UNSURE_SLOT else str(slot),
                    people=people,
                    is_short=slot == UNSURE_SLOT or slot < requirement.rating,
                    is_required=slot == requirement.rating,
                    shade=_shade(people, finished),
                )
            )
        found.append(
            SkillRow(
                skill=skills[requirement.skill],
                required=requirement.rating,
                importance=requirement.importance,
                essential=requirement.essential,
                cells=tuple(cells),
                short=sum(cell.people for cell in cells if cell.is_short),
            )
        )
    found.sort(key=lambda row: (-row.short, -row.importance, row.skill.title.casefold()))
    return tuple(found)


def _shade(people: int, finished: int) -> int:
    """Return 1 for the first few people, SHADES for half of them and more, 0 for nobody."""
    return min(SHADES, -(-2 * SHADES * people // finished)) if people else 0


def _steps(
    content: Framework, people: dict[tuple[str, int], int], gains: dict[tuple[str, int], int]
) -> tuple[StepRow, ...]:
    texts = {step.key: step for step in content.steps}
    found = [
        StepRow(texts[key], number, percent(gains.get((key, slot), 0) // number))
        for (key, slot), number in people.items()
        if number and key in texts
    ]
    found.sort(key=lambda row: (-row.people, -row.gain, row.step.title.casefold()))
    return tuple(found)


def _months(counts: dict[tuple[str, int], int]) -> tuple[MonthRow, ...]:
    changes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (month, slot), number in counts.items():
        changes[month].append((slot, number))
    histogram: dict[int, int] = defaultdict(int)
    found = []
    for month in sorted(changes):
        for slot, number in changes[month]:
            histogram[slot] += number
        middle = median(histogram)
        if middle is not None:
            day = date.fromisoformat(f"{month}-01")
            found.append(MonthRow(day, sum(histogram.values()), percent(middle)))
    return tuple(found[-MONTHS:])


def _members(group: Group, members: list[Membership]) -> tuple[MemberRow, ...]:
    if not members:
        return ()
    rows = Reading.objects.filter(member__in=members, state="shown", is_current=True)
    shown: dict[Any, Reading] = {
        row.member_id: row for row in rows.select_related("assessment").order_by()
    }
    return tuple(_member(each, shown.get(each.pk)) for each in members)


def _member(member: Membership, reading: Reading | None) -> MemberRow:
    if reading is None:
        return MemberRow(member.pk, member.name, None, "", None)
    finished_at = reading.assessment.finished_at
    return MemberRow(member.pk, member.name, percent(reading.low), reading.band, finished_at)
