"""Taking framework documents in, one or a thousand: the dry run, then all or nothing.

The dry run compares with the drafts that would be replaced. What is the same already is
left alone, so an import that is repeated writes nothing and publishes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from accounts.models import User

from . import document as documents
from . import publishing
from .compare import Change, compare
from .document import DocumentError, Json, Problem
from .drafts import arranged_draft, compile_drafts, replace_drafts
from .importers.reading import Note, Reading
from .models import Career

BATCH = 100
MOST_PROBLEMS = 100
Progress = Callable[[int], Any]
"""Told how many more careers are done; each counts once compared and once written."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would do to one career.

    ``changes`` are those against the draft (every row of a new career is "added");
    ``latest`` is the number of the latest version, ``publishes`` says that the document
    differs from it, ``keeps_draft`` that unpublished work would be replaced (and kept).
    ``before`` is the draft, with empty lists for a new career.
    """

    key: str
    title: str
    is_new: bool
    changes: tuple[Change, ...]
    latest: int | None
    publishes: bool
    keeps_draft: bool
    before: Json = field(repr=False)
    document: Json = field(repr=False)

    @property
    def status(self) -> str:
        """Return added, changed or unchanged."""
        return "added" if self.is_new else "changed" if self.changes else "unchanged"

    def count(self, kind: str) -> int:
        """Return how many rows are added, changed, removed or reordered."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do, and what its source did not let it keep."""

    careers: tuple[Proposal, ...]
    notes: tuple[Note, ...] = ()

    def count(self, status: str) -> int:
        """Return how many careers are added, changed or unchanged."""
        return sum(career.status == status for career in self.careers)

    @property
    def publishes(self) -> int:
        """Return how many careers would get a new version."""
        return sum(career.publishes for career in self.careers)


def propose(reading: Reading, progress: Progress = int) -> DryRun:
    """Return what taking the documents in would do. Raises DocumentError, by career."""
    _refuse_repeated(reading.documents)
    proposals: list[Proposal] = []
    problems: list[Problem] = []
    for batch in _batches(reading.documents):
        there = _there(batch)
        compiled = compile_drafts(there.values())
        for document in batch:
            career = there.get(document["career"]["key"])
            try:
                draft = compiled[career.pk] if career else None
                proposals.append(_proposal(document, career, draft))
            except DocumentError as error:
                problems += _named(document, error, several=len(reading.documents) > 1)
            progress(1)
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise DocumentError(problems[:MOST_PROBLEMS])
    return DryRun(tuple(proposals), reading.notes)


def take_in(
    dry_run: DryRun,
    *,
    now: datetime,
    publish: bool = False,
    note: str = "",
    by: User | None = None,
    progress: Progress = int,
) -> int:
    """Make the drafts what was proposed, and publish them if asked: all or nothing.

    Returns how many versions were published. What was compared long ago is not trusted:
    drafts that changed since are kept, and versions are compared again.
    """
    published = 0
    with transaction.atomic():
        for batch in _batches(dry_run.careers):
            drafts = [each.document for each in batch if each.status != "unchanged"]
            replace_drafts(drafts, now=now)
            if publish:
                published += _publish(batch, now=now, note=note, by=by)
            progress(len(batch))
    return published


def _publish(batch: Sequence[Proposal], *, now: datetime, note: str, by: User | None) -> int:
    careers = _there(each.document for each in batch if each.publishes)
    pairs = [
        (careers[each.key], each.document)
        for each in batch
        if each.key in careers and _differs(careers[each.key], each.document)
    ]
    return len(publishing.store_versions(pairs, now=now, note=note, by=by))


def _differs(career: Career, document: Json) -> bool:
    return career.latest is None or career.latest.sha256 != documents.content_hash(document)


def _proposal(document: Json, career: Career | None, draft: Json | None) -> Proposal:
    latest = career.latest if career else None
    publishes = career is None or _differs(career, document)
    # A document with the hash of a version was verified when that was published.
    normal = publishing.verify(document) if publishes else documents.arranged(document)
    before = arranged_draft(draft) if draft else None
    is_published = latest and before and documents.content_hash(before) == latest.sha256
    return Proposal(
        key=normal["career"]["key"],
        title=normal["career"]["title"],
        is_new=career is None,
        changes=tuple(compare(before or _nothing(), normal)),
        before=before or _nothing(),
        latest=latest.number if latest else None,
        publishes=publishes,
        keeps_draft=bool(draft and draft["levels"] and not is_published and before != normal),
        document=normal,
    )


def _nothing() -> Json:
    lists = ("levels", "groups", "skills", "requirements", "steps", "facts")
    return {"career": {}, **{name: [] for name in lists}, "guide": {}}


def _there(batch: Iterable[Any]) -> dict[str, Career]:
    keys = [each["career"]["key"] for each in batch]
    rows = Career.objects.filter(key__in=keys).select_related("latest")
    return {career.key: career for career in rows.defer("latest__document")}


def _named(document: Json, error: DocumentError, *, several: bool) -> Iterator[Problem]:
    for problem in error.problems:
        where = f"{document['career']['key']}: " if several else ""
        yield Problem(f"{where}{problem.where}", problem.message)


def _refuse_repeated(found: Sequence[Json]) -> None:
    seen: set[str] = set()
    problems = []
    for document in found:
        key = str(document["career"]["key"])
        if key in seen:
            problems.append(Problem(f"career {key}", "stands twice in what is imported; keep one"))
        seen.add(key)
    if problems:
        raise DocumentError(problems)


def _batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch
