"""What every Django peer's seed needs: the questions, signed-in people, and how to print."""

import json
import os
from pathlib import Path
from typing import Any

LANES = int(os.environ.get("BENCH_LANES", "2"))
TOKEN = "b" * 32
FORM = "application/x-www-form-urlencoded"
Json = dict[str, Any]


def questions() -> list[Json]:
    """Return the thirty questions."""
    return json.loads(Path(os.environ["BENCH_JOB"]).read_text(encoding="utf-8"))


def choices(question: Json) -> list[str]:
    """Return a question's six answers, without the commas that some peers split at."""
    return [text.replace(",", "").rstrip(".") for text in question["anchors"]] + ["Not sure"]


def people() -> list[tuple[Any, dict[str, str]]]:
    """Return one signed-in person for each lane, with the headers of their browser."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    found = []
    for number in range(LANES):
        person = get_user_model().objects.create_user(f"person-{number}")
        client = Client()
        client.force_login(person)
        session = client.cookies["sessionid"].value
        cookie = f"sessionid={session}; csrftoken={TOKEN}"
        found.append((person, {"Cookie": cookie, "X-CSRFToken": TOKEN}))
    return found


def lane(
    method: str, path: str, headers: Json, bodies: list[str] | None = None, kind: str = FORM
) -> Json:
    """Return what one client sends."""
    return {
        "method": method,
        "path": path,
        "headers": {**headers, "Content-Type": kind},
        "bodies": bodies or [],
    }


def say(operations: Json) -> None:
    """Print the operations as the last line."""
    print(json.dumps(operations))
