"""Tables of text: tab-separated (O*NET) and comma-separated (ESCO, workbooks as CSV).

Read line by line: neither the text of a file nor its rows are ever held whole.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .reading import Fault, Faults, InputError, refuse

MAX_ROWS = 300_000
"""Rows of one table; the largest real one has 129,004."""
MAX_COLUMNS = 100
"""Columns of one table; the widest real one has 15."""
MAX_ROW_CELLS = 50_000
"""Delimiters in one row, those within texts too; a row of ours has 40,000 characters."""
MAX_ROW_TEXT = 1_000_000
"""Characters in one row."""
MAX_BYTES = 24_000_000
"""Bytes of a table whose texts are kept; the largest real one has 8 million."""
CHUNK = 1024 * 1024
MARK = codecs.BOM_UTF8


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
    file: str,
    data: bytes,
    required: tuple[str, ...],
    *,
    delimiter: str = ",",
    quoted: bool = True,
    most: int = MAX_BYTES,
    most_rows: int = MAX_ROWS,
) -> Table:
    """Return a table that has at least the required columns, ``most`` bytes and rows at most.

    Raises InputError.
    """
    if len(data) > most:
        raise refuse(file, f"is larger than {most:,} bytes", "Remove what is no data.")
    _refuse_unreadable(file, data, delimiter, quoted=quoted)
    lines = _Lines(file, data, delimiter)
    rows = _rows(file, _reader(lines, delimiter, quoted=quoted), lines, most_rows)
    columns = tuple(name.strip() for name in next(rows, (1, []))[1])
    if len(columns) > MAX_COLUMNS:
        message = f"has more than {MAX_COLUMNS} columns"
        raise InputError([Fault(file, 1, "", message, "Remove what is no data.")])
    check_columns(file, columns, required)
    return Table(file, columns, _even(file, rows, len(columns)))


def _reader(
    lines: Iterable[str], delimiter: str, *, quoted: bool, strict: bool = True
) -> Iterator[list[str]]:
    if quoted:
        return csv.reader(lines, delimiter=delimiter, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)


class _Lines:
    """The lines of a file with their ends, one at a time.

    A row of too many cells is refused before it is made one: each cell would take memory
    that its delimiter alone does not.
    """

    def __init__(self, file: str, data: bytes, delimiter: str) -> None:
        self._file, self._delimiter = file, delimiter
        source = io.BytesIO(data)
        source.seek(len(MARK) if data.startswith(MARK) else 0)
        self._text = io.TextIOWrapper(source, encoding="utf-8", newline="")
        self.begin(1)

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_ROW_TEXT + 1):
            self._size += len(line)
            self._cells += line.count(self._delimiter)
            if self._size > MAX_ROW_TEXT:
                raise self._refusal(f"has more than {MAX_ROW_TEXT:,} characters")
            if self._cells > MAX_ROW_CELLS:
                raise self._refusal(f"has more than {MAX_ROW_CELLS:,} cells")
            yield line

    def begin(self, row: int) -> None:
        """Count anew: the next line begins this row."""
        self._row, self._cells, self._size = row, 0, 0

    def _refusal(self, message: str) -> InputError:
        remedy = "Look for a quotation mark or a line end that is missing."
        return InputError([Fault(self._file, self._row, "", message, remedy)])


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


def decode(file: str, data: bytes) -> str:
    """Return UTF-8 text without control characters, save tabs and line ends.

    Raises InputError naming the row and column of the first that is wrong.
    """
    _refuse_unreadable(file, data, ",", quoted=False)
    return data.removeprefix(MARK).decode()


def _refuse_unreadable(file: str, data: bytes, delimiter: str, *, quoted: bool) -> None:
    remedy = "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    if encoding := wide_encoding(data):
        raise refuse(file, f"is {encoding}, not UTF-8", remedy)
    at = _undecodable(data)
    message = f"the byte 0x{data[at]:02x} is not UTF-8" if at < len(data) else ""
    if not message and (found := _CONTROL.search(data)):
        at, message, remedy = found.start(), f"has the control character U+{found[0][0]:04X}", ""
    if message:
        place = _place(memoryview(data)[:at], delimiter, quoted=quoted)
        raise InputError([Fault(file, *place, message, remedy or "Remove it.")])


def wide_encoding(data: bytes) -> str:
    """Return UTF-32 or UTF-16 when a mark at the start tells it, else ""."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # LE's begins like UTF-16's
        return "UTF-32"
    return "UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def refuse_wide(file: str, data: bytes) -> None:
    """Refuse a release's file with a character beyond U+FFFF; none has one.

    A single one makes the text around it take four times the memory.
    """
    if found := _BEYOND.search(data):
        row = data.count(b"\n", 0, found.start()) + 1
        message = "has a sign such as an emoji, which no release has"
        raise InputError([Fault(file, row, "", message, "Remove it.")])


_BEYOND = re.compile(rb"[\xf0-\xf4]")


def _undecodable(data: bytes) -> int:
    """Return where the first byte stands that is not UTF-8; the end when all are."""
    at = 0
    while at < len(data):
        piece = data[at : at + CHUNK]
        try:
            piece.decode()
        except UnicodeDecodeError as error:
            at += error.start
            # A letter that lies across the end of the piece begins the next one.
            if error.end < len(piece) or at + len(piece) - error.start == len(data):
                return at
        else:
            at += len(piece)
    return at


_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def delimiter_of(files: Iterable[bytes]) -> str:
    """Return what stands between the cells of CSV files that were saved together.

    A comma unless their headings hold more of another; one of a single column does not tell.
    """
    headings = [re.split(rb"[\r\n]", data[:CHUNK], maxsplit=1)[0] for data in files]
    return max(",;\t", key=lambda each: b"".join(headings).count(each.encode()))


def _place(before: memoryview, delimiter: str, *, quoted: bool) -> tuple[int, str]:
    """Return the row after a text, and the name of the column."""
    # A letter in place of what is wrong: it may be the first of its row.
    lines = _Lines("", b"".join((before, b"x")), delimiter)
    heading: list[str] = []
    cells: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(_reader(lines, delimiter, quoted=quoted, strict=False), 1):
            heading = cells if number == 1 else heading
            lines.begin(number + 1)
    except (csv.Error, InputError):
        # An endless cell, most likely a quotation mark that is not closed.
        return bytes(before).count(b"\n") + 1, ""
    place = len(cells) - 1
    is_named = number > 1 and place < len(heading)
    return number, heading[place].strip() if is_named else ""


def _rows(
    file: str, reader: Iterator[list[str]], lines: _Lines, most: int
) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > most:
                raise InputError([Fault(file, number, "", f"has more than {most:,} rows")])
            lines.begin(number + 1)
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
