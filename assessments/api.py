"""The programs' door to the score: stateless, nothing stored, no account."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from careers.problems import Problem

from . import programs
from .schemas import PlanReply, PlanRequest, ScoreReply, ScoreRequest

ERRORS = {400: Problem, 413: Problem, 422: Problem, 429: Problem}
router = Router(tags=["figures"])


@router.post("/score", response={200: ScoreReply, **ERRORS}, summary="Score ratings")
def score(request: HttpRequest, payload: ScoreRequest) -> dict[str, Any]:
    """Score ratings against every level of a career; null or missing means "not sure"."""
    return programs.score(payload)


@router.post("/plan", response={200: PlanReply, **ERRORS}, summary="Plan training")
def plan(request: HttpRequest, payload: PlanRequest) -> dict[str, Any]:
    """Return the fastest, cheapest or best training plan, proven unless time ran out."""
    return programs.plan(payload, today=timezone.localdate())
