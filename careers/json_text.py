"""Reading JSON strictly, and saying where it is wrong: by line, column and path. Pure.

Beyond what Python's reader refuses: keys that stand twice in one object, NaN and Infinity,
half characters (lone surrogates) and endless numbers. Numbers without a fraction come as
whole ones (2.0 as 2).
"""

import codecs
import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 100
"""Said to be too deep where Python's reader gave up; formats need 8."""
MOST_PATH = 120
MAX_DIGITS = 300
MAX_TEXT = 1_000_000
MAX_VALUES = 400_000
"""Brackets and commas, those in texts too."""
VALUE_BYTES = 250
"""What each of these may take once it is read, beside its text."""
MAX_MEMORY = 150_000_000
"""Bytes that reading may take. A text takes four for each sign once one of them is an emoji."""
_FOUR_BYTES, _TWO_BYTES = re.compile(rb"[\xf0-\xf4]"), re.compile(rb"[\xc4-\xef]")
_CONTINUED = bytes(range(0x80, 0xC0))
# Possessive, "++" and "*+": what could be tried again takes memory for every character.
_TOKEN = re.compile(
    r'[ \t\r\n]*+(?P<word>"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++|"|$)', re.DOTALL
)
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""What may be half a character."""
_CONSTANTS = ("NaN", "Infinity", "-Infinity")


class JsonTextError(ValueError):
    """A text that is no JSON; ``line`` and ``column`` count from 1, ``path`` may be empty."""

    def __init__(self, message: str, line: int, column: int, path: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.path = message, line, column, path


def read(source: str | bytes) -> Any:
    """Return the value. Raises JsonTextError for the first thing that is wrong.

    Bytes are UTF-8, with or without its mark.
    """
    _refuse_too_large(source)
    text = source if isinstance(source, str) else _decoded(source)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_whole_if_integral,
        )
    except json.JSONDecodeError as error:
        # The scan goes first: "nested too deeply" explains more than a missing bracket.
        found = _scan(text, error.pos)
        raise found or JsonTextError(f"not JSON: {error.msg}", *_at(text, error.pos)) from error
    except (RecursionError, ValueError) as error:
        raise _scan(text, len(text)) or JsonTextError(str(error)[:300], 1, 1) from error
    if _HALF.search(text) and (found := _scan(text, len(text))):
        raise found
    return value


def _refuse_too_large(source: str | bytes) -> None:
    """Refuse what would take too much memory, by counts that take none."""
    if isinstance(source, str):
        count = sum(source.count(mark) for mark in ("{", "[", ","))
    else:
        count = sum(source.count(mark) for mark in (b"{", b"[", b","))
    if count > MAX_VALUES:
        raise JsonTextError(f"holds more than {MAX_VALUES:,} values; remove what is no data", 1, 1)
    if isinstance(source, str):
        return
    width = 4 if _FOUR_BYTES.search(source) else 2 if _TWO_BYTES.search(source) else 1
    length = len(source.translate(None, _CONTINUED))
    # The bytes, the text, and its texts once more as values.
    if len(source) + 2 * width * length + VALUE_BYTES * count > MAX_MEMORY:
        what = " and has signs such as an emoji" if width == 4 else ""
        raise JsonTextError(f"is too large{what} to be read; give it in smaller files", 1, 1)


def _decoded(data: bytes) -> str:
    content = data.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise JsonTextError(message, *_at(before, len(before))) from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _whole_if_integral(text: str) -> float | int:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large a number")
    return int(number) if number.is_integer() else number


@dataclass(slots=True)
class _Open:
    """An object or list that the scan is in; ``at`` is the key or place it has come to."""

    keys: set[str] | None
    at: str | int = 0
    awaits_key: bool = field(default=True)


def _scan(text: str, end: int) -> JsonTextError | None:
    """Return the first fault of content before a position, by a walk that nesting cannot exhaust.

    What is wrong in syntax is left to Python's reader, which says it better.
    """
    stack: list[_Open] = []
    if not text.strip():
        return None
    for match in _TOKEN.finditer(text, 0, end):
        start, stop = match.span("word")
        # Where something is wrong, a text that no format takes is named first, and not copied.
        is_long = stop - start > MAX_TEXT
        word = "" if is_long else match["word"]
        if word == '"':  # a text that does not end: what follows is in it
            return None
        message = f"is longer than {MAX_TEXT:,} characters" if is_long else _wrong(word, stack)
        if message:
            path = "".join(_step(each) for each in stack[: MAX_DEPTH // 10]).removeprefix(".")
            return JsonTextError(message, *_at(text, start), path[:MOST_PATH])
        _follow(word, stack)
    return None


def _wrong(word: str, stack: list[_Open]) -> str:
    within = stack[-1] if stack else None
    if word in ("{", "["):
        return f"nested too deeply: more than {MAX_DEPTH}" if len(stack) >= MAX_DEPTH else ""
    if word[:1] == '"':
        if not _is_whole(word):
            return "holds half a character (a lone surrogate)"
        if within and within.keys is not None and within.awaits_key:
            key = _key(word)
            return f"the key {key[:60]!r} stands twice in one object" if key in within.keys else ""
        return ""
    if word in _CONSTANTS:
        return f"{word} is not a number of JSON"
    if word[:1] in "-0123456789" and word:
        if len(word) > MAX_DIGITS:
            return "this number is too long"
        if "e" in word.lower() and word[-1:].isdigit() and _is_infinite(word):
            return f"{word[:40]} is too large a number"
    return ""


def _is_whole(word: str) -> bool:
    try:
        _key(word).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_infinite(word: str) -> bool:
    try:
        return float(word) in (float("inf"), float("-inf"))
    except ValueError:
        return False


def _follow(word: str, stack: list[_Open]) -> None:
    within = stack[-1] if stack else None
    if word == "{":
        stack.append(_Open(keys=set()))
    elif word == "[":
        stack.append(_Open(keys=None))
    elif word in ("}", "]"):
        if stack:
            stack.pop()
    elif within and word == ",":
        within.awaits_key = True
        if within.keys is None and isinstance(within.at, int):
            within.at += 1
    elif within and within.keys is not None and within.awaits_key and word[:1] == '"':
        within.at = _key(word)
        within.keys.add(within.at)
        within.awaits_key = False


def _key(word: str) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return word


def _step(each: _Open) -> str:
    return f"[{each.at}]" if each.keys is None else f".{str(each.at)[:60]}" if each.at else ""


def _at(text: str, position: int) -> tuple[int, int]:
    """Return the line and the column of a position, both from 1."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
