"""The whole score of a person on a ladder, and its reply to programs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from .gaps import Line, ledger, turning_points, widest_unknown
from .ladder import Ladder, Ratings, check_ratings
from .readiness import Readiness, cautious_low, readiness
from .scale import Band


@dataclass(frozen=True, slots=True)
class Score:
    """Everything a report says of the target level and the ladder around it.

    ``target.low``, ``target.high``, ``cautious`` and the lines' ``lost`` are tenths of a
    percent. ``levels`` are lowest first, ``lines`` and ``turning_points`` in gap order.
    """

    target: Readiness
    cautious: int
    lines: tuple[Line, ...]
    levels: tuple[Readiness, ...]
    reached_level: str | None
    turning_points: tuple[str, ...]
    widest_unknown: str | None


def reached_level(levels: tuple[Readiness, ...]) -> str | None:
    """Return the highest level for which it and all below are Ready, else None."""
    reached = None
    for level in levels:
        if level.band != Band.READY:
            break
        reached = level.level
    return reached


def score(ladder: Ladder, target: str, ratings: Ratings, proven: Collection[str] = ()) -> Score:
    """Score ratings (0-4 or None per skill key) against every level of the ladder.

    Raises LadderError for an unknown level or a rating outside the scale. Ratings of
    skills that no level requires are ignored.
    """
    check_ratings(ratings)
    level = ladder.level(target)
    levels = tuple(readiness(each, ratings) for each in ladder.levels)
    return Score(
        target=next(each for each in levels if each.level == target),
        cautious=cautious_low(level, ratings, proven),
        lines=ledger(ladder, level, ratings),
        levels=levels,
        reached_level=reached_level(levels),
        turning_points=turning_points(ladder, level, ratings),
        widest_unknown=widest_unknown(ladder, level, ratings),
    )


def percent(tenths: int) -> float:
    """Return tenths of a percent as the number that is printed: 643 as 64.3."""
    return tenths / 10


def reply(score: Score, *, career: str, version: int) -> dict[str, Any]:
    """Return the score as programs get it, JSON-ready."""
    unmet = {line.skill for line in score.lines if line.essential and not line.met}
    return {
        "career": career,
        "version": version,
        "level": score.target.level,
        "low": percent(score.target.low),
        "high": percent(score.target.high),
        "cautious": percent(score.cautious),
        "band": score.target.band.value,
        "reached_level": score.reached_level,
        "unmet_essentials": [line.skill for line in score.lines if line.skill in unmet],
        "skills": [
            {
                "skill": line.skill,
                "required": line.required,
                "rating": line.rating,
                "importance": line.importance,
                "essential": line.essential,
                "lost_points": percent(line.lost),
            }
            for line in score.lines
        ],
        "levels": [
            {
                "level": level.level,
                "low": percent(level.low),
                "high": percent(level.high),
                "band": level.band.value,
            }
            for level in score.levels
        ],
        "turning_points": list(score.turning_points),
        "widest_unknown": score.widest_unknown,
    }
