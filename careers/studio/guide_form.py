"""The form of a section of the career's guide: its text, and its entries field by field."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Career, GuideSection
from .row_fields import CodesField, LinesField
from .row_form import RowForm

EMPTY_ENTRIES = 2
MOST_ENTRIES = 200
PARTS = ("term", "text", "facts", "codes", "source")
_POSTED = re.compile(r"items_(\d{1,3})_[a-z]+\Z")
Json = dict[str, Any]


class GuideForm(RowForm):
    """A section. Entries left empty are taken out; two empty ones wait at the end for more."""

    class Meta:
        model = GuideSection
        fields = ("title", "chapter", "layout", "text", "source")

    def __init__(self, career: Career, *args: Any, **kwargs: Any) -> None:
        super().__init__(career, *args, **kwargs)
        self.stored_items: list[Json] = list(self.instance.items)
        self.facts = set(career.facts.values_list("key", flat=True))
        for place in range(self._entries()):
            item = self.stored_items[place] if place < len(self.stored_items) else {}
            for part, field in _entry_fields(place + 1).items():
                name = f"items_{place}_{part}"
                self.fields[name] = field
                self.initial[name] = item.get(part)
        self.style_fields()

    def _entries(self) -> int:
        posted = [int(found[1]) for name in self.data if (found := _POSTED.match(name))]
        last = max(posted, default=-1) + 1 if self.is_bound else 0
        stored = len(self.stored_items) + (0 if self.is_bound else EMPTY_ENTRIES)
        return min(max(last, stored), MOST_ENTRIES)

    @property
    def saved_fields(self) -> list[str]:
        """Return the names of the model's fields that this form sets."""
        return [*super().saved_fields, "items"]

    def clean(self) -> Json:
        """Put the entries together; name each fact that is not there."""
        data = super().clean()
        items = []
        for place in range(self._entries()):
            parts = {part: data.get(f"items_{place}_{part}") for part in PARTS}
            for key in parts["facts"] or ():
                if key not in self.facts:
                    message = _("There is no fact “%(key)s” in this draft.") % {"key": key}
                    self.add_error(f"items_{place}_facts", ValidationError(message))
            if found := {part: value for part, value in parts.items() if value}:
                items.append(found)
        filled = [
            {part: value for part, value in each.items() if value} for each in self.stored_items
        ]
        self.instance.items = self.stored_items if items == filled else items
        return data


def _entry_fields(number: int) -> dict[str, forms.Field]:
    """Return the fields of one entry, numbered from 1."""

    def label(part: Any) -> str:
        return _("Entry %(number)s: %(part)s") % {"number": number, "part": part}

    return {
        "term": forms.CharField(label=label(_("term")), max_length=200, required=False),
        "text": forms.CharField(
            label=label(_("text")), max_length=4000, required=False, widget=forms.Textarea
        ),
        "facts": LinesField(label=label(_("keys of facts, one a line")), required=False),
        "codes": CodesField(
            label=label(_("codes, such as “onet-soc: 51-4121.00”")), required=False
        ),
        "source": forms.CharField(label=label(_("source")), max_length=300, required=False),
    }
