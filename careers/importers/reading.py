"""What an importer returns, and the one error that all of them raise.

Pure: an importer takes bytes and returns framework documents in normal form, or says
what is wrong by file, row and column. It knows no Django, no clock and no database.
"""

from dataclasses import dataclass

from careers.document import Json

MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in what was to be imported.

    ``file`` is a file or sheet, ``row`` counts from 1 with the heading as row 1 (None when
    no row is meant), ``remedy`` says what to do.
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
            place.append(f"column {self.column}")
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
        self._found.append(Fault(file, row, column, message, remedy))
        if len(self._found) == MOST_FAULTS:
            more = Fault(file, None, "", "more faults follow", "Mend these first.")
            raise InputError([*self._found, more])

    def raise_any(self) -> None:
        """Raise InputError if there are faults."""
        if self._found:
            raise InputError(self._found)


def refuse(file: str, message: str, remedy: str = "") -> InputError:
    """Return the error for a file that cannot be read at all."""
    return InputError([Fault(file, None, "", message, remedy)])
