"""What another framework would make of finished assessments, each at its own target level.

Every report is read twice with the same points, bands and rounding as the score: on the
ladder that it was made with, and on the one that would follow. A skill that is new counts
as unanswered, one that is gone is ignored, a merged one has the highest of its ratings,
and a report whose level is gone cannot be compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from .ladder import Ladder, LadderError, Level, Ratings, Requirement
from .readiness import band, coverage, is_unmet
from .scale import COVERAGE_UNIT, RATINGS, Band

Merged = Mapping[str, tuple[str, ...]]
"""A skill of the following ladder to the skills that were merged into it."""


@dataclass(frozen=True, slots=True)
class BandMove:
    """So many reports go from one band to another."""

    before: Band
    after: Band
    reports: int


@dataclass(frozen=True, slots=True)
class LevelEffect:
    """The reports that aim at one level.

    Medians are tenths of a percent, rounded down; ``median_after`` is None for a level that
    is gone.
    """

    level: str
    reports: int
    changed: int
    median_before: int
    median_after: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What happens to all reports; ``levels`` are lowest first, ``moves`` best band first."""

    reports: int
    not_comparable: int
    moves: tuple[BandMove, ...]
    levels: tuple[LevelEffect, ...]

    @property
    def changed(self) -> int:
        """Return how many reports change their band."""
        return sum(move.reports for move in self.moves)


class _Reader:
    """Reads one level from many reports: what each rating is worth is worked out once."""

    def __init__(self, level: Level, merged: Merged) -> None:
        self.level = level
        self.rows = [(r.skill, merged.get(r.skill, ()), self._worth(r)) for r in level.requirements]

    @staticmethod
    def _worth(requirement: Requirement) -> dict[int | None, tuple[int, bool]]:
        """Return points, and whether an essential stays unmet, for each possible rating."""
        return {
            rating: (
                requirement.importance * coverage(requirement, rating),
                requirement.essential and is_unmet(requirement, rating),
            )
            for rating in (None, *RATINGS)
        }

    def read(self, ratings: Ratings) -> tuple[int, Band]:
        """Return a report's points, in twelfths, and its band."""
        total, unmet = 0, False
        for skill, others, worth in self.rows:
            rating = ratings.get(skill)
            if others:
                rating = highest([rating, *(ratings.get(other) for other in others)])
            points, is_short = worth[rating]
            total += points
            unmet = unmet or is_short
        return total, band(total, self.level, unmet_essential=unmet)

    def median(self, points: list[int]) -> int:
        """Return the median of points as tenths of a percent, exact until rounded down."""
        ranked = sorted(points)
        low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
        return 1000 * (low + high) // (2 * COVERAGE_UNIT * self.level.weight)


def highest(ratings: Iterable[int | None]) -> int | None:
    """Return the highest rating; "not sure" only where there is no other."""
    known = [rating for rating in ratings if rating is not None]
    return max(known, default=None)


@dataclass(slots=True)
class _Tally:
    """What is counted of the reports that aim at one level."""

    old: _Reader
    new: _Reader | None
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    moves: Counter[tuple[Band, Band]] = field(default_factory=Counter)

    def add(self, ratings: Ratings) -> None:
        points, old_band = self.old.read(ratings)
        self.before.append(points)
        if self.new:
            points, new_band = self.new.read(ratings)
            self.after.append(points)
            if new_band != old_band:
                self.moves[old_band, new_band] += 1

    def result(self) -> LevelEffect:
        return LevelEffect(
            level=self.old.level.key,
            reports=len(self.before),
            changed=self.moves.total(),
            median_before=self.old.median(self.before),
            median_after=self.new.median(self.after) if self.new else None,
        )


def effects(
    before: Ladder, after: Ladder, reports: Iterable[tuple[str, Ratings]], merged: Merged
) -> Effects:
    """Return what changes for these reports, each a target level and its ratings.

    Raises LadderError for a level that the first ladder does not have.
    """
    new = {level.key: _Reader(level, merged) for level in after.levels}
    tallies = {level.key: _Tally(_Reader(level, {}), new.get(level.key)) for level in before.levels}
    for level, ratings in reports:
        if level not in tallies:
            raise LadderError(f"{level}: no such level")
        tallies[level].add(ratings)
    used = [tally for tally in tallies.values() if tally.before]
    moves = sum((tally.moves for tally in used), Counter[tuple[Band, Band]]())
    return Effects(
        reports=sum(len(tally.before) for tally in used),
        not_comparable=sum(len(tally.before) for tally in used if not tally.new),
        moves=tuple(
            BandMove(old, now, moves[old, now])
            for old, now in product(Band, Band)
            if moves[old, now]
        ),
        levels=tuple(tally.result() for tally in used),
    )
