"""The head of a career's studio pages: what it is, and what this person may do with it."""

from dataclasses import dataclass
from typing import Any

from ..models import Career
from .access import CHANGE, PUBLISH
from .kinds import KINDS


@dataclass(frozen=True, slots=True)
class Head:
    """A career in the studio. ``latest`` is the number of the last version, 0 for none."""

    key: str
    title: str
    latest: int
    can_change: bool
    can_publish: bool

    @property
    def lists(self) -> list[tuple[str, str]]:
        """Return the word and the title of each list of rows beside the matrix."""
        return [(kind.word, str(kind.many)) for kind in KINDS.values()]

    @property
    def draft(self) -> int:
        """Return the number that the draft will have once published."""
        return self.latest + 1


def head_of(career: Career, user: Any) -> Head:
    """Return the head for a career loaded with ``access.load_career``."""
    return Head(
        key=career.key,
        title=career.title,
        latest=career.latest.number if career.latest else 0,
        can_change=user.has_perm(CHANGE),
        can_publish=user.has_perm(PUBLISH),
    )
