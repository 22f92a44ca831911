"""The server that `make run` starts, as browsers meet it."""

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit
from urllib.request import urlopen

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
