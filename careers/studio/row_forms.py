"""The forms of the rows beside the matrix, one per kind. They validate and never save."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import KEY_PATTERN, Career, Fact, Level, Skill, SkillGroup, Source, Step
from .guide_form import GuideForm
from .row_fields import ChecksField, CodesField, LinesField, SkillRatingsField
from .row_form import RowForm
from .rows import StepLists, lists_of


def codes_field() -> CodesField:
    """Return the field for the codes of a skill or a career."""
    return CodesField(
        label=gettext_lazy("Codes"),
        required=False,
        help_text=gettext_lazy(
            "Of other classifications, one a line, such as “onet-soc: 51-4121.00”."
        ),
    )


class SkillForm(RowForm):
    """A skill: title, skill group, description and its five anchors."""

    codes = codes_field()
    merged_from = LinesField(
        label=gettext_lazy("Merged from"),
        required=False,
        help_text=gettext_lazy(
            "Keys of skills that went into this one, one a line. Take out one that is back."
        ),
    )

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
            "codes",
            "merged_from",
        )

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        groups: Any = self.fields["skill_group"]
        groups.queryset = career.skill_groups.all()
        groups.empty_label = None
        if not self.instance.merged_from:
            del self.fields["merged_from"]

    def clean_merged_from(self) -> list[str]:
        """Refuse a skill that is there: what went into this one is there no more."""
        keys: list[str] = self.cleaned_data["merged_from"]
        for key in keys:
            if not re.match(KEY_PATTERN, key):
                raise ValidationError(_("“%(key)s” is no key of a skill.") % {"key": key})
            if self.career.skills.filter(key=key).exists():
                message = _("The skill “%(key)s” is in this draft: take its line out.")
                raise ValidationError(message % {"key": key})
        return keys

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
    checks = ChecksField(
        label=gettext_lazy("Also asked for"),
        required=False,
        help_text=gettext_lazy(
            "Listed beside the score, one a line: “certificate: Forklift licence”; the kinds are"
            " experience, certificate and education. A source may follow after “|”."
        ),
    )

    class Meta:
        model = Level
        fields = (
            "title",
            "short_title",
            "summary",
            "scope",
            "focus",
            "years_from",
            "years_to",
            "checks",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse years that run backwards."""
        data = super().clean()
        first, last = data.get("years_from"), data.get("years_to")
        if last is not None and first is None:
            self.add_error("years_from", _("Write from which year on, or clear the end."))
        elif last is not None and first is not None and last < first:
            self.add_error("years_to", _("Write a year not before the first, or leave it empty."))
        return data


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


class SourceForm(RowForm):
    """What a name in the source fields stands for. The name is its key."""

    field_order = ("name", "title")
    called_by = "name"

    class Meta:
        model = Source
        fields = ("name", "title", "date", "url", "note")

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        self.fields.pop("key", None)
        self.fields["name"].help_text = _(
            "As it stands in the source fields of facts, steps and guide sections."
        )

    def clean_name(self) -> str:
        """Refuse the name of another source."""
        name = str(self.cleaned_data["name"])
        others = self.career.sources.exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise ValidationError(_("“%(name)s” is in use. Choose another.") % {"name": name})
        return name


class AboutForm(RowForm):
    """What a career is called and how it is found. Its key never changes."""

    alternative_titles = LinesField(
        label=gettext_lazy("Alternative titles"),
        required=False,
        help_text=gettext_lazy("One a line; the career is found by each of them."),
    )
    codes = codes_field()

    class Meta:
        model = Career
        fields = ("title", "sector", "summary", "alternative_titles", "codes", "credit")


ROW_FORMS: dict[str, type[RowForm]] = {
    "skills": SkillForm,
    "groups": SkillGroupForm,
    "levels": LevelForm,
    "steps": StepForm,
    "facts": FactForm,
    "guide": GuideForm,
    "sources": SourceForm,
}
