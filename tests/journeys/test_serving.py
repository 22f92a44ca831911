"""The server that `make run` starts, as browsers meet it."""

import re
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from .conftest import Server

pytestmark = pytest.mark.browser

SPARE_CONNECTIONS = 16
PATIENCE_SECONDS = 5


def test_connections_opened_ahead_hold_nobody_up(server: Server):
    """Browsers open spare connections and may never use them; other people are served."""
    port = urlsplit(server.address).port
    with ExitStack() as spare:
        for _ in range(SPARE_CONNECTIONS):
            spare.enter_context(socket.create_connection(("127.0.0.1", port or 0)))
        with urlopen(f"{server.address}/livez", timeout=PATIENCE_SECONDS) as reply:  # noqa: S310
            assert reply.read() == b"ok\n"


def test_files_of_the_docs_for_programs_are_served_compressed_under_their_hash(server: Server):
    """Collecting leaves out what no page names; what the pages do name must all be there."""
    with urlopen(f"{server.address}/api/v1/docs") as reply:  # noqa: S310
        named = re.findall(r'(?:src|href)="(/static/[^"]+)"', reply.read().decode())
    assert any("swagger-ui-bundle" in each for each in named)
    for each in named:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", each), each
        request = Request(f"{server.address}{each}", headers={"Accept-Encoding": "gzip"})  # noqa: S310
        with urlopen(request) as reply:  # noqa: S310
            assert reply.status == 200
            assert each.endswith(".png") or reply.headers["Content-Encoding"] == "gzip", each
