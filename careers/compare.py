"""What changed between two documents of one career, cell by cell. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .document import Json

Value = str | int | None
"""A cell as it stands in the document; None where there is none."""


class Field(NamedTuple):
    """One cell: its name, such as ``rating``, ``anchors 3`` or ``gives cutting``."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was "added", "removed" or "changed", or a list that was "reordered".

    ``row`` is what it is ("requirement"), ``key`` names it: a level and a skill for a
    requirement, nothing for the career and for a whole list. An added or removed row has
    the cells that are not empty.
    """

    kind: str
    row: str
    key: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def where(self) -> str:
        """Return the row in one text, as the check names it: ``requirement junior × plc``."""
        if self.kind == "reordered":
            return f"{self.row}s"
        return f"{self.row} {' × '.join(self.key)}".strip()


_LISTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("levels", "level", ("key",)),
    ("groups", "group", ("key",)),
    ("skills", "skill", ("key",)),
    ("requirements", "requirement", ("level", "skill")),
    ("steps", "step", ("key",)),
    ("facts", "fact", ("key",)),
    ("sources", "source", ("name",)),
)


def compare(before: Json, after: Json) -> list[Change]:
    """Return the changes from one document in normal form to another, in reading order."""
    career = _changed("career", (), before["career"], after["career"])
    changes = [career] if career else []
    for name, row, names in _LISTS:
        changes += _rows(row, names, before.get(name, []), after.get(name, []))
    sections = [each["guide"].get("sections", []) for each in (before, after)]
    return [*changes, *_rows("guide section", ("key",), *sections)]


def _rows(
    row: str, names: tuple[str, ...], before: list[Json], after: list[Json]
) -> Iterator[Change]:
    def by_key(rows: list[Json]) -> dict[tuple[str, ...], Json]:
        return {tuple(str(each[name]) for name in names): each for each in rows}

    old, new = by_key(before), by_key(after)
    for key, each in new.items():
        if key not in old:
            yield Change("added", row, key, tuple(_cells({}, _without(each, names))))
        elif change := _changed(row, key, old[key], each):
            yield change
    for key, each in old.items():
        if key not in new:
            yield Change("removed", row, key, tuple(_cells(_without(each, names), {})))
    if [key for key in new if key in old] != [key for key in old if key in new]:
        yield Change("reordered", row)


def _changed(row: str, key: tuple[str, ...], before: Json, after: Json) -> Change | None:
    fields = tuple(_cells(before, after))
    return Change("changed", row, key, fields) if fields else None


def _without(row: Json, names: tuple[str, ...]) -> Json:
    """Return a row's content: without its key, and without what is empty or not ticked."""
    return {
        name: value
        for name, value in row.items()
        if name not in names and value is not False and value not in ("", [], {})
    }


def _cells(before: Json, after: Json) -> Iterator[Field]:
    names = dict.fromkeys([*before, *after])
    for name in sorted(names, key=lambda each: _PLACES.get(each, len(_PLACES))):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield from _SPREAD.get(name, _whole)(name, old, new)


def _whole(name: str, old: Any, new: Any) -> Iterator[Field]:
    yield Field(name, old, new)


def _by_name(name: str, old: Any, new: Any) -> Iterator[Field]:
    """Compare two objects by their names."""
    old, new = old or {}, new or {}
    for part in dict.fromkeys([*old, *new]):
        if old.get(part) != new.get(part):
            yield Field(f"{name} {part}", old.get(part), new.get(part))


def _by_place(*places: str) -> "Spread":
    """Compare two lists of fixed length place by place."""

    def spread(name: str, old: Any, new: Any) -> Iterator[Field]:
        pairs = [dict(zip(places, row or (), strict=False)) for row in (old, new)]
        for field in _by_name(name, *pairs):
            if field.before not in ("", None) or field.after not in ("", None):
                yield field

    return spread


def _by_skill(name: str, old: Any, new: Any) -> Iterator[Field]:
    """Compare two lists of a skill at a rating; the order of the same skills tells too."""
    pairs = [{row["skill"]: row["rating"] for row in rows or ()} for rows in (old, new)]
    fields = tuple(_by_name(name, *pairs))
    yield from fields or (Field(name, *(", ".join(each) for each in pairs)),)


def _by_entry(name: str, old: Any, new: Any) -> Iterator[Field]:
    """Compare two lists of texts or small objects: what is gone, what is new, else the order."""
    before, after = ([_text(each) for each in rows or ()] for rows in (old, new))
    gone = [Field(name, each, None) for each in before if each not in after]
    new_ones = [Field(name, None, each) for each in after if each not in before]
    yield from [*gone, *new_ones] or [Field(name, "; ".join(before), "; ".join(after))]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(_text(each) for each in value.values())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)


_ORDER = (
    *("rating", "importance", "essential", "title", "short_title", "rank", "group", "kind"),
    *("value", "unit", "summary", "description", "years", "scope", "focus", "checks", "anchors"),
    *("hours", "cost", "currency", "requires", "after", "gives", "provider", "url", "region"),
)
"""Cells as an editor reads them; a stored document has its keys in the order of the alphabet."""
_PLACES = {name: place for place, name in enumerate(_ORDER)}
Spread = Callable[[str, Any, Any], Iterator[Field]]
_ENTRIES = ("after", "alternative_titles", "focus", "checks", "items", "merged_from")
_SPREAD: dict[str, Spread] = {
    "codes": _by_name,
    "anchors": _by_place("0", "1", "2", "3", "4"),
    "years": _by_place("from", "to"),
    "requires": _by_skill,
    "gives": _by_skill,
    **dict.fromkeys(
        ("after", "alternative_titles", "focus", "checks", "items", "merged_from"), _by_entry
    ),
}
