"""Groups: people who agreed to let a coach see their reports together, and what is counted.

Pages read ``Count`` only. ``Reading`` is one report as it is counted in one group; who is
counted without a name is in a ``Cohort`` (core/cohorts.py says why).
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from careers.models import Version

from ..core.cohorts import State
from ..models import Assessment, version_in_words

MAX_NAME = 80
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that nobody takes for one another when they are read aloud."""
CODE_LENGTH = 6
CODE = rf"^[{ALPHABET}]{{{CODE_LENGTH}}}$"


class Group(models.Model):
    """A coach's group, read at one level of one version; or everybody's reports of a level.

    Without an owner it has no name and no code, and nobody joins it: it counts the finished
    reports of its own version and level.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="coached_groups",
    )
    name = models.CharField(_("name of the group"), max_length=MAX_NAME, blank=True, default="")
    coach = models.CharField(_("coach"), max_length=MAX_NAME, blank=True, default="")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="groups")
    level = models.CharField(_("level"), max_length=80)
    code = models.CharField(_("join code"), max_length=CODE_LENGTH, null=True, blank=True)  # noqa: DJ001 (unique where there is one)
    is_open = models.BooleanField(_("people may join"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "pk")
        permissions = (("see_all_reports", _("Can see all reports of a career together")),)
        constraints = (
            models.UniqueConstraint(fields=("code",), name="group_code_once"),
            models.UniqueConstraint(
                fields=("version", "level"), condition=Q(owner=None), name="group_of_all_once"
            ),
            models.CheckConstraint(
                condition=Q(code=None) | Q(code__regex=CODE), name="group_code_is_code"
            ),
            models.CheckConstraint(condition=~Q(level=""), name="group_has_level"),
            models.CheckConstraint(
                condition=Q(owner=None, name="", code=None, is_open=False)
                | (Q(owner__isnull=False, code__isnull=False) & ~Q(name="")),
                name="group_has_coach_or_is_of_all",
            ),
        )

    def __str__(self) -> str:
        return f"Group {self.pk}"

    def in_words(self) -> dict[str, str]:
        """Return what the number of the version stands for, for the coach's own file."""
        return {"version": version_in_words(self.version_id)}

    @property
    def shown_code(self) -> str:
        """Return the join code as people read it: K7P-4QD."""
        code = self.code or ""
        return f"{code[:3]}-{code[3:]}"


def group_in_words(pk: uuid.UUID) -> dict[str, str]:
    """Return a group's name, coach and version as its members know them. Two queries."""
    group = Group.objects.get(pk=pk)
    name = group.name or str(_("All reports of a level, five or more at a time"))
    return {"group": name, "coach": group.coach, "group_level": group.level, **group.in_words()}


class Membership(models.Model):
    """Somebody in a group, by their newest report of its career or the one under way.

    It belongs to whom the assessment belongs to, also when that is claimed. ``name`` is how
    the coach knows who agreed to be shown; who did not has none.
    """

    OF_OTHERS: ClassVar = ("group",)

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="memberships")
    is_listed = models.BooleanField(_("shown by name"))
    name = models.CharField(_("name"), max_length=MAX_NAME, blank=True, default="")
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "pk")
        indexes = (models.Index(fields=("group", "is_listed", "name"), name="membership_list"),)
        constraints = (
            models.UniqueConstraint(fields=("group", "assessment"), name="membership_once"),
            models.CheckConstraint(
                condition=Q(is_listed=False, name="") | (Q(is_listed=True) & ~Q(name="")),
                name="membership_named_if_listed",
            ),
        )

    def __str__(self) -> str:
        return f"Membership {self.pk}"

    def in_words(self) -> dict[str, str]:
        """Return which group it is, as its member knows it, for the person's own file."""
        return group_in_words(self.group_id)


class Reading(models.Model):
    """A finished report as one group counts it.

    ``slots`` holds a digit for each requirement of the level, 5 for "not sure"; ``low`` is
    in tenths of a percent; ``steps`` are [step, tenths gained] of the fastest plan, once it
    is solved. A row without a member remembers what was ever told of a report.
    """

    OF_OTHERS: ClassVar = ("group",)

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="readings")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="readings")
    member = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="readings"
    )
    state = models.CharField(max_length=7)
    is_current = models.BooleanField(default=True)
    was_shown = models.BooleanField(default=False)
    was_counted = models.BooleanField(default=False)
    slots = models.TextField()
    low = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=12)
    steps = models.JSONField(default=list)
    is_planned = models.BooleanField(default=False)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("group", "state"), name="reading_state"),)
        constraints = (
            models.UniqueConstraint(fields=("group", "assessment"), name="reading_once"),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="reading_state_known"
            ),
            models.CheckConstraint(condition=Q(low__lte=1000), name="reading_low_to_1000"),
            models.CheckConstraint(
                condition=~Q(state="shown") | Q(was_shown=True, was_counted=False),
                name="reading_never_shown_once_counted",
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(was_counted=True, is_planned=True),
                name="reading_counted_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="shown", since__isnull=False)
                | (~Q(state="shown") & Q(since=None, until=None)),
                name="reading_dated_while_shown",
            ),
        )

    def __str__(self) -> str:
        return f"Reading of assessment {self.assessment_id}"

    def in_words(self) -> dict[str, str]:
        """Return in which group the report is counted, for the person's own file."""
        return group_in_words(self.group_id)


class Cohort(models.Model):
    """Reports that are counted together, without names, from one day until another."""

    OF_OTHERS: ClassVar = ("group",)

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="cohorts")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="cohort_ends_later"
            ),
        )

    def __str__(self) -> str:
        return f"Cohort {self.pk}"


class CohortReading(models.Model):
    """A report in a cohort; the cohort's part in the history needs it after the end too."""

    OF_OTHERS: ClassVar = ("cohort",)

    pk = models.CompositePrimaryKey("cohort_id", "reading_id")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="members")
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="cohorts")

    def __str__(self) -> str:
        return f"Reading {self.reading_id} in cohort {self.cohort_id}"


class Count(models.Model):
    """How many there are of something in a group: all that its page reads.

    ``kind`` and ``key`` say of what, ``slot`` which: ``rating`` of a skill (0-4, 5 "not
    sure"), ``low`` in tenths, ``band``, ``step`` of plans and ``gain`` (tenths) by it,
    ``unnamed`` people, and ``month``, by how many a tenth rose or fell in a month.
    """

    OF_OTHERS: ClassVar = ("group",)

    pk = models.CompositePrimaryKey("group_id", "kind", "key", "slot")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="counts")
    kind = models.CharField(max_length=7)
    key = models.CharField(max_length=80)
    slot = models.PositiveSmallIntegerField()
    number = models.IntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="month") | Q(number__gte=0), name="count_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.slot}: {self.number}"
