"""The sheets of an .xlsx file: their cells, each where it stands, or a refusal.

The library reads cells one by one; which rows and sheets there are is looked at here, because
it passes over what stands twice or out of order without a word. Sizes are capped before
anything is parsed: a workbook of 300 KB can otherwise take half a minute and half a gigabyte.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from careers.sheets import BY_NAME

from .reading import Fault, InputError, refuse
from .zips import open_zip, told_when_broken

MAX_PART_BYTES = 2_000_000
"""Of a part that is neither a sheet nor the table of texts."""
MAX_MEMBERS = 200
MAX_ROWS = 12_000
MAX_COLUMNS = 40
MOST_COLUMNS = 16_384
"""Of any sheet; there are no letters for more."""
MAX_CELLS = 200_000
MAX_ROW_TAGS = 20_000
MAX_STRING_TAGS = 600_000
"""Tags in one row, and in the shared strings: they are read whole, whatever they hold."""
MAX_PART_TAGS = 30_000
"""Tags in any other part: a style takes fifty microseconds and a kilobyte."""
MAX_TAGS = 1_600_000
MAX_ATTRIBUTES = 1_000_000
"""Of all parts: 200,000 cells with what each may have."""
LONG_TAG = re.compile(rb"<[^<]{250000}")
"""More than a tag and a full cell's text after it, which has 32,767 signs of up to six bytes."""
LONG_STYLE = re.compile(rb"<[^<]{4000}")
"""The library looks for a date in each format by a search that is slow in long ones."""
NO_VALUES = {"f": "is a formula", "e": "is an error of the spreadsheet"}
"""What the library calls a cell that holds no value of its own, and what is said of it."""
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STRICT = b"http://purl.oclc.org/ooxml/"
SAVE_AS = "Save it again as .xlsx, or as CSV files in a .zip."
SAVE_AGAIN = "Open it in a spreadsheet and save it again."

_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")

Grid = list[tuple[int, list[Any]]]
"""(row number from 1, cells); the heading is row 1."""


def refuse_compound(name: str, data: bytes) -> None:
    """Refuse what Office writes when a file is under a password, or in its old formats."""
    if not data.startswith(COMPOUND):
        return
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise refuse(name, "is under a password", "Save it without one.")
    raise refuse(name, "is in an old format of Office", "Save it as .xlsx.")


def read_sheets(name: str, data: bytes) -> tuple[dict[str, Grid], list[str]]:
    """Return the sheets that are known, and the names of those that are not.

    Raises InputError by sheet, row and column.
    """
    _limit_parts(name, data)
    try:
        return _read(name, data)
    except InputError:
        raise
    except Exception as error:  # the library passes on whatever a broken part raises
        if _declares_entities(error):
            raise refuse(name, "declares XML entities", SAVE_AGAIN) from error
        message = "cannot be read: one of its parts is not as spreadsheets write it"
        raise refuse(name, message, SAVE_AGAIN) from error


# Before anything is parsed.


def _limit_parts(name: str, data: bytes) -> None:
    """Refuse parts of millions of tags or attributes, and those that hide them by an encoding."""
    tags = attributes = 0
    broken = told_when_broken(name, "has a broken part, or was not written to its end", SAVE_AS)
    with broken, open_zip(name, data) as archive:
        for part in archive.infolist():
            content = archive.read(part)
            _limit_part(part.filename, content)
            tags += content.count(b"<")
            attributes += content.count(b"=")
    for count, most, what in (
        (tags, MAX_TAGS, "tags"),
        (attributes, MAX_ATTRIBUTES, "attributes"),
    ):
        if count > most:
            raise refuse(name, f"holds more than {most:,} {what}", _REMOVE)


_REMOVE = "Remove empty rows, columns and formats."


def _limit_part(part: str, content: bytes) -> None:
    declared = _ENCODING.match(content)
    encoding = declared[1].decode("ascii", "replace").casefold() if declared else "utf-8"
    if content.startswith(_WIDE) or encoding not in ("utf-8", "us-ascii"):
        raise refuse(part, "is not UTF-8", SAVE_AGAIN)
    if STRICT in content[:2000] or (part == "xl/workbook.xml" and STRICT in content):
        remedy = "Save it as an ordinary Excel workbook (.xlsx)."
        raise refuse(part, "is in the form “Strict Open XML”, which is not read", remedy)
    if (LONG_STYLE if part == "xl/styles.xml" else LONG_TAG).search(content):
        raise refuse(part, "holds a tag that is too long", SAVE_AGAIN)
    if part.casefold().startswith("xl/worksheets/"):
        _limit_rows(part, content)
        return
    most = MAX_STRING_TAGS if part.casefold().startswith("xl/sharedstrings") else MAX_PART_TAGS
    if content.count(b"<") > most:
        raise refuse(part, f"holds more than {most:,} tags", _REMOVE)


def _limit_rows(part: str, content: bytes) -> None:
    starts = [found.start() for found in _ROW.finditer(content)]
    if len(starts) > MAX_ROWS:  # parsing a million takes seconds
        raise too_many_rows(part, MAX_ROWS + 1)
    for row, (start, end) in enumerate(zip([0, *starts], [*starts, len(content)], strict=True)):
        if content.count(b"<", start, end) > MAX_ROW_TAGS:
            message = f"holds more than {MAX_ROW_TAGS:,} tags in one row"
            raise InputError([Fault(part, row, "", message, _REMOVE)])


def too_many_rows(file: str, row: int) -> InputError:
    """Return the error of a sheet whose row is beyond what is read."""
    message = f"the sheet has more than {MAX_ROWS:,} rows"
    return InputError([Fault(file, row, "", message, "Remove what is no data.")])


def _declares_entities(error: BaseException | None) -> bool:
    """Tell whether defusedxml refused the part; the library may have wrapped what it raised."""
    from defusedxml.common import DefusedXmlException

    while error is not None:
        if isinstance(error, DefusedXmlException):
            return True
        error = error.__cause__ or error.__context__
    return False


# Sheets, rows and cells.


def _read(name: str, data: bytes) -> tuple[dict[str, Grid], list[str]]:
    from openpyxl.reader.excel import ExcelReader  # takes a tenth of a second: only where needed
    from openpyxl.styles.stylesheet import apply_stylesheet

    reader = ExcelReader(io.BytesIO(data), read_only=True, keep_links=False)
    with reader.archive:
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        grids: dict[str, Grid] = {}
        unknown = []
        left = MAX_CELLS
        for title, part in _parts(name, reader):
            if title in BY_NAME:
                with _opened(title, part, reader.archive) as source:
                    cells = _cells(title, source, reader)
                    grids[title], left = _grid(title, cells, left)
            else:
                unknown.append(title)
    return grids, unknown


def _parts(name: str, reader: Any) -> list[tuple[str, str]]:
    """Return the name and part of each sheet. Raises InputError for what stands twice."""
    found: dict[str, str] = {}
    for sheet in reader.parser.sheets:
        title = str(sheet.name).strip().lower()
        if not sheet.id:
            raise refuse(name, f"the sheet {title[:80]!r} has no part", SAVE_AGAIN)
        link = reader.parser.rels[sheet.id]
        if "chartsheet" in link.Type:
            continue  # it draws what stands elsewhere
        if title in found:
            message = f"has two sheets named {title[:80]!r}"
            raise refuse(name, message, "Rename or remove one of them.")
        if link.target in found.values():
            raise refuse(name, f"the sheet {title[:80]!r} is another one too", SAVE_AGAIN)
        found[title] = link.target
    if len(found) > MAX_MEMBERS:
        raise refuse(name, f"holds more than {MAX_MEMBERS} sheets", "Remove what is no data.")
    return list(found.items())


def _opened(title: str, part: str, archive: zipfile.ZipFile) -> Any:
    try:
        return archive.open(part)
    except KeyError as error:
        raise refuse(title, f"its part {part[:80]!r} is missing", SAVE_AGAIN) from error


def _cells(title: str, source: Any, reader: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the number of each row and its cells, in the order of the part.

    A cell has ``row``, ``column``, ``value`` and ``data_type``; what cannot be read is named.
    """
    from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser
    from openpyxl.xml.functions import iterparse

    class Parser(WorkSheetParser):
        def parse_cell(self, element: Any) -> Any:
            place = str(element.get("r") or "")[:20]
            try:
                cell = super().parse_cell(element)
            except Exception as error:
                raise _unreadable(title, self.row_counter, place) from error
            value = cell["value"]
            is_lost = value in (None, "") and "".join(element.itertext()).strip()
            is_endless = isinstance(value, float) and not math.isfinite(value)
            if is_lost or is_endless or cell["column"] > MOST_COLUMNS:
                raise _unreadable(title, self.row_counter, place)
            return cell

    wb = reader.wb
    parser = Parser(
        source,
        reader.shared_strings,
        epoch=wb.epoch,
        date_formats=wb._date_formats,
        timedelta_formats=wb._timedelta_formats,
    )
    for _event, element in iterparse(source):
        if element.tag == ROW_TAG:
            yield parser.parse_row(element)
            element.clear()


def _unreadable(sheet: str, row: int, place: str) -> InputError:
    message = f"the cell {place} cannot be read" if place else "a cell cannot be read"
    return InputError([Fault(sheet, row, "", message, "Write a plain number or text.")])


def _grid(sheet: str, rows: Iterator[tuple[int, list[Any]]], left: int) -> tuple[Grid, int]:
    """Return the cells of a sheet, and how many more the workbook may have."""
    grid: Grid = []
    last = 0
    for number, found in rows:
        if number > MAX_ROWS:
            raise too_many_rows(sheet, number if number == MAX_ROWS + 1 else MAX_ROWS + 1)
        if number <= last:
            message = "stands twice, or after one that comes later"
            raise InputError([Fault(sheet, number, "", message, SAVE_AGAIN)])
        if not grid and number > 1:
            grid.append((1, []))
        last = number
        left -= len(found)
        if left < 0:
            message = f"brings the workbook to more than {MAX_CELLS:,} cells"
            raise InputError([Fault(sheet, number, "", message, "Remove what is no data.")])
        grid.append((number, _values(sheet, number, found, grid[0][1] if grid else [])))
    return grid, left


def _values(sheet: str, number: int, cells: list[Any], heading: list[Any]) -> list[Any]:
    """Return the values of a row from its first column on, at least as many as the heading's."""
    from openpyxl.utils import get_column_letter

    values: list[Any] = [None] * len(heading)
    last = 0
    for cell in cells:
        column, value = cell["column"], cell["value"]
        letter = get_column_letter(column)
        name = str(heading[column - 1] or "") if column <= len(heading) else ""
        if cell["row"] != number or column <= last:
            message = f"the cell {letter}{cell['row']} stands twice, or in another's place"
            raise InputError([Fault(sheet, number, name, message, SAVE_AGAIN)])
        last = column
        if cell["data_type"] in NO_VALUES:
            message = NO_VALUES[cell["data_type"]]
            fault = Fault(sheet, number, name or letter, message, "Paste its value instead.")
            raise InputError([fault])
        if value in (None, ""):
            continue
        if column > MAX_COLUMNS:
            message = f"has a cell to the right of the {MAX_COLUMNS} columns that are read"
            raise InputError([Fault(sheet, number, letter, message, "Remove it or move it left.")])
        values += [None] * (column - len(values))
        values[column - 1] = value
    return values
