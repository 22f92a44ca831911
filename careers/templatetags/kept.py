"""Parts of a page that are rendered once and then only filled in.

::

    {% kept title=page.title is_own=page.is_own live low=page.low|one_decimal %}
      <h2>{{ title }}</h2> {% translate "Readiness" %}: {{ low }}
    {% endkept %}

Rendering it again for the same title and ``is_own`` only puts ``low`` in its place. What
stands between the tags sees the named values and nothing else, so that what is kept cannot
hold anything of a person that is not named, and what is named after ``live`` is not kept.
A live value may be printed, or be an argument of ``url`` if it is a UUID; it is a mark while
the part is rendered, so no condition and no filter between the tags can ask what it is.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from careers.kept import Kept

register = template.Library()

MOST = 4_096


class KeptNode(template.Node):
    """A part of a template, with its renderings so far."""

    def __init__(
        self,
        nodelist: NodeList,
        fixed: dict[str, FilterExpression],
        live: dict[str, FilterExpression],
    ) -> None:
        self.nodelist, self._fixed, self._live = nodelist, fixed, live
        self.kept = Kept(MOST)

    def render(self, context: template.Context) -> SafeString:
        """Return the part, filled in."""
        fixed = {name: each.resolve(context) for name, each in self._fixed.items()}
        live = {name: each.resolve(context) for name, each in self._live.items()}

        def rendered(marks: dict[str, Any]) -> SafeString:
            return self.nodelist.render(context.new({**fixed, **marks}))

        return self.kept.filled((get_language(), *fixed.values()), rendered, live)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands between ``kept`` and ``endkept``."""
    words = token.split_contents()[1:]
    fixed = token_kwargs(words, parser)
    live = {}
    if words and words[0] == "live":
        words.pop(0)
        live = token_kwargs(words, parser)
    if words:
        raise template.TemplateSyntaxError(f"kept takes name=value and live, not {words[0]!r}")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, fixed, live)
