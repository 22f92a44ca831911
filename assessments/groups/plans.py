"""The fastest plans of a group's reports, at the group's level, after they were finished.

Solved outside of any transaction. A plan that cannot be solved is none: its report is
counted all the same.
"""

import logging
from datetime import date

from django.db import transaction

from .. import answers, figures
from ..core.ladder import Ratings
from ..core.plan import Goal
from ..core.scale import Band
from ..core.tally import read
from ..models import Assessment, Plan
from . import counting
from .counts import answers_for, level_of
from .ledger import Steps
from .models import Group

log = logging.getLogger(__name__)


def count(assessment: Assessment, *, today: date) -> None:
    """Solve what a finished report's groups need, and count it there and among all."""
    ratings = answers.values(assessment)
    own = _stored(assessment)
    if own is None:
        own = _solved(Group(version=assessment.version, level=assessment.level), ratings)
    known = {(assessment.version_id, assessment.level): own}
    for reading in counting.without_plan(assessment):
        group = reading.group
        at = (group.version_id, group.level)
        if at not in known:
            known[at] = _solved(group, ratings)
        with transaction.atomic():
            if _held(assessment):
                counting.planned(assessment, group.pk, known[at], today=today)
    with transaction.atomic():
        if _held(assessment):
            counting.counted_for_all(assessment, ratings, own, today=today)


def _held(assessment: Assessment) -> bool:
    """Hold the assessment until the transaction ends; tell whether it is still there."""
    return Assessment.objects.select_for_update().filter(pk=assessment.pk).exists()


def _stored(assessment: Assessment) -> Steps | None:
    """Return the plan that the report shows, while its person has wished nothing of it."""
    plan = Plan.objects.filter(assessment=assessment, revision=0).first()
    solution = plan.solutions.get(Goal.FASTEST) if plan else None
    if solution is None:
        return None
    return _gains(solution, round(solution["low_before"] * 10))


def _solved(group: Group, ratings: Ratings) -> Steps:
    try:
        answers = answers_for(group, ratings)
        wishes = figures.Wishes(goal=Goal.FASTEST)
        before = read(level_of(group), answers)
        if before.band == Band.READY or not figures.steps(group.version):
            return []
        found = figures.plan_of(group.version, group.level, answers, wishes)
        return _gains(found, before.low)
    except Exception:
        log.exception("A plan for a group could not be solved.")
        return []


def _gains(solution: figures.Json, before: int) -> Steps:
    """Return what each step of a plan gains; all in tenths of a percent."""
    steps: Steps = []
    for row in solution["steps"]:
        after = round(row["low_after"] * 10)
        steps.append([row["step"], after - before])
        before = after
    return steps
