"""The book of one group in the database: places are readings, and counts follow them.

Open it in a transaction that holds the group's row (``held``), and ``close`` it there: what
is put is written at the latest then, and so is what it changes of the counts.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Min, QuerySet

from ..core.cohorts import Place, State
from ..core.ladder import Ratings
from ..models import Assessment
from . import counts
from .models import Cohort, CohortReading, Group, Reading

FIELDS = (
    "member", "state", "is_current", "was_shown", "was_counted", "steps", "is_planned", "since",
    "until",
)  # fmt: skip
ROWS_AT_ONCE = 200
Steps = list[list[Any]]
"""The steps of a fastest plan: [key, tenths of a percent gained]."""


def held(group_ids: Iterable[Any]) -> list[Group]:
    """Hold these groups until the transaction ends, always in the same order."""
    rows = Group.objects.filter(pk__in=set(group_ids)).order_by("pk")
    found = rows.select_for_update(no_key=True, of=("self",)).select_related("version__career")
    return list(found.defer("version__document"))


class Ledger:
    """Keeps the places of a group whose members were asked."""

    def __init__(self, group: Group, today: date) -> None:
        self.group, self.today = group, today
        self.level = counts.level_of(group)
        self.delta: counts.Counts = Counter()
        self._rows: dict[Hashable, Reading] = {}
        self._dirty: dict[Hashable, Reading] = {}

    def begin(
        self, assessment: Assessment, ratings: Ratings | None = None, steps: Steps | None = None
    ) -> None:
        """Read a report that may have no place here yet."""
        if ratings is None:
            ratings = dict(assessment.ratings.values_list("skill", "value"))
        found = counts.read_for(self.group, ratings)
        self._rows[assessment.pk] = Reading(
            group=self.group,
            assessment=assessment,
            state=State.WAITING,
            slots="".join(map(str, found.slots)),
            low=found.low,
            band=found.band.value,
            steps=steps or [],
            is_planned=steps is not None,
        )

    def plan(self, report: Any, steps: Steps) -> None:
        """Keep the steps of a report's plan, before it is said to be ready."""
        place = self.of_report(report)
        if place and not place.is_ready:
            self._change(self._rows[report], steps=steps)

    def close(self) -> None:
        """Write what is not written yet, and add to the counts."""
        self._write()
        counts.store(self.group, self.delta)
        self.delta = Counter()

    # What the roll asks for.

    def of_report(self, report: Any) -> Place | None:
        """Return the place of a report, also of one that is out."""
        found = self._places(self._all().filter(assessment=report))
        return found[0] if found else None

    def of_member(self, member: Any) -> list[Place]:
        """Return every place that stands for a member."""
        return self._places(self._all().filter(member=member))

    def waiting(self) -> list[Place]:
        """Return the places that wait and are ready."""
        return self._places(self._all().filter(state=State.WAITING, is_planned=True))

    def counted_beside(self, waiting: Collection[Place]) -> set[Hashable]:
        """Return the live cohorts that hold an older report of one of these members."""
        self._write()
        rows = CohortReading.objects.filter(
            cohort__group=self.group,
            cohort__until=None,
            reading__member__in=[place.member for place in waiting],
        ).exclude(reading__assessment__in=[place.report for place in waiting])
        return set(rows.values_list("cohort_id", flat=True))

    def cohorts_of(self, report: Any) -> list[Hashable]:
        """Return the cohorts that a report is or was in, live and ended."""
        self._write()
        rows = CohortReading.objects.filter(cohort__group=self.group, reading__assessment=report)
        return list(rows.order_by("cohort_id").values_list("cohort_id", flat=True))

    def live_places(self, cohort: Any) -> list[Place]:
        """Return the places of a live cohort, none of one that has ended."""
        live = self._all().filter(cohorts__cohort=cohort, cohorts__cohort__until=None)
        return self._places(live)

    def put(self, place: Place) -> None:
        """Keep a place as it is now; what is shown by name is counted at once."""
        row = self._rows[place.report]
        is_shown = place.state == State.SHOWN
        since = (row.since or self.today) if is_shown else None
        self._change(
            row,
            member_id=self._member_id(place),
            state=place.state.value,
            is_current=place.is_current,
            is_planned=place.is_ready,
            was_shown=place.was_shown,
            was_counted=place.was_counted,
            since=since,
            until=max(self.today, since) if since and not place.is_current else None,
        )

    def release(self, places: Iterable[Place]) -> None:
        """Make a live cohort of these places, and count it."""
        cohort = Cohort.objects.create(group=self.group, since=self.today)
        rows = []
        for place in places:
            row = self._rows[place.report]
            self._change(row, state=place.state.value, was_counted=True)
            rows.append(row)
        self._write()
        CohortReading.objects.bulk_create(
            (CohortReading(cohort=cohort, reading=row) for row in rows), batch_size=ROWS_AT_ONCE
        )
        self._count_cohort(cohort, rows, 1)

    def end(self, cohort: Any, *, keep: bool) -> None:
        """End a cohort; kept, it still counts in the history until today."""
        self._write()
        found = Cohort.objects.get(group=self.group, pk=cohort)
        rows = list(self._all().filter(cohorts__cohort=found))
        self._count_cohort(found, rows, -1)
        if not keep:
            found.delete()
            return
        found.until = max(self.today, found.since)
        found.save(update_fields=["until"])
        self._count_cohort(found, rows, 1)

    def _count_cohort(self, cohort: Cohort, rows: list[Reading], factor: int) -> None:
        counts.add(self.delta, of_cohort(cohort, rows, self.level), factor)

    def _all(self) -> QuerySet[Reading]:
        self._write()
        return Reading.objects.filter(group=self.group)

    def _change(self, row: Reading, **values: Any) -> None:
        """Change a row, and the counts by what that makes of them."""
        counts.add(self.delta, counts.of_shown(row, self.level), -1)
        for name, value in values.items():
            setattr(row, name, value)
        counts.add(self.delta, counts.of_shown(row, self.level))
        self._dirty[row.assessment_id] = row

    def _write(self) -> None:
        dirty, self._dirty = list(self._dirty.values()), {}
        changed = []
        for row in dirty:
            # Of what was never told to anybody nothing is kept.
            is_nothing = row.state == State.OUT and not (row.was_shown or row.was_counted)
            if row.pk and is_nothing:
                row.delete()
            elif row.pk:
                changed.append(row)
            elif not is_nothing:
                row.save()
        if changed:
            Reading.objects.bulk_update(changed, FIELDS, batch_size=ROWS_AT_ONCE)

    def _places(self, rows: Iterable[Reading]) -> list[Place]:
        found = list(rows)
        self._rows |= {row.assessment_id: row for row in found}
        return [self._place(row) for row in found]

    def _place(self, row: Reading) -> Place:
        return Place(
            report=row.assessment_id,
            member=row.member_id,
            person=row.member_id,
            state=State(row.state),
            is_current=row.is_current,
            is_ready=row.is_planned,
            was_shown=row.was_shown,
            was_counted=row.was_counted,
        )

    def _member_id(self, place: Place) -> Any:
        return place.member


class LedgerOfAll(Ledger):
    """Keeps everybody's reports of a level: each stands for itself, nobody was asked.

    One person's reports are all counted; so a cohort needs five people, not five reports.
    """

    def _all(self) -> QuerySet[Reading]:
        return super()._all().select_related("assessment")

    def of_member(self, member: Any) -> list[Place]:
        """Return nothing: no report replaces another."""
        return []

    def waiting(self) -> list[Place]:
        """Return the places that wait, each with who is behind it."""
        rows = self._all().filter(state=State.WAITING, is_planned=True)
        people = rows.annotate(browser=Min("assessment__browsers__browser_hash"))
        return self._places(people)

    def counted_beside(self, waiting: Collection[Place]) -> set[Hashable]:
        """Return nothing: no report replaces another."""
        return set()

    def _place(self, row: Reading) -> Place:
        place = super()._place(row)
        person = row.assessment.owner_id or getattr(row, "browser", None)
        return replace(place, member=row.assessment_id, person=person)

    def _member_id(self, place: Place) -> Any:
        return None


def of_cohort(cohort: Cohort, rows: Iterable[Reading], level: Any) -> counts.Counts:
    """Return what a cohort counts: its history, and all of it while it is live."""
    found: counts.Counts = Counter()
    for row in rows:
        counts.add(found, counts.of_time(cohort.since, cohort.until, row.low))
        if cohort.until is None:
            counts.add(found, counts.of_reading(row, level))
            found["unnamed", "", 0] += 1
    return found
