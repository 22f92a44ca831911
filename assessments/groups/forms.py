"""The forms of groups: what a group is, which code, and what somebody agrees to."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from careers.catalogue import framework
from careers.models import Version

from ..typed_text import one_line
from .actions import Consent
from .models import ALPHABET, CODE_LENGTH, MAX_NAME, Group

BY_NAME, COUNTED = "name", "count"
NEWEST, AFRESH = "newest", "afresh"


def text_field(label: Any, *, required: bool = True, missing: Any = "", hint: Any = "") -> Any:
    """Return a field for a name, of one line."""
    return forms.CharField(
        label=label,
        max_length=MAX_NAME,
        required=required,
        help_text=hint,
        error_messages={"required": missing},
    )


class NamesForm(forms.Form):
    """What a group is called, and its coach."""

    name = text_field(_("Name of the group"), missing=_("Give the group a name."))
    coach = text_field(
        _("Your name, as the members know you"),
        required=False,
        hint=_("Without it they see your e-mail address, so that they know whom they trust."),
    )

    def clean_name(self) -> str:
        """Refuse a name of nothing to see."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Give the group a name."))
        return name

    def clean_coach(self) -> str:
        """Return the name as it may be shown."""
        return one_line(self.cleaned_data["coach"])


class GroupForm(NamesForm):
    """A new group: its names, and the version and level at which it reads."""

    version = forms.ModelChoiceField(
        label=_("Version"),
        queryset=Version.objects.none(),
        to_field_name="number",
        required=False,
        error_messages={"invalid_choice": _("Choose one of this career's versions.")},
    )
    level = forms.ChoiceField(
        label=_("Level"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the level at which the group is read."),
            "invalid_choice": _("Choose one of this career's levels."),
        },
    )

    def __init__(self, *args: Any, latest: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = latest
        version: Any = self.fields["version"]
        rows = Version.objects.filter(career=latest.career_id).select_related("career")
        version.queryset = rows.defer("document").order_by("-number")
        version.empty_label = None
        version.initial = latest.number
        version.label_from_instance = self._version_label
        level: Any = self.fields["level"]
        level.choices = [(each.key, each.title) for each in self._levels()]

    @staticmethod
    def _version_label(version: Version) -> str:
        return _("Version %(number)s") % {"number": version.number}

    def _levels(self) -> Any:
        """Return the levels of the version that was chosen, else of the latest."""
        given = str(self.data.get("version", "")) if self.is_bound else ""
        chosen = None
        if given.isascii() and given.isdigit() and len(given) < 8:
            chosen = self.fields["version"].queryset.filter(number=int(given)).first()  # type: ignore[attr-defined]  # a ModelChoiceField
        return framework(chosen or self.latest).levels

    def clean_version(self) -> Version:
        """Take the latest version where none was chosen."""
        found: Version | None = self.cleaned_data["version"]
        return found or self.latest


class SettingsForm(NamesForm):
    """The same names later, and whether people may still join."""

    is_open = forms.BooleanField(label=_("People with the code may join"), required=False)

    @classmethod
    def of(cls, group: Group) -> "SettingsForm":
        """Return the form with what is stored."""
        return cls(initial={n: getattr(group, n) for n in ("name", "coach", "is_open")})


class CodeForm(forms.Form):
    """A join code as it was typed: case, dashes and blanks do not matter."""

    code = forms.CharField(
        label=_("Join code"),
        max_length=40,
        error_messages={"required": _("Type the code that your coach gave you.")},
    )

    def clean_code(self) -> str:
        """Return the code as it is stored, whatever stands between its signs."""
        return normal_code(self.cleaned_data["code"])


def normal_code(text: str) -> str:
    """Return a code in capitals without dashes and blanks, or "" for what cannot be one."""
    code = re.sub(r"[\s\-–—_.·]", "", text).upper()
    is_code = len(code) == CODE_LENGTH and all(sign in ALPHABET for sign in code)
    return code if is_code else ""


class ConsentForm(forms.Form):
    """What somebody agrees to. Neither answer is chosen for them."""

    shown = forms.ChoiceField(
        label=_("What may the coach see of you?"),
        choices=(
            (BY_NAME, _("Show my report by name")),
            (COUNTED, _("Count me only, without my name")),
        ),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether you are shown by name or only counted."),
            "invalid_choice": _("Choose one of the two answers."),
        },
    )
    name = forms.CharField(
        label=_("Your name, as the coach knows you"), max_length=MAX_NAME, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a name from who is to be shown by name."""
        data: dict[str, Any] = super().clean() or {}
        data["name"] = one_line(data.get("name", ""))
        if data.get("shown") == BY_NAME and not data["name"] and "name" not in self.errors:
            self.add_error("name", _("Write your name, or choose to be counted only."))
        return data

    def consent(self) -> Consent:
        """Return the valid answer; a name that was typed to no end is not kept."""
        is_listed = self.cleaned_data["shown"] == BY_NAME
        return Consent(is_listed, self.cleaned_data["name"] if is_listed else "")


class JoinForm(ConsentForm):
    """The same when joining, and whether a report that is there already is used."""

    report = forms.ChoiceField(
        label=_("Which report?"),
        choices=((NEWEST, _("Use this report")), (AFRESH, _("Rate myself afresh"))),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether this report is used."),
            "invalid_choice": _("Choose one of the two answers."),
        },
    )

    def __init__(self, *args: Any, has_report: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_report:
            del self.fields["report"]

    @property
    def afresh(self) -> bool:
        """Tell whether what is there already is left alone."""
        return bool(self.cleaned_data.get("report") == AFRESH)
