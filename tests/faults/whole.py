"""What an import file holds, read without the importers: is all of it in the document?

Readings of our own, with csv, json, zipfile and ElementTree alone. They take only files that
the importers took, so they need not say what is wrong, and read plainly: every row of a
sheet is a row of its list, every text stands somewhere in the document.
"""

import csv
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from defusedxml import ElementTree

Json = dict[str, Any]
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SKILL_FILES = ("skills.txt", "essential skills.txt", "transferable skills.txt", "knowledge.txt")
RELATIONS = "occupationskillrelations_en.csv"


def missing(data: bytes, occupations: tuple[str, ...], reading: Any) -> str:
    """Return what a file holds and the reading of it does not; "" when it is whole."""
    found = list(reading.documents)
    notes = "\n".join(str(note) for note in reading.notes)
    if data.startswith(b"PK"):
        files = _unzipped(data)
        if "xl/workbook.xml" in files:
            return _of_sheets(dict(_xlsx(files)), found[0], notes)
        if any(_base(name) in _SHEETS_AS_CSV for name in files):
            return _of_sheets(dict(_csvs(files)), found[0], notes)
        return _of_release(files, occupations, found)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        raw = json.loads(data.decode("utf-8-sig"))
        return _of_case(raw, found[0], notes) if "CFDocument" in raw else _of_rung(raw, found[0])
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        taken = {each.name: archive.extractfile(each) for each in archive if each.isfile()}
        return _of_release({n: f.read() for n, f in taken.items() if f}, occupations, found)


def _unzipped(data: bytes) -> dict[str, bytes]:
    kinds = (".csv", ".txt", ".xml", ".rels")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [each for each in archive.namelist() if each.casefold().endswith(kinds)]
        return {each: archive.read(each) for each in names}


def _base(name: str) -> str:
    return PurePosixPath(name).name.casefold()


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


# Rung.

LISTS = ("levels", "groups", "skills", "requirements", "steps", "facts", "sources")


def _of_rung(raw: Json, document: Json) -> str:
    for name in LISTS:
        before, after = len(raw.get(name, ())), len(document.get(name, ()))
        if before != after:
            return f"{name} has {after} rows of {before}"
    lost = {text for text in _texts(raw) if text} - set(_texts(document))
    # A key whose value is empty is left out with it.
    lost -= {name for name, value in _pairs(raw) if value in ("", [], {}, None, False)}
    return f"lost {sorted(lost)[0][:60]!r}" if lost else ""


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _pairs(each)


# Workbooks.

_ROWS: dict[str, Callable[[Json], int]] = {
    "career": lambda _made: 1,
    "alternative_titles": lambda made: len(made["career"]["alternative_titles"]),
    "checks": lambda made: sum(len(level.get("checks", ())) for level in made["levels"]),
    "focus": lambda made: sum(len(level.get("focus", ())) for level in made["levels"]),
    "guide": lambda made: len(made["guide"].get("sections", ())),
    "guide_items": lambda made: sum(
        len(section.get("items", ())) for section in made["guide"].get("sections", ())
    ),
    **{name: lambda made, name=name: len(made.get(name, ())) for name in LISTS},  # type: ignore[misc]
}
"""How many rows a document has for a sheet."""
_SHEETS_AS_CSV = {f"{name}.csv" for name in _ROWS}
_TEXTS = {
    *("key", "title", "short_title", "summary", "scope", "sector", "credit", "text", "term"),
    *("description", "kind", "value", "unit", "region", "date", "note", "name", "url", "provider"),
    *(f"anchor_{rating}" for rating in range(5)),
}
"""Columns whose cells are in the document as they are, when they are texts."""


def _of_sheets(sheets: dict[str, list[list[str | None]]], document: Json, notes: str) -> str:
    """Compare sheets of texts, None for what is no text but a number, a date or yes and no."""
    known = set(_texts(document))
    for name, table in sheets.items():
        sheet = name.strip().lower()
        if sheet not in _ROWS:
            if name.strip().lower()[:100] not in notes.lower():
                return f"the sheet {name!r} is not noted"
            continue
        heading, *rows = table or [[]]
        columns = [(cell or "").strip().lower().replace(" ", "_") for cell in heading]
        rows = [row for row in rows if any(cell != "" for cell in row)]
        if len(rows) != _ROWS[sheet](document):
            return f"{sheet} has {_ROWS[sheet](document)} rows of {len(rows)}"
        for row in rows:
            for column, cell in zip(columns, row, strict=False):
                if column in _TEXTS and cell and cell.replace("\r\n", "\n") not in known:
                    return f"{sheet} lost {cell[:60]!r} of {column}"
    return ""


def _csvs(files: dict[str, bytes]) -> Iterator[tuple[str, list[list[str | None]]]]:
    headings = b"".join(re.split(rb"[\r\n]", data, maxsplit=1)[0] for data in files.values())
    delimiter = max(",;\t", key=lambda each: headings.count(each.encode()))
    for name, data in files.items():
        text = io.StringIO(data.decode("utf-8-sig", "replace"), newline="")
        is_ours = _base(name) in _SHEETS_AS_CSV
        rows: list[list[str | None]] = (
            [list(row) for row in csv.reader(text, delimiter=delimiter)] if is_ours else []
        )
        yield _base(name).removesuffix(".csv"), rows


def _xlsx(files: dict[str, bytes]) -> Iterator[tuple[str, list[list[str | None]]]]:
    links = {
        each.get("Id"): str(each.get("Target")).removeprefix("/xl/")
        for each in ElementTree.fromstring(files["xl/_rels/workbook.xml.rels"])
        if "chartsheet" not in str(each.get("Type"))
    }
    shared: list[str] = []
    if "xl/sharedStrings.xml" in files:
        root = ElementTree.fromstring(files["xl/sharedStrings.xml"])
        shared = [_text(each) for each in root.iter(f"{SPACE}si")]
    for sheet in ElementTree.fromstring(files["xl/workbook.xml"]).iter(f"{SPACE}sheet"):
        if sheet.get(LINK) in links:
            root = ElementTree.fromstring(files[f"xl/{links[sheet.get(LINK)]}"])
            rows = [_cells(row, shared) for row in root.iter(f"{SPACE}row")]
            yield str(sheet.get("name")), rows


def _cells(row: Any, shared: list[str]) -> list[str | None]:
    cells: list[str | None] = []
    for cell in row:
        letters = re.match(r"[A-Z]*", cell.get("r") or "")
        place = 0
        for letter in letters[0] if letters else "":
            place = place * 26 + ord(letter) - 64
        cells += [""] * ((place or len(cells) + 1) - len(cells))
        value = cell.findtext(f"{SPACE}v") or ""
        match cell.get("t", "n"):
            case "inlineStr":
                cells[-1] = _text(cell)
            case "s":
                cells[-1] = shared[int(value)]
            case "str":
                cells[-1] = value
            case _:
                cells[-1] = None if value else ""
        if "_x" in (cells[-1] or ""):  # how a part writes signs that it cannot hold
            cells[-1] = None
    return cells


def _text(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(f"{SPACE}t"))


# CASE.


def _of_case(raw: Json, document: Json, notes: str) -> str:
    """Look for every item, by its statement or its short one, or by a note that names it."""
    known = {" ".join(text.split())[:199] for text in _texts(document)}
    for item in raw.get("CFItems", ()):
        named = (str(item.get(name) or "?") for name in ("humanCodingScheme", "identifier"))
        texts = (str(item.get(name) or "") for name in ("fullStatement", "abbreviatedStatement"))
        plain = ("".join(c if c >= " " else " " for c in text) for text in texts)
        is_there = any(" ".join(text.split())[:199] in known for text in plain if text)
        if not is_there and not any(name in notes for name in named):
            return f"lost the item {str(item.get('identifier'))[:60]!r}"
    return ""


# Releases.


def _of_release(files: dict[str, bytes], occupations: tuple[str, ...], found: list[Json]) -> str:
    named = {_base(name): data for name, data in files.items()}
    if len(found) != len(set(occupations)):
        return f"{len(found)} careers of {len(set(occupations))} occupations"
    is_esco = RELATIONS in named
    asked = _esco(named) if is_esco else _onet(named)
    for document in found:
        codes = document["career"]["codes"]
        wanted = len(asked[codes["esco-uri"] if is_esco else codes["onet-soc"]])
        if len(document["skills"]) != wanted:
            return f"{document['career']['key']} has {len(document['skills'])} skills of {wanted}"
    return ""


def _rows(data: bytes, **options: Any) -> Iterator[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    for row in csv.DictReader(text, **options):
        yield {str(name).strip(): value for name, value in row.items()}


def _esco(files: dict[str, bytes]) -> dict[str, set[str]]:
    """Return the skills of each occupation, by their addresses."""
    found: dict[str, set[str]] = {}
    for row in _rows(files[RELATIONS]):
        found.setdefault(row["occupationUri"], set()).add(row["skillUri"])
    return found


def _onet(files: dict[str, bytes]) -> dict[str, set[str]]:
    """Return the elements of each occupation that matter: IM of 2.5 and not marked irrelevant."""
    rated: dict[str, set[str]] = {}
    irrelevant: set[tuple[str, str]] = set()
    is_new = any(name in files for name in SKILL_FILES[1:3])
    for name in SKILL_FILES[1:] if is_new else (SKILL_FILES[0], SKILL_FILES[3]):
        for row in _rows(files[name], delimiter="\t", quoting=csv.QUOTE_NONE):
            code, element = row["O*NET-SOC Code"], row["Element ID"]
            if row["Scale ID"] not in ("IM", "LV") or row["Data Value"] == "n/a":
                continue
            if row["Not Relevant"] == "Y":
                irrelevant.add((code, element))
            if row["Scale ID"] == "IM" and float(row["Data Value"]) >= 2.5:
                rated.setdefault(code, set()).add(element)
    return {
        code: {e for e in found if (code, e) not in irrelevant} for code, found in rated.items()
    }
