"""What holds a person back at one level: the ledger, turning points, the widest unknown."""

from dataclasses import dataclass

from .ladder import Ladder, Level, Ratings, Requirement
from .readiness import band, coverage, is_unmet, points, tenths, unmet_essentials
from .scale import COVERAGE_UNIT, Band


@dataclass(frozen=True, slots=True)
class Line:
    """One skill of the ledger. ``lost`` is in tenths of a percent, as printed."""

    skill: str
    required: int
    rating: int | None
    importance: int
    essential: bool
    lost: int

    @property
    def met(self) -> bool:
        """Tell whether the rating reaches what is required."""
        return self.rating is not None and self.rating >= self.required


def _lost(requirement: Requirement, ratings: Ratings) -> int:
    missing = COVERAGE_UNIT - coverage(requirement, ratings.get(requirement.skill))
    return requirement.importance * missing


def in_gap_order(ladder: Ladder, level: Level, ratings: Ratings) -> list[Requirement]:
    """Sort requirements: unmet essentials, then by lost points, title and key; met ones last."""

    def rank(requirement: Requirement) -> tuple[bool, bool, int, str, str]:
        unmet = is_unmet(requirement, ratings.get(requirement.skill))
        return (
            not unmet,
            not (unmet and requirement.essential),
            -_lost(requirement, ratings),
            ladder.titles[requirement.skill].casefold(),
            requirement.skill,
        )

    return sorted(level.requirements, key=rank)


def ledger(ladder: Ladder, level: Level, ratings: Ratings) -> tuple[Line, ...]:
    """Return one line per requirement, in gap order.

    Lost points are differences of rounded-down running totals, starting from the
    rounded-down readiness: the printed readiness and lines add up to exactly 100.0.
    """
    total = points(level, ratings)
    printed = tenths(total, level)
    lines = []
    for requirement in in_gap_order(ladder, level, ratings):
        total += _lost(requirement, ratings)
        now = tenths(total, level)
        lines.append(
            Line(
                skill=requirement.skill,
                required=requirement.rating,
                rating=ratings.get(requirement.skill),
                importance=requirement.importance,
                essential=requirement.essential,
                lost=now - printed,
            )
        )
        printed = now
    return tuple(lines)


def turning_points(ladder: Ladder, level: Level, ratings: Ratings) -> tuple[str, ...]:
    """Return the skills whose rating, one step lower, would change the level's band."""
    total = points(level, ratings)
    unmet = set(unmet_essentials(level, ratings))
    before = band(total, level, unmet_essential=bool(unmet))

    def band_one_lower(requirement: Requirement, rating: int) -> Band:
        lost = coverage(requirement, rating) - coverage(requirement, rating - 1)
        falls_short = requirement.essential and is_unmet(requirement, rating - 1)
        return band(
            total - requirement.importance * lost,
            level,
            unmet_essential=bool(unmet) or falls_short,
        )

    return tuple(
        requirement.skill
        for requirement in in_gap_order(ladder, level, ratings)
        if (rating := ratings.get(requirement.skill))
        and band_one_lower(requirement, rating) != before
    )


def widest_unknown(ladder: Ladder, level: Level, ratings: Ratings) -> str | None:
    """Return the "not sure" with the most lost points (the first in gap order of a tie)."""
    unknown = [r for r in in_gap_order(ladder, level, ratings) if ratings.get(r.skill) is None]
    widest = max(unknown, key=lambda r: _lost(r, ratings), default=None)
    return widest.skill if widest else None
