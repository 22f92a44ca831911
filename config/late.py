"""Parts of the site map that are imported when somebody first asks for them."""

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class LateResolver(URLResolver):
    """A part of the site map in a namespace of its own.

    The first ``reverse()`` walks the whole site map and would import it. Of a namespace
    Django then only notes that there is one; what is in it is read from its patterns when
    a name in it is reversed, or an address below it resolved.
    """

    def _populate(self) -> None:
        """Note nothing: names of a namespace are never looked up here."""


def late(route: str, module: str, *, namespace: str) -> LateResolver:
    """Mount a module's ``urlpatterns`` below a route, without importing it yet."""
    return LateResolver(RoutePattern(route), module, app_name=namespace, namespace=namespace)
