"""What the forms of all rows beside the matrix have in common. They validate and never save."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import KEY_PATTERN, Career
from .forms import revision_field
from .row_fields import LinesField
from .rows import StepLists

MAX_KEY = 80
RESERVED_KEYS = frozenset({"new"})
"""Words that stand in the place of a key in addresses."""


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
    field_order: tuple[str, ...] = ("title", "kind", "key")
    key_from: ClassVar[tuple[str, ...]] = ("title",)
    called_by: ClassVar[str] = "key"
    """The field that no two rows share."""

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.career = career
        self.is_new = self.instance.pk is None
        self.initial["revision"] = self.instance.revision
        if not self.is_new:
            del self.fields["key"]
        self.style_fields()

    def style_fields(self) -> None:
        """Give each field's control its class."""
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
            elif isinstance(self.fields.get(name), LinesField) and not self.is_new:
                data[name] = self._as_it_was(name, value)
        if self.is_new and "key" in self.fields and "key" not in self.errors:
            data["key"] = self._key(data)
            self.instance.key = data["key"]
        return data

    def _as_it_was(self, name: str, value: Any) -> Any:
        """Return the stored list where its lines came back as they were: lines hold less."""
        stored = self.initial.get(name)
        came = _same_text(self.fields[name].prepare_value(stored)) == _same_text(self[name].value())
        return stored if came and name in (self._meta.fields or ()) else value

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
            if name in ("revision", "key") or name not in other.fields:
                continue
            if _same_text(self[name].value()) != _same_text(other[name].value()):
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
