"""Count the statements of each operation in a Django contestant, sessions and users included.

Reads a seed's operations from standard input; each is done twice with its first lane, the
second is counted. Prints {operation: statements} as the last line.
"""

import json
import sys

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

FREE = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA")
counts = {}
for name, operation in json.loads(sys.stdin.read()).items():
    if "missing" in operation:
        continue
    lane = operation["lanes"][0]
    client = Client(SERVER_NAME="localhost", headers=lane["headers"])
    for sent in (0, 1):
        body = lane["bodies"][sent].replace("@n@", str(sent)) if lane["bodies"] else ""
        kind = lane["headers"].get("Content-Type", "")
        with CaptureQueriesContext(connection) as context:
            reply = client.generic(lane["method"], lane["path"], body, kind)
        if reply.status_code != operation["status"]:
            raise SystemExit(f"{lane['path']} answered {reply.status_code}")
    statements = [query["sql"] for query in context.captured_queries]
    counts[name] = sum(not each.startswith(FREE) for each in statements)
print(json.dumps(counts))
