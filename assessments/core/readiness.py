"""Readiness of one level: exact until the last step, then rounded down to a tenth.

For requirements r, importances w and ratings a: coverage c = min(a / r, 1) and
readiness = 100 * sum(w * c) / sum(w). Coverage is counted in twelfths, so that every
sum is a whole number. Percentages are whole tenths of a percent (643 is 64.3 %).
"""

from collections.abc import Collection
from dataclasses import dataclass

from .ladder import Level, Ratings, Requirement
from .scale import BUILDING_AT, COVERAGE_UNIT, NEARLY_READY_AT, READY_AT, Band


@dataclass(frozen=True, slots=True)
class Readiness:
    """One level's figures: low and high in tenths of a percent, band, unmet essentials."""

    level: str
    low: int
    high: int
    band: Band
    unmet_essentials: tuple[str, ...]


def coverage(requirement: Requirement, rating: int | None) -> int:
    """Return min(a / r, 1) in twelfths; "not sure" counts 0."""
    return COVERAGE_UNIT * min(rating or 0, requirement.rating) // requirement.rating


def is_unmet(requirement: Requirement, rating: int | None) -> bool:
    """Tell whether the rating is below what is required; "not sure" is."""
    return rating is None or rating < requirement.rating


def points(level: Level, ratings: Ratings) -> int:
    """Return the sum of importance times coverage, in twelfths, "not sure" as 0."""
    return sum(r.importance * coverage(r, ratings.get(r.skill)) for r in level.requirements)


def tenths(part: int, level: Level) -> int:
    """Return points as tenths of a percent of the level's most, rounded down."""
    return 1000 * part // (COVERAGE_UNIT * level.weight)


def band(part: int, level: Level, *, unmet_essential: bool) -> Band:
    """Return the band of exact points; an unmet essential allows at most Building."""
    most = COVERAGE_UNIT * level.weight
    if 100 * part >= READY_AT * most and not unmet_essential:
        return Band.READY
    if 100 * part >= NEARLY_READY_AT * most and not unmet_essential:
        return Band.NEARLY_READY
    if 100 * part >= BUILDING_AT * most:
        return Band.BUILDING
    return Band.STARTING_OUT


def unmet_essentials(level: Level, ratings: Ratings) -> tuple[str, ...]:
    """Return the essential skills below what is required, in the level's order."""
    return tuple(
        r.skill for r in level.requirements if r.essential and is_unmet(r, ratings.get(r.skill))
    )


def readiness(level: Level, ratings: Ratings) -> Readiness:
    """Return one level's figures for these ratings."""
    low = points(level, ratings)
    unknown = sum(
        r.importance * COVERAGE_UNIT for r in level.requirements if ratings.get(r.skill) is None
    )
    unmet = unmet_essentials(level, ratings)
    return Readiness(
        level=level.key,
        low=tenths(low, level),
        high=tenths(low + unknown, level),
        band=band(low, level, unmet_essential=bool(unmet)),
        unmet_essentials=unmet,
    )


def cautious_low(level: Level, ratings: Ratings, proven: Collection[str]) -> int:
    """Return readiness with every unproven rating above 0 one step lower, in tenths.

    ``proven`` names the skills with evidence or an agreeing second rating.
    """
    lowered = {
        skill: rating - 1 if rating and skill not in proven else rating
        for skill, rating in ratings.items()
    }
    return tenths(points(level, lowered), level)
