"""Texts that are rendered once for all whom they fit, and then only filled in.

A text is named by a key, from which all that it says must follow, but for its live values:
while it is rendered they are marks, which each reader's own values take the place of. What is
kept thus holds nothing of a person. Marks are control characters, which neither a framework
nor what anybody typed may hold (``framework.schema.json``, ``assessments.forms.printable``).
"""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any
from uuid import UUID

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def _printed(value: Any) -> str:
    kind = type(value)
    if kind is SafeString or not value:
        return str(value)
    return str(value) if kind in (int, float, UUID) else conditional_escape(str(value))


class Kept:
    """Renderings by their keys: text, name of a live value, text, and so on.

    When there are more than ``most``, it begins anew.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: dict[Hashable, list[str]] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._parts)

    def filled(
        self, key: Hashable, render: Callable[[dict[str, Any]], str], live: Mapping[str, Any]
    ) -> SafeString:
        """Return the text of that key with these live values, escaped unless they are safe.

        ``render`` is called for a key that is not known, with the marks by the values' names.
        A UUID's mark is one too, so that it can be an argument of an address.
        """
        parts = self._parts.get(key)
        if parts is None:
            parts = self._cut(render, live)
            if len(self._parts) >= self._most:
                self._parts.clear()
            self._parts[key] = parts
        if len(parts) == 1:
            return SafeString(parts[0])
        text = {name: _printed(value) for name, value in live.items()}
        return SafeString(
            "".join([text[part] if at % 2 else part for at, part in enumerate(parts)])
        )

    @staticmethod
    def _cut(render: Callable[[dict[str, Any]], str], live: Mapping[str, Any]) -> list[str]:
        marks: dict[str, Any] = {
            name: UUID(int=place) if isinstance(value, UUID) else SafeString(f"\x02{name}\x03")
            for place, (name, value) in enumerate(live.items(), start=1)
        }
        text = render(marks)
        if not marks:
            return [text]
        names = {str(mark): name for name, mark in marks.items()}
        found = re.split(f"({'|'.join(map(re.escape, names))})", text)
        return [names[part] if at % 2 else part for at, part in enumerate(found)]
