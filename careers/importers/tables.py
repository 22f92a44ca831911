"""Tables of text: tab-separated (O*NET) and comma-separated (ESCO, workbooks as CSV)."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from .reading import Fault, Faults, InputError, refuse

MAX_ROWS = 300_000
"""Rows of one table; the largest real one has 129,004."""
MAX_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading. Rows are (number, cells); the heading is row 1."""

    file: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]

    def pick(self, *names: str) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells of the named columns). Raises InputError."""
        places = [self.columns.index(name) for name in names]
        for number, cells in self.rows:
            yield number, [cells[place] for place in places]


def read_table(
    file: str, data: bytes, required: tuple[str, ...], *, delimiter: str = ",", quoted: bool = True
) -> Table:
    """Return a table that has at least the required columns. Raises InputError."""
    text = io.StringIO(decode(file, data, delimiter), newline="")
    if quoted:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
    else:
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    rows = _rows(file, reader)
    columns = tuple(name.strip() for name in next(rows, (1, []))[1])
    check_columns(file, columns, required)
    return Table(file, columns, _even(file, rows, len(columns)))


def check_columns(file: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    """Raise InputError naming each missing column and each that stands twice."""
    faults = Faults()
    there = ", ".join(name for name in columns if name) or "none"
    for name in required:
        if name not in columns:
            remedy = f"Add it to the heading; there are: {there[:300]}."
            faults.add(file, 1, name, "this column is missing", remedy)
    for name in sorted({name for name in columns if name and columns.count(name) > 1}):
        faults.add(file, 1, name, "this column stands twice", "Leave one of them out.")
    faults.raise_any()


def decode(file: str, data: bytes, delimiter: str = ",") -> str:
    """Return UTF-8 text. Raises InputError naming the row and column of the first bad byte."""
    remedy = "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(file, "is UTF-16, not UTF-8", remedy)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        place = data.count(delimiter.encode(), start, error.start)
        heading = data.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r\ufeff")
        names = heading.split(delimiter)
        column = names[place].strip('"') if row > 1 and place < len(names) else ""
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise InputError([Fault(file, row, column, message, remedy)]) from error


def _rows(file: str, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise refuse(file, f"has more than {MAX_ROWS:,} rows")
            yield number, cells
    except csv.Error as error:
        remedy = "Look for a quotation mark that is not closed."
        fault = Fault(file, number + 1, "", f"cannot be read ({error})", remedy)
        raise InputError([fault]) from error


def _even(
    file: str, rows: Iterator[tuple[int, list[str]]], width: int
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if len(cells) == width:
            yield number, cells
        elif any(cell.strip() for cell in cells):
            message = f"has {len(cells)} cells where the heading has {width}"
            raise InputError([Fault(file, number, "", message, "Mend or remove the row.")])
