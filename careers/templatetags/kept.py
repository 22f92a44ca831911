"""Parts of a page that are rendered once and then only filled in.

::

    {% kept title=page.level.title is_own=page.is_own live low=page.low|one_decimal %}
      <h2>{{ title }}</h2> {% translate "Readiness" %}: {{ low }}
    {% endkept %}

Rendering it again for the same title and ``is_own`` only puts ``low`` in its place. What
stands between the tags sees the named values and nothing else, so that what is kept cannot
hold anything of a person that is not named, and what is named after ``live`` is not kept.
``{% kept from page|summary %}`` takes both as two mappings that a filter returns.
A live value may be printed, or be an argument of ``url`` if it is a UUID; it is a mark while
the part is rendered, so no condition and no filter between the tags can ask what it is.
"""

import re
from typing import Any
from uuid import UUID

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.base import render_value_in_context as printed
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 4_096
"""So many renderings of one part are kept; when there are more, it begins anew."""


class KeptNode(template.Node):
    """A part, with its renderings so far: text, name of a live value, text, and so on."""

    def __init__(
        self,
        nodelist: NodeList,
        fixed: dict[str, FilterExpression],
        live: dict[str, FilterExpression],
        both: FilterExpression | None = None,
    ) -> None:
        self.nodelist, self._fixed, self._live, self._both = nodelist, fixed, live, both
        self._kept: dict[tuple[Any, ...], list[str]] = {}

    def render(self, context: template.Context) -> SafeString:
        """Return the part, filled in."""
        if self._both is not None:
            fixed, live = self._both.resolve(context)
        else:
            fixed = {name: each.resolve(context) for name, each in self._fixed.items()}
            live = {name: each.resolve(context) for name, each in self._live.items()}
        key = (get_language(), *fixed.values())
        parts = self._kept.get(key)
        if parts is None:
            parts = self._rendered(context, fixed, live)
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = parts
        if live:
            text = {name: printed(value, context) for name, value in live.items()}
            parts = [text[part] if at % 2 else part for at, part in enumerate(parts)]
        return SafeString("".join(parts))

    def _rendered(
        self, context: template.Context, fixed: dict[str, Any], live: dict[str, Any]
    ) -> list[str]:
        marks: dict[str, Any] = {
            name: UUID(int=place) if isinstance(value, UUID) else SafeString(f"\x02{name}\x03")
            for place, (name, value) in enumerate(live.items())
        }
        text = self.nodelist.render(context.new({**fixed, **marks}))
        if not marks:
            return [text]
        names = {str(mark): name for name, mark in marks.items()}
        found = re.split(f"({'|'.join(map(re.escape, names))})", text)
        return [names[part] if at % 2 else part for at, part in enumerate(found)]


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands between ``kept`` and ``endkept``."""
    words = token.split_contents()[1:]
    if len(words) == 2 and words[0] == "from":
        return KeptNode(_inner(parser), {}, {}, parser.compile_filter(words[1]))
    fixed = token_kwargs(words, parser)
    live = {}
    if words and words[0] == "live":
        words.pop(0)
        live = token_kwargs(words, parser)
    if words:
        raise template.TemplateSyntaxError(f"kept takes name=value and live, not {words[0]!r}")
    return KeptNode(_inner(parser), fixed, live)


def _inner(parser: Parser) -> NodeList:
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return nodelist
