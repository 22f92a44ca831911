"""One person's reports of one career, one after another: computed when shown, never frozen."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.statements import Bind
from careers.catalogue import framework
from careers.document import Skill
from careers.models import Version

from . import figures
from .access import OWNER, Openable
from .core.moves import moves
from .core.readiness import readiness
from .core.score import percent
from .models import Assessment, BrowserAccess, Rating
from .querysets import AssessmentQuerySet

MOST = 12
"""So many reports are shown; older ones are left out."""
REASONS = 3
"""So many changed answers are named on the report; its own page names all."""
Answers = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class SkillMove:
    """A skill whose answer changed since the report before; None is "not sure"."""

    skill: Skill
    before: int | None
    after: int | None
    gain: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One report's answers, read at the level and version of the report that is shown."""

    at: datetime
    low: float
    band: str
    number: int
    moves: tuple[SkillMove, ...]

    @property
    def more(self) -> int:
        """Return how many changed answers the report leaves out."""
        return max(len(self.moves) - REASONS, 0)


@dataclass(frozen=True, slots=True)
class OverTime:
    """The readings, oldest first; the last is the report that is shown."""

    readings: tuple[Reading, ...]

    @property
    def this(self) -> Reading:
        """Return the report that is shown."""
        return self.readings[-1]

    @property
    def before(self) -> Reading:
        """Return the report before it."""
        return self.readings[-2]

    @property
    def gain(self) -> float:
        """Return by how much readiness rose since the report before, as printed."""
        return round(self.this.low - self.before.low, 1)


class _Finished(NamedTuple):
    """What is read of each report: its assessment, when it was finished, its version."""

    pk: uuid.UUID
    at: Any
    number: int


def _earlier(*, is_claimed: bool) -> Openable:
    """Choose the newest of the same career and owner that were finished before."""
    fields = Assessment._meta

    def chosen(rows: AssessmentQuerySet) -> "QuerySet[Any]":
        owner = Bind("owner", OWNER) if is_claimed else None
        found = rows.filter(
            version__career=Bind("career", Version._meta.get_field("career")),
            owner=owner,
            finished_at__lte=Bind("until", fields.get_field("finished_at")),
        )
        found = found.exclude(pk=Bind("pk", fields.pk)).order_by("-finished_at", "-pk")
        return found.values_list("pk", "finished_at", "version__number")[: MOST - 1]

    return Openable(chosen)


def has_others() -> "ExpressionWrapper[Q]":
    """Ask along with an assessment whether there is another of its owner, or in its browsers.

    Mostly there is none, and then no query is needed to find the earlier ones.
    """
    of_owner = Assessment.objects.filter(owner=OuterRef("owner")).exclude(pk=OuterRef("pk"))
    browsers = BrowserAccess.objects.filter(assessment=OuterRef(OuterRef("pk")))
    in_browser = BrowserAccess.objects.filter(
        browser_hash__in=browsers.values("browser_hash")
    ).exclude(assessment=OuterRef("pk"))
    either = Exists(of_owner) | Exists(in_browser)
    return ExpressionWrapper(either, output_field=BooleanField())


_EARLIER = {is_claimed: _earlier(is_claimed=is_claimed) for is_claimed in (True, False)}


def over_time(request: HttpRequest, assessment: Assessment, level: str) -> OverTime | None:
    """Return the reports of the same career up to this one, or None for a first report.

    Of the assessments that the reader may open, the ones that belong where this one belongs
    count. No query for an only assessment that was loaded with ``has_others``, one for a first
    report, else two.
    """
    if not getattr(assessment, "has_others", True):
        return None
    rows = _EARLIER[assessment.owner_id is not None](
        request,
        pk=assessment.pk,
        career=assessment.version.career_id,
        owner=assessment.owner_id,
        until=assessment.finished_at,
    )
    earlier = [_Finished(*row) for row in rows]
    if not earlier:
        return None
    this = _Finished(assessment.pk, assessment.finished_at, assessment.version.number)
    reports = [*reversed(earlier), this]
    answers = _answers(reports)
    skills = framework(assessment.version).skills()
    core = figures.ladder(assessment.version).level(level)
    readings = []
    before: Answers | None = None
    for each in reports:
        after = answers[each.pk]
        figure = readiness(core, after)
        changed = () if before is None else moves(core, before, after)
        readings.append(
            Reading(
                at=each.at,
                low=percent(figure.low),
                band=figure.band.value,
                number=each.number,
                moves=tuple(
                    SkillMove(skills[m.skill], m.before, m.after, percent(m.gain)) for m in changed
                ),
            )
        )
        before = after
    return OverTime(tuple(readings))


def _answers(reports: list[_Finished]) -> dict[uuid.UUID, Answers]:
    found: dict[uuid.UUID, Answers] = defaultdict(dict)
    rows = Rating.objects.filter(assessment__in=[each.pk for each in reports]).order_by()
    for assessment, skill, value in rows.values_list("assessment_id", "skill", "value"):
        found[assessment][skill] = value
    return found
