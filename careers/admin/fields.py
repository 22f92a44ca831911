"""Form fields that let an editor write lists and codes as plain lines."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines; leave what was typed alone."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        return [
            line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()
        ]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not texts."""
        return bool(self.to_python(data) != (initial or []))


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
        for line in (super().to_python(value) or "").splitlines():
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
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


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


class RevisedForm(LevelsAndCodesForm):
    """A row's form that notices when somebody else changed the row since it was opened."""

    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = getattr(self.instance, "revision", None)

    def clean(self) -> dict[str, Any]:
        """Refuse once; sending the form again replaces what is stored."""
        cleaned = super().clean() or self.cleaned_data
        opened = cleaned.pop("opened", None)
        rows = type(self.instance)._base_manager.filter(pk=self.instance.pk)
        stored = rows.first()
        revision = getattr(stored, "revision", None)
        if stored is None or opened is None or revision is None or opened == revision:
            return cleaned
        self.data = {**dict(self.data.items()), self.add_prefix("opened"): str(revision)}
        differing = [
            f"{self.fields[name].label}: {getattr(stored, name)}"
            for name in self.changed_data
            if hasattr(stored, name)
        ]
        raise ValidationError(
            _("Somebody else changed this meanwhile; stored is %(stored)s. Save again to replace."),
            params={"stored": "; ".join(differing) or "–"},
        )
