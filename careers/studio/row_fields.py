"""Fields that let an editor write lists as plain lines."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from ..models import KEY_PATTERN

CHECK_KINDS = ("experience", "certificate", "education")
WEB_ADDRESS = URLValidator(["http", "https"])


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines; leave what was typed alone."""
        return "\n".join(self.line(each) for each in value) if isinstance(value, list) else value

    def line(self, entry: Any) -> str:
        """Return a stored entry as a line."""
        return " ".join(str(entry).split())

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        lines = (super().to_python(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]


class ChecksField(LinesField):
    """What is asked for beside skills, one ``kind: text`` a line, with ``| source`` after it."""

    def line(self, entry: Any) -> str:
        """Return a stored check as a line."""
        text = f"{entry['kind']}: {super().line(entry['text'])}"
        return f"{text} | {entry['source']}" if entry.get("source") else text

    def clean(self, value: Any) -> Any:
        """Return [{kind, text, source}]. Raises ValidationError naming the line."""
        found = []
        for line in super().clean(value):
            kind, colon, rest = line.partition(":")
            text, _bar, source = rest.partition("|")
            if kind.strip() not in CHECK_KINDS or not colon or not text.strip():
                message = _("Write each line as “%(kinds)s: text”; this is not: %(line)s")
                kinds = "”, “".join(CHECK_KINDS)
                raise ValidationError(message % {"kinds": kinds, "line": line})
            row = {"kind": kind.strip(), "text": text.strip()}
            found.append({**row, "source": source.strip()} if source.strip() else row)
        return found


class CodesField(LinesField):
    """Codes of other classifications, one ``name: code`` a line."""

    def prepare_value(self, value: Any) -> Any:
        """Show stored codes as lines; leave what was typed alone."""
        if isinstance(value, dict):
            return "\n".join(f"{name}: {code}" for name, code in value.items())
        return value

    def clean(self, value: Any) -> Any:
        """Return {name: code}. Raises ValidationError naming the line."""
        found = {}
        for line in super().clean(value):
            name, colon, code = (part.strip() for part in line.partition(":"))
            if not colon or not re.match(KEY_PATTERN, name) or not code:
                message = _(
                    "Write each line as “name: code”, the name in lower-case words joined"
                    " by hyphens; this is not: %(line)s"
                )
                raise ValidationError(message % {"line": line})
            found[name] = code
        return found


class SkillRatingsField(LinesField):
    """Skills with ratings, one ``title: rating`` a line; a skill's key will do as well."""

    skills: dict[str, str]
    titles: dict[str, str]

    def clean(self, value: Any) -> Any:
        """Return ((skill's key, rating), …). Raises ValidationError naming the line."""
        found: dict[str, int] = {}
        for line in super().clean(value):
            name, colon, rating = line.rpartition(":")
            key = self.skills.get(name.strip().casefold())
            if not colon or rating.strip() not in ("1", "2", "3", "4"):
                message = _("Write each line as “skill: rating”, 1 to 4; this is not: %(line)s")
                raise ValidationError(message % {"line": line})
            if key is None:
                message = _("There is no skill “%(name)s” in this draft.")
                raise ValidationError(message % {"name": name.strip()})
            if key in found:
                message = _("“%(name)s” stands twice; keep one line.")
                raise ValidationError(message % {"name": name.strip()})
            found[key] = int(rating)
        return tuple(found.items())

    def lines(self, ratings: tuple[tuple[str, int], ...]) -> list[str]:
        """Return stored ratings as lines."""
        return [f"{self.titles.get(key, key)}: {rating}" for key, rating in ratings]
