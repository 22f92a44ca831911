"""What changed between two documents, in words, list by list."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import compare
from ..document import Json
from ..wording import STEP_KINDS, fact_kind

MOST_ROWS = 400
"""More than anybody reads; a page of thousands would take seconds to send."""

LISTS = {
    "career": gettext_lazy("Career"),
    "level": gettext_lazy("Levels"),
    "group": gettext_lazy("Skill groups"),
    "skill": gettext_lazy("Skills"),
    "requirement": gettext_lazy("Requirements"),
    "step": gettext_lazy("Training steps"),
    "fact": gettext_lazy("Facts"),
    "source": gettext_lazy("Sources"),
    "guide section": gettext_lazy("Guide"),
}
KINDS = {
    "added": gettext_lazy("added"),
    "removed": gettext_lazy("removed"),
    "changed": gettext_lazy("changed"),
    "reordered": gettext_lazy("in another order"),
}
FIELDS = {
    "title": gettext_lazy("Title"),
    "short_title": gettext_lazy("Short title"),
    "summary": gettext_lazy("Summary"),
    "description": gettext_lazy("Description"),
    "alternative_titles": gettext_lazy("Alternative title"),
    "sector": gettext_lazy("Sector"),
    "credit": gettext_lazy("Credit"),
    "rank": gettext_lazy("Rank"),
    "scope": gettext_lazy("Scope"),
    "focus": gettext_lazy("Focus"),
    "checks": gettext_lazy("Also asked for"),
    "years from": gettext_lazy("Years from"),
    "years to": gettext_lazy("Years to"),
    "group": gettext_lazy("Skill group"),
    "anchors 0": gettext_lazy("0 Not yet"),
    "anchors 1": gettext_lazy("1 With help"),
    "anchors 2": gettext_lazy("2 On my own"),
    "anchors 3": gettext_lazy("3 Fix problems"),
    "anchors 4": gettext_lazy("4 Teach it"),
    "merged_from": gettext_lazy("Merged from"),
    "rating": gettext_lazy("Required rating"),
    "importance": gettext_lazy("Importance"),
    "essential": gettext_lazy("Essential"),
    "kind": gettext_lazy("Kind"),
    "hours": gettext_lazy("Hours"),
    "cost": gettext_lazy("Cost"),
    "currency": gettext_lazy("Currency"),
    "requires": gettext_lazy("Requires"),
    "gives": gettext_lazy("Gives"),
    "after": gettext_lazy("After"),
    "provider": gettext_lazy("Provider"),
    "url": gettext_lazy("Web address"),
    "source": gettext_lazy("Source"),
    "estimated": gettext_lazy("Estimated"),
    "value": gettext_lazy("Value"),
    "unit": gettext_lazy("Unit"),
    "region": gettext_lazy("Region"),
    "date": gettext_lazy("Date"),
    "note": gettext_lazy("Note"),
    "level": gettext_lazy("Level"),
    "codes": gettext_lazy("Code"),
    "chapter": gettext_lazy("Chapter"),
    "layout": gettext_lazy("Layout"),
    "text": gettext_lazy("Text"),
    "items": gettext_lazy("Entry"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell in words; an empty text where there was or is nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row that was added, removed or changed, or a list in another order."""

    kind: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """Return what happened, in words."""
        return str(KINDS[self.kind])


@dataclass(frozen=True, slots=True)
class ChangedList:
    """The changed rows of one list."""

    title: str
    rows: tuple[ChangedRow, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes; of more than ``MOST_ROWS``, ``hidden`` are only counted."""

    lists: tuple[ChangedList, ...]
    count: int
    hidden: int


def changes(before: Json, after: Json) -> Changes:
    """Return the changes from one document in normal form to another, in reading order."""
    found = compare.compare(before, after)
    names = _Names(before, after)
    shown = groupby(found[:MOST_ROWS], key=lambda change: change.row)
    return Changes(
        lists=tuple(
            ChangedList(str(LISTS[row]), tuple(names.row(change) for change in group))
            for row, group in shown
        ),
        count=len(found),
        hidden=max(0, len(found) - MOST_ROWS),
    )


class _Names:
    """The titles by which people know the rows, from both documents, the later first."""

    def __init__(self, before: Json, after: Json) -> None:
        def titles(rows: Iterable[Json], name: str = "title") -> dict[str, str]:
            return {row["key"]: row.get(name) or row["title"] for row in rows}

        def both(name: str) -> list[Json]:
            return [*before[name], *after[name]]

        sections = [row for each in (before, after) for row in each["guide"].get("sections", [])]
        self.titles = {
            "level": titles(both("levels"), "short_title"),
            "group": titles(both("groups")),
            "skill": titles(both("skills")),
            "step": titles(both("steps")),
            "fact": {row["key"]: fact_kind(row["kind"]) for row in both("facts")},
            "guide section": titles(sections),
        }

    def of(self, row: str, key: str) -> str:
        """Return a row's title, or its key where it has none."""
        return self.titles.get(row, {}).get(key, key)

    def row(self, change: compare.Change) -> ChangedRow:
        """Return a change in words."""
        return ChangedRow(
            kind=change.kind,
            title=self._title(change),
            cells=tuple(self._cell(field) for field in change.fields),
        )

    def _title(self, change: compare.Change) -> str:
        if not change.key:
            return str(LISTS[change.row])
        if change.row == "requirement":
            level, skill = change.key
            return f"{self.of('skill', skill)} · {self.of('level', level)}"
        title = self.of(change.row, change.key[0])
        return f"{title} · {change.key[0]}" if change.row == "fact" else title

    def _cell(self, field: compare.Field) -> Cell:
        name, _space, part = field.name.partition(" ")
        label = FIELDS.get(field.name) or FIELDS.get(name) or name
        if part and field.name not in FIELDS:
            label = f"{label}: {self.of('skill', part)}"
        texts = (self._text(name, value) for value in (field.before, field.after))
        return Cell(str(label), *texts)

    def _text(self, name: str, value: compare.Value) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        lookups = {"group": "group", "level": "level", "after": "step", "merged_from": "skill"}
        if name in lookups:
            return self.of(lookups[name], str(value))
        if name == "kind":
            return str(STEP_KINDS.get(str(value), value))
        return str(value)
