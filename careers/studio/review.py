"""What an editor looks at before publishing: the check and what changed."""

import json
from dataclasses import dataclass

from .. import catalogue
from .. import document as documents
from ..document import Json
from ..drafts import compile_draft
from ..models import Career, Version
from .changes import Changes, changes
from .findings import Check, check_of


@dataclass(frozen=True, slots=True)
class Review:
    """A draft before it is published.

    ``sha256`` names its content and is empty while errors stop it; ``changes`` are None
    then, and where there is no version to compare with.
    """

    check: Check
    changes: Changes | None
    sha256: str
    is_unchanged: bool

    @property
    def can_be_published(self) -> bool:
        """Tell whether there is something new and nothing wrong with it."""
        return not self.check.errors and not self.is_unchanged


def content(version: Version) -> Json:
    """Return a version's document. One query."""
    document: Json = json.loads(catalogue.text_of(version))
    return document


def review(career: Career) -> Review:
    """Return the review of a career's draft against its latest version."""
    compiled = compile_draft(career)
    check = check_of(career, compiled)
    if check.errors:
        return Review(check, None, "", is_unchanged=False)
    draft = documents.normal(compiled)
    sha256 = documents.content_hash(draft)
    return Review(
        check=check,
        changes=changes(content(career.latest), draft) if career.latest else None,
        sha256=sha256,
        is_unchanged=career.latest is not None and career.latest.sha256 == sha256,
    )
