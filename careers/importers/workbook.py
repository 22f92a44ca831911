"""Workbooks: .xlsx, or CSV files in a .zip, one sheet for each list of a framework.

The sheets and columns are those of ``careers.sheets``; ``exporters.workbook`` writes them.
What is wrong is named by sheet, row and column.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from careers import check
from careers import document as documents
from careers.document import Json
from careers.sheets import BY_NAME, SHEETS, Row, Sheet, document_of, rows_of

from .cells import value_of
from .lengths import too_many
from .places import Places
from .reading import Fault, Faults, InputError, Note, Reading, refuse
from .sources import read_archive
from .tables import delimiter_of, read_table
from .xlsx import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_PART_BYTES,
    MAX_ROWS,
    SAVE_AS,
    Grid,
    read_sheets,
    refuse_compound,
    too_many_rows,
)
from .zips import is_litter, open_zip, shown, told_when_broken

MAX_BYTES = 25_000_000
"""Uncompressed bytes of a workbook; the largest document (5 MB) needs about 15."""


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
    numbered = {sheet: _rows(BY_NAME[sheet], grid, faults) for sheet, grid in grids.items()}
    rows: dict[str, Sequence[Row]] = dict(rows_of(base)) if base else {}
    rows = {sheet.name: rows.get(sheet.name, []) for sheet in SHEETS}
    rows |= {sheet: [row for _number, row in found] for sheet, found in numbered.items()}
    places = Places(numbered)
    _refuse_strays(rows, places, faults)
    faults.raise_any()
    return Reading((_verified(name, document_of(rows), places),), tuple(notes))


def _grids(name: str, data: bytes) -> tuple[dict[str, Grid], list[Note]]:
    """Return the sheets that are known, by name, and notes on what is not."""
    refuse_compound(name, data)
    parts = _parts(name, data)
    if "xl/workbook.xml" in parts:
        grids, unknown = read_sheets(name, data)
        return grids, [
            Note(shown(f"sheet {each}"), "is none of ours: left out") for each in unknown
        ]
    files = {f"{sheet.name}.csv" for sheet in SHEETS}
    strays = sorted(each for each in parts if PurePosixPath(each).name.casefold() not in files)
    notes = [Note(shown(f"file {each}"), "is none of ours: left out") for each in strays]
    return _read_csvs(name, data), notes


def _parts(name: str, data: bytes) -> list[str]:
    """Return the names of the files within, when they are not too many and too large."""
    broken = told_when_broken(name, "is no workbook, or was not written to its end", SAVE_AS)
    with broken, open_zip(name, data) as archive:
        members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise refuse(name, f"holds more than {MAX_MEMBERS} parts", "Remove what is no data.")
    is_workbook = any(member.filename == "xl/workbook.xml" for member in members)
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise _too_large(name, data, b"<row" if is_workbook else b"\n")
    for member in members:
        large = member.filename.casefold().startswith(("xl/worksheets/", "xl/sharedstrings"))
        if is_workbook and not large and member.file_size > MAX_PART_BYTES:
            message = f"its part {member.filename} unpacks to more than {MAX_PART_BYTES:,} bytes"
            raise refuse(name, message, "Remove pictures and formats.")
    return [each.filename for each in members if not each.is_dir() and not is_litter(each.filename)]


def _too_large(name: str, data: bytes, row_mark: bytes) -> InputError:
    """Return the error of a file that unpacks to too much; it names the row where that shows."""
    broken = told_when_broken(name, "has a broken part, or was not written to its end", SAVE_AS)
    with broken, open_zip(name, data) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        with archive.open(largest) as part:
            rows = part.read(MAX_BYTES).count(row_mark)
        if rows > MAX_ROWS and largest.filename.endswith((".xml", ".csv")):
            return too_many_rows(largest.filename, MAX_ROWS + 1)
    return refuse(name, f"unpacks to more than {MAX_BYTES:,} bytes", "Remove what is no data.")


def _read_csvs(name: str, data: bytes) -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    files = read_archive(name, data, [f"{sheet.name}.csv" for sheet in SHEETS])
    delimiter = delimiter_of(files.values())
    left = MAX_CELLS
    for file, content in files.items():
        table = read_table(file, content, (), delimiter=delimiter, most=MAX_BYTES)
        if len(table.columns) > MAX_COLUMNS:
            message = f"has more than {MAX_COLUMNS} columns"
            raise InputError([Fault(file, 1, "", message, "Remove what is no data.")])
        grid: Grid = [(1, list(table.columns))] if content else []
        for number, cells in table.rows:
            if number > MAX_ROWS:
                raise too_many_rows(file, number)
            left -= len(cells)
            if left < 0:
                message = f"brings the workbook to more than {MAX_CELLS:,} cells"
                raise InputError([Fault(file, number, "", message, "Remove what is no data.")])
            grid.append((number, list(cells)))
        grids[file.removesuffix(".csv")] = grid
    return grids


def _rows(sheet: Sheet, grid: Grid, faults: Faults) -> list[tuple[int, Row]]:
    if not grid:
        names = ", ".join(sheet.required)
        faults.add(sheet.name, 1, "", "is empty", f"Write the heading ({names}) or remove it.")
        return []
    heading = [str(cell or "").strip().lower().replace(" ", "_") for cell in grid[0][1]]
    _check_heading(sheet, heading, faults)
    found = []
    # What stands to the right of the heading is a cell without one.
    heading += [""] * (MAX_COLUMNS - len(heading))
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
    for problem in too_many(document) or documents.shape_problems(document):
        faults.add(*places.of_problem(problem, name), problem.message)
    faults.raise_any()
    normal = documents.arranged(document)
    for finding in check.errors(normal):
        faults.add(*places.of_finding(finding, normal, name), finding.message)
    faults.raise_any()
    return normal
