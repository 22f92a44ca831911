"""The forms of second ratings: the invitation, and a note for each disagreement."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..forms import EvidenceField
from ..typed_text import one_line, shown
from .models import MAX_NAME, MAX_NOTE
from .reading import Row


class InviteForm(forms.Form):
    """Who is asked, and how they know the person."""

    person = forms.CharField(
        label=_("Your name, as they know you"),
        max_length=MAX_NAME,
        error_messages={"required": _("Write your name, so that they know whom they rate.")},
    )
    rater = forms.CharField(
        label=_("Whom do you ask? (optional)"), max_length=MAX_NAME, required=False
    )

    def clean_person(self) -> str:
        """Refuse a name of nothing to see."""
        name = one_line(self.cleaned_data["person"])
        if not name:
            raise forms.ValidationError(self.fields["person"].error_messages["required"])
        return name

    def clean_rater(self) -> str:
        """Return the name as it may be shown."""
        return one_line(self.cleaned_data["rater"])

    def names(self) -> dict[str, str]:
        """Return both names as they may be shown."""
        return {name: self.cleaned_data[name] for name in ("person", "rater")}


class NotesForm(forms.Form):
    """``note-<skill>`` for each skill on which the two differ."""

    def __init__(self, rows: Iterable[Row], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = tuple(rows)
        for row in self.rows:
            self.fields[f"note-{row.skill.key}"] = EvidenceField(
                label=row.skill.title,
                required=False,
                max_length=MAX_NOTE,
                error_messages={
                    "max_length": _("Shorten the note to %(limit_value)d characters or fewer.")
                },
            )

    def notes(self) -> dict[str, str]:
        """Return the valid notes by skill."""
        return {row.skill.key: self.cleaned_data[f"note-{row.skill.key}"] for row in self.rows}

    def typed(self) -> dict[str, str]:
        """Return what was typed, by skill, to be shown again."""
        return {
            row.skill.key: shown(self.data.get(f"note-{row.skill.key}", "")) for row in self.rows
        }
