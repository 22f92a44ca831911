"""Versions of a career and kept drafts, as the studio lists and compares them."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from .. import publishing
from ..document import Json
from ..models import Career, KeptDraft, Version
from .changes import Changes, changes
from .review import content

MOST_DIGITS = 9
"""A longer number is no version's; Python refuses to read some thousand digits at all."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side, the first one older or not; ``after`` 0 is the draft."""

    before: int
    after: int
    changes: Changes


def of(career: Career) -> QuerySet[Version]:
    """Return a career's versions, newest first, with who published, without documents."""
    rows = career.versions.select_related("career", "published_by")
    return rows.defer("document", "search_text").order_by("-number")


def load(career: Career, number: int | str) -> Version:
    """Return a version by its number, or raise Http404."""
    text = str(number)
    can_be = text.isdecimal() and len(text) <= MOST_DIGITS
    found = of(career).filter(number=number).first() if can_be else None
    if found is None:
        raise Http404
    return found


def load_kept(career: Career, pk: int) -> KeptDraft:
    """Return a kept draft of the career, or raise Http404."""
    found = career.kept_drafts.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def compare(before: Version, after: Version) -> Comparison:
    """Return what changed from one version to another."""
    return Comparison(before.number, after.number, changes(content(before), content(after)))


def compare_draft(before: Version, compiled: Json) -> Comparison:
    """Return what a compiled draft changes. Raises DocumentError while errors stop it."""
    draft = publishing.verify(compiled)
    return Comparison(before.number, 0, changes(content(before), draft))
