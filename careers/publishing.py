"""Publishing: a draft becomes a numbered version that never changes.

All of it runs in one transaction that holds the career's row, so that two editors who
publish at once get two numbers, or the second is told that nothing changed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from accounts.models import User

from . import catalogue, check
from . import document as documents
from .document import DocumentError, Json, Problem
from .drafts import compile_draft, is_published, replace_draft
from .models import Career, Version


class UnchangedError(Exception):
    """The draft is what the latest version holds already."""

    def __init__(self, latest: Version) -> None:
        super().__init__(f"Nothing has changed since version {latest.number}.")
        self.latest = latest


class ChangedDraftError(Exception):
    """The draft is no longer the one that was reviewed."""


def verify(document: Json) -> Json:
    """Return the normal form of a document that may be published.

    Raises DocumentError with every problem of shape or, when the shape is right, every
    error of the framework check, row by row.
    """
    normal = documents.normal(document)
    errors = check.errors(normal)
    if errors:
        raise DocumentError([Problem(error.where, error.message) for error in errors])
    return normal


@transaction.atomic
def publish(
    *,
    career: Career,
    now: datetime,
    note: str = "",
    by: User | None = None,
    origin: Version.Origin = Version.Origin.EDITORS,
    reviewed: str | None = None,
) -> Version:
    """Publish the draft as the next version.

    ``reviewed`` is the SHA-256 of the draft that the editor looked at. Raises DocumentError
    for a broken draft, ChangedDraftError for one that changed since it was reviewed, and
    UnchangedError when there is nothing new.
    """
    # Without a join: who waited for the lock would get the version before the newest, as none.
    career = Career.objects.select_for_update().get(pk=career.pk)
    document = verify(compile_draft(career))
    sha256 = documents.content_hash(document)
    if career.latest and career.latest.sha256 == sha256:
        raise UnchangedError(career.latest)
    if reviewed is not None and reviewed != sha256:
        raise ChangedDraftError
    versions = new_versions([(career, document)], now=now, note=note, by=by, origin=origin)
    store_versions(versions)
    return versions[0]


def new_versions(
    pairs: Sequence[tuple[Career, Json]],
    *,
    now: datetime,
    note: str = "",
    by: User | None = None,
    origin: Version.Origin = Version.Origin.EDITORS,
) -> list[Version]:
    """Return each document as its career's next version, not yet stored.

    The documents are verified and new; ``career.latest`` is loaded.
    """
    return [
        Version(
            career=career,
            number=career.latest.number + 1 if career.latest else 1,
            document=(text := documents.canonical(document)).decode(),
            sha256=hashlib.sha256(text).hexdigest(),
            origin=origin,
            note=note,
            published_at=now,
            published_by=by,
            title=document["career"]["title"],
            summary=document["career"]["summary"],
            skill_count=len({row["skill"] for row in document["requirements"]}),
            level_count=len(document["levels"]),
            search_text=_search_text(document["career"]),
        )
        for career, document in pairs
    ]


def store_versions(versions: Sequence[Version]) -> None:
    """Store new versions, whose documents the drafts hold, in a transaction of the caller's."""
    stored = Version.objects.bulk_create(versions)
    newest = Version.objects.filter(career=OuterRef("pk")).order_by("-number").values("pk")[:1]
    Career.objects.filter(pk__in=[version.career_id for version in stored]).update(
        latest=Subquery(newest), published_revision=F("draft_revision")
    )
    transaction.on_commit(catalogue.forget_latest)


def _search_text(career: Json) -> str:
    codes = career["codes"].values()
    words = [career["title"], *career["alternative_titles"], *codes, career["key"]]
    return "\n".join(words).casefold()


@transaction.atomic
def import_framework(*, document: Json, now: datetime) -> Career:
    """Take a document in as its career's draft. Raises DocumentError, changing nothing."""
    return replace_draft(verify(document), now=now)


@transaction.atomic
def load_built_in(*, document: Json, now: datetime) -> str:
    """Load a built-in framework and publish it where that overrides nobody's work.

    Returns one sentence saying what was done or why nothing was.
    """
    normal = verify(document)
    title, sha256 = normal["career"]["title"], documents.content_hash(normal)
    career = Career.objects.select_related("latest").filter(key=normal["career"]["key"]).first()
    if career is None:
        return _publish_built_in(normal, now=now)
    if career.versions.filter(sha256=sha256, origin=Version.Origin.BUILT_IN).exists():
        return f"{title}: already loaded."
    if career.latest and career.latest.origin != Version.Origin.BUILT_IN:
        return f"{title}: left alone, because editors published their own version."
    if not is_published(career):
        return f"{title}: left alone, because its draft has unpublished changes."
    return _publish_built_in(normal, now=now)


def _publish_built_in(document: Json, *, now: datetime) -> str:
    career = replace_draft(document, now=now)
    version = publish(career=career, now=now, origin=Version.Origin.BUILT_IN)
    return f"{version.title}: published version {version.number}."
