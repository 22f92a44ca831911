"""The questionnaire's form: one page of skills. It validates and never saves."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from careers.document import Skill, SkillGroup

from .actions import Answer
from .models import MAX_EVIDENCE, Plan, StepChoice
from .planning import PlanWishes
from .typed_text import printable

UNSURE = "unsure"
VALUES: dict[str, int | None] = {**{str(value): value for value in range(5)}, UNSURE: None}
LABELS = {
    "0": _("Not yet"),
    "1": _("With help"),
    "2": _("On my own"),
    "3": _("Fix problems"),
    "4": _("Teach it"),
    UNSURE: _("Not sure"),
}
MAX_REVISION = 2_000_000_000
MAX_DAYS_AHEAD = 3660


def rating_value(value: int | None) -> str:
    """Return the form's value for a stored rating: "0" to "4" or "unsure"."""
    return UNSURE if value is None else str(value)


def _rating_field(label: str, *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(LABELS.items()),
        widget=forms.RadioSelect,
        required=required,
        error_messages={
            "required": _("Choose one of the six answers: rating is missing."),
            "invalid_choice": _("Choose one of the six answers: 0, 1, 2, 3, 4 or unsure."),
        },
    )


class EvidenceField(forms.CharField):
    """Free text, stored as it was typed. NUL is refused by the field's own validator."""

    def to_python(self, value: Any) -> str:
        """Return the text as it is counted and stored."""
        return printable(super().to_python(value) or "").strip()


def _evidence_field() -> forms.CharField:
    return EvidenceField(
        label=_("Evidence"),
        required=False,
        max_length=MAX_EVIDENCE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "max_length": _("Shorten the evidence to %(limit_value)d characters or fewer."),
        },
    )


def _revision_field(*, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        required=required,
        min_value=0,
        max_value=MAX_REVISION,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("The revision is missing: send the number the page was given."),
            "invalid": _("The revision must be a whole number."),
        },
    )


class RatingForm:
    """One answer as the autosave posts it: ``rating``, ``evidence``, ``revision``.

    Its fields are made once and only clean: a form of Django's would copy them each time.
    """

    FIELDS: ClassVar[dict[str, forms.Field]] = {
        "rating": _rating_field("", required=True),
        "evidence": _evidence_field(),
        "revision": _revision_field(required=True),
    }

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data
        self.errors: dict[str, list[str]] = {}
        self._cleaned: dict[str, Any] = {}
        for name, field in self.FIELDS.items():
            try:
                self._cleaned[name] = field.clean(data.get(name))
            except forms.ValidationError as error:
                self.errors[name] = error.messages

    def is_valid(self) -> bool:
        """Tell whether every field was posted as it must be."""
        return not self.errors

    def answer(self) -> Answer:
        """Return the valid answer; evidence that was not posted stays as it is stored."""
        return Answer(
            value=VALUES[self._cleaned["rating"]],
            evidence=self._cleaned["evidence"] if "evidence" in self.data else None,
            revision=self._cleaned["revision"],
        )


class QuestionsForm(forms.Form):
    """A page of the questionnaire as crispy-forms renders it: once per version, never bound."""

    def __init__(self, skill_group: SkillGroup) -> None:
        super().__init__()
        for skill in skill_group.skills:
            self.fields[f"rating-{skill.key}"] = _rating_field(skill.title, required=False)
            self.fields[f"evidence-{skill.key}"] = _evidence_field()
            self.fields[f"revision-{skill.key}"] = _revision_field(required=False)


class SkillGroupForm:
    """A posted page: ``rating-``, ``evidence-`` and ``revision-<skill>``.

    A skill without a rating is left unanswered; evidence without one is an error. Three
    fields clean what was posted for all skills: thirty questions would be ninety fields,
    which take longer to make than all else that saving does.
    """

    FIELDS: ClassVar[dict[str, forms.Field]] = {
        "rating": _rating_field("", required=False),
        "evidence": _evidence_field(),
        "revision": _revision_field(required=False),
    }

    def __init__(self, skill_group: SkillGroup, data: Mapping[str, str] | None) -> None:
        self.skill_group = skill_group
        self.data = data or {}
        self.errors: dict[str, list[str]] = {}
        self._answers: dict[str, Answer] = {}
        if data is not None:
            for skill in skill_group.skills:
                self._clean(skill)

    def _clean(self, skill: Skill) -> None:
        """Clean what was posted for one skill."""
        found: dict[str, Any] = {}
        for part, field in self.FIELDS.items():
            name = f"{part}-{skill.key}"
            try:
                found[part] = field.clean(self.data.get(name))
            except forms.ValidationError as error:
                self.errors[name] = error.messages
        if found.get("evidence") and found.get("rating") == "":
            message = str(_("Choose an answer too, or clear the evidence."))
            self.errors[f"rating-{skill.key}"] = [message]
        elif len(found) == len(self.FIELDS) and found["rating"]:
            answer = Answer(VALUES[found["rating"]], found["evidence"], found["revision"] or 0)
            self._answers[skill.key] = answer

    def is_valid(self) -> bool:
        """Tell whether something was posted, all of it without an error."""
        return bool(self.data) and not self.errors

    def answers(self) -> dict[str, Answer]:
        """Return the answers of the skills that were answered without an error."""
        return self._answers

    def problems(self) -> list[tuple[Skill, list[str]]]:
        """Return the skills with errors and what is wrong, in the page's order."""
        found = []
        for skill in self.skill_group.skills:
            messages = [*self._messages(skill)]
            if messages:
                found.append((skill, messages))
        return found

    def _messages(self, skill: Skill) -> Iterable[str]:
        for part in self.FIELDS:
            yield from self.errors.get(f"{part}-{skill.key}", [])


class PlanForm(forms.ModelForm):
    """What a person wishes of their plan: goal, pace, start, end and budget."""

    class Meta:
        model = Plan
        fields = ("goal", "hours_per_week", "starts_on", "finish_by", "budget")
        widgets: ClassVar = {
            "goal": forms.RadioSelect,
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "finish_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        hours: Any = self.fields["hours_per_week"]
        hours.min_value, hours.max_value = 1, 168
        hours.validators += [MinValueValidator(1), MaxValueValidator(168)]
        budget: Any = self.fields["budget"]
        budget.validators += [MinValueValidator(0)]

    def clean_starts_on(self) -> date:
        """Refuse a new start in the past or more than ten years ahead."""
        start: date = self.cleaned_data["starts_on"]
        if start != self.initial.get("starts_on"):
            if start < self.today:
                raise forms.ValidationError(_("Choose today or a later day to start."))
            if start > self.today + timedelta(days=MAX_DAYS_AHEAD):
                raise forms.ValidationError(_("Choose a start within the next ten years."))
        return start

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("starts_on"), data.get("finish_by")
        if start and end and end < start:
            self.add_error("finish_by", _("Choose a day after the start, or leave it empty."))
        return data

    def wishes(self) -> PlanWishes:
        """Return the valid wishes."""
        return PlanWishes(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class StepStateForm(forms.Form):
    """What is said of one step; empty takes it back."""

    state = forms.ChoiceField(required=False, choices=[("", ""), *StepChoice.State.choices])
