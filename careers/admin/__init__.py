"""The draft's rows and the published versions in Django admin."""

from . import careers, rows, versions

__all__ = ["careers", "rows", "versions"]
