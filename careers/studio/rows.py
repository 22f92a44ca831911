"""Adding, changing, moving and retiring the rows beside the matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from ..models import (
    Career,
    Fact,
    Level,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
)
from ..retiring import retire
from ..revisions import next_revision, upcoming_revision


@dataclass(frozen=True, slots=True)
class StepLists:
    """What a step requires and gives, as (skill's key, rating), and the steps it waits for."""

    requires: tuple[tuple[str, int], ...]
    gives: tuple[tuple[str, int], ...]
    after: tuple[str, ...]


class StaleRowError(Exception):
    """The stored row is newer than the one that the editor saw; None where it was retired."""

    def __init__(self, stored: Any) -> None:
        super().__init__("This row was changed elsewhere.")
        self.stored = stored


class KeyTakenError(ValueError):
    """Another row has this key, or this source's name, made a moment ago."""


class GoneError(LookupError):
    """The skill group or level that a row names was retired a moment ago; ``field`` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class InUseError(Exception):
    """A skill group that still has skills cannot be retired; ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} skills are in this group.")
        self.count = count


def find(career: Career, model: type[Any], key: str) -> Any:
    """Return the row of that key, or None. One query."""
    if model is Career:
        return Career.objects.filter(pk=career.pk, key=key).first()
    if model is Source:
        known = key.isascii() and key.isdecimal() and len(key) < 19
        return model.objects.filter(career=career, pk=int(key)).first() if known else None
    return model.objects.filter(career=career, key=key).first()


def lists_of(step: Step) -> StepLists:
    """Return a stored step's lists. Three queries."""
    return StepLists(
        tuple(step.requires.values_list("skill__key", "rating")),
        tuple(step.gives.values_list("skill__key", "rating")),
        tuple(step.waits_for.values_list("other__key", flat=True)),
    )


@transaction.atomic
def add_row(*, career: Career, row: Any, lists: StepLists | None = None) -> None:
    """Add a row at the end of its list. Raises KeyTakenError or GoneError."""
    revision = next_revision(career.pk)
    _refuse_gone(row)
    model = type(row)
    _refuse_taken(career, row)
    rows = model.objects.filter(career=career)
    row.career, row.revision = career, revision
    row.position = _after(rows.aggregate(last=Max("position"))["last"])
    if isinstance(row, Level):
        row.rank = (rows.aggregate(last=Max("rank"))["last"] or 0) + 1
    row.save()
    if lists:
        _write_lists(career, row, lists)


def _refuse_taken(career: Career, row: Any) -> None:
    """Raise KeyTakenError where another row is called the same."""
    name = "name" if isinstance(row, Source) else "key"
    called = {name: getattr(row, name)}
    if type(row).objects.filter(career=career, **called).exclude(pk=row.pk).exists():
        raise KeyTakenError(called[name])


def _refuse_gone(row: Any) -> None:
    """Raise GoneError where what the form offered is there no more."""
    if isinstance(row, Skill) and not SkillGroup.objects.filter(pk=row.skill_group_id).exists():
        raise GoneError("skill_group")
    if (
        isinstance(row, Fact)
        and row.level_id
        and not Level.objects.filter(pk=row.level_id).exists()
    ):
        raise GoneError("level")


def _after(last: int | None) -> int:
    return 0 if last is None else last + 1


@transaction.atomic
def save_row(
    *, career: Career, row: Any, fields: Sequence[str], seen: int, lists: StepLists | None = None
) -> None:
    """Save these fields of a row. Raises StaleRowError unless it is the one seen.

    What is stored already is no conflict. Raises GoneError too, and KeyTakenError for the name
    of another source.
    """
    upcoming_revision(career.pk)
    stored = find(career, type(row), row.key)
    if stored is None:
        raise StaleRowError(None)
    are_lists_same = lists is None or lists_of(stored) == lists
    if are_lists_same and all(getattr(stored, f) == getattr(row, f) for f in fields):
        return
    if stored.revision != seen:
        raise StaleRowError(stored)
    _refuse_gone(row)
    row.pk = stored.pk
    if isinstance(row, Source):
        _refuse_taken(career, row)
    row.revision = next_revision(career.pk)
    row.save(update_fields=[*fields, "revision"])
    if lists and not are_lists_same:
        _write_lists(career, row, lists)


def _write_lists(career: Career, step: Step, lists: StepLists) -> None:
    """Bring a step's lists to these, one row at a time, so that the history sees what changes.

    What was retired a moment ago is left out, as its retirement would have left it out.
    """
    skills = {row.key: row for row in career.skills.all()}
    steps = {row.key: row for row in career.steps.all()}
    named: tuple[tuple[type[Any], Any], ...] = (
        (StepRequires, lists.requires),
        (StepGives, lists.gives),
    )
    for model, ratings in named:
        wanted = [{"skill": skills[key], "rating": n} for key, n in ratings if key in skills]
        _bring_to(model, step, "skill", wanted)
    _bring_to(StepAfter, step, "other", [{"other": steps[k]} for k in lists.after if k in steps])


def _bring_to(model: type[Any], step: Step, name: str, wanted: Sequence[dict[str, Any]]) -> None:
    """Delete, add and change the rows of one list, told apart by what they name."""
    stored = {getattr(row, f"{name}_id"): row for row in model.objects.filter(step=step)}
    for gone in stored.keys() - {values[name].pk for values in wanted}:
        stored.pop(gone).delete()
    for position, values in enumerate(wanted):
        row = stored.get(values[name].pk) or model(step=step)
        values = {**values, "position": position}
        if row.pk is None or any(getattr(row, field) != each for field, each in values.items()):
            for field, each in values.items():
                setattr(row, field, each)
            row.save()


@transaction.atomic
def move_row(*, career: Career, model: type[Any], key: str, places: int) -> None:
    """Move a row up (-1) or down (1) among its neighbours; at the end it stays.

    Skills move within their group, levels by rank. Open forms of the row stay fresh: its
    place is in none of them.
    """
    next_revision(career.pk)
    order = ("rank",) if model is Level else ("position", "pk")
    rows = list(model.objects.filter(career=career).order_by(*order))
    row = next((each for each in rows if each.key == key), None)
    if row is None:
        raise StaleRowError(None)
    near = [each for each in rows if not isinstance(row, Skill) or _together(each, row)]
    place = near.index(row) + places
    if not 0 <= place < len(near):
        return
    other = near[place]
    if isinstance(row, Level):
        _swap_ranks(row, other, {each.rank for each in rows})
    one, two = rows.index(row), rows.index(other)
    rows[one], rows[two] = rows[two], rows[one]
    for position, each in enumerate(rows):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


def _together(one: Skill, other: Skill) -> bool:
    return one.skill_group_id == other.skill_group_id


def _swap_ranks(one: Level, other: Level, taken: set[int]) -> None:
    """Swap two ranks by way of a free one: no two levels may ever share a rank."""
    first, second = one.rank, other.rank
    free = next(rank for rank in range(1, 100) if rank not in taken)
    for level, rank in ((one, free), (other, first), (one, second)):
        level.rank = rank
        level.save(update_fields=["rank"])


@transaction.atomic
def retire_row(*, career: Career, model: type[Any], key: str, seen: int) -> None:
    """Take a row out of the draft with all that hangs on it; versions keep it.

    Raises StaleRowError, or InUseError for a skill group that has skills.
    """
    revision = next_revision(career.pk)
    row = find(career, model, key)
    if row is None or weight_revision(row) != seen:
        raise StaleRowError(row)
    if isinstance(row, SkillGroup) and (count := row.skills.count()):
        raise InUseError(count)
    retire(row, revision)


def weight_revision(row: Any) -> int:
    """Return the last revision of a row and of the requirements that go with it."""
    if not isinstance(row, Skill | Level):
        return int(row.revision)
    return max(row.revision, *row.requirements.values_list("revision", flat=True), 0)
