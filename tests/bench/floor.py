"""The floor: Rung's own bytes from bare views behind Rung's own middleware.

Pages are files that were fetched from Rung before; answers are written by one statement
into Rung's own table, with the same settings of the database.
"""

import os
from pathlib import Path

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path

FOLDER = Path(os.environ.get("FLOOR_DIR", "."))
VALUES = {**{str(value): value for value in range(5)}, "unsure": None}
INTO = "INSERT INTO assessments_rating (assessment_id, skill, value, evidence, revision) VALUES "
UPDATE = (
    " ON CONFLICT (assessment_id, skill) DO UPDATE SET value = excluded.value,"
    " evidence = excluded.evidence, revision = excluded.revision"
)
_pages: dict[str, bytes] = {}


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the file of that name."""
    if name not in _pages:
        _pages[name] = (FOLDER / f"{name}.html").read_bytes()
    return HttpResponse(_pages[name])


def _write(rows: list[tuple[str, str, int | None, str, int]]) -> None:
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(INTO + values + UPDATE, [value for row in rows for value in row])


def save_one(request: HttpRequest, assessment: str, skill: str) -> HttpResponse:
    """Write one row."""
    post = request.POST
    revision = int(post["revision"]) + 1
    _write([(assessment, skill, VALUES[post["rating"]], post["evidence"], revision)])
    return JsonResponse({"revision": revision, "rated": 1, "total": 30})


def save_all(request: HttpRequest, assessment: str) -> HttpResponse:
    """Write every row that was posted."""
    post = request.POST
    keys = [name.removeprefix("rating-") for name in post if name.startswith("rating-")]
    _write(
        [
            (
                assessment,
                key,
                VALUES[post[f"rating-{key}"]],
                post[f"evidence-{key}"],
                int(post[f"revision-{key}"]) + 1,
            )
            for key in keys
        ]
    )
    return HttpResponseRedirect("/")


urlpatterns = [
    path("page/<slug:name>", page),
    path("save-one/<slug:assessment>/<slug:skill>", save_one),
    path("save-all/<slug:assessment>", save_all),
]
