"""The programs' door: a request's keys are checked, the figures computed, nothing stored."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from careers import catalogue
from careers.document import Framework
from careers.models import Version

from . import figures
from .core.plan import Goal, PlanError
from .schemas import PlanRequest, ScoreRequest

Json = dict[str, Any]
MAX_DAYS_AHEAD = 3660


class RequestError(ValueError):
    """A request that names something unknown or impossible; ``errors`` are (field, message)."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


def _version(request: ScoreRequest) -> Version:
    try:
        return catalogue.version_named(request.career, request.version)
    except Version.DoesNotExist:
        known = catalogue.latest(request.career)
        if known is None:
            message = "there is no published career of that key; GET /careers lists them"
            raise RequestError([("career", message)]) from None
        message = f"there is no such version; the latest is {known.number}"
        raise RequestError([("version", message)]) from None


def _checked(request: ScoreRequest, content: Framework) -> None:
    errors = []
    if content.level(request.level) is None:
        known = ", ".join(level.key for level in content.levels)
        errors.append(("level", f"there is no such level; the levels are {known}"))
    skills = content.skills()
    missing = "there is no such skill in this version"
    errors += [(f"ratings.{key}", missing) for key in request.ratings if key not in skills]
    errors += [
        (f"evidence.{place}", missing)
        for place, key in enumerate(request.evidence)
        if key not in skills
    ]
    if errors:
        raise RequestError(errors)


def score(request: ScoreRequest) -> Json:
    """Return the score's reply. Raises RequestError naming each wrong field."""
    version = _version(request)
    _checked(request, catalogue.framework(version))
    return figures.score_reply(version, request.level, request.ratings, set(request.evidence))


def plan(request: PlanRequest, *, today: date) -> Json:
    """Return the plan's reply. Raises RequestError naming each wrong field."""
    version = _version(request)
    content = catalogue.framework(version)
    _checked(request, content)
    _checked_wishes(request, content, today)
    wishes = figures.Wishes(
        goal=Goal(request.goal),
        hours=request.hours,
        budget=int(Decimal(request.budget) * 100) if request.budget else None,
        hours_per_week=request.hours_per_week,
        starts_on=request.starts_on or today,
        done=frozenset(request.done),
        booked=frozenset(request.booked),
        without=frozenset(request.without),
    )
    try:
        return figures.plan_of(version, request.level, request.ratings, wishes)
    except PlanError as error:
        raise RequestError([(error.field, str(error))]) from error


def _checked_wishes(request: PlanRequest, content: Framework, today: date) -> None:
    known = {step.key for step in content.steps}
    errors = [
        (f"{name}.{place}", "there is no such step in this version")
        for name in ("done", "booked", "without")
        for place, key in enumerate(getattr(request, name))
        if key not in known
    ]
    both = set(request.booked) & set(request.without)
    errors += [("without", f"{key} is booked too; take it out of one") for key in sorted(both)]
    if request.starts_on and request.starts_on < today:
        errors.append(("starts_on", f"is in the past; today is {today}"))
    if request.starts_on and request.starts_on > today + timedelta(days=MAX_DAYS_AHEAD):
        errors.append(("starts_on", "is more than ten years ahead"))
    if errors:
        raise RequestError(errors)
