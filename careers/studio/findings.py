"""The check of a draft for its panel: each finding in words, with the address that mends it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from .. import check
from .. import document as documents
from ..document import DocumentError, Json
from ..drafts import compile_draft
from ..models import Career

SHOWN = 12
"""Findings in the panel; the check's own page shows all."""

_SHAPE = re.compile(r"^(?P<list>[a-z]+)\[(?P<place>\d+)\](?: “[^”]*”)?\.?(?P<field>.*)")
_LISTS = {"level": "levels", "group": "groups", "skill": "skills", "step": "steps", "fact": "facts"}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. ``level`` and ``skill`` are set where it speaks of a cell."""

    title: str
    message: str
    is_error: bool
    address: str = ""
    level: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What the check finds in a draft, errors first."""

    key: str
    found: tuple[Found, ...]

    @property
    def errors(self) -> int:
        """Return how many findings stop publishing."""
        return sum(found.is_error for found in self.found)

    @property
    def warnings(self) -> int:
        """Return how many findings only deserve a look."""
        return len(self.found) - self.errors

    @property
    def shown(self) -> tuple[Found, ...]:
        """Return what the panel has room for."""
        return self.found[:SHOWN]


def check_of(career: Career, document: Json | None = None) -> Check:
    """Return the check of a career's draft, or of this compiled form of it."""
    compiled = document or compile_draft(career)
    try:
        findings = check.check(documents.normal(compiled))
    except DocumentError as error:
        rows = [(*_row_of(compiled, p.where), p.message) for p in error.problems]
        found = [
            _found(career, compiled, row, f"{field}: {text}" if field else text, True)
            for row, field, text in rows
        ]
    else:
        found = [_found(career, compiled, f.where, f.message, f.is_error) for f in findings]
    return Check(career.key, tuple(found))


def _row_of(document: Json, where: str) -> tuple[str, str]:
    """Return the row and the field that a path such as ``skills[3] “plc”.title`` speaks of."""
    match = _SHAPE.match(where)
    if match is None:
        return where, ""
    row = document[match["list"]][int(match["place"])]
    if match["list"] == "requirements":
        return f"requirement {row['level']} × {row['skill']}", match["field"]
    if "key" not in row:
        return where, ""
    return f"{match['list'].removesuffix('s')} {row['key']}", match["field"]


def _found(career: Career, document: Json, where: str, message: str, is_error: bool) -> Found:
    word, _space, key = where.partition(" ")
    if word == "requirement":
        level, _times, skill = key.partition(" × ")
        title = f"{_title(document['skills'], skill)} × {_title(document['levels'], level)}"
        address = _address("careers:cell", career.key, level, skill)
        return Found(title, message, is_error, address, level, skill)
    if word in _LISTS and key:
        rows = document[_LISTS[word]]
        address = _address("careers:row", career.key, _LISTS[word], key.split(" ")[0])
        return Found(_title(rows, key.split(" ")[0]), message, is_error, address)
    if where in _LISTS.values():
        return Found(where, message, is_error, _address("careers:rows", career.key, where))
    return Found(where, message, is_error)


def _title(rows: Iterable[Json], key: str) -> str:
    """Return a row's title, short where it has a short one, or its key."""
    for row in rows:
        if row["key"] == key:
            title = row.get("short_title") or row.get("title") or ""
            return str(title).strip() or key
    return key


def _address(name: str, *parts: str) -> str:
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""  # a key that is none: the finding itself says so
