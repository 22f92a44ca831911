"""Counting everything again, from the answers: to check the counts that are kept, or mend them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from ..models import Assessment, Rating
from . import counts, plans
from .ledger import held, of_cohort
from .models import Cohort, CohortReading, Count, Group, Reading

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount found in one group: rows that were kept wrong, and how many there are."""

    group: Group
    wrong: tuple[counts.Key, ...]
    rows: int


def recounts(*, mend: bool) -> Iterator[Recount]:
    """Count every group again and compare; ``mend`` stores what should be kept."""
    for pk in Group.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found = [_recount(group, mend=mend) for group in held([pk])]
        yield from found


def missed() -> Iterator[Assessment]:
    """Yield the finished reports that were not counted among all, or wait for a plan."""
    done = Reading.objects.filter(group__owner=None).values("assessment")
    late = Reading.objects.filter(is_planned=False).exclude(state="out").values("assessment")
    rows = Assessment.objects.with_version().filter(finished_at__isnull=False).order_by("pk")
    yield from rows.filter(pk__in=late) | rows.exclude(pk__in=done)


def take_in(assessment: Assessment, *, today: date) -> None:
    """Count a report that was missed."""
    plans.count(assessment, today=today)


def _recount(group: Group, *, mend: bool) -> Recount:
    should = _expected(group)
    rows = Count.objects.filter(group=group).values_list("kind", "key", "slot", "number")
    kept = {(kind, key, slot): number for kind, key, slot, number in rows}
    keys = sorted(should.keys() | kept.keys())
    wrong = tuple(key for key in keys if should.get(key, 0) != kept.get(key, 0))
    if mend and wrong:
        Count.objects.filter(group=group).delete()
        counts.store(group, should)
    return Recount(group, wrong, len(should))


def _expected(group: Group) -> counts.Counts:
    """Return the counts as the answers make them, report by report."""
    level = counts.level_of(group)
    found: counts.Counts = Counter()
    cohorts = {each.pk: each for each in Cohort.objects.filter(group=group)}
    of_readings: dict[Any, list[Cohort]] = defaultdict(list)
    links = CohortReading.objects.filter(cohort__group=group)
    for cohort_id, reading_id in links.values_list("cohort_id", "reading_id"):
        of_readings[reading_id].append(cohorts[cohort_id])
    for reading in _read_again(group):
        counts.add(found, counts.of_shown(reading, level))
        for cohort in of_readings[reading.pk]:
            counts.add(found, of_cohort(cohort, [reading], level))
    return Counter({key: number for key, number in found.items() if number})


def _read_again(group: Group) -> Iterator[Reading]:
    """Yield the group's readings with what their answers say, whatever was kept of them."""
    pks = list(Reading.objects.filter(group=group).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(pks), AT_ONCE):
        some = list(Reading.objects.filter(pk__in=pks[first : first + AT_ONCE]))
        answers: dict[Any, dict[str, int | None]] = defaultdict(dict)
        rows = Rating.objects.filter(assessment__in=[each.assessment_id for each in some])
        for assessment, skill, value in rows.values_list("assessment_id", "skill", "value"):
            answers[assessment][skill] = value
        for reading in some:
            read = counts.read_for(group, answers[reading.assessment_id])
            reading.slots = "".join(map(str, read.slots))
            reading.low, reading.band = read.low, read.band.value
            yield reading
