"""What moved between two sets of answers, read at one level. Exact until the last step."""

from dataclasses import dataclass

from .ladder import Level, Ratings
from .readiness import coverage, points, tenths


@dataclass(frozen=True, slots=True)
class Move:
    """A skill whose answer changed; ``gain`` in tenths of a percent, below 0 for a loss."""

    skill: str
    before: int | None
    after: int | None
    gain: int


def moves(level: Level, before: Ratings, after: Ratings) -> tuple[Move, ...]:
    """Return the changed answers, largest gain first, then by key.

    The gains are differences of rounded-down running totals, so that they add up to the
    difference of both readings as printed. A missing answer is the same as "not sure".
    """
    changed = []
    for each in level.requirements:
        old, new = before.get(each.skill), after.get(each.skill)
        if old != new:
            gain = each.importance * (coverage(each, new) - coverage(each, old))
            changed.append((-gain, each.skill, old, new))
    found, exact = [], points(level, before)
    printed = tenths(exact, level)
    for loss, skill, old, new in sorted(changed, key=lambda each: each[:2]):
        exact -= loss
        found.append(Move(skill, old, new, tenths(exact, level) - printed))
        printed = tenths(exact, level)
    return tuple(found)
