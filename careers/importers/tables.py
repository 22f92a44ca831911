"""Tables of text: tab-separated (O*NET) and comma-separated (ESCO, workbooks as CSV)."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
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
    text = io.StringIO(decode(file, data, delimiter, quoted=quoted), newline="")
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


def decode(file: str, data: bytes, delimiter: str = ",", *, quoted: bool = False) -> str:
    """Return UTF-8 text without control characters, save tabs and line ends.

    Raises InputError naming the row and column of the first that is wrong.
    """
    remedy = "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(file, "is UTF-16, not UTF-8", remedy)
    content = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        place = _place(before, delimiter, quoted=quoted)
        raise InputError([Fault(file, *place, message, remedy)]) from error
    if found := _CONTROL.search(text):
        message = f"has the control character U+{ord(found[0]):04X}"
        place = _place(text[: found.start()], delimiter, quoted=quoted)
        raise InputError([Fault(file, *place, message, "Remove it.")])
    return text


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def delimiter_of(files: Iterable[bytes]) -> str:
    """Return what stands between the cells of CSV files that were saved together.

    A comma unless their headings hold more of another; one of a single column does not tell.
    """
    headings = [
        re.split(rb"[\r\n]", data.removeprefix(codecs.BOM_UTF8), maxsplit=1)[0] for data in files
    ]
    return max(",;\t", key=lambda each: b"".join(headings).count(each.encode()))


def _place(before: str, delimiter: str, *, quoted: bool) -> tuple[int, str]:
    """Return the row after a text, and the name of the column."""
    # A letter in place of what is wrong: it may be the first of its row.
    lines = io.StringIO(f"{before}x", newline="")
    try:
        if quoted:
            rows = list(csv.reader(lines, delimiter=delimiter))
        else:
            rows = list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:  # an endless cell, most likely a quotation mark that is not closed
        return before.count("\n") + 1, ""
    place = len(rows[-1]) - 1
    return len(rows), rows[0][place].strip() if len(rows) > 1 and place < len(rows[0]) else ""


def _rows(file: str, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise InputError([Fault(file, number, "", f"has more than {MAX_ROWS:,} rows")])
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
