"""Which assessments someone may open. Strangers get none, never an error that tells more."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

LEFT_BEHIND = ("version__document", "version__search_text", "version__note")
"""Long texts of a version that no page of a person needs."""
KNOWN_OF_LATEST = ("id", "career", "number", "sha256")
"""What a page needs of the newest version, to say that there is one and to read it."""


class AssessmentQuerySet(models.QuerySet[Any]):
    """Assessments with the version they answer, without its document."""

    def with_version(self) -> Self:
        """Load the version and its career's key alongside; the document stays behind."""
        return self.select_related("version__career").defer(*LEFT_BEHIND)

    def with_latest(self) -> Self:
        """Load also the newest version of the career; its document stays behind."""
        rows = self.select_related("version__career__latest")
        newest = rows.model._meta.get_field("version").related_model._meta.concrete_fields
        rest = (each.name for each in newest if each.name not in KNOWN_OF_LATEST)
        return rows.defer(*LEFT_BEHIND, *(f"version__career__latest__{name}" for name in rest))

    def open_to(self, *, user_id: int | None, browser_hash: str) -> Self:
        """Keep what belongs to the user or, unclaimed, to the browser."""
        if user_id is None:
            # A join finds each row once (``browser_access_once``), and is built and run in
            # half the time of the subquery that "or" needs.
            here = self.filter(owner=None, browsers__browser_hash=browser_hash)
            return here if browser_hash else self.none()
        if not browser_hash:
            return self.filter(owner_id=user_id)
        browsers = self.model._meta.get_field("browsers").related_model
        opened = browsers._default_manager.filter(
            assessment=OuterRef("pk"), browser_hash=browser_hash
        )
        return self.filter(Q(owner_id=user_id) | Q(Exists(opened), owner=None))
