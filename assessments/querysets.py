"""Which assessments someone may open. Strangers get none, never an error that tells more."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

LEFT_BEHIND = ("version__document", "version__search_text", "version__note")
"""Long texts of a version that no page of a person needs."""

LATEST = ("pk", "number", "sha256")
"""What ``with_report`` annotates of the career's newest version, as ``latest_…``."""


class AssessmentQuerySet(models.QuerySet[Any]):
    """Assessments with the version they answer, without its document."""

    def with_version(self) -> Self:
        """Load the version and its career's key alongside; the document stays behind."""
        return self.select_related("version__career").defer(*LEFT_BEHIND)

    def with_framework(self) -> Self:
        """Load only what leads to the version's framework, for pages that show no more of it."""
        return self.select_related("version").only(
            "level", "owner", "created_at", "finished_at", "version", "version__sha256"
        )

    def with_report(self) -> Self:
        """Load the report and the plan with what they show of the version and of the newest."""
        shown = self.select_related("version", "report", "plan").only(
            "level", "owner", "created_at", "finished_at", "version",
            "version__number", "version__sha256", "version__career",
            "report__reply", "report__sha256", "plan__hours_per_week", "plan__solutions",
        )  # fmt: skip
        latest = {f"latest_{name}": F(f"version__career__latest__{name}") for name in LATEST}
        return shown.annotate(**latest)

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
