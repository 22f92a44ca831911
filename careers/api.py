"""The programs' door to careers: the list, and a version's document."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema

from . import catalogue
from .document import normal
from .problems import Problem

ERRORS = {422: Problem, 429: Problem}
router = Router(tags=["careers"])


class CareerLine(Schema):
    """A published career."""

    key: str
    title: str
    summary: str
    version: int
    levels: int
    skills: int
    sha256: str


class CareerList(Schema):
    """A page of careers; ``total`` counts all that match."""

    total: int
    careers: list[CareerLine]


@router.get("/careers", response={200: CareerList, **ERRORS}, summary="Published careers")
def careers(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the published careers, or those whose titles or codes hold every word of ``q``."""
    found = catalogue.search(q.replace("\0", ""))
    rows = [
        {
            "key": version.career.key,
            "title": version.title,
            "summary": version.summary,
            "version": version.number,
            "levels": version.level_count,
            "skills": version.skill_count,
            "sha256": version.sha256,
        }
        for version in found[offset : offset + limit]
    ]
    return {"total": found.count(), "careers": rows}


@router.get(
    "/careers/{key}",
    response={200: dict[str, Any], 404: Problem, **ERRORS},
    summary="A framework document",
)
def career(
    request: HttpRequest,
    key: Annotated[str, Path(max_length=80)],
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> HttpResponse:
    """Return the document of the latest version, or of the one named."""
    found = catalogue.version_named(key, version)
    text = json.dumps(normal(json.loads(catalogue.text_of(found))), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json")
