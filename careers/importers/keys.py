"""Keys of a framework document, made from titles."""

import re
import unicodedata
from collections.abc import Container

MAX_KEY = 80
_OTHER = re.compile(r"[^a-z0-9]+")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug(text: str, prefix: str = "") -> str:
    """Return a key such as ``quality-control``; ``""`` when nothing of the text remains."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(part for part in (prefix, _OTHER.sub("-", plain).strip("-")) if part)[
        :MAX_KEY
    ].strip("-")


def free_key(wanted: str, taken: Container[str], default: str) -> str:
    """Return the wanted key, or with a number after it where it is taken or empty."""
    base = wanted or default
    if base not in taken:
        return base
    number = 2
    while f"{base[:70].strip('-')}-{number}" in taken:
        number += 1
    return f"{base[:70].strip('-')}-{number}"
