"""What a start loads, and what waits until somebody asks for it."""

import inspect
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
LATE_AT_START = (
    "assessments.actions", "assessments.core.plan", "assessments.core.score", "assessments.forms",
    "assessments.questionnaire", "assessments.reports", "assessments.sharing.views",
    "assessments.second.views", "assessments.views.rate", "assessments.views.report",
    "accounts.views", "careers.catalogue", "careers.document", "careers.views", "config.pages",
    "config.ready",
)  # fmt: skip
"""What a process loads with its first page, not before it answers that it lives."""
ONE_PAGE = """
import io, json, sys
from config.wsgi import application
statuses = []
reply = application(
    {
        "REQUEST_METHOD": "GET", "PATH_INFO": PATH, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
    },
    lambda status, headers, error=None: statuses.append(status),
)
assert statuses == ["200 OK"], statuses
print(json.dumps(sorted(sys.modules)))
"""


def loaded_after(path: str) -> set[str]:
    """Return what a new process of the real server has loaded after one page."""
    plain = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'"
    script = f"{plain}; PATH = {path!r}{ONE_PAGE}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def after_a_page() -> set[str]:
    """What is loaded when a page has been answered."""
    return loaded_after("/scoring/")


@pytest.fixture(scope="module")
def after_a_start() -> set[str]:
    """What is loaded when the process has said that it lives."""
    return loaded_after("/livez")


@pytest.mark.parametrize("module", LATE)
def test_a_start_and_a_page_do_not_load(module, after_a_page):
    assert module not in after_a_page


@pytest.mark.parametrize("module", LATE_AT_START)
def test_a_start_does_not_load(module, after_a_start):
    assert module not in after_a_start


def test_the_lists_would_notice(after_a_page, after_a_start):
    """What a page or a start does need is found by the same look."""
    assert {"django", "assessments.worked_example", "config.pages"} <= after_a_page
    assert {"django", "assessments.models", "careers.studio.urls"} <= after_a_start


def later_views(patterns: list) -> dict[str, tuple[LaterView, bool]]:
    """Return every view that is imported late and whether its forms go without CSRF's check."""
    found = {}
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            view = inspect.unwrap(pattern.callback)
            if isinstance(view, LaterView):
                found[pattern.name] = (view, getattr(pattern.callback, "csrf_exempt", False))
        else:
            found |= later_views(pattern.url_patterns)
    return found


def test_every_late_view_is_there_and_has_its_marks_in_the_site_map():
    """A wrong name would be seen at the first request only, and the view's own mark be lost."""
    views = later_views(get_resolver().url_patterns)
    assert len(views) >= 100
    for name, (late, _is_exempt) in views.items():
        assert callable(late.view), name
        assert not getattr(late.view, "csrf_exempt", False), name
    exempt = {name for name, (_late, is_exempt) in views.items() if is_exempt}
    assert exempt == {"verify", "second_rate", "second_finish", "second_notes"}
