"""The forms of an import. They validate and never save."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..importers.uploads import MAX_BYTES, MOST_CAREERS


class UploadForm(forms.Form):
    """``file``, and of a release the ``occupations`` to take, by code."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".json,.xlsx,.zip,.xz,.gz,.tgz"}
        ),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )
    occupations = forms.CharField(
        label=_("Occupations, for an O*NET or ESCO release"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Up to %(most)s codes, such as 51-4121.00 or 7212.3, with spaces between.")
        % {"most": MOST_CAREERS},
    )

    def clean_file(self) -> Any:
        """Refuse a file that is larger than what is read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            most = MAX_BYTES // 1_000_000
            raise forms.ValidationError(
                _("This file is larger than %(most)s MB. Choose a smaller one.") % {"most": most}
            )
        return file

    def clean_occupations(self) -> list[str]:
        """Return the codes."""
        return [each for each in re.split(r"[\s,;]+", self.cleaned_data["occupations"]) if each]


class ConfirmForm(forms.Form):
    """``publish``, the ``note`` of the new versions, and the dry run that was ``seen``."""

    seen = forms.CharField(required=False)
    publish = forms.BooleanField(label=_("Publish at once"), required=False)
    note = forms.CharField(
        label=_("What is new, and why"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a note where something is published."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("publish") and not cleaned.get("note", "").strip():
            self.add_error("note", _("Write what is new: it is kept with the version."))
        return cleaned
