"""Saving cells of the matrix: what levels ask of skills."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from ..models import Career, Level, Requirement, Skill
from ..revisions import next_revision, upcoming_revision


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: level × skill by key.

    ``rating`` 0 means that the level does not require the skill; importance is 0 then, and
    so is ``revision``. Otherwise the rating is 1-4 and the importance 1-5. In a change,
    ``revision`` is the one that the editor saw.
    """

    level: str
    skill: str
    rating: int
    importance: int
    essential: bool
    revision: int

    @property
    def content(self) -> tuple[int, int, bool]:
        """Return what the cell says, whoever said it when."""
        if self.rating == 0:
            return (0, 0, False)
        return (self.rating, self.importance, self.essential)


class UnknownCellError(LookupError):
    """The draft has no such level or skill (any more)."""

    def __init__(self, level: str, skill: str) -> None:
        super().__init__(f"{level} × {skill}")
        self.level = level
        self.skill = skill


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored now in the cells that were saved, and in those that were stale."""

    saved: tuple[Cell, ...]
    stale: tuple[Cell, ...]


def cell_of(career: Career, level: str, skill: str) -> Cell:
    """Return what a cell holds. Raises UnknownCellError."""
    found = Requirement.objects.filter(
        level__career=career, skill__career=career, level__key=level, skill__key=skill
    ).first()
    if found:
        return cell(level, skill, found)
    known = career.levels.filter(key=level).exists() and career.skills.filter(key=skill).exists()
    if not known:
        raise UnknownCellError(level, skill)
    return cell(level, skill, None)


def cell(level: str, skill: str, row: Requirement | None) -> Cell:
    """Return the cell of a stored requirement, or of a missing one."""
    if row is None:
        return Cell(level, skill, 0, 0, essential=False, revision=0)
    return Cell(level, skill, row.rating, row.importance, row.essential, row.revision)


@transaction.atomic
def save_cells(*, career: Career, changes: Sequence[Cell]) -> Saved:
    """Save each cell whose revision is the stored one; return the others as they are stored.

    What is stored already is no conflict. Raises UnknownCellError, changing nothing.
    """
    revision = upcoming_revision(career.pk)
    levels = {row.key: row for row in Level.objects.filter(career=career)}
    skills = {row.key: row for row in Skill.objects.filter(career=career)}
    for change in changes:
        if change.level not in levels or change.skill not in skills:
            raise UnknownCellError(change.level, change.skill)
    rows = _stored(career, changes)
    last = Requirement.objects.filter(level__career=career).aggregate(last=Max("position"))["last"]
    position = -1 if last is None else last
    saved, stale = [], []
    is_changed = False
    for change in changes:
        level, skill = change.level, change.skill
        row = rows.get((level, skill))
        stored = cell(level, skill, row)
        if stored.content == change.content:
            saved.append(stored)
        elif stored.revision != change.revision:
            stale.append(stored)
        else:
            if row is None:
                position += 1
                row = Requirement(level=levels[level], skill=skills[skill], position=position)
            after = _write(row, change, revision)
            rows[level, skill] = after
            saved.append(cell(level, skill, after))
            is_changed = True
    if is_changed:
        next_revision(career.pk)
    return Saved(tuple(saved), tuple(stale))


def _stored(career: Career, changes: Iterable[Cell]) -> dict[tuple[str, str], Requirement | None]:
    rows = Requirement.objects.filter(
        level__career=career, skill__key__in={change.skill for change in changes}
    ).select_related("level", "skill")
    return {(row.level.key, row.skill.key): row for row in rows}


def _write(row: Requirement, change: Cell, revision: int) -> Requirement | None:
    """Store the change one row at a time, so that the history sees it; None once removed."""
    if change.rating == 0:
        row.delete()
        return None
    row.rating, row.importance, row.essential = change.content
    row.revision = revision
    row.save()
    return row
