"""What the score is computed from: a ladder of levels and a person's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .scale import RATINGS

Ratings = Mapping[str, int | None]
"""Skill key to rating 0-4, or None for "not sure". A missing skill counts as "not sure"."""


class LadderError(ValueError):
    """A ladder or an answer that cannot be scored; the message names the key."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one level asks of one skill: rating 1-4, importance 1-5."""

    skill: str
    rating: int
    importance: int
    essential: bool = False

    def __post_init__(self) -> None:
        if self.rating not in RATINGS[1:]:
            raise LadderError(f"{self.skill}: the required rating must be 1 to 4")
        if self.importance not in (1, 2, 3, 4, 5):
            raise LadderError(f"{self.skill}: the importance must be 1 to 5")


@dataclass(frozen=True, slots=True)
class Level:
    """One rung. Raises LadderError without requirements or with a skill named twice."""

    key: str
    requirements: tuple[Requirement, ...]
    weight: int = field(init=False)
    """The sum of the importances."""

    def __post_init__(self) -> None:
        if not self.requirements:
            raise LadderError(f"{self.key}: a level without requirements has no score")
        if len({r.skill for r in self.requirements}) != len(self.requirements):
            raise LadderError(f"{self.key}: a skill is required twice")
        object.__setattr__(self, "weight", sum(r.importance for r in self.requirements))


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels, lowest first, and the titles that settle ties between skills."""

    levels: tuple[Level, ...]
    titles: Mapping[str, str]

    def level(self, key: str) -> Level:
        """Return the level of that key, or raise LadderError."""
        for level in self.levels:
            if level.key == key:
                return level
        raise LadderError(f"{key}: no such level")


def check_ratings(ratings: Ratings) -> None:
    """Raise LadderError naming the first skill whose rating is not 0-4 or None."""
    for skill, rating in ratings.items():
        if rating is not None and (isinstance(rating, bool) or rating not in RATINGS):
            raise LadderError(f"{skill}: a rating is 0, 1, 2, 3, 4 or null for not sure")
