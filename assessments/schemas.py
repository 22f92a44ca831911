"""What programs send and get: the shapes of the score's and the plan's requests and replies.

Used by the API and by the commands ``score`` and ``plan``. Unknown fields are refused;
numbers are taken as numbers only.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictInt

MAX_SKILLS = 400
MAX_STEPS = 400
MAX_HOURS = 1_000_000
ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}\Z", re.ASCII)

Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


def _iso_text(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and ISO_DATE.match(value)):
        return value
    raise ValueError("write the day as YYYY-MM-DD")


IsoDate = Annotated[date, BeforeValidator(_iso_text)]
RatingValue = Annotated[StrictInt, Field(ge=0, le=4)] | None
Band = Literal["ready", "nearly_ready", "building", "starting_out"]
Percent = Annotated[float, Field(ge=0, le=100)]

SCORE_EXAMPLE: dict[str, Any] = {
    "career": "production-technician",
    "level": "senior-production-technician",
    "ratings": {"equipment-setup": 3, "plc-fundamentals": 1, "quality-control": None},
    "evidence": ["equipment-setup"],
}


class ScoreRequest(Schema):
    """Ratings to be scored. A null or missing skill means "not sure"."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": SCORE_EXAMPLE})

    career: Key = Field(description="Key of a published career")
    level: Key = Field(description="Key of the target level")
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Number of a version; the latest when left out"
    )
    ratings: dict[Key, RatingValue] = Field(
        max_length=MAX_SKILLS, description="Skill key to rating 0-4, or null for not sure"
    )
    evidence: list[Key] = Field(
        default_factory=list, max_length=MAX_SKILLS, description="Skills with evidence"
    )


class SkillLine(Schema):
    """One skill of the target level, in gap order."""

    skill: str
    required: int
    rating: int | None
    importance: int
    essential: bool
    lost_points: Percent


class LevelLine(Schema):
    """One level of the ladder, lowest first."""

    level: str
    low: Percent
    high: Percent
    band: Band


class ScoreReply(Schema):
    """The score. Percentages are rounded down to one decimal."""

    career: str
    version: int
    level: str
    low: Percent
    high: Percent
    cautious: Percent
    band: Band
    reached_level: str | None
    unmet_essentials: list[str]
    skills: list[SkillLine]
    levels: list[LevelLine]
    turning_points: list[str]
    widest_unknown: str | None


class PlanRequest(ScoreRequest):
    """Ratings and wishes to be planned for. Limits hold for every goal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                **SCORE_EXAMPLE,
                "goal": "fastest",
                "budget": "1500.00",
                "hours_per_week": 8,
                "done": [],
                "without": [],
            }
        },
    )

    goal: Literal["fastest", "cheapest", "best"]
    hours: Annotated[StrictInt, Field(ge=0, le=MAX_HOURS)] | None = Field(
        None, description="At most so many hours"
    )
    budget: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,8})\.[0-9]{2}$")] | None = Field(
        None, description="At most so much money, such as 1500.00"
    )
    hours_per_week: Annotated[StrictInt, Field(ge=1, le=168)] | None = Field(
        None, description="With it, steps get dates"
    )
    starts_on: IsoDate | None = Field(None, description="First day; today when left out")
    done: list[Key] = Field(default_factory=list, max_length=MAX_STEPS)
    booked: list[Key] = Field(default_factory=list, max_length=MAX_STEPS)
    without: list[Key] = Field(default_factory=list, max_length=MAX_STEPS)


class PlanStep(Schema):
    """One step in its turn, and readiness after it."""

    step: str
    hours: int
    cost: str
    low_after: Percent
    starts_on: date | None
    ends_on: date | None


class PlanReply(Schema):
    """The plan. ``proven`` says whether the solver proved that no other is better."""

    goal: Literal["fastest", "cheapest", "best"]
    proven: bool
    reachable: bool
    hours: int
    cost: str
    low_after: Percent
    band_after: Band
    steps: list[PlanStep]
    unreachable_skills: list[str]
    left_out: list[str] = Field(
        description="Booked steps that cannot be taken or do not fit the limits"
    )
