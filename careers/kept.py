"""Texts that are rendered once for all whom they fit, and then only filled in.

A text is named by a key, from which all that it says must follow, but for its live values:
while it is rendered they are marks, which each reader's own values take the place of. What is
kept thus holds nothing of a person. Marks are control characters, which neither a framework
nor what anybody typed may hold (``framework.schema.json``, ``assessments.forms.printable``),
or for a UUID another one, drawn at random.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_MARKS = re.compile("(\x02[a-z_]+\x03|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def _printed(value: Any) -> str:
    kind = type(value)
    if kind is SafeString or value == "":
        return value  # type: ignore[no-any-return]  # a text
    if kind in (int, float, UUID):
        return str(value)
    return conditional_escape(str(value))


def of_template(name: str, fixed: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], str]:
    """Return what renders a template with these values and the marks."""
    return lambda marks: render_to_string(name, {**fixed, **marks})


class Kept:
    """Renderings by their keys: text, name of a live value, text, and so on.

    When there are more than ``most``, it begins anew.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: dict[Hashable, list[str]] = {}
        # Who develops sees a changed template at once: then nothing is kept.
        self._is_developed = settings.DEBUG

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
            if not self._is_developed:
                self._parts[key] = parts
        if len(parts) == 1:
            return SafeString(parts[0])
        filled = parts.copy()
        for at in range(1, len(parts), 2):
            filled[at] = _printed(live[parts[at]])
        return SafeString("".join(filled))

    @staticmethod
    def _cut(render: Callable[[dict[str, Any]], str], live: Mapping[str, Any]) -> list[str]:
        marks: dict[str, Any] = {
            name: uuid4() if isinstance(value, UUID) else SafeString(f"\x02{name}\x03")
            for name, value in live.items()
        }
        names = {str(mark): name for name, mark in marks.items()}
        parts = _MARKS.split(render(marks))
        # What only looks like a mark is text: any other UUID, or what is filled in later.
        return _joined(
            [(names.get(part) if at % 2 else None, part) for at, part in enumerate(parts)]
        )


def _joined(parts: list[tuple[str | None, str]]) -> list[str]:
    """Return text and names in turn, from texts with the names of those that are marks."""
    found = [""]
    for name, text in parts:
        if name is None:
            found[-1] += text
        else:
            found += [name, ""]
    return found
