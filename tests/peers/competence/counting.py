"""Count Competence's statements: see ``tests/peers/counting.py``."""

import asyncio
import json
import os
import sys
from pathlib import Path

from competence.core.db import connect
from competence.web import app as web

counted: list[str] = []


def watched(*args, **kwargs):
    """Open a connection that notes its statements."""
    connection = connect(*args, **kwargs)
    connection.set_trace_callback(counted.append)
    return connection


web.connect = watched
application = web.create_app(Path(os.environ["MATRIX_DB"]))


async def call(lane: dict, sent: int) -> int:
    """Send one request and return its status."""
    names = [(name.lower().encode(), value.encode()) for name, value in lane["headers"].items()]
    port = os.environ["BENCH_PORT"]
    scope = {
        "type": "http", "method": lane["method"], "path": lane["path"], "query_string": b"",
        "headers": [*names, (b"host", f"localhost:{port}".encode())], "http_version": "1.1",
        "scheme": "http", "server": ("localhost", int(port)), "root_path": "",
    }  # fmt: skip
    body = lane["bodies"][sent].encode() if lane["bodies"] else b""
    statuses: list[int] = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await application(scope, receive, send)
    return statuses[0]


counts = {}
for name, operation in json.loads(sys.stdin.read()).items():
    if "missing" in operation:
        continue
    for sent in (0, 1):
        counted.clear()
        status = asyncio.run(call(operation["lanes"][0], sent))
        if status != operation["status"]:
            raise SystemExit(f"{name} answered {status}")
    counts[name] = sum(not each.startswith(("BEGIN", "COMMIT", "PRAGMA")) for each in counted)
print(json.dumps(counts))
