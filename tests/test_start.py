"""What a start loads, and what waits until somebody asks for it."""

import json
import subprocess
import sys

import pytest
from django.urls import URLPattern, get_resolver

from accounts.later import LaterView

LATE = (
    "openpyxl", "numpy", "highspy", "weasyprint", "icalendar", "jsonschema", "pydantic",
    "ninja", "segno", "qrcode", "tqdm", "defusedxml", "pyphen", "config.api", "careers.admin",
    "careers.importers.uploads", "careers.studio.views", "careers.drafts", "careers.exporters.case",
    "assessments.effects", "assessments.views.plan", "assessments.groups.views.joining",
    "assessments.plan_page", "assessments.what_if", "fido2", "cryptography", "accounts.factors",
)  # fmt: skip
"""Spreadsheets, solver, PDFs, calendars, schemas, the programs' door, the staff's pages."""
ONE_PAGE = """
import io, json, sys
from config.wsgi import application
statuses = []
reply = application(
    {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/scoring/", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
    },
    lambda status, headers, error=None: statuses.append(status),
)
assert statuses == ["200 OK"], statuses
print(json.dumps(sorted(sys.modules)))
"""


def loaded(script: str) -> set[str]:
    """Return what a new process has loaded after a script."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def after_a_page(tmp_path_factory) -> set[str]:
    """What the real server has loaded when it has answered a page."""
    plain = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'"
    return loaded(plain + ONE_PAGE)


@pytest.mark.parametrize("module", LATE)
def test_a_start_and_a_page_do_not_load(module, after_a_page):
    assert module not in after_a_page


def test_the_list_would_notice(after_a_page):
    """What a page does need is found by the same look."""
    assert {"django", "assessments.views.report", "careers.studio.urls"} <= after_a_page


def later_views(patterns: list) -> list[LaterView]:
    """Return every view of the site map that is imported late."""
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found += [pattern.callback] if isinstance(pattern.callback, LaterView) else []
        else:
            found += later_views(pattern.url_patterns)
    return found


def test_every_late_view_is_there_and_keeps_the_csrf_check():
    """A wrong name would be seen at the first request only, and a mark would be lost."""
    views = later_views(get_resolver().url_patterns)
    assert len(views) >= 25
    for late in views:
        assert callable(late.view), late.name
        assert not getattr(late.view, "csrf_exempt", False), late.name
