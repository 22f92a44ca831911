"""What somebody else's ratings of a person say beside the person's own. Never averaged."""

from collections.abc import Iterable

from .ladder import Ratings

DISAGREEMENT = 2
"""So many steps apart are worth a word."""


def agreeing(own: Ratings, others: Iterable[Ratings]) -> frozenset[str]:
    """Return the skills that somebody else rated at least as high as the person did."""
    seconds = list(others)
    return frozenset(
        skill
        for skill, value in own.items()
        if value is not None and any(_at_least(other.get(skill), value) for other in seconds)
    )


def _at_least(other: int | None, own: int) -> bool:
    return other is not None and other >= own


def disagree(own: int | None, other: int | None) -> bool:
    """Tell whether two ratings of one skill lie far apart; "not sure" contradicts nobody."""
    return own is not None and other is not None and abs(own - other) >= DISAGREEMENT
