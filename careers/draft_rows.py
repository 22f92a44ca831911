"""The rows of drafts, made from documents in normal form, not yet stored; and their removal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models

from .document import Json
from .models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
)
from .prepared import with_ids

ANCHORS = tuple(f"anchor_{rating}" for rating in range(5))
Pairs = Sequence[tuple[Career, Json]]
"""Careers that have an id, each with the document that its draft shall hold."""
Rows = dict[tuple[int, str], Any]
"""Rows by the id of their career and their key."""


def rows_of(pairs: Pairs) -> Iterator[Sequence[models.Model]]:
    """Yield the rows of the drafts, those of one model at a time, in the order to store them.

    Ids are reserved for rows that others name. A wrong shape raises KeyError.
    """
    levels = _named(_rows(pairs, Level, "levels", _level_fields))
    groups = _named(_rows(pairs, SkillGroup, "groups", _plain))
    skills = _named(_rows(pairs, Skill, "skills", lambda pk, row: _skill_fields(pk, row, groups)))
    steps = _named(_rows(pairs, Step, "steps", _step_fields))
    yield from (list(rows.values()) for rows in (levels, groups, skills))
    yield _requirements(pairs, levels, skills)
    yield _rows(
        pairs,
        Fact,
        "facts",
        lambda pk, row: {**row, "level": levels.get((pk, row.get("level", "")))},
    )
    yield list(steps.values())
    yield from _step_lists(pairs, steps, skills)
    yield _rows(pairs, GuideSection, "sections", _plain)
    yield _rows(pairs, Source, "sources", _plain)


def delete_rows(careers: Sequence[int]) -> None:
    """Delete the draft rows of careers (by id), in one statement for each model.

    Rows go before those that they name, so there is nothing to collect; no line of history
    is written.
    """
    steps = Step.objects.filter(career__in=careers)
    levels = Level.objects.filter(career__in=careers)
    doomed: Iterable[models.QuerySet[Any]] = (
        *(model._default_manager.filter(step__in=steps) for model in _STEP_LISTS),
        Requirement.objects.filter(level__in=levels),
        *(
            model._default_manager.filter(career__in=careers)
            for model in (Step, Fact, Level, Skill, SkillGroup, GuideSection, Source)
        ),
    )
    for rows in doomed:
        rows._raw_delete(DEFAULT_DB_ALIAS)


_STEP_LISTS = (StepAfter, StepRequires, StepGives)


def _rows(
    pairs: Pairs, model: type[models.Model], name: str, make: Callable[[int, Json], Json]
) -> list[Any]:
    has_revision = any(each.name == "revision" for each in model._meta.fields)
    return [
        model(
            career=career,
            position=position,
            **({"revision": career.draft_revision} if has_revision else {}),
            **make(career.pk, row),
        )
        for career, document in pairs
        for position, row in enumerate(_list(document, name))
    ]


def _named(rows: list[Any]) -> Rows:
    with_ids(rows)
    return {(row.career_id, row.key): row for row in rows}


def _list(document: Json, name: str) -> list[Json]:
    where = document["guide"] if name == "sections" else document
    found: list[Json] = where.get(name, [])
    return found


def _plain(career: int, row: Json) -> Json:
    return row


def _level_fields(career: int, row: Json) -> Json:
    years_from, years_to = row.get("years") or (None, None)
    fields = {name: value for name, value in row.items() if name != "years"}
    return {**fields, "years_from": years_from, "years_to": years_to}


def _skill_fields(career: int, row: Json, groups: Rows) -> Json:
    return {
        **{name: row[name] for name in ("key", "title", "description", "codes")},
        "merged_from": row.get("merged_from", []),
        **dict(zip(ANCHORS, row["anchors"], strict=True)),
        "skill_group": groups[career, row["group"]],
    }


def _step_fields(career: int, row: Json) -> Json:
    return {
        name: value for name, value in row.items() if name not in ("requires", "gives", "after")
    }


def _requirements(pairs: Pairs, levels: Rows, skills: Rows) -> list[Requirement]:
    return [
        Requirement(
            level=levels[career.pk, row["level"]],
            skill=skills[career.pk, row["skill"]],
            rating=row["rating"],
            importance=row["importance"],
            essential=row["essential"],
            position=position,
            revision=career.draft_revision,
        )
        for career, document in pairs
        for position, row in enumerate(document["requirements"])
    ]


def _step_lists(pairs: Pairs, steps: Rows, skills: Rows) -> Iterator[list[Any]]:
    lists: tuple[tuple[type[Any], str], ...] = ((StepRequires, "requires"), (StepGives, "gives"))
    for model, name in lists:
        yield [
            model(
                step=steps[career.pk, step["key"]],
                skill=skills[career.pk, row["skill"]],
                rating=row["rating"],
                position=position,
            )
            for career, document in pairs
            for step in document["steps"]
            for position, row in enumerate(step[name])
        ]
    yield [
        StepAfter(
            step=steps[career.pk, step["key"]], other=steps[career.pk, other], position=position
        )
        for career, document in pairs
        for step in document["steps"]
        for position, other in enumerate(step["after"])
    ]
