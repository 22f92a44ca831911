"""Merging two skills: one goes into the other, which takes the higher of what both ask."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ..models import Career, Requirement, Skill, StepGives, StepRequires
from ..recording import one_edit
from ..revisions import next_revision
from .cells import Cell, cell
from .rows import StaleRowError, find


@dataclass(frozen=True, slots=True)
class MergedCell:
    """What a level asks of both skills, and will ask of the one that stays."""

    level: str
    source: Cell
    into: Cell
    result: Cell


def higher(source: Cell, into: Cell) -> Cell:
    """Return the cell with the higher rating and importance; essential if either is."""
    return Cell(
        into.level,
        into.skill,
        max(source.rating, into.rating),
        max(source.importance, into.importance),
        source.essential or into.essential,
        into.revision,
    )


def merged_cells(career: Career, source: Skill, into: Skill) -> list[MergedCell]:
    """Return what a merge would make of each level's requirements. Two queries."""
    rows = {
        (row.level_id, row.skill_id): row
        for row in Requirement.objects.filter(skill__in=(source, into))
    }
    found = []
    for level in career.levels.order_by("rank"):
        one, two = (
            cell(level.key, skill.key, rows.get((level.pk, skill.pk))) for skill in (source, into)
        )
        found.append(MergedCell(level.short_title or level.title, one, two, higher(one, two)))
    return found


@transaction.atomic
def merge_skills(
    *, career: Career, source: str, into: str, seen_source: int, seen_into: int
) -> Skill:
    """Merge the source into the other skill and return that, its texts as they were.

    Requirements and steps take the higher rating. The skill that stays remembers the key
    of the one that went, so that old ratings of both can be read as the higher. Raises
    StaleRowError. All of it is one edit in the history: who restores the skill that went
    takes the merge back.
    """
    revision = next_revision(career.pk)
    with one_edit(revision):
        return _merge(career, source, into, (seen_source, seen_into), revision)


def _merge(career: Career, source: str, into: str, seen: tuple[int, int], revision: int) -> Skill:
    one, two = find(career, Skill, source), find(career, Skill, into)
    for row, known in zip((one, two), seen, strict=True):
        if row is None or row.revision != known or one == two:
            raise StaleRowError(row)
    _merge_requirements(one, two, revision)
    lists: tuple[type[Any], ...] = (StepRequires, StepGives)
    for model in lists:
        _merge_ratings(model, one, two, revision)
    two.merged_from = [*two.merged_from, one.key, *one.merged_from]
    two.revision = revision
    two.save(update_fields=["merged_from", "revision"])
    one.delete()
    merged: Skill = two
    return merged


def _merge_requirements(source: Skill, into: Skill, revision: int) -> None:
    kept = {row.level_id: row for row in into.requirements.all()}
    for row in source.requirements.all():
        stays = kept.get(row.level_id)
        if stays is None:
            row.skill, row.revision = into, revision
            row.save(update_fields=["skill", "revision"])
            continue
        before = (stays.rating, stays.importance, stays.essential)
        stays.rating = max(stays.rating, row.rating)
        stays.importance = max(stays.importance, row.importance)
        stays.essential = stays.essential or row.essential
        if before != (stays.rating, stays.importance, stays.essential):
            stays.revision = revision
            stays.save()


def _merge_ratings(model: type[Any], source: Skill, into: Skill, revision: int) -> None:
    """Let steps name the skill that stays, at the higher rating; each is edited by this."""
    kept = {row.step_id: row for row in model.objects.filter(skill=into)}
    for row in model.objects.filter(skill=source).select_related("step"):
        stays = kept.get(row.step_id)
        if stays is None:
            row.skill = into
            row.save(update_fields=["skill"])
        else:
            row.delete()
            if row.rating > stays.rating:
                stays.rating = row.rating
                stays.save(update_fields=["rating"])
        row.step.revision = revision
        row.step.save(update_fields=["revision"])
