"""What a first visit loads, font included."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

MOST = 100_000
ADDRESS = re.compile(r"""(?:href|src)="(/static/[^"]+)"|url\(['"]?([^'")]+)['"]?\)""")
PACKED = {".woff2"}
"""Compressed already: sent as it is."""


def files(text: str, base: str) -> set[str]:
    """Return the static addresses that a page or a style sheet names."""
    named = ADDRESS.findall(text)
    found = {urljoin(base, one or two) for one, two in named if not two.startswith("data:")}
    return {address for address in found if address.startswith(settings.STATIC_URL)}


def weight(address: str) -> tuple[int, set[str]]:
    """Return a file's bytes as they are sent, and what it names itself."""
    path = Path(str(finders.find(address.removeprefix(settings.STATIC_URL))))
    content = path.read_bytes()
    if path.suffix in PACKED:
        return len(content), set()
    inside = files(content.decode(), address) if path.suffix == ".css" else set()
    return len(gzip.compress(content)), inside


@pytest.mark.parametrize("path", ["/", "/careers/production-technician/"])
def test_a_first_visit_takes_at_most_100_kb(client, production_technician, path):
    page = client.get(path).content
    total, known, waiting = len(gzip.compress(page)), set(), files(page.decode(), path)
    while waiting:
        address = waiting.pop()
        known.add(address)
        size, inside = weight(address)
        total += size
        waiting |= inside - known
    assert any(address.endswith(".woff2") for address in known)
    assert any(address.endswith(".css") for address in known)
    assert total <= MOST
