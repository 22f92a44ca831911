"""A framework document as a workbook (.xlsx) that ``importers.workbook`` reads back exactly."""

import io
from typing import Any

from careers.document import Json
from careers.sheets import SHEETS, Column, Row, looks_like_formula, rows_of

WIDTHS = {"text": 44, "title": 44, "description": 60, "summary": 60, "scope": 44}


def write(document: Json) -> bytes:
    """Return the workbook of a document in normal form. Every text is a text, never a formula."""
    from openpyxl import Workbook  # takes a tenth of a second: only where needed

    book = Workbook(write_only=True)
    rows = rows_of(document)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for place, column in enumerate(sheet.columns):
            letter = chr(ord("A") + place)
            page.column_dimensions[letter].width = WIDTHS.get(column.name, 18)
        page.append([column.name for column in sheet.columns])
        for row in rows[sheet.name]:
            page.append([_cell(page, column, row) for column in sheet.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, column: Column, row: Row) -> Any:
    value = _value(column, row.get(column.name))
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value)
    cell.data_type = "s"  # "=1+1" would be stored as a formula
    if looks_like_formula(value):
        cell.quotePrefix = True  # stays a text when it is edited in a spreadsheet
    return cell


def _value(column: Column, value: Any) -> Any:
    if value in ("", None, [], {}):
        return None
    match column.kind:
        case "money":
            return float(value)
        case "lines":
            return "\n".join(value)
        case "codes":
            return "\n".join(f"{name}: {code}" for name, code in value.items())
        case "ratings":
            return "\n".join(f"{each['skill']} {each['rating']}" for each in value)
        case _:
            return value
