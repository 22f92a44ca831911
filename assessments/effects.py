"""What a career's draft would do to the stored reports of its last version."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db.models import CharField
from django.db.models.functions import Cast

from careers import catalogue, document
from careers.document import Level
from careers.drafts import compile_draft
from careers.models import Career, Version
from careers.publishing import verify

from . import figures
from .core.effects import BandMove, LevelEffect, effects
from .core.ladder import Ratings
from .core.score import percent
from .models import Assessment

ROWS_AT_ONCE = 5_000


class NoVersionError(LookupError):
    """The career has no version yet, so there are no reports of one."""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level's reports, with the level as the last version words it.

    Medians are percentages, rounded down; ``after`` is None for a level that is gone.
    """

    level: Level
    reports: int
    changed: int
    before: float
    after: float | None

    @property
    def is_moved(self) -> bool:
        """Tell whether the median differs as printed."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class EffectsPage:
    """What the panel shows. ``changed`` and ``not_comparable`` count reports."""

    number: int
    reports: int
    changed: int
    not_comparable: int
    moves: tuple[BandMove, ...]
    levels: tuple[LevelRow, ...]


def stored_reports(version: Version) -> Iterator[tuple[str, Ratings]]:
    """Yield each finished assessment's level and ratings, in one query that is streamed."""
    rows = (
        Assessment.objects.filter(version=version, finished_at__isnull=False)
        .order_by("pk")
        # As text, because making objects of hundreds of thousands of ids takes half the time.
        .values_list(Cast("pk", CharField()), "level", "ratings__skill", "ratings__value")
        .iterator(chunk_size=ROWS_AT_ONCE)
    )
    for (_pk, level), answers in groupby(rows, key=itemgetter(0, 1)):
        yield level, {skill: value for _, _, skill, value in answers if skill is not None}


def page(career: Career) -> EffectsPage:
    """Return what the draft would do. ``career.latest`` is loaded, without its document.

    Raises NoVersionError, and DocumentError while the draft cannot be published.
    """
    version = career.latest
    if version is None:
        raise NoVersionError(career.key)
    draft = document.parse(verify(compile_draft(career)))
    found = effects(
        figures.ladder(version),
        figures.ladder_of(draft),
        stored_reports(version),
        draft.merged(),
    )
    levels = {level.key: level for level in catalogue.framework(version).levels}
    return EffectsPage(
        number=version.number,
        reports=found.reports,
        changed=found.changed,
        not_comparable=found.not_comparable,
        moves=found.moves,
        levels=tuple(_row(levels[each.level], each) for each in found.levels),
    )


def _row(level: Level, effect: LevelEffect) -> LevelRow:
    return LevelRow(
        level=level,
        reports=effect.reports,
        changed=effect.changed,
        before=percent(effect.median_before),
        after=None if effect.median_after is None else percent(effect.median_after),
    )
