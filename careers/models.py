"""Careers as editors change them (the draft: ordinary rows) and published versions.

The rows of a draft mirror the framework document, one model per list. Nothing a job
seeker sees comes from these rows: that is what ``Version`` is for.
"""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
)
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .recording import RowHistory

KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
MAX_HOURS = 20_000


def key_field(name: Any, **options: Any) -> "models.CharField[str, str]":
    """Return a field for a stable key: lower-case words joined by hyphens."""
    options.setdefault("help_text", _("Lower-case words joined by hyphens; never changes."))
    wrong = _("Use lower-case words joined by hyphens.")
    return models.CharField(
        name, max_length=80, validators=[RegexValidator(KEY_PATTERN, wrong)], **options
    )


def rating_field() -> "models.PositiveSmallIntegerField[int, int]":
    """Return a field for a required or given rating, 1-4."""
    return models.PositiveSmallIntegerField(
        _("rating"),
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text=_("1 With help, 2 On my own, 3 Fix problems, 4 Teach it"),
    )


def url_field() -> "models.CharField[str, str]":
    """Return a field for an address that starts with http:// or https://."""
    validators = [URLValidator(["http", "https"])]
    return models.CharField(_("web address"), max_length=500, blank=True, validators=validators)


def position_field() -> "models.PositiveIntegerField[int, int]":
    """Return the field that keeps the order of a document's list."""
    return models.PositiveIntegerField(_("position"), default=0)


def revision_field() -> "models.PositiveIntegerField[int, int]":
    """Return the field that says at which edit of the draft a row was last changed."""
    # In the database too: an older release that runs beside a newer one inserts without it.
    return models.PositiveIntegerField(_("revision"), default=0, db_default=0, editable=False)


def refuse_other_career(row: models.Model, career_id: int | None, *names: str) -> None:
    """Raise ValidationError for each named relation that belongs to another career."""
    wrong = _("This belongs to another career. Choose one of the same career.")
    errors = {}
    for name in names:
        other = getattr(row, name) if getattr(row, f"{name}_id") else None
        if other is not None and career_id is not None and other.career_id != career_id:
            errors[name] = wrong
    if errors:
        raise ValidationError(errors)


def rating_in_range(name: str) -> models.CheckConstraint:
    """Return the constraint that holds a rating between 1 and 4."""
    return models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=4), name=name)


class Career(models.Model):
    """An occupation with a ladder of levels. Its rows are the draft."""

    key = key_field(_("key"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, max_length=4000)
    sector = models.CharField(_("sector"), max_length=200, blank=True)
    credit = models.TextField(
        _("credit"), blank=True, max_length=4000, help_text=_("Credit line owed to a source.")
    )
    alternative_titles = models.JSONField(_("alternative titles"), default=list, blank=True)
    codes = models.JSONField(
        _("codes"), default=dict, blank=True, help_text=_('Such as {"onet-soc": "51-4121.00"}.')
    )
    latest = models.ForeignKey(
        "Version",
        verbose_name=_("latest version"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    revision = revision_field()
    draft_revision = revision_field()
    published_revision = models.PositiveIntegerField(
        _("published revision"), default=0, db_default=0, editable=False
    )

    history = RowHistory("career", "key")

    class Meta:
        ordering = ("title", "key")
        verbose_name = _("career")
        verbose_name_plural = _("careers")
        permissions = (("publish_career", "Can publish a career"),)
        constraints = (models.CheckConstraint(condition=~Q(key=""), name="career_has_key"),)

    def __str__(self) -> str:
        return self.title


class Level(models.Model):
    """One rung of a career's ladder."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="levels")
    key = key_field(_("key"))
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("1 is the lowest rung."),
    )
    summary = models.TextField(_("summary"), blank=True, max_length=4000)
    scope = models.TextField(_("scope"), blank=True, max_length=4000)
    focus = models.JSONField(_("focus"), default=list, blank=True, help_text=_("A list of texts."))
    years_from = models.PositiveSmallIntegerField(_("years from"), null=True, blank=True)
    years_to = models.PositiveSmallIntegerField(
        _("years to"), null=True, blank=True, help_text=_("Empty for an open end.")
    )
    checks = models.JSONField(
        _("checks"),
        default=list,
        blank=True,
        help_text=_("Experience, certificates and education, listed beside the score."),
    )
    position = position_field()
    revision = revision_field()

    history = RowHistory("level", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = (
            models.UniqueConstraint(fields=("career", "key"), name="level_key_once"),
            models.UniqueConstraint(fields=("career", "rank"), name="level_rank_once"),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=99), name="level_rank_1_to_99"
            ),
            models.CheckConstraint(
                condition=Q(years_to=None)
                | Q(years_from__isnull=False, years_from__lte=F("years_to")),
                name="level_years_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.title


class SkillGroup(models.Model):
    """One page of the questionnaire."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="skill_groups")
    key = key_field(_("key"))
    title = models.CharField(_("title"), max_length=200)
    position = position_field()
    revision = revision_field()

    history = RowHistory("group", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("skill group")
        verbose_name_plural = _("skill groups")
        constraints = (
            models.UniqueConstraint(fields=("career", "key"), name="skill_group_key_once"),
        )

    def __str__(self) -> str:
        return self.title


class Skill(models.Model):
    """What is rated, with the sentence for each rating."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="skills")
    skill_group = models.ForeignKey(
        SkillGroup, on_delete=models.RESTRICT, related_name="skills", verbose_name=_("skill group")
    )
    key = key_field(_("key"))
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    anchor_0 = models.TextField(_("0 Not yet"), blank=True, max_length=4000)
    anchor_1 = models.TextField(_("1 With help"), blank=True, max_length=4000)
    anchor_2 = models.TextField(_("2 On my own"), blank=True, max_length=4000)
    anchor_3 = models.TextField(_("3 Fix problems"), blank=True, max_length=4000)
    anchor_4 = models.TextField(_("4 Teach it"), blank=True, max_length=4000)
    codes = models.JSONField(_("codes"), default=dict, blank=True)
    merged_from = models.JSONField(
        _("merged from"),
        default=list,
        blank=True,
        help_text=_("Keys of skills that went into this one."),
    )
    position = position_field()
    revision = revision_field()

    history = RowHistory("skill", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = (models.UniqueConstraint(fields=("career", "key"), name="skill_key_once"),)

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.career_id, "skill_group")


class Requirement(models.Model):
    """What one level asks of one skill."""

    level = models.ForeignKey(Level, on_delete=models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="requirements")
    rating = rating_field()
    importance = models.PositiveSmallIntegerField(
        _("importance"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    essential = models.BooleanField(_("essential"), default=False)
    position = position_field()
    revision = revision_field()

    history = RowHistory("requirement", "level", "skill")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = (
            models.UniqueConstraint(fields=("level", "skill"), name="requirement_once"),
            rating_in_range("requirement_rating_1_to_4"),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=5),
                name="requirement_importance_1_to_5",
            ),
        )

    def __str__(self) -> str:
        return f"{self.level} × {self.skill}"

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.level.career_id if self.level_id else None, "skill")


class Step(models.Model):
    """A training step: what it costs, needs and gives."""

    class Kind(models.TextChoices):
        """How one learns in it."""

        COURSE = "course", _("Course")
        CERTIFICATION = "certification", _("Certification")
        APPRENTICESHIP = "apprenticeship", _("Apprenticeship")
        PROJECT = "project", _("Project")
        ON_THE_JOB = "on-the-job", _("On the job")
        SELF_STUDY = "self-study", _("Self-study")
        MENTORING = "mentoring", _("Mentoring")

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="steps")
    key = key_field(_("key"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    hours = models.PositiveIntegerField(_("hours"), validators=[MaxValueValidator(MAX_HOURS)])
    cost = models.DecimalField(
        _("cost"),
        max_digits=9,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(Decimal(0))],
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as USD."))],
    )
    after = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="before",
        blank=True,
        through="StepAfter",
        verbose_name=_("after"),
    )
    provider = models.CharField(_("provider"), max_length=200, blank=True)
    url = url_field()
    source = models.CharField(_("source"), max_length=300, blank=True)
    estimated = models.BooleanField(
        _("estimated"), default=False, help_text=_("Hours or cost are our estimate.")
    )
    position = position_field()
    revision = revision_field()

    history = RowHistory("step", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("training step")
        verbose_name_plural = _("training steps")
        constraints = (
            models.UniqueConstraint(fields=("career", "key"), name="step_key_once"),
            models.CheckConstraint(condition=Q(hours__lte=MAX_HOURS), name="step_hours_in_bounds"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="step_cost_not_negative"),
        )

    def __str__(self) -> str:
        return self.title


class StepAfter(models.Model):
    """A step that can only be taken when another is done."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="waits_for")
    other = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="unlocks")
    position = position_field()

    history = RowHistory("step after", "step", "other")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("step to be done before")
        verbose_name_plural = _("steps to be done before")
        constraints = (
            models.UniqueConstraint(fields=("step", "other"), name="step_after_once"),
            models.CheckConstraint(condition=~Q(step=F("other")), name="step_not_after_itself"),
        )

    def __str__(self) -> str:
        return f"{self.step} after {self.other}"

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.step.career_id if self.step_id else None, "other")


class StepRequires(models.Model):
    """A rating that must hold before a step can be taken."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="requires")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    rating = rating_field()
    position = position_field()

    history = RowHistory("step requires", "step", "skill")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("required rating")
        verbose_name_plural = _("required ratings")
        constraints = (
            models.UniqueConstraint(fields=("step", "skill"), name="step_requires_once"),
            rating_in_range("step_requires_rating_1_to_4"),
        )

    def __str__(self) -> str:
        return f"{self.step}: {self.skill} {self.rating}"

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.step.career_id if self.step_id else None, "skill")


class StepGives(models.Model):
    """A rating to which a step raises."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="gives")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    rating = rating_field()
    position = position_field()

    history = RowHistory("step gives", "step", "skill")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("given rating")
        verbose_name_plural = _("given ratings")
        constraints = (
            models.UniqueConstraint(fields=("step", "skill"), name="step_gives_once"),
            rating_in_range("step_gives_rating_1_to_4"),
        )

    def __str__(self) -> str:
        return f"{self.step}: {self.skill} {self.rating}"

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.step.career_id if self.step_id else None, "skill")


class Fact(models.Model):
    """A sourced figure: pay, outlook, exposure to AI."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="facts")
    key = key_field(_("key"))
    kind = key_field(_("kind"), help_text=_("Facts of one kind are shown side by side."))
    value = models.CharField(
        _("value"), max_length=200, help_text=_("A number, a range with an en dash, or words.")
    )
    unit = models.CharField(_("unit"), max_length=200, blank=True)
    scope = models.TextField(_("scope"), blank=True, max_length=4000)
    region = models.CharField(_("region"), max_length=200, blank=True)
    date = models.CharField(_("date"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    level = models.ForeignKey(
        Level, on_delete=models.SET_NULL, null=True, blank=True, related_name="facts"
    )
    position = position_field()
    revision = revision_field()

    history = RowHistory("fact", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        constraints = (models.UniqueConstraint(fields=("career", "key"), name="fact_key_once"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.value} {self.unit}"

    def clean(self) -> None:
        """Refuse rows of another career."""
        super().clean()
        refuse_other_career(self, self.career_id, "level")


class GuideSection(models.Model):
    """A section of the career's guide; ``items`` as in the framework document."""

    class Chapter(models.TextChoices):
        """Where on the career's page it stands."""

        WORK = "work", _("The work")
        PAY = "pay", _("Pay")
        OUTLOOK = "outlook", _("Outlook and AI")
        ENTRY = "entry", _("Getting in")
        SIDES = "sides", _("Good and hard sides")
        QUESTIONS = "questions", _("Questions")
        RELATED = "related", _("Related careers")

    class Layout(models.TextChoices):
        """How its items are set."""

        TEXT = "text", _("Running text")
        LIST = "list", _("List")
        TERMS = "terms", _("Terms with explanations")
        TAGS = "tags", _("Short labels")
        QUESTIONS = "questions", _("Questions and answers")
        CODES = "codes", _("Occupations with codes")

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="guide_sections")
    key = key_field(_("key"))
    title = models.CharField(_("title"), max_length=200)
    chapter = models.CharField(_("chapter"), max_length=20, choices=Chapter)
    layout = models.CharField(_("layout"), max_length=20, choices=Layout)
    text = models.TextField(_("text"), blank=True, max_length=4000)
    source = models.CharField(_("source"), max_length=300, blank=True)
    items = models.JSONField(_("items"), default=list, blank=True)
    position = position_field()
    revision = revision_field()

    history = RowHistory("guide section", "key")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("guide section")
        verbose_name_plural = _("guide sections")
        constraints = (
            models.UniqueConstraint(fields=("career", "key"), name="guide_section_key_once"),
        )

    def __str__(self) -> str:
        return self.title


class Source(models.Model):
    """What the name in a source field stands for."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(_("name"), max_length=200, help_text=_("As in the source fields."))
    title = models.CharField(_("title"), max_length=200)
    date = models.CharField(_("date"), max_length=200, blank=True)
    url = url_field()
    note = models.TextField(_("note"), blank=True, max_length=4000)
    position = position_field()
    revision = revision_field()

    history = RowHistory("source", "name")

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = (models.UniqueConstraint(fields=("career", "name"), name="source_name_once"),)

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Return what stands for it in addresses: its name may hold anything."""
        return str(self.pk)


class FrozenError(TypeError):
    """Raised when code tries to change or delete a published version."""


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> int:
        """Refuse: a published version never changes (its publisher may be forgotten)."""
        if set(kwargs) - {"published_by"}:
            raise FrozenError("A published version never changes.")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: a published version is kept for ever."""
        raise FrozenError("A published version is kept for ever.")


class Version(models.Model):
    """A published framework: numbered, frozen for ever, named by its content's SHA-256."""

    class Origin(models.TextChoices):
        """Who made it."""

        EDITORS = "editors", _("Editors")
        BUILT_IN = "built-in", _("Built in")

    career = models.ForeignKey(Career, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    document = models.TextField(_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    origin = models.CharField(_("origin"), max_length=20, choices=Origin)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Copied from the document, so that lists and searches need not open it.
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    skill_count = models.PositiveIntegerField(_("skills"))
    level_count = models.PositiveIntegerField(_("levels"))
    search_text = models.TextField(editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("career", "-number")
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = (
            models.UniqueConstraint(fields=("career", "number"), name="version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_1"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="version_sha256_is_hex"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version; refuse to change one."""
        if not self._state.adding:
            raise FrozenError("A published version never changes.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: a published version is kept for ever."""
        raise FrozenError("A published version is kept for ever.")


class KeptDraft(models.Model):
    """A draft that was replaced before it was published, kept to be restored."""

    career = models.ForeignKey(Career, on_delete=models.CASCADE, related_name="kept_drafts")
    document = models.JSONField(_("document"))
    kept_at = models.DateTimeField(_("kept"))

    class Meta:
        ordering = ("-kept_at",)
        verbose_name = _("kept draft")
        verbose_name_plural = _("kept drafts")
        constraints = (
            models.UniqueConstraint(fields=("career", "kept_at"), name="kept_draft_time_once"),
        )

    def __str__(self) -> str:
        return f"{self.career}, {self.kept_at:%Y-%m-%d %H:%M}"


class PendingImport(models.Model):
    """What an editor uploaded and has not confirmed yet; a new upload takes its place."""

    key = models.UUIDField(_("key"), primary_key=True, default=uuid4, editable=False)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pending_import"
    )
    file_name = models.CharField(_("file name"), max_length=200)
    documents = models.TextField(_("documents"))
    notes = models.JSONField(_("notes"), default=list)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("pending import")
        verbose_name_plural = _("pending imports")
        constraints = (
            models.CheckConstraint(condition=~Q(documents=""), name="pending_import_not_empty"),
        )

    def __str__(self) -> str:
        return self.file_name
