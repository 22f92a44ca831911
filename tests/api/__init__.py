"""The programs' door: how its tests knock."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

Json = dict[str, Any]
MIXED: dict[str, int | None] = {"cutting": 2, "gluing": None}
SCORE: Json = {"career": "box-maker", "level": "senior", "ratings": MIXED}
PLAN: Json = {**SCORE, "goal": "fastest"}


def send(client: Client, name: str, body: object) -> HttpResponse:
    """Post a body to ``score`` or ``plan``: text and bytes as they are, all else as JSON."""
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/api/v1/{name}", data, content_type="application/json")


def reply_of(client: Client, name: str, body: Json) -> Json:
    """Return the reply to a body that is right."""
    response = send(client, name, body)
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (
        200,
        "application/json",
    ), response.content
    reply: Json = json.loads(response.content)
    return reply


def problem_of(response: HttpResponse) -> tuple[int, list[str]]:
    """Return the status and the fields that problem details name."""
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == response.status_code
    assert all(set(row) == {"field", "message"} and row["message"] for row in body["errors"])
    return response.status_code, [row["field"] for row in body["errors"]]
