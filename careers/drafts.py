"""Between a draft's rows and the framework document: compile one way, replace the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Value

from . import document as documents
from . import prepared
from .document import Json
from .draft_rows import ANCHORS, delete_rows, rows_of
from .exporters.case import root_identifier
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
from .prepared import Statement
from .recording import IMPORTED, lines_for


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


class MovedError(Exception):
    """A draft or its latest version is not what it was when its replacement was prepared."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Drafts to be replaced, ready to be written: ``prepare`` makes it, ``write`` stores it.

    ``careers`` are all that were given, by key, with their ids and new fields; ``seen`` is
    what the drafts were that were there: revision and latest version by the career's id.
    """

    careers: dict[str, Career]
    seen: dict[int, tuple[int, int | None]]
    replaced: tuple[int, ...]
    statements: tuple[Statement, ...]

    def hold(self) -> None:
        """Hold the careers' rows until the transaction ends, or raise MovedError."""
        rows = Career.objects.select_for_update(no_key=True).filter(pk__in=self.seen)
        found = {
            pk: (revision, latest)
            for pk, revision, latest in rows.order_by("pk").values_list(
                "pk", "draft_revision", "latest"
            )
        }
        if found != self.seen:
            raise MovedError

    def write(self) -> None:
        """Replace the drafts, in a transaction that holds them."""
        delete_rows(self.replaced)
        prepared.run(self.statements)


@transaction.atomic
def replace_draft(document: Json, *, now: datetime) -> Career:
    """Make the draft of the document's career equal to the document; return the career.

    ``document`` is in normal form and without errors of ``check``. A draft that holds
    unpublished work is kept as a KeptDraft. The history gets one line for the whole draft.
    """
    key = document["career"]["key"]
    career = Career.objects.select_for_update(no_key=True).filter(key=key).first()
    there = {key: career} if career else {}
    kept = {key: work} if career and (work := unpublished_work(career)) else {}
    replacement = prepare([document], there, kept, now=now)
    replacement.write()
    return replacement.careers[key]


def prepare(
    news: Sequence[Json],
    there: Mapping[str, Career],
    kept: Mapping[str, Json],
    *,
    now: datetime,
) -> Replacement:
    """Return what makes the drafts of the documents' careers equal to them. Writes nothing yet.

    ``there`` are careers by key as the caller read them: those of the documents that exist,
    and others that must not move either; ``kept`` are drafts to be kept, by the same key.
    """
    seen = {career.pk: (career.draft_revision, career.latest_id) for career in there.values()}
    created: list[Career] = []
    changed: list[Career] = []
    for document in news:
        fields = {"sector": "", "credit": "", **document["career"]}
        old = there.get(fields["key"])
        if old is None:
            created.append(Career(draft_revision=1, **fields))
        else:
            row = Career(pk=old.pk, draft_revision=old.draft_revision + 1, **fields)
            row.latest_id, row.published_revision = old.latest_id, old.published_revision
            row.revision = row.draft_revision
            changed.append(row)
    prepared.with_ids(created)
    by_key = {row.key: row for row in (*created, *changed)}
    keeping = [
        KeptDraft(career=by_key[key], document=document, kept_at=now)
        for key, document in kept.items()
        if key in by_key
    ]
    pairs = [(by_key[document["career"]["key"]], document) for document in news]
    statements = [
        *prepared.inserts(keeping),
        *prepared.inserts(created),
        *prepared.inserts(changed, unique="id", update=(*_CAREER_FIELDS, "draft_revision")),
        *(each for rows in rows_of(pairs) for each in prepared.inserts(rows)),
        *prepared.inserts(lines_for(changed, created=False, reason=IMPORTED)),
        *prepared.inserts(lines_for(created, created=True, reason=IMPORTED)),
    ]
    replaced = tuple(row.pk for row in changed)
    return Replacement({**there, **by_key}, seen, replaced, tuple(statements))


_CAREER_FIELDS = ("title", "summary", "sector", "credit", "alternative_titles", "codes", "revision")


def keep_draft(career: Career, *, now: datetime) -> KeptDraft | None:
    """Keep the draft if it differs from the latest version and is not empty."""
    document = unpublished_work(career)
    if document is None:
        return None
    return KeptDraft.objects.create(career=career, document=document, kept_at=now)


def unpublished_work(career: Career, document: Json | None = None) -> Json | None:
    """Return the draft (or this compiled form of it) if it holds work that no version does."""
    compiled = document or compile_draft(career)
    return None if _is_empty(compiled) or is_published(career, compiled) else compiled


def draft_for_case(key: str, identifier: str) -> tuple[Json, bool] | None:
    """Return the draft that a CASE package is about, in normal form, if there is one.

    By the identifier that came in with it or that our export gives it, else by its key; and
    whether it is our export.
    """
    found = Career.objects.filter(codes__case=identifier).first() if identifier else None
    is_own = False
    if found is None:
        keys = Career.objects.values_list("key", flat=True)
        own = next((each for each in keys if root_identifier(each) == identifier), None)
        is_own = own is not None
        found = Career.objects.filter(key=own or key).first()
    draft = arranged_draft(compile_draft(found)) if found else None
    return (draft, is_own) if draft and draft["levels"] else None


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
