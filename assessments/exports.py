"""A report as a workbook and as CSV.

Whatever a person typed or an editor named stays text in a spreadsheet: nothing is a formula.
openpyxl is imported where a workbook is made, for it slows every start.
"""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from careers.sheets import disarmed, looks_like_formula

from .report_page import ReportPage
from .tables import Cell, Table, tables
from .typed_text import shown

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FORMATS = {float: "0.0", Decimal: "0.00", int: "0"}
WIDTHS = {"title": 34, "value": 40, "evidence": 60, "raises": 50, "group": 30, "about": 40}
USUAL_WIDTH = 16


def report_csv(page: ReportPage) -> bytes:
    """Return a report's tables as one CSV."""
    return as_csv(tables(page))


def as_csv(found: Sequence[Table]) -> bytes:
    """Return all tables as one CSV (RFC 4180): a row names its table in the first column.

    It begins with a byte order mark, without which Excel reads UTF-8 as the local code page;
    programs read it as ``utf-8-sig``.
    """
    keys = dict.fromkeys(column.key for table in found for column in table.columns)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["table", *keys], restval="", lineterminator="\r\n")
    writer.writeheader()
    for table in found:
        for row in table.rows:
            cells = zip(table.columns, row, strict=True)
            writer.writerow(
                {"table": table.name} | {column.key: _written(cell) for column, cell in cells}
            )
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    """Return a cell as text: percentages with their decimal, formulas disarmed by an apostrophe."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return disarmed(shown(cell))
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def report_xlsx(page: ReportPage) -> bytes:
    """Return a report's tables as a workbook."""
    return as_xlsx(tables(page), page.level.title)


def as_xlsx(found: Sequence[Table], title: str) -> bytes:
    """Return the tables as a workbook, a sheet each."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = title
    book.properties.creator = "Rung"
    book.remove(book.worksheets[0])
    for table in found:
        _fill(book.create_sheet(table.name), table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: "Worksheet", table: Table) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        head = sheet.cell(row=1, column=number)
        _put(head, column.title)
        head.font = Font(bold=True)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = WIDTHS.get(column.key, USUAL_WIDTH)
    for place, row in enumerate(table.rows, start=2):
        for number, value in enumerate(row, start=1):
            cell = sheet.cell(row=place, column=number)
            _put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))


def _put(cell: Any, value: Cell) -> None:
    """Store a value; text stays text, also when a person edits the cell."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = shown(value)
        cell.data_type = "s"
        cell.quotePrefix = looks_like_formula(value)
    else:
        cell.value = value
        cell.number_format = FORMATS[type(value)]
