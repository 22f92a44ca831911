"""The forms of sharing: what a link shows, and what is to be verified."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..typed_text import one_line
from .actions import Wish
from .models import MAX_LABEL

DAYS = (("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")))
MAX_REPORT = 200_000


class ShareForm(forms.Form):
    """What a new link shows and how long it lives."""

    label = forms.CharField(
        label=_("For whom? (only you see this)"), max_length=MAX_LABEL, required=False
    )
    days = forms.ChoiceField(
        label=_("How long does it work?"),
        choices=DAYS,
        initial="30",
        error_messages={
            "required": _("Choose 7, 30 or 90 days."),
            "invalid_choice": _("Choose 7, 30 or 90 days."),
        },
    )
    with_notes = forms.BooleanField(label=_("Show my evidence"), required=False)
    with_email = forms.BooleanField(label=_("Show my e-mail address"), required=False)

    def __init__(self, *args: Any, has_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_email:
            del self.fields["with_email"]

    def wish(self) -> Wish:
        """Return the valid wishes."""
        data = self.cleaned_data
        return Wish(
            days=int(data["days"]),
            label=one_line(data["label"]),
            with_email=data.get("with_email", False),
            with_notes=data["with_notes"],
        )


class VerifyForm(forms.Form):
    """A report in somebody's hand: its SHA-256, or its JSON as text or as a file."""

    report = forms.CharField(
        label=_("The report's SHA-256, or the whole text of its JSON file"),
        required=False,
        max_length=MAX_REPORT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("This is longer than any report: at most 200,000 signs.")},
    )
    file = forms.FileField(label=_("Or choose the JSON file"), required=False)

    def clean_file(self) -> Any:
        """Refuse what is too large to be a report."""
        file = self.cleaned_data["file"]
        if file and file.size > MAX_REPORT:
            raise forms.ValidationError(_("This file is larger than any report: choose another."))
        return file

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data.get("report") and not data.get("file"):
            self.add_error("report", _("Paste the SHA-256 or the JSON, or choose the file."))
        return data

    def text(self) -> str:
        """Return what is to be compared; a file goes before pasted text."""
        file = self.cleaned_data.get("file")
        raw: bytes = file.read() if file else self.cleaned_data["report"].encode()
        return raw.decode("utf-8", "replace")
