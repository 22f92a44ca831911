"""Between a draft's rows and the framework document: compile one way, replace the other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
from .recording import IMPORTED, as_one_line, one_line_each
from .revisions import next_revisions

ANCHORS = tuple(f"anchor_{rating}" for rating in range(5))


def requirements_of(*careers: Career) -> models.QuerySet[Requirement]:
    """Return the requirements of drafts with their levels and skills. One query."""
    return Requirement.objects.filter(level__career__in=careers).select_related("level", "skill")


def compile_draft(career: Career, requirements: Iterable[Requirement] | None = None) -> Json:
    """Return the draft as a document. It may still be broken: see ``publishing.verify``.

    ``requirements`` are those of ``requirements_of`` where the caller has them already.
    Nine queries, eight then.
    """
    return compile_drafts([career], requirements)[career.pk]


def compile_drafts(
    careers: Iterable[Career], requirements: Iterable[Requirement] | None = None
) -> dict[int, Json]:
    """Return the drafts of many careers by their ids, in as many queries as for one."""
    by_id = {career.pk: career for career in careers}
    cells = defaultdict(list)
    for row in requirements_of(*by_id.values()) if requirements is None else requirements:
        cells[row.level.career_id].append(_requirement(row))
    levels = _by_career(Level.objects.filter(career__in=by_id))
    groups = _by_career(SkillGroup.objects.filter(career__in=by_id))
    skills = _by_career(Skill.objects.filter(career__in=by_id).select_related("skill_group"))
    steps = _steps(by_id)
    facts = _by_career(Fact.objects.filter(career__in=by_id).select_related("level"))
    sections = _by_career(GuideSection.objects.filter(career__in=by_id))
    sources = _by_career(Source.objects.filter(career__in=by_id))
    return {
        pk: {
            "format": documents.FORMAT,
            "career": _fields(
                career, "key", "title", "summary", "alternative_titles", "codes", "sector", "credit"
            ),
            "levels": [_level(row) for row in levels[pk]],
            "groups": [_fields(row, "key", "title") for row in groups[pk]],
            "skills": [_skill(row) for row in skills[pk]],
            "requirements": cells[pk],
            "steps": steps.get(pk, []),
            "facts": [_fact(row) for row in facts[pk]],
            "guide": {"sections": [_section(row) for row in sections[pk]]},
            "sources": [_source(row) for row in sources[pk]],
        }
        for pk, career in by_id.items()
    }


def _by_career(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.career_id].append(row)
    return found


def _skill(row: Skill) -> Json:
    return {
        **_fields(row, "key", "title", "description", "codes", "merged_from"),
        "group": row.skill_group.key,
        "anchors": [_plain(getattr(row, name)) for name in ANCHORS],
    }


def _requirement(row: Requirement) -> Json:
    return {
        "level": row.level.key,
        "skill": row.skill.key,
        **_fields(row, "rating", "importance", "essential"),
    }


def _fact(row: Fact) -> Json:
    return {
        **_fields(row, "key", "kind", "value", "unit", "scope", "region"),
        **_fields(row, "date", "source", "note"),
        **({"level": row.level.key} if row.level else {}),
    }


def _section(row: GuideSection) -> Json:
    return _fields(row, "key", "title", "chapter", "layout", "text", "source", "items")


def _source(row: Source) -> Json:
    return _fields(row, "name", "title", "date", "url", "note")


def _fields(row: models.Model, *names: str) -> Json:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """Return a text with the line ends of a document, whatever a browser's form sent."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _level(row: Level) -> Json:
    years = {} if row.years_from is None else {"years": [row.years_from, row.years_to]}
    names = ("key", "title", "short_title", "rank", "summary", "scope", "focus", "checks")
    return {**_fields(row, *names), **years}


def _steps(careers: Iterable[int]) -> dict[int, list[Json]]:
    lists = step_lists(careers)
    steps = _by_career(Step.objects.filter(career__in=careers))
    return {pk: [_step(row, lists) for row in rows] for pk, rows in steps.items()}


StepLists = defaultdict[tuple[str, int], list[tuple[str, int]]]


def _step(row: Step, lists: StepLists) -> Json:
    return {
        **_fields(row, "key", "title", "kind", "description", "hours", "currency"),
        **_fields(row, "provider", "url", "source", "estimated"),
        "cost": f"{row.cost:.2f}",
        "requires": _ratings(lists["requires", row.pk]),
        "after": [key for key, _rating in lists["after", row.pk]],
        "gives": _ratings(lists["gives", row.pk]),
    }


def _ratings(rows: Iterable[tuple[str, int]]) -> list[Json]:
    return [{"skill": skill, "rating": rating} for skill, rating in rows]


def step_lists(careers: Iterable[int]) -> StepLists:
    """Return what the steps of careers (by id) require, give and wait for, in one query.

    {(list, step's id): [(key of the skill or step, rating)]}; the rating is 0 in ``after``.
    """

    def rows(name: str, model: type[Any], key: str, rating: Any) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = model.objects.filter(step__career__in=careers).order_by()
        return found.values_list(Value(name), "step_id", "position", "pk", key, rating)

    requires = rows("requires", StepRequires, "skill__key", F("rating"))
    gives = rows("gives", StepGives, "skill__key", F("rating"))
    after = rows("after", StepAfter, "other__key", Value(0))
    lists: StepLists = defaultdict(list)
    for name, step, _position, _pk, key, rating in sorted(requires.union(gives, after, all=True)):
        lists[name, step].append((key, rating))
    return lists


@transaction.atomic
def replace_draft(document: Json, *, now: datetime) -> Career:
    """Make the draft of the document's career equal to the document; return the career.

    ``document`` is in normal form and without errors of ``check``. A draft that holds
    unpublished work is kept as a KeptDraft. The history gets one line for the whole draft.
    """
    return replace_drafts([document], now=now)[0]


@transaction.atomic
def replace_drafts(news: Sequence[Json], *, now: datetime) -> list[Career]:
    """Do the same for many careers, in as many statements as for one."""
    known = {each["career"]["key"]: {"sector": "", "credit": "", **each["career"]} for each in news}
    with as_one_line():
        next_revisions(known)
        rows = Career.objects.filter(key__in=known).select_related("latest")
        there = {career.key: career for career in rows.defer("latest__document")}
        _keep_drafts(there.values(), now=now)
        for key, career in there.items():
            for name, value in known[key].items():
                setattr(career, name, value)
            career.revision = career.draft_revision
        Career.objects.bulk_update(there.values(), _CAREER_FIELDS)
        created = Career.objects.bulk_create(
            Career(**fields, draft_revision=1) for key, fields in known.items() if key not in there
        )
        careers = there | {career.key: career for career in created}
        for model in (Step, Fact, Level, Skill, SkillGroup, GuideSection, Source):
            model._default_manager.filter(career__in=there.values()).delete()
        _create_rows([(careers[document["career"]["key"]], document) for document in news])
    one_line_each(there.values(), created=False, reason=IMPORTED)
    one_line_each(created, created=True, reason=IMPORTED)
    return [careers[document["career"]["key"]] for document in news]


_CAREER_FIELDS = ("title", "summary", "sector", "credit", "alternative_titles", "codes", "revision")


def keep_draft(career: Career, *, now: datetime) -> KeptDraft | None:
    """Keep the draft if it differs from the latest version and is not empty."""
    kept = _keep_drafts([career], now=now)
    return kept[0] if kept else None


def _keep_drafts(careers: Iterable[Career], *, now: datetime) -> list[KeptDraft]:
    compiled = compile_drafts(careers)
    return KeptDraft.objects.bulk_create(
        KeptDraft(career=career, document=compiled[career.pk], kept_at=now)
        for career in careers
        if not _is_empty(compiled[career.pk]) and not is_published(career, compiled[career.pk])
    )


def _is_empty(document: Json) -> bool:
    lists = ("levels", "groups", "skills", "steps", "facts", "sources")
    return not (document["guide"]["sections"] or any(document[name] for name in lists))


def is_published(career: Career, document: Json | None = None) -> bool:
    """Tell whether the draft (or this compiled form of it) is what was last published."""
    if career.latest is None:
        return False
    # What has the hash of a version has its shape too: there is nothing to check.
    found = arranged_draft(document or compile_draft(career))
    return found is not None and documents.content_hash(found) == career.latest.sha256


def arranged_draft(document: Json) -> Json | None:
    """Return a compiled draft in normal form, or None where its shape is broken."""
    try:
        return documents.arranged(document)
    except (AttributeError, KeyError, TypeError):
        return None


Rows = dict[tuple[int, str], Any]
"""Rows by the id of their career and their key."""


def _create_rows(pairs: Sequence[tuple[Career, Json]]) -> None:
    def rows(model: type[models.Model], name: str, make: Callable[[int, Json], Json]) -> Rows:
        has_revision = any(each.name == "revision" for each in model._meta.fields)

        def numbered(career: Career) -> Json:
            return {"revision": career.draft_revision} if has_revision else {}

        created = model._default_manager.bulk_create(
            model(career=career, position=position, **numbered(career), **make(career.pk, row))
            for career, document in pairs
            for position, row in enumerate(_list(document, name))
        )
        keys = ((getattr(row, "career_id", 0), getattr(row, "key", "")) for row in created)
        return dict(zip(keys, created, strict=True))

    def plain(career: int, row: Json) -> Json:
        return row

    levels = rows(Level, "levels", _level_fields)
    groups = rows(SkillGroup, "groups", plain)
    skills = rows(Skill, "skills", lambda career, row: _skill_fields(career, row, groups))
    Requirement.objects.bulk_create(
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
    )
    rows(
        Fact,
        "facts",
        lambda career, row: {**row, "level": levels.get((career, row.get("level", "")))},
    )
    steps = rows(Step, "steps", _step_fields)
    _create_step_lists(pairs, steps, skills)
    rows(GuideSection, "sections", plain)
    rows(Source, "sources", plain)


def _list(document: Json, name: str) -> list[Json]:
    where = document["guide"] if name == "sections" else document
    found: list[Json] = where.get(name, [])
    return found


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


def _create_step_lists(pairs: Sequence[tuple[Career, Json]], steps: Rows, skills: Rows) -> None:
    lists: tuple[tuple[type[Any], str], ...] = ((StepRequires, "requires"), (StepGives, "gives"))
    for model, name in lists:
        model.objects.bulk_create(
            model(
                step=steps[career.pk, step["key"]],
                skill=skills[career.pk, row["skill"]],
                rating=row["rating"],
                position=position,
            )
            for career, document in pairs
            for step in document["steps"]
            for position, row in enumerate(step[name])
        )
    StepAfter.objects.bulk_create(
        StepAfter(
            step=steps[career.pk, step["key"]], other=steps[career.pk, other], position=position
        )
        for career, document in pairs
        for step in document["steps"]
        for position, other in enumerate(step["after"])
    )
