"""Second ratings: a mentor's or manager's ratings of the same person, never averaged in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import SHA256_HEX, Assessment

MAX_NAME = 80
MAX_NOTE = 1000


class SecondRating(models.Model):
    """An invitation to rate somebody, and what became of it.

    Only the token's hash is kept. The link works until ``expires_at``; what was finished
    counts beyond it. ``person`` and ``rater`` are names as the two know each other.
    """

    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="second_ratings"
    )
    token_hash = models.CharField(max_length=64, db_index=True)
    person = models.CharField(_("your name"), max_length=MAX_NAME)
    rater = models.CharField(_("who rates"), max_length=MAX_NAME, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("assessment", "token_hash"), name="second_rating_once"),
            models.UniqueConstraint(
                fields=("assessment",),
                condition=Q(finished_at=None),
                name="second_rating_one_open",
            ),
            models.CheckConstraint(
                condition=Q(token_hash__regex=SHA256_HEX), name="second_rating_is_hash"
            ),
            models.CheckConstraint(condition=~Q(person=""), name="second_rating_has_person"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="second_rating_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("created_at")),
                name="second_rating_finished_later",
            ),
        )

    def __str__(self) -> str:
        return f"Second rating of assessment {self.assessment_id}"

    @property
    def is_finished(self) -> bool:
        """Tell whether both may see the two side by side."""
        return self.finished_at is not None

    @property
    def rater_name(self) -> str:
        """Return the second rater's name, or who they are without one."""
        return self.rater or gettext("Second rater")


class SecondAnswer(models.Model):
    """What the second rater says of one skill, and a note of each where the two lie apart.

    ``value`` is 0-4, or null for "not sure"; no row means left out.
    """

    pk = models.CompositePrimaryKey("second_rating_id", "skill")
    second_rating = models.ForeignKey(
        SecondRating, on_delete=models.CASCADE, related_name="answers"
    )
    skill = models.CharField(max_length=80)
    value = models.PositiveSmallIntegerField(null=True)
    rater_note = models.TextField(blank=True, default="", max_length=MAX_NOTE)
    person_note = models.TextField(blank=True, default="", max_length=MAX_NOTE)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__lte=4), name="second_answer_value_0_to_4"
            ),
            models.CheckConstraint(condition=~Q(skill=""), name="second_answer_has_skill"),
        )

    def __str__(self) -> str:
        return f"{self.skill}: {'not sure' if self.value is None else self.value}"
