"""What many reports of one level amount to: each read at that level, then counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from .effects import Merged, highest
from .ladder import Level, Ratings
from .readiness import readiness
from .scale import RATINGS, Band

UNSURE_SLOT = len(RATINGS)
"""Where "not sure" and unanswered are counted, beside the ratings 0-4."""


@dataclass(frozen=True, slots=True)
class Read:
    """A report read at a level: a slot for each requirement in order, tenths, band."""

    slots: tuple[int, ...]
    low: int
    band: Band


def mapped(ratings: Ratings, merged: Merged) -> dict[str, int | None]:
    """Return ratings as another version has its skills: merged ones have the highest."""
    found = dict(ratings)
    for skill, others in merged.items():
        found[skill] = highest([ratings.get(skill), *(ratings.get(each) for each in others)])
    return found


def read(level: Level, ratings: Ratings) -> Read:
    """Read ratings at a level, as the score does."""
    figures = readiness(level, ratings)
    given = (ratings.get(each.skill) for each in level.requirements)
    slots = tuple(UNSURE_SLOT if value is None else value for value in given)
    return Read(slots, figures.low, figures.band)


def median(histogram: Mapping[int, int]) -> int | None:
    """Return the median of a histogram (value to how often), rounded down; None for nothing."""
    total = sum(histogram.values())
    if not total:
        return None
    low, high = (total - 1) // 2, total // 2
    passed, found = 0, []
    for value in sorted(histogram):
        before, passed = passed, passed + histogram[value]
        found += [value for place in (low, high) if before <= place < passed]
    return sum(found) // 2
