"""What an importer returns, and the one error that all of them raise.

Pure: an importer takes bytes and returns framework documents in normal form, or says
what is wrong by file, row and column. It knows no Django, no clock and no database.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from careers import json_text
from careers.document import Json

MOST_FAULTS = 100
MOST_NOTES = 1_000
MOST_PLACE, MOST_SAID = 200, 1_000
"""Characters of a fault's or note's place and message: a file's own texts stand in them."""
_PATH = re.compile(r"\w+(\[|\.|$)")
_LINE = re.compile(r"line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in what was to be imported.

    ``file`` is a file or sheet, ``row`` counts from 1 with the heading as row 1 (None when
    no row is meant), ``column`` is a column's name, or in JSON the column of the line ``row``
    or a path such as ``skills[3].title``; ``remedy`` says what to do.
    """

    file: str
    row: int | None
    column: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            is_path = self.row is None and _PATH.match(self.column)
            place.append(self.column if is_path else f"column {self.column}")
        return f"{', '.join(place)}: {self.message}." + (f" {self.remedy}" if self.remedy else "")


class InputError(ValueError):
    """Nothing can be imported; ``faults`` says why, at most 100 of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Note:
    """Something left out or assumed, which an editor should know of."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source holds: framework documents, and notes on what was left out."""

    documents: tuple[Json, ...]
    notes: tuple[Note, ...] = ()


class Faults:
    """Collects faults, so that an editor mends a file once and not row by row."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, file: str, row: int | None, column: str, message: str, remedy: str = "") -> None:
        """Remember a fault; raise InputError once there are too many to read."""
        self._found.append(Fault(file, row, column[:MOST_PLACE], message[:MOST_SAID], remedy))
        if len(self._found) == MOST_FAULTS:
            more = Fault(file, None, "", "more faults follow", "Mend these first.")
            raise InputError([*self._found, more])

    def raise_any(self) -> None:
        """Raise InputError if there are faults."""
        if self._found:
            raise InputError(self._found)


class Notes:
    """Collects notes; from a thousand on they are counted only."""

    def __init__(self, found: Iterable[Note] = (), more: int = 0) -> None:
        self._found = list(found)
        self._more = more

    def add(self, where: str, message: str) -> None:
        """Note something."""
        if len(self._found) == MOST_NOTES:
            self._more += 1
        else:
            self._found.append(Note(where[:MOST_PLACE], message[:MOST_SAID]))

    def copy(self) -> "Notes":
        """Return the same again, to go on from."""
        return Notes(self._found, self._more)

    def all(self) -> tuple[Note, ...]:
        """Return them, and how many more there are."""
        more = [Note("", f"{self._more:,} more things are not kept")] if self._more else []
        return (*self._found, *more)


def refuse(file: str, message: str, remedy: str = "") -> InputError:
    """Return the error for a file that cannot be read at all."""
    return InputError([Fault(file, None, "", message, remedy)])


def fault_at(file: str, where: str, message: str) -> Fault:
    """Return the fault for a problem of a document: a line and column, or a path."""
    found = _LINE.fullmatch(where)
    if found:
        return Fault(file, int(found[1]), found[2], message)
    return Fault(file, None, where, message)


def load_json(file: str, data: bytes) -> Any:
    """Return what a JSON file holds. Raises InputError by line and column."""
    try:
        return json_text.read(data)
    except json_text.JsonTextError as error:
        path = f" (at {error.path})" if error.path else ""
        fault = Fault(file, error.line, str(error.column), f"{error.message}{path}")
        raise InputError([fault]) from error
