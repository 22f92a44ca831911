"""Assessments: one person's answers to one version, and the frozen report."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from careers.models import Version

from .querysets import AssessmentQuerySet

MAX_EVIDENCE = 1000
SHA256_HEX = r"^[0-9a-f]{64}$"


def version_in_words(pk: int) -> str:
    """Return a version's title and number, without its document. One query."""
    return str(Version.objects.only("title", "number").get(pk=pk))


class Assessment(models.Model):
    """One person's answers to one version with one target level.

    It belongs to an account (``owner``) or to the browsers of ``BrowserAccess``.
    ``level`` is a key in the version's document.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="assessments")
    level = models.CharField(_("target level"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="assessments",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ("-updated_at",)
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = (
            models.CheckConstraint(condition=~Q(level=""), name="assessment_has_level"),
            models.CheckConstraint(
                condition=Q(updated_at__gte=models.F("created_at")),
                name="assessment_times_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"Assessment {self.pk}"

    def in_words(self) -> dict[str, str]:
        """Return what the number of the version stands for, for the person's own file."""
        return {"version": version_in_words(self.version_id)}

    @property
    def is_finished(self) -> bool:
        """Tell whether the report is frozen."""
        return self.finished_at is not None


class BrowserAccess(models.Model):
    """A browser that may open an assessment without an account.

    ``browser_hash`` is the SHA-256 of a random token in that browser's session.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="browsers")
    browser_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("assessment", "browser_hash"), name="browser_access_once"
            ),
            models.CheckConstraint(
                condition=Q(browser_hash__regex=SHA256_HEX), name="browser_access_is_hash"
            ),
        )

    def __str__(self) -> str:
        return f"Browser of assessment {self.assessment_id}"


class ReturnLink(models.Model):
    """A private link that opens an assessment on another device; only its hash is kept."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="return_links"
    )
    token_hash = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assessment", "token_hash"), name="return_link_once"),
            models.CheckConstraint(
                condition=Q(token_hash__regex=SHA256_HEX), name="return_link_is_hash"
            ),
        )

    def __str__(self) -> str:
        return f"Return link of assessment {self.assessment_id}"


class Rating(models.Model):
    """One answer. ``value`` is 0-4, or null for "not sure"; no row means unanswered.

    ``revision`` counts the changes: who saves must name the one they saw.
    """

    pk = models.CompositePrimaryKey("assessment_id", "skill")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="ratings")
    skill = models.CharField(max_length=80)
    value = models.PositiveSmallIntegerField(null=True)
    evidence = models.TextField(blank=True, default="", max_length=MAX_EVIDENCE)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__lte=4), name="rating_value_0_to_4"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="rating_revision_from_1"),
            models.CheckConstraint(condition=~Q(skill=""), name="rating_has_skill"),
        )

    def __str__(self) -> str:
        return f"{self.skill}: {'not sure' if self.value is None else self.value}"


class Plan(models.Model):
    """What a person wishes of their training plan, and the solutions found.

    ``solutions`` maps a goal to its plan as programs get it (with ``raises`` and
    ``runner_up``); it is emptied whenever a wish or a step's state changes.
    """

    class Goal(models.TextChoices):
        """What makes one plan better than another."""

        FASTEST = "fastest", _("Fastest")
        CHEAPEST = "cheapest", _("Cheapest")
        BEST = "best", _("Best within my limits")

    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, primary_key=True, related_name="plan"
    )
    goal = models.CharField(_("goal"), max_length=10, choices=Goal, default=Goal.FASTEST)
    hours_per_week = models.PositiveSmallIntegerField(_("hours a week"), default=8)
    starts_on = models.DateField(_("start"))
    finish_by = models.DateField(_("finish by"), null=True, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=9, decimal_places=2, null=True, blank=True)
    solutions = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = (
            models.CheckConstraint(
                condition=Q(hours_per_week__gte=1, hours_per_week__lte=168),
                name="plan_hours_per_week_1_to_168",
            ),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gte=0), name="plan_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(goal__in=("fastest", "cheapest", "best")), name="plan_goal_known"
            ),
        )

    def __str__(self) -> str:
        return f"Plan of assessment {self.assessment_id}"


class StepChoice(models.Model):
    """What a person says of one training step: done, booked, or not available to them.

    ``rated_since``: it was done before these answers were given, so they override what it gave.
    """

    class State(models.TextChoices):
        """What is said."""

        DONE = "done", _("Done")
        BOOKED = "booked", _("Booked")
        WITHOUT = "without", _("Not available to me")

    pk = models.CompositePrimaryKey("assessment_id", "step")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="step_choices"
    )
    step = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State)
    rated_since = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("done", "booked", "without")),
                name="step_choice_state_known",
            ),
            models.CheckConstraint(
                condition=Q(rated_since=False) | Q(state="done"),
                name="step_choice_rated_since_done",
            ),
        )

    def __str__(self) -> str:
        return f"{self.step}: {self.state}"


class Report(models.Model):
    """The frozen result: the score's reply as canonical JSON, and its SHA-256."""

    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, primary_key=True, related_name="report"
    )
    reply = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.CheckConstraint(
                condition=Q(sha256__regex=SHA256_HEX), name="report_sha256_is_hex"
            ),
        )

    def __str__(self) -> str:
        return f"Report of assessment {self.assessment_id}"
