"""What changed between two documents of one career, row by row. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .document import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was added, removed or changed; ``fields`` are (name, before, after)."""

    kind: str
    where: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


def _key(row: Json) -> str:
    return str(row["key"])


def _cell(row: Json) -> str:
    return f"{row['level']} × {row['skill']}"


def _name(row: Json) -> str:
    return str(row["name"])


_LISTS: tuple[tuple[str, str, Callable[[Json], str]], ...] = (
    ("levels", "level", _key),
    ("groups", "group", _key),
    ("skills", "skill", _key),
    ("requirements", "requirement", _cell),
    ("steps", "step", _key),
    ("facts", "fact", _key),
    ("sources", "source", _name),
)


def compare(before: Json, after: Json) -> list[Change]:
    """Return the changes from one document in normal form to another, in reading order."""
    changes = list(_row("career", before["career"], after["career"]))
    for name, word, key in _LISTS:
        changes += _rows(word, key, before.get(name, []), after.get(name, []))
    sections = [each["guide"].get("sections", []) for each in (before, after)]
    return [*changes, *_rows("guide section", _key, *sections)]


def _rows(
    word: str, key: Callable[[Json], str], before: list[Json], after: list[Json]
) -> Iterator[Change]:
    old = {key(row): row for row in before}
    new = {key(row): row for row in after}
    for name, row in new.items():
        if name in old:
            yield from _row(f"{word} {name}", old[name], row)
        else:
            yield Change("added", f"{word} {name}")
    for name in (name for name in old if name not in new):
        yield Change("removed", f"{word} {name}")
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        yield Change("reordered", f"{word}s")


def _row(where: str, before: Json, after: Json) -> Iterator[Change]:
    names = list(dict.fromkeys([*before, *after]))
    fields = tuple(
        (name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )
    if fields:
        yield Change("changed", where, fields)
