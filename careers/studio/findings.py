"""The check of a draft for its panel: each finding in words, with the address that mends it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from .. import check
from .. import document as documents
from ..document import DocumentError, Json
from ..drafts import compile_draft
from ..models import Career, Source

SHOWN = 12
"""Findings in the panel; the check's own page shows all."""

_SHAPE = re.compile(r"^(?:guide\.)?(?P<list>[a-z]+)\[(?P<place>\d+)\](?: “[^”]*”)?\.?(?P<field>.*)")
_ENTRY = re.compile(r"(?P<list>anchors|items|focus|checks|years)\[(?P<place>\d+)\]\.?(?P<part>\w*)")
_LISTS = {"level": "levels", "group": "groups", "skill": "skills", "step": "steps", "fact": "facts"}
_ROWS = {
    "sections": "guide section",
    "sources": "source",
    **{many: one for one, many in _LISTS.items()},
}
_RENAMED = {"group": "skill_group"}


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
        findings = [_shape(compiled, each.where, each.message) for each in error.problems]
    places = _Places(career.key, compiled)
    return Check(career.key, tuple(places.found(finding) for finding in findings))


def _shape(document: Json, where: str, message: str) -> check.Finding:
    """Return a problem of shape, at a path such as ``skills[3] “plc”.title``, as a finding."""
    match = _SHAPE.match(where)
    if match is None:
        row, _dot, field = where.partition(".")
        return check.Finding("shape", row, _told(field, message), is_error=True, field=field)
    lists = {**document, **document["guide"]}
    row, field = lists[match["list"]][int(match["place"])], match["field"]
    if match["list"] == "requirements":
        name = f"requirement {row['level']} × {row['skill']}"
    elif match["list"] in _ROWS:
        name = f"{_ROWS[match['list']]} {row.get('key') or row['name']}"
    else:
        name = where
    return check.Finding("shape", name, _told(field, message), is_error=True, field=field)


def _told(field: str, message: str) -> str:
    return f"{field}: {message}" if field else message


class _Places:
    """Where in the studio each row of a draft, and each part of it, is mended."""

    def __init__(self, career: str, document: Json) -> None:
        self.career, self.document = career, document

    def found(self, finding: check.Finding) -> Found:
        """Return a finding with its title and the address that mends it."""
        word, key = _split(finding.where)
        cell = self._cell(finding.code, word, key)
        if cell:
            level, skill = cell
            title = self._title("skills", skill) if word != "level" else self._title("levels", key)
            if word == "requirement":
                title = f"{title} × {self._title('levels', level)}"
            address = self._address("careers:cell", level, skill)
            return Found(title, finding.message, finding.is_error, address, level, skill)
        return Found(*self._row(finding, word, key))

    def _cell(self, code: str, word: str, key: str) -> tuple[str, str] | None:
        """Return (level, skill) of the cell that a finding is about, or first of."""
        if word == "requirement":
            level, _times, skill = key.partition(" × ")
            return level, skill
        levels = sorted(self.document["levels"], key=lambda row: row["rank"])
        skills = self.document["skills"]
        if code == "unused_skill" and levels:
            return levels[0]["key"], key
        if code == "empty_level" and skills:
            return key, skills[0]["key"]
        if code == "no_essential":
            asked = {r["skill"] for r in self.document["requirements"] if r["level"] == key}
            return key, next(row["key"] for row in skills if row["key"] in asked)
        return None

    def _row(self, finding: check.Finding, word: str, key: str) -> tuple[str, str, bool, str]:
        """Return (title, message, whether it is an error, address) of a row that is no cell."""
        if word == "career":
            title, address = self.document["career"]["title"], self._address("careers:about")
        elif word == "guide section":
            title = self._title("sections", key)
            address = self._address("careers:row", "guide", key)
        elif word == "source":
            title = self._title("sources", key)
            address = self._address("careers:row", "sources", self._source(key))
        elif word in _LISTS:
            title = self._title(_LISTS[word], key)
            address = self._address("careers:row", _LISTS[word], key)
        elif finding.where in _LISTS.values():
            return (*self._list(finding), self._address("careers:rows", finding.where))
        elif finding.where == "requirements":
            return (*self._list(finding), self._address("careers:matrix"))
        else:
            return (*self._list(finding), "")
        fragment = _control(finding.field)
        there = f"{address}#id_{fragment}" if address and fragment else address
        return title, finding.message, finding.is_error, there

    def _list(self, finding: check.Finding) -> tuple[str, str, bool]:
        return finding.where, finding.message, finding.is_error

    def _title(self, name: str, key: str) -> str:
        """Return a row's title, short where it has a short one, or its key."""
        rows: Iterable[Json] = {**self.document, **self.document["guide"]}[name]
        for row in rows:
            if row.get("key", row.get("name")) == key:
                title = row.get("short_title") or row.get("title") or ""
                return str(title).strip() or key
        return key

    def _source(self, name: str) -> str:
        """Return what stands for a source in addresses, which its document does not hold."""
        found = Source.objects.filter(career__key=self.career, name=name).first()
        return found.key if found else ""

    def _address(self, name: str, *parts: str) -> str:
        try:
            return reverse(name, args=(self.career, *parts))
        except NoReverseMatch:
            return ""  # a key that is none: the finding itself says so


def _split(where: str) -> tuple[str, str]:
    """Return the word and the key of a row's name: what follows a step's key names a list.

    The name of a source may have spaces.
    """
    if where.startswith("guide section "):
        return "guide section", where.removeprefix("guide section ")
    word, _space, key = where.partition(" ")
    return word, key if word in ("requirement", "source") else key.split(" ")[0]


def _control(field: str) -> str:
    """Return the name of the form's field for a field of the document: "anchor_3"."""
    match = _ENTRY.match(field)
    if match is None:
        name = re.split(r"[.\[]", field)[0]
        return _RENAMED.get(name, name)
    if match["list"] == "anchors":
        return f"anchor_{match['place']}"
    if match["list"] == "years":
        return "years_to" if match["place"] == "1" else "years_from"
    if match["list"] == "items":
        return f"items_{match['place']}_{match['part'] or 'text'}"
    return match["list"]
