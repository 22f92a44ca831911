"""Text as people typed it: how it is kept, and how it may be shown."""

import unicodedata

_CONTROLS = dict.fromkeys([*range(1, 9), 11, 12, *range(14, 32), 127])
_UNSEEN = ("Cf", "Cs")
_JOINERS = "\u200c\u200d"


def printable(text: str) -> str:
    """Return text with one kind of line end and without control characters but NUL.

    A form posts CR LF where a script posts LF; both are one character to who typed it.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def shown(text: str) -> str:
    """Return posted text as a page may show it: without any control character."""
    return printable(text).replace("\0", "")


def one_line(text: str) -> str:
    """Return a name as it may be shown: one line, without signs that nobody sees.

    Some of them turn round the text that follows; a name of nothing else is none. Those
    that join letters stay: Persian, Hindi and families of emoji need them.
    """
    seen = (
        sign
        for sign in shown(text)
        if sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
    )
    line = " ".join("".join(seen).split())
    return line if line.strip(_JOINERS) else ""
