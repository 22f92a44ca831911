"""A report as a tagged PDF (PDF/UA-1), from the same templates as the page.

WeasyPrint is imported where a PDF is made: it takes most of a second, and raises OSError
on a machine without Pango.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders

from . import report_html
from .report_page import ReportPage

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

STYLE = "css/paper.css"
STATIC = "https://static.invalid/"
"""Only addresses that begin so are read, from our static files; a report loads nothing else."""


class MissingLibraryError(RuntimeError):
    """This machine cannot make PDFs: WeasyPrint's libraries (Pango) are not installed."""


def _file(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)


@lru_cache(maxsize=1)
def _house() -> "tuple[CSS, FontConfiguration, Any]":
    """Return the style sheet, the font and the fetcher, made once per process."""
    try:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise MissingLibraryError(str(error)) from error

    class StaticFilesOnly(URLFetcher):  # type: ignore[misc]  # the library carries no types
        """Reads the font of the style sheet, and nothing from the network or the disk."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(STATIC):
                raise ValueError("A report loads nothing.")
            return URLFetcherResponse(url, _file(url.removeprefix(STATIC)).read_bytes())

    fetcher, fonts = StaticFilesOnly(), FontConfiguration()
    style = CSS(
        string=_file(STYLE).read_text(encoding="utf-8"),
        base_url=STATIC + STYLE,
        url_fetcher=fetcher,
        font_config=fonts,
    )
    return style, fonts, fetcher


# The font's folder is removed while Python still can, not when it has half ended.
atexit.register(_house.cache_clear)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make a PDF in two thirds of the time: its many small objects are all still in use."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def report_pdf(page: ReportPage) -> bytes:
    """Return the report as PDF/UA-1. Raises MissingLibraryError."""
    style, fonts, fetcher = _house()
    from weasyprint import HTML

    text = report_html.on_paper(replace(page, on_paper=True))
    with _without_collector():
        html = HTML(string=text, url_fetcher=fetcher)
        made: bytes = html.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
    return made
