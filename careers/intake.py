"""Taking framework documents in, one or a thousand: the dry run, then all or nothing.

The dry run compares with the drafts that would be replaced. What is the same already is
left alone, so an import that is repeated writes nothing and publishes nothing. All that
is to be written is prepared before the transaction, which is short: a visitor's answer
must not wait for it. If a draft changed meanwhile, nothing is written and all is compared
again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User

from . import document as documents
from . import publishing
from .compare import Change, compare
from .document import DocumentError, Json, Problem
from .drafts import MovedError, arranged_draft, compile_drafts, prepare, unpublished_work
from .importers.reading import Note, Reading
from .models import Career

BATCH = 100
TRIES = 3
"""Times that an import is compared again without holding anybody up."""
MOST_PROBLEMS = 100
Progress = Callable[[int], Any]
"""Told how many more careers are done; each counts once compared and once written."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would do to one career.

    ``changes`` are those against the draft (every row of a new career is "added");
    ``latest`` is the number of the latest version, ``publishes`` says that the document
    differs from it, ``kept`` is unpublished work that would be replaced, and kept.
    ``before`` is the draft, with empty lists for a new career; ``career`` its row as it was
    read before that.
    """

    key: str
    title: str
    is_new: bool
    changes: tuple[Change, ...]
    latest: int | None
    publishes: bool
    kept: Json | None = field(repr=False)
    career: Career | None = field(repr=False)
    before: Json = field(repr=False)
    document: Json = field(repr=False)

    @property
    def status(self) -> str:
        """Return added, changed or unchanged."""
        return "added" if self.is_new else "changed" if self.changes else "unchanged"

    @property
    def keeps_draft(self) -> bool:
        """Tell whether unpublished work would be replaced, and kept aside."""
        return self.kept is not None

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

    Returns how many versions were published. Raises MovedError, having changed nothing,
    when a draft or version is not what was compared: see ``take_in_at_last``.
    """
    news = [each.document for each in dry_run.careers if each.status != "unchanged"]
    there = {each.key: each.career for each in dry_run.careers if each.career}
    kept = {each.key: each.kept for each in dry_run.careers if each.kept}
    replacement = prepare(news, there, kept, now=now)
    for career in there.values():  # loaded with it, and else read for each
        replacement.careers[career.key].latest = career.latest
    pairs = [
        (replacement.careers[each.key], each.document)
        for each in dry_run.careers
        if publish and each.publishes
    ]
    versions = publishing.new_versions(pairs, now=now, note=note, by=by)
    try:
        with transaction.atomic():
            replacement.hold()
            replacement.write()
            publishing.store_versions(versions)
    except IntegrityError as error:  # somebody made one of the new careers meanwhile
        raise MovedError from error
    progress(len(dry_run.careers))
    return len(versions)


def take_in_at_last(
    dry_run: DryRun,
    *,
    now: datetime,
    publish: bool = False,
    note: str = "",
    by: User | None = None,
    progress: Progress = int,
) -> int:
    """Do the same, comparing again where drafts moved; their new work is kept.

    After a few times, with everybody else waiting.
    """
    for _ in range(TRIES):
        try:
            return take_in(dry_run, now=now, publish=publish, note=note, by=by, progress=progress)
        except MovedError:
            dry_run = propose(_documents(dry_run))
    with transaction.atomic():
        keys = [each.key for each in dry_run.careers]
        list(Career.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("pk"))
        again = propose(_documents(dry_run))
        return take_in(again, now=now, publish=publish, note=note, by=by, progress=progress)


def _documents(dry_run: DryRun) -> Reading:
    return Reading(tuple(each.document for each in dry_run.careers), dry_run.notes)


def _differs(career: Career, document: Json) -> bool:
    return career.latest is None or career.latest.sha256 != documents.content_hash(document)


def _proposal(document: Json, career: Career | None, draft: Json | None) -> Proposal:
    latest = career.latest if career else None
    publishes = career is None or _differs(career, document)
    # A document with the hash of a version was verified when that was published.
    normal = publishing.verify(document) if publishes else documents.arranged(document)
    before = arranged_draft(draft) if draft else None
    changes = tuple(compare(before or _nothing(), normal))
    return Proposal(
        key=normal["career"]["key"],
        title=normal["career"]["title"],
        is_new=career is None,
        changes=changes,
        before=before or _nothing(),
        latest=latest.number if latest else None,
        publishes=publishes,
        kept=unpublished_work(career, draft) if career and changes else None,
        career=career,
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
