"""Fill a fresh database for Rung or the floor, and print what the load sends to Rung.

Run with ``DATABASE_URL`` and ``VAR_DIR`` of the contestant; the last line is JSON.
"""

import json
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from urllib.parse import urlencode  # noqa: E402 (needs the settings)

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from careers import document, publishing  # noqa: E402

from . import job  # noqa: E402

TOKEN = "b" * 32
VALUES = ("0", "1", "2", "3", "4", "unsure")
KEYS = [question["key"] for question in job.questions()]
Lane = dict[str, Any]


def begin(client: Client) -> str:
    """Start an assessment in this browser and return its number."""
    reply = client.post(f"/careers/{career}/start/", {"level": job.LEVEL})
    return str(reply["Location"].split("/")[2])


def form(client: Client) -> dict[str, str]:
    """Return the headers of a form that this browser posts."""
    session = client.cookies["sessionid"].value
    return {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def page(shift: int, revision: str) -> dict[str, str]:
    """Return all answers as the page posts them, each another one for every shift."""
    posted = {}
    for place, key in enumerate(KEYS):
        posted[f"rating-{key}"] = VALUES[(shift + place) % len(VALUES)]
        posted[f"evidence-{key}"] = "Three jobs in spring." if place % 6 == 0 else ""
        posted[f"revision-{key}"] = revision
    return posted


def lanes(operation: str) -> list[Lane]:
    """Return what each client sends."""
    made = []
    for _ in range(job.LANES):
        client = Client(SERVER_NAME="localhost")
        number = begin(client)
        base, bodies = f"/assessments/{number}", []
        method, path, headers = "GET", f"{base}/rate/{job.PAGE}/", form(client)
        if operation == "save_one":
            method, path = "POST", f"{base}/ratings/{KEYS[0]}/"
            headers["Accept"] = "application/json"
            bodies = [
                urlencode({"rating": value, "evidence": "", "revision": "@n@"}, safe="@")
                for value in VALUES
            ]
        elif operation == "save_all":
            method = "POST"
            bodies = [urlencode(page(shift, "@n@"), safe="@") for shift in range(len(VALUES))]
        elif operation == "result":
            client.post(path, page(0, "0"))
            client.post(f"{base}/finish/")
            path = f"{base}/report/"
        made.append({"method": method, "path": path, "headers": headers, "bodies": bodies})
    return made


call_command("migrate", verbosity=0)
published = publishing.publish(
    career=publishing.import_framework(
        document=document.normal(job.framework()), now=timezone.now()
    ),
    now=timezone.now(),
)
career = published.career.key
print(
    json.dumps(
        {
            name: {"lanes": lanes(name), "status": 302 if name == "save_all" else 200}
            for name in job.OPERATIONS
        }
    )
)
