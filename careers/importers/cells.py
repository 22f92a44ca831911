"""The value of one cell of a workbook, as a framework document wants it.

A spreadsheet gives text, numbers, true and false, and dates; a CSV file text alone.
"""

import re
from typing import Any

TRUE = {"true", "yes", "y", "x", "1", "wahr", "vrai"}
MOST_LINES = 1_000
"""Of a cell that is a list; none may have more than 50 entries."""
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
FALSE = {"", "false", "no", "n", "0", "falsch", "faux"}


def value_of(kind: str, cell: Any) -> Any:
    """Return the value; "" or None for an empty cell. Raises ValueError(message, remedy)."""
    if hasattr(cell, "isoformat") or hasattr(cell, "total_seconds"):
        raise ValueError(f"{cell} is a date or a time", "Format the cell as text.")
    match kind:
        case "whole":
            return _whole(cell)
        case "flag":
            return _flag(cell)
        case "money":
            return _money(cell)
        case "lines":
            return [line.strip() for line in _lines(_text(cell))]
        case "codes":
            return _codes(_text(cell))
        case "ratings":
            return [_rating(line) for line in _lines(_text(cell))]
        case _:
            return _text(cell)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).replace("\r\n", "\n")


def _whole(cell: Any) -> int | None:
    text = _text(cell).strip()
    if not text:
        return None
    digits = text.removeprefix("-")
    if isinstance(cell, bool) or not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
        raise ValueError(f"{text[:40]!r} is no whole number", "Write one such as 3.")
    return int(text)


def _flag(cell: Any) -> bool:
    text = _text(cell).strip().lower()
    if text not in TRUE | FALSE:
        raise ValueError(f"{text[:40]!r} is neither yes nor no", "Write yes, no or nothing.")
    return text in TRUE


def _money(cell: Any) -> str:
    text = _text(cell).strip()
    whole, dot, decimals = text.partition(".")
    if not text:
        return ""
    if (
        not (whole + decimals).isdecimal()
        or not whole
        or len(decimals) > 2
        or (dot and not decimals)
    ):
        raise ValueError(f"{text[:40]!r} is no amount", "Write it like 120.00.")
    return f"{whole}.{decimals:0<2}"


def _lines(text: str) -> list[str]:
    if text.count("\n") > MOST_LINES:
        raise ValueError(f"has more than {MOST_LINES} lines", "Remove what is no data.")
    return [line for line in text.split("\n") if line.strip()]


def _codes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, code in (_code(line) for line in _lines(text)):
        if name in found:
            raise ValueError(f"the code {name[:40]!r} stands twice", "Keep one of its lines.")
        found[name] = code
    return found


def _code(line: str) -> tuple[str, str]:
    name, colon, code = line.partition(": ")
    if not colon:
        raise ValueError(f"{line[:40]!r} is no code", "Write it like onet-soc: 51-4121.00.")
    return name.strip(), code


def _rating(line: str) -> dict[str, Any]:
    skill, _space, rating = line.strip().rpartition(" ")
    if not skill or rating not in {"1", "2", "3", "4"}:
        remedy = "Write the skill's key and a rating, such as cutting 2."
        raise ValueError(f"{line[:60]!r} is no skill at a rating", remedy)
    return {"skill": skill.strip(), "rating": int(rating)}
