"""Workbooks: .xlsx, or CSV files in a .zip, one sheet for each list of a framework.

The sheets and columns are those of ``careers.sheets``; ``exporters.workbook`` writes them.
What is wrong is named by sheet, row and column. Sizes are capped before anything is
parsed: a workbook of 300 KB can otherwise take half a minute and half a gigabyte.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from careers import check
from careers import document as documents
from careers.document import Json
from careers.sheets import BY_NAME, SHEETS, Row, Sheet, document_of, rows_of

from .cells import value_of
from .places import Places
from .reading import Fault, Faults, InputError, Note, Reading, refuse
from .sources import read_archive
from .tables import delimiter_of, read_table

MAX_BYTES = 25_000_000
"""Uncompressed bytes of a workbook; the largest document (5 MB) needs about 15."""
MAX_PART_BYTES = 2_000_000
"""The same for a part that is neither a sheet nor the table of texts."""
MAX_MEMBERS = 200
MAX_ROWS = 12_000
MAX_COLUMNS = 40
BROKEN = (zipfile.BadZipFile, EOFError, ValueError, OSError, RuntimeError, zlib.error)
"""What zipfile raises of an archive that is broken, or stranger than it can read."""
NO_VALUES = {"f": "is a formula", "e": "is an error of the spreadsheet"}
"""What openpyxl calls a cell that holds no value of its own, and what is said of it."""
MAX_CELLS = 200_000
MAX_ROW_TAGS = 20_000
MAX_STRING_TAGS = 600_000
"""Tags in one row, and in the shared strings: they are read whole, whatever they hold."""

Grid = list[tuple[int, list[Any]]]
"""(row number from 1, cells); the heading is row 1."""


def read(name: str, data: bytes, base: Json | None = None) -> Reading:
    """Return the document of a workbook. Raises InputError by sheet, row and column.

    Sheets that the workbook lacks are taken from ``base``, the career's draft in normal
    form, if that is given.
    """
    grids, notes = _grids(name, data)
    missing = [sheet.name for sheet in SHEETS if sheet.needed and sheet.name not in grids]
    if missing and base is None:
        raise refuse(name, f"has no sheet {', '.join(missing)}", "Export a career to see one.")
    faults = Faults()
    numbered = {sheet: _rows(BY_NAME[sheet], grid, faults) for sheet, grid in grids.items() if grid}
    rows: dict[str, Sequence[Row]] = dict(rows_of(base)) if base else {}
    rows = {sheet.name: rows.get(sheet.name, []) for sheet in SHEETS}
    rows |= {sheet: [row for _number, row in found] for sheet, found in numbered.items()}
    places = Places(numbered)
    _refuse_strays(rows, places, faults)
    faults.raise_any()
    return Reading((_verified(name, document_of(rows), places),), tuple(notes))


def _grids(name: str, data: bytes) -> tuple[dict[str, Grid], list[Note]]:
    """Return the sheets that are known, by name, and notes on those that are not."""
    is_workbook = _is_workbook(name, data)
    found = _read_xlsx(name, data) if is_workbook else _read_csvs(name, data)
    known = {sheet: grid for sheet, grid in found.items() if sheet in BY_NAME}
    notes = [Note(f"sheet {each}", "is none of ours: left out") for each in found.keys() - known]
    return known, sorted(notes, key=str)


def _is_workbook(name: str, data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except BROKEN as error:
        remedy = "Save it again as .xlsx, or as CSV files in a .zip."
        raise refuse(name, "is no workbook, or was not written to its end", remedy) from error
    if len(members) > MAX_MEMBERS:
        raise refuse(name, f"holds more than {MAX_MEMBERS} parts")
    is_workbook = any(member.filename == "xl/workbook.xml" for member in members)
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise _too_large(name, data, b"<row" if is_workbook else b"\n")
    for member in members:
        large = member.filename.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))
        if is_workbook and not large and member.file_size > MAX_PART_BYTES:
            message = f"its part {member.filename} unpacks to more than {MAX_PART_BYTES:,} bytes"
            raise refuse(name, message, "Remove pictures and formats.")
    if is_workbook:
        _limit_tags(name, data)
    return is_workbook


def _too_large(name: str, data: bytes, row_mark: bytes) -> InputError:
    """Return the error of a file that unpacks to too much; it names the row where that shows."""
    with suppress(*BROKEN), zipfile.ZipFile(io.BytesIO(data)) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        with archive.open(largest) as part:
            rows = part.read(MAX_BYTES).count(row_mark)
        if rows > MAX_ROWS and largest.filename.endswith((".xml", ".csv")):
            return _too_many_rows(largest.filename, MAX_ROWS + 1)
    return refuse(name, f"unpacks to more than {MAX_BYTES:,} bytes", "Remove what is no data.")


def _limit_tags(name: str, data: bytes) -> None:
    """Refuse a small file that unpacks to a row, or to strings, of millions of empty tags."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {member: archive.read(member) for member in archive.namelist()}
    except BROKEN as error:
        remedy = "Save it again as .xlsx, or as CSV files in a .zip."
        raise refuse(name, "has a broken part, or was not written to its end", remedy) from error
    remedy = "Remove empty rows, columns and formats."
    for part, content in parts.items():
        if part.startswith("xl/sharedStrings") and content.count(b"<") > MAX_STRING_TAGS:
            raise refuse(part, f"holds more than {MAX_STRING_TAGS:,} tags", remedy)
        if part.startswith("xl/worksheets/"):
            if content.count(b"<row") > MAX_ROWS:  # parsing a million takes seconds
                raise _too_many_rows(part, MAX_ROWS + 1)
            for row, tags in enumerate(content.split(b"<row")):
                if tags.count(b"<") > MAX_ROW_TAGS:
                    message = f"holds more than {MAX_ROW_TAGS:,} tags in one row"
                    raise InputError([Fault(part, row, "", message, remedy)])


def _read_csvs(name: str, data: bytes) -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    files = read_archive(name, data, [f"{sheet.name}.csv" for sheet in SHEETS])
    delimiter = delimiter_of(files.values())
    for file, content in files.items():
        table = read_table(file, content, (), delimiter=delimiter)
        grid: Grid = [(1, list(table.columns))]
        for row in table.rows:
            _limit(file, row[0])
            grid.append(row)
        grids[file.removesuffix(".csv")] = grid
    return grids


def _read_xlsx(name: str, data: bytes) -> dict[str, Grid]:
    from openpyxl import load_workbook  # takes a tenth of a second: only where needed

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        grids: dict[str, Grid] = {}
        left = MAX_CELLS
        for page in book.worksheets:
            grids[page.title.strip().lower()], left = _grid(page, left)
        return grids
    except InputError:
        raise
    except Exception as error:  # openpyxl passes on whatever a broken part raises
        remedy = "Open it in a spreadsheet and save it again."
        if _declares_entities(error):
            raise refuse(name, "declares XML entities", remedy) from error
        if _has_chart_sheet(data):  # one without a chart on it breaks the library
            remedy = "Remove the sheet that is a chart: it holds no data."
        message = "cannot be read: one of its parts is not as spreadsheets write it"
        raise refuse(name, message, remedy) from error


def _has_chart_sheet(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.startswith("xl/chartsheets/") for name in archive.namelist())


def _declares_entities(error: BaseException | None) -> bool:
    """Tell whether defusedxml refused the part; openpyxl may have wrapped what it raised."""
    from defusedxml.common import DefusedXmlException

    while error is not None:
        if isinstance(error, DefusedXmlException):
            return True
        error = error.__cause__ or error.__context__
    return False


def _grid(page: Any, left: int) -> tuple[Grid, int]:
    """Return the cells of a sheet, and how many more the workbook may have."""
    grid: Grid = []
    file = page.title
    page.reset_dimensions()  # what a file says of its size may be wrong
    for row in page.iter_rows(max_col=MAX_COLUMNS):
        number = next((cell.row for cell in row if hasattr(cell, "row")), len(grid) + 1)
        _limit(file, number)
        left -= sum(hasattr(cell, "row") for cell in row)  # the others fill gaps
        if left < 0:
            message = f"brings the workbook to more than {MAX_CELLS:,} cells"
            raise InputError([Fault(file, number, "", message, "Remove what is no data.")])
        cells: list[Any] = []
        for cell in row:
            if cell.data_type in NO_VALUES:
                column = str(grid[0][1][len(cells)]) if grid else ""
                message = NO_VALUES[cell.data_type]
                raise InputError([Fault(file, number, column, message, "Paste its value instead.")])
            cells.append(cell.value)
        grid.append((number, cells))
    return grid, left


def _limit(file: str, row: int) -> None:
    if row > MAX_ROWS:
        raise _too_many_rows(file, row)


def _too_many_rows(file: str, row: int) -> InputError:
    message = f"the sheet has more than {MAX_ROWS:,} rows"
    return InputError([Fault(file, row, "", message, "Remove what is no data.")])


def _rows(sheet: Sheet, grid: Grid, faults: Faults) -> list[tuple[int, Row]]:
    heading = [str(cell or "").strip().lower().replace(" ", "_") for cell in grid[0][1]]
    _check_heading(sheet, heading, faults)
    found = []
    for number, cells in grid[1:]:
        if all(cell in (None, "") for cell in cells):
            continue
        row = {}
        for name, cell in zip(heading, cells, strict=False):
            column = sheet.column(name)
            if column is None:
                if name == "" and cell not in (None, ""):
                    faults.add(sheet.name, number, "", "has a cell without a heading")
                continue
            try:
                row[name] = value_of(column.kind, cell)
            except ValueError as error:
                message, remedy = error.args
                faults.add(sheet.name, number, name, message, remedy)
        found.append((number, row))
    return found


def _check_heading(sheet: Sheet, heading: list[str], faults: Faults) -> None:
    for name in dict.fromkeys(name for name in heading if name):
        if sheet.column(name) is None:
            known = ", ".join(column.name for column in sheet.columns)
            faults.add(sheet.name, 1, name[:80], "unknown column", f"Known are: {known}.")
        if heading.count(name) > 1:
            faults.add(sheet.name, 1, name[:80], "this column stands twice", "Remove one.")
    for name in sheet.required:
        if name not in heading:
            faults.add(sheet.name, 1, name, "this column is missing", "Add it to the heading.")


def _refuse_strays(rows: Mapping[str, Sequence[Row]], places: Places, faults: Faults) -> None:
    """Refuse rows of lists within lists that name no row, and more careers than one."""
    if len(rows["career"]) != 1:
        at = places.row("career", 1)
        faults.add(*at, "", "the sheet has to have one row", "One workbook is one career.")
    for sheet, column, other in (
        ("checks", "level", "levels"),
        ("focus", "level", "levels"),
        ("guide_items", "section", "guide"),
    ):
        known = {row.get("key", "") for row in rows[other]}
        for index, row in enumerate(rows[sheet]):
            if row.get(column, "") not in known:
                message = f"there is no {column} {row.get(column, '')!r}"
                faults.add(*places.row(sheet, index), column, message, f"See the sheet {other}.")


def _verified(name: str, document: Json, places: Places) -> Json:
    faults = Faults()
    for problem in documents.shape_problems(document):
        faults.add(*places.of_problem(problem, name), problem.message)
    faults.raise_any()
    normal = documents.arranged(document)
    for finding in check.errors(normal):
        faults.add(*places.of_finding(finding, normal, name), finding.message)
    faults.raise_any()
    return normal
