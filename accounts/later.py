"""Views whose module is imported at their first request: a start loads none of them."""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse


class LaterView:
    """A view by its name. Marks such as ``csrf_exempt`` are put on it in the site map."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer as the real view does."""
        response: HttpResponse = self.view(request, **kwargs)
        return response

    @property
    def view(self) -> Any:
        """Return the real view."""
        return getattr(import_module(self.module), self.name)


class LaterViews:
    """A module of views, not imported yet: its attributes are ``LaterView``."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __getattr__(self, name: str) -> LaterView:
        """Return the view of that name."""
        return LaterView(self.module, name)
