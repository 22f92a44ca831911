"""A framework document as tables, and back: the sheets of a workbook. Pure.

Every list of the document is a sheet of flat rows; small lists within a row are lines of
one cell ("cutting 2" for a skill at a rating, "onet-soc: 51-4121.00" for a code). Lists
whose texts may be long or have line breaks are sheets of their own (checks, focus,
alternative_titles, guide_items). ``rows_of`` and ``document_of`` are exact inverses.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .document import FORMAT, Json

Row = dict[str, Any]
"""Values by column, as in the document: text, int, bool, lists and objects."""


_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_INVISIBLE = "\ufeff\u200b\u2060"
_LATER_FORMULA = re.compile("([;\\t\\r\\n][\\s\"'\\ufeff\\u200b\\u2060]*)([-=+@＝＋－＠])")


def looks_like_formula(text: str) -> bool:
    """Tell whether spreadsheets take a text for a formula, or come to one after what they skip."""
    shown = text.lstrip().lstrip(_INVISIBLE).lstrip()
    return text.startswith(_FORMULA_STARTS) or shown.startswith(_FORMULA_STARTS)


def disarmed(text: str) -> str:
    """Return a text for CSV that no spreadsheet takes for a formula: an apostrophe before it.

    Where the decimal sign is a comma, spreadsheets part cells at a semicolon, and know no
    quotation marks within one: what follows a separator or a line end begins a cell there.
    """
    return _LATER_FORMULA.sub(r"\1'\2", f"'{text}" if looks_like_formula(text) else text)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``kind`` is text, whole, flag, money, lines, codes or ratings."""

    name: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet; ``needed`` ones are in every workbook of a whole framework."""

    name: str
    columns: tuple[Column, ...]
    required: tuple[str, ...]
    needed: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


def _sheet(name: str, columns: str, required: str, *, needed: bool = False) -> Sheet:
    """Make a sheet of ``name`` or ``name:kind`` words."""
    pairs = (each.partition(":") for each in columns.split())
    made = tuple(Column(column, kind or "text") for column, _colon, kind in pairs)
    return Sheet(name, made, tuple(required.split()), needed)


ANCHORS = tuple(f"anchor_{rating}" for rating in range(5))
SHEETS = (
    _sheet("career", "key title summary sector credit codes:codes", "key title", needed=True),
    _sheet("alternative_titles", "title", "title"),
    _sheet(
        "levels",
        "key title short_title rank:whole summary scope years_from:whole years_to:whole",
        "key title rank",
        needed=True,
    ),
    _sheet("checks", "level kind text source", "level kind text"),
    _sheet("focus", "level text", "level text"),
    _sheet("groups", "key title", "key title", needed=True),
    _sheet(
        "skills",
        f"key title group description {' '.join(ANCHORS)} codes:codes merged_from:lines",
        "key title group",
        needed=True,
    ),
    _sheet(
        "requirements",
        "level skill rating:whole importance:whole essential:flag",
        "level skill rating importance",
        needed=True,
    ),
    _sheet(
        "steps",
        "key title kind description hours:whole cost:money currency requires:ratings"
        " after:lines gives:ratings provider url source estimated:flag",
        "key title kind hours cost currency",
    ),
    _sheet("facts", "key kind value unit scope region date source note level", "key kind value"),
    _sheet("guide", "key title chapter layout text source", "key title chapter layout"),
    _sheet("guide_items", "section term text codes:codes facts:lines source", "section"),
    _sheet("sources", "name title date url note", "name title"),
)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}


def rows_of(document: Json) -> dict[str, list[Row]]:
    """Return the rows of every sheet of a document in normal form."""
    sections = document["guide"].get("sections", [])
    return {
        "career": [document["career"]],
        "alternative_titles": [{"title": t} for t in document["career"]["alternative_titles"]],
        "levels": [_with_years(level) for level in document["levels"]],
        "checks": [
            {"level": level["key"], **check}
            for level in document["levels"]
            for check in level.get("checks", [])
        ],
        "focus": [
            {"level": level["key"], "text": text}
            for level in document["levels"]
            for text in level.get("focus", [])
        ],
        "groups": document["groups"],
        "skills": [
            {**row, **dict(zip(ANCHORS, row["anchors"], strict=True))} for row in document["skills"]
        ],
        "requirements": document["requirements"],
        "steps": document["steps"],
        "facts": document["facts"],
        "guide": sections,
        "guide_items": [
            {"section": section["key"], **item}
            for section in sections
            for item in section.get("items", [])
        ],
        "sources": document.get("sources", []),
    }


def _with_years(level: Json) -> Row:
    years_from, years_to = level.get("years") or (None, None)
    return {**level, "years_from": years_from, "years_to": years_to}


def document_of(rows: Mapping[str, Sequence[Row]]) -> Json:
    """Return the document that the rows hold; its shape is still to be checked.

    Rows that name a level or section that is not there are for the caller to refuse.
    """
    checks, focus = _by("level", rows["checks"]), _by("level", rows["focus"])
    items = _by("section", rows["guide_items"])
    career = _filled(rows["career"][0]) if rows["career"] else {}
    return {
        "format": FORMAT,
        "career": {
            **career,
            "alternative_titles": [row.get("title", "") for row in rows["alternative_titles"]],
        },
        "levels": [
            {
                **_filled(row, leave="years_from years_to"),
                **_years(row),
                "checks": checks[row.get("key", "")],
                "focus": [each.get("text", "") for each in focus[row.get("key", "")]],
            }
            for row in rows["levels"]
        ],
        "groups": [_filled(row) for row in rows["groups"]],
        "skills": [
            {
                **_filled(row, leave=" ".join(ANCHORS)),
                "anchors": [row.get(name, "") for name in ANCHORS],
            }
            for row in rows["skills"]
        ],
        **{name: [_filled(row) for row in rows[name]] for name in ("requirements", "steps")},
        "facts": [_filled(row) for row in rows["facts"]],
        "guide": {
            "sections": [
                {**_filled(row), "items": items[row.get("key", "")]} for row in rows["guide"]
            ]
        },
        "sources": [_filled(row) for row in rows["sources"]],
    }


def _by(name: str, rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.get(name, "")].append(_filled(row, leave=name))
    return found


def _filled(row: Row, leave: str = "") -> Row:
    """Return the cells that are not empty, so that empty ones count as missing."""
    out = leave.split()
    return {n: v for n, v in row.items() if n not in out and v not in ("", None, [], {})}


def _years(row: Row) -> Row:
    years = [row.get("years_from"), row.get("years_to")]
    return {} if years == [None, None] else {"years": years}
