"""Which assessments someone may open. Strangers get none, never an error that tells more."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q


class AssessmentQuerySet(models.QuerySet[Any]):
    """Assessments with the version they answer, without its document."""

    def with_version(self) -> Self:
        """Load the version and its career's key alongside; the document stays behind."""
        return self.select_related("version__career").defer("version__document")

    def with_latest(self) -> Self:
        """Load also the newest version of the career; its document stays behind."""
        rows = self.select_related("version__career__latest")
        return rows.defer("version__document", "version__career__latest__document")

    def open_to(self, *, user_id: int | None, browser_hash: str) -> Self:
        """Keep what belongs to the user or, unclaimed, to the browser."""
        mine = Q(owner_id=user_id) if user_id is not None else Q(pk__in=[])
        if browser_hash:
            browsers = self.model._meta.get_field("browsers").related_model
            here = browsers._default_manager.filter(
                assessment=OuterRef("pk"), browser_hash=browser_hash
            )
            mine = mine | Q(Exists(here), owner=None)
        return self.filter(mine)
