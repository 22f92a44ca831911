"""Between a draft's rows and the framework document: compile one way, replace the other."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Value

from . import document as documents
from .document import Json
from .models import (
    Career,
    Fact,
    GuideSection,
    KeptDraft,
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
from .recording import IMPORTED, as_one_line, one_line
from .revisions import next_revision

ANCHORS = tuple(f"anchor_{rating}" for rating in range(5))
DRAFT_LISTS = ("steps", "facts", "levels", "skills", "skill_groups", "guide_sections", "sources")


def requirements_of(career: Career) -> models.QuerySet[Requirement]:
    """Return the draft's requirements with their levels and skills. One query."""
    return Requirement.objects.filter(level__career=career).select_related("level", "skill")


def compile_draft(career: Career, requirements: Iterable[Requirement] | None = None) -> Json:
    """Return the draft as a document. It may still be broken: see ``publishing.verify``.

    ``requirements`` are those of ``requirements_of`` where the caller has them already.
    Nine queries, eight then.
    """
    sections = [
        _fields(row, "key", "title", "chapter", "layout", "text", "source", "items")
        for row in career.guide_sections.all()
    ]
    sources = career.sources.all()
    return {
        "format": documents.FORMAT,
        "career": _fields(
            career, "key", "title", "summary", "alternative_titles", "codes", "sector", "credit"
        ),
        "levels": [_level(row) for row in career.levels.all()],
        "groups": [_fields(row, "key", "title") for row in career.skill_groups.all()],
        "skills": [
            {
                **_fields(row, "key", "title", "description", "codes", "merged_from"),
                "group": row.skill_group.key,
                "anchors": [_plain(getattr(row, name)) for name in ANCHORS],
            }
            for row in career.skills.select_related("skill_group")
        ],
        "requirements": [
            {
                "level": row.level.key,
                "skill": row.skill.key,
                **_fields(row, "rating", "importance", "essential"),
            }
            for row in (requirements_of(career) if requirements is None else requirements)
        ],
        "steps": _steps(career),
        "facts": [
            {
                **_fields(row, "key", "kind", "value", "unit", "scope", "region"),
                **_fields(row, "date", "source", "note"),
                **({"level": row.level.key} if row.level else {}),
            }
            for row in career.facts.select_related("level")
        ],
        "guide": {"sections": sections},
        "sources": [_fields(row, "name", "title", "date", "url", "note") for row in sources],
    }


def _fields(row: models.Model, *names: str) -> Json:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """Return a text with the line ends of a document, whatever a browser's form sent."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _level(row: Level) -> Json:
    years = {} if row.years_from is None else {"years": [row.years_from, row.years_to]}
    names = ("key", "title", "short_title", "rank", "summary", "scope", "focus", "checks")
    return {**_fields(row, *names), **years}


def _steps(career: Career) -> list[Json]:
    lists = step_lists(career)
    return [
        {
            **_fields(row, "key", "title", "kind", "description", "hours", "currency"),
            **_fields(row, "provider", "url", "source", "estimated"),
            "cost": f"{row.cost:.2f}",
            "requires": _ratings(lists["requires", row.pk]),
            "after": [key for key, _rating in lists["after", row.pk]],
            "gives": _ratings(lists["gives", row.pk]),
        }
        for row in career.steps.all()
    ]


def _ratings(rows: Iterable[tuple[str, int]]) -> list[Json]:
    return [{"skill": skill, "rating": rating} for skill, rating in rows]


def step_lists(career: Career) -> defaultdict[tuple[str, int], list[tuple[str, int]]]:
    """Return what the career's steps require, give and wait for, in one query.

    {(list, step's id): [(key of the skill or step, rating)]}; the rating is 0 in ``after``.
    """

    def rows(name: str, model: type[Any], key: str, rating: Any) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = model.objects.filter(step__career=career).order_by()
        return found.values_list(Value(name), "step_id", "position", "pk", key, rating)

    requires = rows("requires", StepRequires, "skill__key", F("rating"))
    gives = rows("gives", StepGives, "skill__key", F("rating"))
    after = rows("after", StepAfter, "other__key", Value(0))
    lists: defaultdict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    for name, step, _position, _pk, key, rating in sorted(requires.union(gives, after, all=True)):
        lists[name, step].append((key, rating))
    return lists


@transaction.atomic
def replace_draft(document: Json, *, now: datetime) -> Career:
    """Make the draft of the document's career equal to the document; return the career.

    ``document`` is in normal form and without errors of ``check``. A draft that holds
    unpublished work is kept as a KeptDraft. The history gets one line for the whole draft.
    """
    known = {"sector": "", "credit": "", **document["career"]}
    with as_one_line():
        career, created = Career.objects.get_or_create(key=known["key"], defaults=known)
        if not created:
            keep_draft(career, now=now)
            Career.objects.filter(pk=career.pk).update(**known)
            career.refresh_from_db()
        revision = next_revision(career.pk)
        if not created:
            for name in DRAFT_LISTS:
                getattr(career, name).all().delete()
        _create_rows(career, document, revision)
    one_line(career, created=created, reason=IMPORTED)
    return career


def keep_draft(career: Career, *, now: datetime) -> KeptDraft | None:
    """Keep the draft if it differs from the latest version and is not empty."""
    document = compile_draft(career)
    lists = ("levels", "groups", "skills", "steps", "facts", "sources")
    is_empty = not (document["guide"]["sections"] or any(document[name] for name in lists))
    if is_empty or is_published(career, document):
        return None
    return KeptDraft.objects.create(career=career, document=document, kept_at=now)


def is_published(career: Career, document: Json | None = None) -> bool:
    """Tell whether the draft (or this compiled form of it) is what was last published."""
    if career.latest is None:
        return False
    try:
        normal = documents.normal(document or compile_draft(career))
    except documents.DocumentError:
        return False
    return documents.content_hash(normal) == career.latest.sha256


def _create_rows(career: Career, document: Json, revision: int) -> None:
    def rows(model: type[models.Model], name: str, make: Callable[[Json], Json]) -> dict[str, Any]:
        created = model._default_manager.bulk_create(
            model(career=career, position=position, revision=revision, **make(row))
            for position, row in enumerate(document[name])
        )
        return {getattr(row, "key", ""): row for row in created}

    def plain(row: Json) -> Json:
        return row

    levels = rows(Level, "levels", _level_fields)
    groups = rows(SkillGroup, "groups", plain)
    skills = rows(Skill, "skills", lambda row: _skill_fields(row, groups))
    Requirement.objects.bulk_create(
        Requirement(
            **{**row, "level": levels[row["level"]], "skill": skills[row["skill"]]},
            position=position,
            revision=revision,
        )
        for position, row in enumerate(document["requirements"])
    )
    rows(Fact, "facts", lambda row: {**row, "level": levels.get(row.get("level", ""))})
    steps = rows(Step, "steps", _step_fields)
    _create_step_lists(document, steps, skills)
    sections = document["guide"].get("sections", [])
    GuideSection.objects.bulk_create(
        GuideSection(career=career, position=position, **row)
        for position, row in enumerate(sections)
    )
    Source.objects.bulk_create(
        Source(career=career, position=position, **row)
        for position, row in enumerate(document.get("sources", []))
    )


def _level_fields(row: Json) -> Json:
    years_from, years_to = row.get("years") or (None, None)
    fields = {name: value for name, value in row.items() if name != "years"}
    return {**fields, "years_from": years_from, "years_to": years_to}


def _skill_fields(row: Json, groups: dict[str, SkillGroup]) -> Json:
    return {
        **{name: row[name] for name in ("key", "title", "description", "codes")},
        "merged_from": row.get("merged_from", []),
        **dict(zip(ANCHORS, row["anchors"], strict=True)),
        "skill_group": groups[row["group"]],
    }


def _step_fields(row: Json) -> Json:
    return {
        name: value for name, value in row.items() if name not in ("requires", "gives", "after")
    }


def _create_step_lists(document: Json, steps: dict[str, Step], skills: dict[str, Skill]) -> None:
    lists: tuple[tuple[type[Any], str], ...] = ((StepRequires, "requires"), (StepGives, "gives"))
    for model, name in lists:
        model.objects.bulk_create(
            model(
                step=steps[step["key"]],
                skill=skills[row["skill"]],
                rating=row["rating"],
                position=position,
            )
            for step in document["steps"]
            for position, row in enumerate(step[name])
        )
    StepAfter.objects.bulk_create(
        StepAfter(step=steps[step["key"]], other=steps[other], position=position)
        for step in document["steps"]
        for position, other in enumerate(step["after"])
    )
