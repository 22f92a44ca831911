"""The server in production's clothes: its counts, its log, its ids. One server for all."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import NOT_A_NEWCOMERS, ROOT, Server, serving

ENOUGH = "a-word-of-more-than-twenty"
PRIVATE = "what-nobody-may-read"
ASKED = 40


def ask(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a GET."""
    connection = HTTPConnection("127.0.0.1", urlsplit(server.address).port or 0, timeout=30)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )
    reply = connection.getresponse()
    found = reply.status, dict(reply.getheaders()), reply.read().decode()
    connection.close()
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Two workers, behind a proxy, with metrics and lines for machines."""
    with serving(
        METRICS_TOKEN=ENOUGH, LOG_FORMAT="json", BEHIND_PROXY="1", WEB_CONCURRENCY="2"
    ) as running:
        yield running
    assert list((Path(running.environment["VAR_DIR"])).glob("metrics/*")) == []


def counts(server: Server) -> dict[str, float]:
    """Return every count by its name and labels."""
    status, headers, text = ask(server, "/metrics", Authorization=f"Bearer {ENOUGH}")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_counts_are_added_up_over_the_workers(server):
    """By route; what was asked for stays private."""
    name = 'rung_requests_total{method="GET",route="careers:index",status="200"}'
    before = counts(server).get(name, 0)
    for _ in range(ASKED):
        ask(server, f"/careers/?q={PRIVATE}")
    ask(server, f"/shared/{PRIVATE}/")
    after = counts(server)
    assert after[name] - before == ASKED
    assert after['rung_requests_total{method="GET",route="assessments:shared",status="404"}'] >= 1
    assert after['rung_request_seconds_count{route="careers:index"}'] == after[name]
    assert PRIVATE not in json.dumps(after)
    assert [n for n in after if re.search(r"/|\d+\.\d+\.\d+\.\d+", n)] == []


@pytest.mark.parametrize("header", ["", "Bearer", f"Bearer {ENOUGH[:-1]}", ENOUGH, "Bearer ü"])
def test_who_has_no_token_finds_no_metrics(server, header):
    """The same 404 as a random address."""
    there = ask(server, "/metrics", Authorization=header.encode().decode("latin-1"))
    nowhere = ask(server, "/metrix")
    assert (there[0], there[2]) == (nowhere[0], nowhere[2]) == (404, nowhere[2])


def test_every_line_is_json_and_carries_the_proxys_id(server):
    """The server's own lines too; no path, no address."""
    mine = "proxy-id-0123456789"
    before = server.log.stat().st_size
    _status, headers, _text = ask(server, f"/shared/{PRIVATE}/", X_Request_ID=mine)
    ask(server, f"/{'x' * 9000}")
    lines = [json.loads(line) for line in server.log.read_text()[before:].splitlines()]
    told = [(each["logger"], each.get("request_id"), each["message"]) for each in lines]
    assert headers["X-Request-ID"] == mine
    assert told == [
        ("rung.request", mine, "GET assessments:shared 404"),
        ("django.request", mine, "GET assessments:shared 404"),
        ("gunicorn.error", None, "Invalid request from ip= …"),
    ]
    assert (PRIVATE in server.log.read_text(), "127.0.0.1" in server.log.read_text()) == (
        False,
        False,
    )


def test_what_is_off_is_not_loaded():
    """Neither the library of metrics nor that of JSON lines, on a start that asks for neither."""
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import config.wsgi, sys;"
            "print([m for m in ('prometheus_client', 'pythonjsonlogger') if m in sys.modules])",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if k not in NOT_A_NEWCOMERS},
    )  # fmt: skip
    assert done.stdout == "[]\n", done.stderr
