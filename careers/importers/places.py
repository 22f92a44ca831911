"""Where in a workbook something is that the document's checks found wrong."""

import re
from collections.abc import Mapping, Sequence

from careers.check import Finding
from careers.document import Json, Problem
from careers.sheets import Row

Place = tuple[str, int | None, str]
"""Sheet, row, column."""
_PATH = re.compile(r"^(?P<list>guide\.sections|\w+)\[(?P<index>\d+)\](?: “[^”]*”)?(?P<rest>.*)$")
_FIELD = re.compile(r"^\.(?P<field>\w+)(?:\[(?P<index>\d+)\])?(?P<rest>.*)$")
_SHEETS = {"guide.sections": "guide"}
_WITHIN = {
    ("levels", "checks"): ("checks", "level"),
    ("levels", "focus"): ("focus", "level"),
    ("guide", "items"): ("guide_items", "section"),
}
_COLUMNS = {"years": "years_from", "anchors": "anchor_"}
_MISSING = re.compile(r"^there is no (\w+) '(.*)'$")
_BLANK = re.compile(r"^missing '(\w+)'$")


class Places:
    """Row numbers of a workbook's sheets: {sheet: [(row number, cells by column)]}."""

    def __init__(self, numbered: Mapping[str, Sequence[tuple[int, Row]]]) -> None:
        self._numbered = numbered

    def row(self, sheet: str, index: int) -> tuple[str, int | None]:
        """Return the place of a sheet's row by its index; no row for what is not in it."""
        rows = self._numbered.get(sheet, ())
        return sheet, rows[index][0] if index < len(rows) else None

    def of_problem(self, problem: Problem, file: str) -> Place:
        """Return the place of a problem; what is missing names its column in the message."""
        sheet, row, column = self._of_path(problem.where, file)
        blank = _BLANK.match(problem.message)
        return sheet, row, column or (blank[1] if blank and row is not None else "")

    def _of_path(self, path: str, file: str) -> Place:
        """Return the place of a path such as ``skills[3] “cutting”.title``."""
        if path.startswith("career"):
            name = path.removeprefix("career").lstrip(".").partition("[")[0]
            if name == "alternative_titles":
                return "alternative_titles", None, "title"
            return *self.row("career", 0), name
        found = _PATH.match(path)
        if found is None:
            return (path or file), None, ""
        sheet = _SHEETS.get(found["list"], found["list"])
        index = int(found["index"])
        field = _FIELD.match(found["rest"])
        if field is None:
            return *self.row(sheet, index), ""
        if (sheet, field["field"]) in _WITHIN and field["index"] is not None:
            return self._within(sheet, index, field)
        name = _COLUMNS.get(field["field"], field["field"])
        if name == "anchor_":
            name = f"anchor_{field['index']}"
        return *self.row(sheet, index), name

    def _within(self, sheet: str, index: int, field: re.Match[str]) -> Place:
        other, column = _WITHIN[sheet, field["field"]]
        key = self._numbered[sheet][index][1].get("key", "") if sheet in self._numbered else ""
        rows = [
            number for number, row in self._numbered.get(other, ()) if row.get(column, "") == key
        ]
        inner = _FIELD.match(field["rest"].partition("”")[2] or field["rest"])
        place = int(field["index"])
        return other, rows[place] if place < len(rows) else None, inner["field"] if inner else ""

    def of_finding(self, finding: Finding, document: Json, file: str) -> Place:
        """Return the place of a finding such as ``requirement junior × plc``."""
        for sheet, rows in self._numbered.items():
            for number, row in reversed(rows):
                if finding.where in _names(sheet, row):
                    return sheet, number, _column(finding.message, row)
        return finding.where or file, None, ""


def _names(sheet: str, row: Row) -> tuple[str, ...]:
    """Return what the check calls a row."""
    key = row.get("key", "")
    match sheet:
        case "levels":
            return f"level {key}", f"level rank {row.get('rank')}"
        case "requirements":
            return (f"requirement {row.get('level')} × {row.get('skill')}",)
        case "steps":
            lists = ("requires", "gives", "after")
            within = [
                f"step {key} {name} {each['skill'] if isinstance(each, dict) else each}"
                for name in lists
                for each in row.get(name) or ()
            ]
            return (f"step {key}", *within)
        case "guide":
            return (f"guide section {key}",)
        case "sources":
            return (f"source {row.get('name')}",)
        case _:
            return (f"{sheet.removesuffix('s')} {key}",)


def _column(message: str, row: Row) -> str:
    """Return the column whose cell names what is missing, or the key's."""
    found = _MISSING.match(message)
    if found is None:
        return "key" if message.startswith("stands") and "key" in row else ""
    kind, key = found.groups()
    if kind in row:
        return kind
    for name, value in row.items():
        keys = (
            [each["skill"] if isinstance(each, dict) else each for each in value or ()]
            if (isinstance(value, list))
            else []
        )
        if key in keys:
            return name
    return ""
