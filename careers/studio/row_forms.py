"""Forms of the rows beside the matrix. They validate and never save."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import KEY_PATTERN, Career, Fact, Level, Skill, SkillGroup, Step
from .forms import revision_field
from .rows import StepLists, lists_of

MAX_KEY = 80
RESERVED_KEYS = frozenset({"new"})
"""Words that stand in the place of a key in addresses."""


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines; leave what was typed alone."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        lines = (super().to_python(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]


class RowForm(forms.ModelForm):
    """A row of a career's draft, with the revision that the editor saw.

    A new row may be given a key; left empty, it is made from the title.
    """

    revision = revision_field()
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        max_length=MAX_KEY,
        validators=[
            RegexValidator(KEY_PATTERN, gettext_lazy("Use lower-case words joined by hyphens."))
        ],
        help_text=gettext_lazy(
            "Lower-case words joined by hyphens; it never changes. Left empty, it is made from"
            " the title."
        ),
    )
    field_order = ("title", "kind", "key")
    key_from: ClassVar[tuple[str, ...]] = ("title",)

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.career = career
        self.is_new = self.instance.pk is None
        self.initial["revision"] = self.instance.revision
        if not self.is_new:
            del self.fields["key"]
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
            elif not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-control"
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    @property
    def saved_fields(self) -> list[str]:
        """Return the names of the model's fields that this form sets."""
        names = {field.name for field in self._meta.model._meta.concrete_fields}
        return [name for name in self.fields if name in names - {"revision", "key"}]

    def lists(self) -> StepLists | None:
        """Return the lists of a valid step's form; other rows have none."""
        return None

    def clean(self) -> dict[str, Any]:
        """Bring line ends to one kind, and give a new row its key."""
        data: dict[str, Any] = super().clean() or {}
        for name, value in data.items():
            if isinstance(value, str):
                data[name] = value.replace("\r\n", "\n")
        if self.is_new and "key" not in self.errors:
            data["key"] = self._key(data)
            self.instance.key = data["key"]
        return data

    def _key(self, data: dict[str, Any]) -> str:
        taken = self._taken_keys()
        if typed := data.get("key"):
            if typed in taken:
                self.add_error("key", _("“%(key)s” is in use. Choose another.") % {"key": typed})
            return str(typed)
        made = slugify(" ".join(str(data.get(name, "")) for name in self.key_from))
        base = made.replace("_", "-").strip("-")[: MAX_KEY - 4].strip("-")
        base = "-".join(part for part in base.split("-") if part)
        if not base:
            if not any(name in self.errors for name in self.key_from):
                self.add_error("key", _("No key can be made from the title. Write one."))
            return ""
        keys = (base, *(f"{base}-{number}" for number in range(2, 1000)))
        return next(key for key in keys if key not in taken)

    def _taken_keys(self) -> set[str]:
        rows = self._meta.model._default_manager.filter(career=self.career)
        return {*RESERVED_KEYS, *rows.values_list("key", flat=True)}

    def differences(self, stored: Any) -> list[tuple[str, str]]:
        """Return (label, what is stored) of each field where the stored row says another thing."""
        other = type(self)(self.career, instance=stored)
        found = []
        for name in self.fields:
            typed, kept = self[name].value(), other[name].value()
            if name not in ("revision", "key") and _same_text(typed) != _same_text(kept):
                found.append((str(self[name].label), _shown(other, name)))
        return found


def _same_text(value: Any) -> str:
    return "" if value is None or value is False else str(value).replace("\r\n", "\n").strip()


def _shown(form: RowForm, name: str) -> str:
    value = form[name].value()
    choices = getattr(form.fields[name], "choices", None)
    if choices is not None:
        return next((str(label) for key, label in choices if str(key) == str(value or "")), "")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _same_text(value)


class SkillForm(RowForm):
    """A skill: title, skill group, description and its five anchors."""

    class Meta:
        model = Skill
        fields = (
            "title",
            "skill_group",
            "description",
            "anchor_0",
            "anchor_1",
            "anchor_2",
            "anchor_3",
            "anchor_4",
        )

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        groups: Any = self.fields["skill_group"]
        groups.queryset = career.skill_groups.all()
        groups.empty_label = None

    def _taken_keys(self) -> set[str]:
        """Count the keys of skills that were merged: old ratings still use them."""
        merged = self.career.skills.values_list("merged_from", flat=True)
        return super()._taken_keys() | {key for keys in merged for key in keys}


class SkillGroupForm(RowForm):
    """A page of the questionnaire."""

    class Meta:
        model = SkillGroup
        fields = ("title",)


class LevelForm(RowForm):
    """A rung. Its place in the ladder is changed by moving it."""

    focus = LinesField(
        label=gettext_lazy("Focus"),
        required=False,
        help_text=gettext_lazy("What one works on while there, one a line."),
    )

    class Meta:
        model = Level
        fields = ("title", "short_title", "summary", "scope", "focus", "years_from", "years_to")

    def clean(self) -> dict[str, Any]:
        """Refuse years that run backwards."""
        data = super().clean()
        first, last = data.get("years_from"), data.get("years_to")
        if last is not None and first is None:
            self.add_error("years_from", _("Write from which year on, or clear the end."))
        elif last is not None and first is not None and last < first:
            self.add_error("years_to", _("Write a year not before the first, or leave it empty."))
        return data


class SkillRatingsField(LinesField):
    """Skills with ratings, one ``title: rating`` a line; a skill's key will do as well."""

    skills: dict[str, str]
    titles: dict[str, str]

    def clean(self, value: Any) -> Any:
        """Return ((skill's key, rating), …). Raises ValidationError naming the line."""
        found: dict[str, int] = {}
        for line in super().clean(value):
            name, colon, rating = line.rpartition(":")
            key = self.skills.get(name.strip().casefold())
            if not colon or rating.strip() not in ("1", "2", "3", "4"):
                message = _("Write each line as “skill: rating”, 1 to 4; this is not: %(line)s")
                raise ValidationError(message % {"line": line})
            if key is None:
                message = _("There is no skill “%(name)s” in this draft.")
                raise ValidationError(message % {"name": name.strip()})
            if key in found:
                message = _("“%(name)s” stands twice; keep one line.")
                raise ValidationError(message % {"name": name.strip()})
            found[key] = int(rating)
        return tuple(found.items())

    def lines(self, ratings: tuple[tuple[str, int], ...]) -> list[str]:
        """Return stored ratings as lines."""
        return [f"{self.titles.get(key, key)}: {rating}" for key, rating in ratings]


class StepForm(RowForm):
    """A training step with what it requires, gives and waits for."""

    requires = SkillRatingsField(
        label=gettext_lazy("Requires"),
        required=False,
        help_text=gettext_lazy("One a line, such as “PLC fundamentals: 2”."),
    )
    gives = SkillRatingsField(
        label=gettext_lazy("Gives"),
        required=False,
        help_text=gettext_lazy("The ratings it raises to, one a line."),
    )
    after = LinesField(
        label=gettext_lazy("After"),
        required=False,
        help_text=gettext_lazy("Titles of steps to be done before, one a line."),
    )

    class Meta:
        model = Step
        fields = (
            "title",
            "kind",
            "description",
            "hours",
            "cost",
            "currency",
            "provider",
            "url",
            "source",
            "estimated",
        )

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        skills = dict(career.skills.values_list("key", "title"))
        steps = dict(career.steps.values_list("key", "title"))
        stored = StepLists((), (), ()) if self.is_new else lists_of(self.instance)
        for name in ("requires", "gives"):
            field: Any = self.fields[name]
            field.titles, field.skills = skills, _names(skills)
            self.initial[name] = field.lines(getattr(stored, name))
        self._steps = _names(steps)
        self.initial["after"] = [steps.get(key, key) for key in stored.after]

    def clean_after(self) -> tuple[str, ...]:
        """Return the keys of the steps named, each once."""
        found: dict[str, None] = {}
        for line in self.cleaned_data["after"]:
            key = self._steps.get(line.casefold())
            if key is None:
                raise ValidationError(_("There is no step “%(name)s”.") % {"name": line})
            if key == self.instance.key:
                raise ValidationError(_("A step cannot wait for itself."))
            found[key] = None
        return tuple(found)

    def lists(self) -> StepLists:
        """Return the valid lists."""
        data = self.cleaned_data
        return StepLists(data["requires"], data["gives"], data["after"])


def _names(titles: dict[str, str]) -> dict[str, str]:
    """Return every name by which a row may be written, in lower case, with its key."""
    return {**{title.casefold(): key for key, title in titles.items()}, **{k: k for k in titles}}


class FactForm(RowForm):
    """A sourced figure."""

    key_from = ("kind", "region", "date", "value")

    class Meta:
        model = Fact
        fields = (
            "kind",
            "value",
            "unit",
            "scope",
            "region",
            "date",
            "source",
            "level",
            "note",
        )

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        levels: Any = self.fields["level"]
        levels.queryset = career.levels.order_by("rank")
        levels.empty_label = _("the whole career")
        if "key" in self.fields:
            self.fields["key"].help_text = _("Left empty, it is made from kind, region and date.")


ROW_FORMS: dict[str, type[RowForm]] = {
    "skills": SkillForm,
    "groups": SkillGroupForm,
    "levels": LevelForm,
    "steps": StepForm,
    "facts": FactForm,
}
