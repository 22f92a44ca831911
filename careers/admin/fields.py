"""Form fields that let an editor write lists and codes as plain lines."""

import json
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from .. import json_text
from ..recording import draft_of
from ..revisions import upcoming_revision

MOST_DIGITS = 18


class KeyAutocomplete(AutocompleteSelect):
    """The choice by typing. Django's own fails when what was posted is no number of a row."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Show the rows chosen; what can be none is left to the field to refuse."""
        numbers = [v for v in value if str(v).isdecimal() and len(str(v)) <= MOST_DIGITS]
        return super().optgroups(name, numbers, attr)


def _without_nul(text: str) -> str:
    """Refuse what PostgreSQL cannot keep; Django looks for it in the text of a list only."""
    if "\0" in text:
        raise ValidationError(_("Null characters are not allowed."))
    return text


class ListField(forms.JSONField):
    """A list as JSON, read as strictly as an imported document; empty is an empty list."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show what cannot be read as it was typed."""
        try:
            json_text.read(data or "[]")
        except json_text.JsonTextError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def to_python(self, value: Any) -> Any:
        """Return the list. Raises ValidationError for anything else."""
        if value in self.empty_values:
            return []
        if isinstance(value, str):
            try:
                value = json_text.read(value)
            except json_text.JsonTextError as error:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not isinstance(value, list) or "\\u0000" in json.dumps(value).replace("\\\\", ""):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists; what is none has changed."""
        return bool(super().has_changed(initial or [], data))


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines; leave what was typed alone."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        text = _without_nul(super().to_python(value) or "")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not texts."""
        return bool(super().has_changed(initial or [], data))


class CodesField(forms.CharField):
    """Codes of other classifications, one ``name: code`` a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show stored codes as lines; leave what was typed alone."""
        if isinstance(value, dict):
            return "\n".join(f"{name}: {code}" for name, code in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """Return {name: code}. Raises ValidationError naming the line without a colon."""
        codes = {}
        for line in _without_nul(super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            name, colon, code = line.partition(":")
            if not (colon and name.strip() and code.strip()):
                raise ValidationError(
                    _("Write each code as “name: code”; this line is not: %(line)s"),
                    params={"line": line},
                )
            codes[name.strip()] = code.strip()
        return codes

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare codes, not texts."""
        return bool(super().has_changed(initial or {}, data))


class LevelsAndCodesForm(forms.ModelForm):
    """A form whose list and code fields are lines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind, hint in (
            ("alternative_titles", LinesField, _("One a line.")),
            ("focus", LinesField, _("One a line.")),
            ("merged_from", LinesField, _("Keys of skills that went into this one, one a line.")),
            ("codes", CodesField, _("One a line, such as “onet-soc: 51-4121.00”.")),
        ):
            if name in self.fields:
                self.fields[name] = kind(
                    required=False,
                    label=self.fields[name].label,
                    help_text=hint,
                    widget=forms.Textarea(attrs={"rows": 4}),
                )

        for name in ("checks", "items"):
            if name in self.fields:
                field = self.fields[name]
                self.fields[name] = ListField(
                    required=False, label=field.label, help_text=field.help_text
                )


class RevisedForm(LevelsAndCodesForm):
    """A row's form that notices when somebody else changed the row since it was opened.

    Each field is sent back along with what it held when the page was made. A row that the
    editor left alone is not saved at all, whatever became of it meanwhile; one that both
    changed is refused with what is stored.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Refuse once; sending the form again replaces what is stored."""
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk or not self.has_changed():
            return cleaned
        names = [name for name in self.fields if self[name].field.show_hidden_initial]
        if any(self[name].html_initial_name not in self.data for name in names):
            raise ValidationError(_("Not saved: it is unknown which state you saw. Open it again."))
        upcoming_revision(draft_of(self.instance))  # changes take turns from here on
        stored = type(self.instance)._base_manager.filter(pk=self.instance.pk).first()
        differing = [name for name in names if stored and self._differs(name, stored)]
        if differing:
            self._open_again(stored, names)
            shown = "; ".join(f"{self[name].label}: {_shown(stored, name)}" for name in differing)
            raise ValidationError(
                _(
                    "Not saved: somebody else changed this meanwhile. Stored is now %(stored)s."
                    " Save again to replace it."
                ),
                params={"stored": shown},
            )
        return cleaned

    def _differs(self, name: str, stored: Any) -> bool:
        """Tell whether a stored field is not what the page was made with."""
        field, bound = self.fields[name], self[name]
        seen = field.hidden_widget().value_from_datadict(
            self.data, self.files, bound.html_initial_name
        )
        return field.has_changed(model_to_dict(stored, [name])[name], seen)

    def _open_again(self, stored: Any, names: list[str]) -> None:
        """Show the page as made with what is stored now, and with what was typed."""
        data, values = {**self.data.dict()}, model_to_dict(stored, names)  # type: ignore[attr-defined]  # a QueryDict
        for name in names:
            value = self.fields[name].prepare_value(values[name])
            data[self[name].html_initial_name] = "" if value is None else str(value)
        self.data = data


def _shown(stored: Any, name: str) -> str:
    value = getattr(stored, f"get_{name}_display", lambda: getattr(stored, name))()
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "–" if value in (None, "") else str(value)
