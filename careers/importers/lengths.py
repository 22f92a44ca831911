"""How long the lists of a document may be, told before each row is looked at.

The schema says it; but checking it looks at every row first, which takes 0.2 ms for each,
and a small file can hold a hundred thousand.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from careers.document import SCHEMA_PATH, Json, Problem


@cache
def _properties() -> Json:
    schema: Json = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    found: Json = schema["properties"]
    return found


def most(name: str) -> int:
    """Return how many rows one of a document's lists may have, such as ``skills``."""
    return int(_properties()[name]["maxItems"])


def too_many(document: Any) -> list[Problem]:
    """Return a problem for each list that has more rows than it may, whatever these hold."""
    return list(_too_many(document, {"properties": _properties()}, ""))


def _too_many(value: Any, schema: Json, path: str) -> Iterator[Problem]:
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _too_many(value[name], inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and "maxItems" in schema:
        if len(value) > schema["maxItems"]:
            yield Problem(path, f"has {len(value)} entries; at most {schema['maxItems']}")
            return
        for index, row in enumerate(value):
            yield from _too_many(row, schema.get("items", {}), f"{path}[{index}]")
