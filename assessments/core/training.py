"""Training steps: when one can be taken, what it raises, and which help with a gap."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .ladder import Ratings, Requirement
from .readiness import is_unmet

SkillRatings = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A training step: hours whole, cost in cents, (skill, rating) pairs."""

    key: str
    hours: int
    cost: int
    requires: SkillRatings
    after: frozenset[str]
    gives: SkillRatings


def can_be_taken(step: Step, ratings: Ratings, done: Collection[str]) -> bool:
    """Tell whether all it requires holds and all steps it waits for are done."""
    holds = all((ratings.get(skill) or 0) >= rating for skill, rating in step.requires)
    return holds and step.after <= set(done)


def raised(step: Step, ratings: Ratings) -> dict[str, int | None]:
    """Return the ratings after the step: each skill it gives, at least at that rating."""
    after = dict(ratings)
    for skill, rating in step.gives:
        after[skill] = max(after.get(skill) or 0, rating)
    return after


def worthwhile(steps: Iterable[Step], requirement: Requirement, rating: int | None) -> list[Step]:
    """Return the steps that raise this skill, best first, as long as it is below required.

    Those that reach what is required come first, then fewer hours, lower cost, key.
    """
    have = rating or 0

    def to(step: Step) -> int:
        return dict(step.gives).get(requirement.skill, 0)

    if not is_unmet(requirement, rating):
        return []
    helpful = [step for step in steps if to(step) > have]
    return sorted(helpful, key=lambda s: (-min(to(s), requirement.rating), s.hours, s.cost, s.key))
