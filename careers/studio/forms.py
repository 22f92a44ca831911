"""Forms of the studio. They validate and never save."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .cells import Cell

MAX_REVISION = 2_000_000_000
RATINGS = {
    0: _("Not required"),
    1: _("With help"),
    2: _("On my own"),
    3: _("Fix problems"),
    4: _("Teach it"),
}


def revision_field() -> forms.IntegerField:
    """Return the hidden field with the revision that the editor saw."""
    return forms.IntegerField(
        min_value=0,
        max_value=MAX_REVISION,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("The revision is missing: send the number the page was given."),
            "invalid": _("The revision must be a whole number."),
        },
    )


class CellForm(forms.Form):
    """One cell: ``rating`` 0-4, ``importance`` 1-5, ``essential`` and ``revision``."""

    rating = forms.TypedChoiceField(
        label=_("Required rating"),
        coerce=int,
        choices=[(str(value), label) for value, label in RATINGS.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a required rating, 0 to 4."),
            "invalid_choice": _("The required rating must be 0, 1, 2, 3 or 4."),
        },
    )
    importance = forms.TypedChoiceField(
        label=_("Importance"),
        coerce=int,
        required=False,
        choices=[(str(value), str(value)) for value in range(1, 6)],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("The importance must be 1, 2, 3, 4 or 5.")},
    )
    essential = forms.BooleanField(label=_("Essential"), required=False)
    revision = revision_field()

    def clean(self) -> dict[str, Any]:
        """Ask for an importance wherever a rating is required."""
        data: dict[str, Any] = super().clean() or {}
        asks = data.get("rating") and "importance" not in self.errors
        if asks and not data.get("importance"):
            self.add_error("importance", _("Choose an importance, 1 to 5."))
        return data

    def cell(self, level: str, skill: str) -> Cell:
        """Return the valid change of that cell."""
        data = self.cleaned_data
        if data["rating"] == 0:
            return Cell(level, skill, 0, 0, essential=False, revision=data["revision"])
        return Cell(
            level, skill, data["rating"], data["importance"], data["essential"], data["revision"]
        )
