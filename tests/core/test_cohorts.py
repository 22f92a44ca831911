"""Nobody hidden can be subtracted: whatever people do, and whatever is kept of the figures.

    released   anna ben cleo dan eva | finn gus hana iris jan
    cohort 1     1   1   1   1   1
    cohort 2     1                       1   1   1   1   1      (ben left: 1 ended)

Every combination of the two rows with a factor other than 0 holds five people or more.
"""

# ruff: noqa: D102 (the promises are those of the protocol)
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.core import cohorts
from assessments.core.cohorts import LEAST, Place, Roll, State

PRIME = 2**61 - 1
Sum = frozenset[Hashable]


@dataclass
class Notes:
    """A book in memory that forgets nothing: what was ever released and ever shown."""

    places: dict[Hashable, Place] = field(default_factory=dict)
    live: dict[int, set[Hashable]] = field(default_factory=dict)
    ended: dict[int, set[Hashable]] = field(default_factory=dict)
    released: list[Sum] = field(default_factory=list)
    shown: set[Hashable] = field(default_factory=set)

    def of_report(self, report: Hashable) -> Place | None:
        return self.places.get(report)

    def of_member(self, member: Hashable) -> list[Place]:
        return [p for p in self.places.values() if p.member == member and member is not None]

    def waiting(self) -> list[Place]:
        return [p for p in self.places.values() if p.state == State.WAITING and p.is_ready]

    def counted_beside(self, waiting: Collection[Place]) -> set[Hashable]:
        wanted = {p.member: p.report for p in waiting}
        return {
            cohort
            for cohort, reports in self.live.items()
            for report in reports
            if (member := self.places[report].member) in wanted and wanted[member] != report
        }

    def cohorts_of(self, report: Hashable) -> list[Hashable]:
        return [c for kept in (self.live, self.ended) for c, held in kept.items() if report in held]

    def live_places(self, cohort: Hashable) -> list[Place]:
        return [self.places[each] for each in self.live.get(cohort, ())]

    def put(self, place: Place) -> None:
        self.places[place.report] = place
        if place.state == State.SHOWN:
            self.shown.add(place.report)

    def release(self, places: Iterable[Place]) -> None:
        found = list(places)
        for place in found:
            self.places[place.report] = place
        self.live[len(self.released)] = {place.report for place in found}
        self.released.append(frozenset(place.report for place in found))

    def end(self, cohort: Hashable, *, keep: bool) -> None:
        gone = self.live.pop(cohort, None) or self.ended.pop(cohort, None)
        if keep and gone:
            self.ended[cohort] = gone


def rank(rows: list[list[int]]) -> int:
    """Return the rank of rows of small numbers, over a field too large to hide anything."""
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column] % PRIME), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        factor = pow(rows[found][column], -1, PRIME)
        rows[found] = [value * factor % PRIME for value in rows[found]]
        for r, row in enumerate(rows):
            if r != found and row[column]:
                rows[r] = [
                    (a - row[column] * b) % PRIME for a, b in zip(row, rows[found], strict=True)
                ]
        found += 1
    return found


def isolated(notes: Notes) -> list[tuple[Hashable, ...]]:
    """Return the groups of fewer than five people of whom some combination tells something.

    A combination of the released sums that is 0 for everybody outside a group, and not for
    all inside, exists where leaving the group's columns out lowers the rank. What was shown
    by name is known and left out; so is nobody else.
    """
    reports = sorted(set().union(*notes.released) - notes.shown)
    people = sorted({person(each) for each in reports})
    rows = [[int(report in each) for report in reports] for each in notes.released]
    whole = rank(rows)
    few = min(LEAST - 1, len(people))
    found = []
    for group in combinations(people, few):
        outside = [n for n, report in enumerate(reports) if person(report) not in group]
        if rank([[row[n] for n in outside] for row in rows]) < whole:
            found.append(group)
    return found


def person(report: Hashable) -> int:
    """Return whose report it is: ``(person, number)``."""
    return report[0]  # type: ignore[index,no-any-return]


class World:
    """People who come with reports, change their minds and go, on a roll."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.roll = Roll(self.notes)
        self.listed: dict[int, bool] = {}
        self.reports: dict[int, list[tuple[int, int]]] = {}
        self.made = 0

    def join(self, who: int, listed: bool) -> None:
        if who in self.listed:
            self.listed[who] = listed
            self.roll.consent(who, listed=listed)
            return
        self.listed[who] = listed
        if self.reports.get(who):
            self.roll.arrive(self.place(who, self.reports[who][-1]), listed=listed)

    def rate(self, who: int, is_late: bool) -> None:
        self.made += 1
        self.reports.setdefault(who, []).append((who, self.made))
        if who in self.listed:
            place = self.place(who, self.reports[who][-1])
            self.roll.arrive(replace(place, is_ready=not is_late), listed=self.listed[who])

    def solve(self, who: int, _flag: bool) -> None:
        for report in self.reports.get(who, ()):
            self.roll.ready(report)

    def leave(self, who: int, _flag: bool) -> None:
        if self.listed.pop(who, None) is not None:
            self.roll.leave(who)

    def delete(self, who: int, _flag: bool) -> None:
        """Delete the newest report; the one before stands for its person again."""
        if not self.reports.get(who):
            return
        gone = self.reports[who].pop()
        self.roll.withdraw(gone)
        self.notes.places.pop(gone, None)
        if who in self.listed:
            if self.reports[who]:
                self.roll.arrive(self.place(who, self.reports[who][-1]), listed=self.listed[who])
            else:
                self.leave(who, False)

    @staticmethod
    def place(who: int, report: tuple[int, int]) -> Place:
        return Place(report=report, member=who, person=who)

    def do(self, what: str, who: int, flag: bool) -> None:
        getattr(self, what)(who, flag)


PEOPLE = 9
ACTIONS = st.tuples(
    st.sampled_from(["join", "rate", "join", "rate", "rate", "solve", "leave", "delete"]),
    st.integers(0, PEOPLE - 1),
    st.sampled_from([False, False, True]),
)
BEGIN = [(what, who, False) for who in range(4) for what in ("join", "rate")]


def lived(actions: list[tuple[str, int, bool]]) -> World:
    """Return the world after all that, checked after every step."""
    world = World()
    for what, who, flag in [*BEGIN, *actions]:
        world.do(what, who, flag)
        check(world)
    return world


def check(world: World) -> None:
    """What must hold at every moment."""
    notes, newest = world.notes, world.reports
    live = [each for reports in notes.live.values() for each in reports]
    assert len(live) == len(set(live))
    shown = {p.report for p in notes.places.values() if p.state == State.SHOWN}
    assert not shown & set().union(*notes.live.values(), *notes.ended.values())
    today = [*live, *(r for r in shown if notes.places[r].is_current)]
    assert len({person(each) for each in today}) == len(today), "somebody is counted twice"
    assert {person(each) for each in today} <= set(world.listed), "somebody who left is counted"
    history = set().union(*notes.ended.values(), shown)
    assert {person(each) for each in history} <= set(world.listed)
    assert all(each in newest[person(each)] for each in {*today, *history}), "a deleted report"
    for report in shown:
        assert world.listed[person(report)], "shown without consent"
    for p in notes.places.values():
        assert (p.state == State.COUNTED) == (p.report in live)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=60))
def test_no_combination_of_figures_tells_of_fewer_than_five(actions):
    """However often people join, finish, rate again, change their mind, leave and delete."""
    assert isolated(lived(actions).notes) == []


def test_the_search_finds_whom_a_difference_tells_of():
    """The plainest attack: the same five, then the same with one more."""
    five = [(who, 0) for who in range(5)]
    notes = Notes(released=[frozenset(five), frozenset([*five, (5, 0)])])
    assert all(5 in group for group in isolated(notes))
    assert isolated(notes)


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("is_fresh", property(lambda place: not place.was_shown)),
        ("is_fresh", property(lambda _place: True)),
    ],
)
def test_a_roll_that_forgets_what_was_counted_is_found_out(monkeypatch, name, planted):
    """With the defect planted, five people, one leaving and one coming are enough."""
    actions = [("join", 4, False), ("rate", 4, False), ("leave", 0, False)]
    actions += [("join", 5, False), ("rate", 5, False)]
    assert isolated(lived(actions).notes) == []
    monkeypatch.setattr(Place, name, planted)
    assert isolated(lived(actions).notes) != []


def test_showing_by_name_what_was_counted_would_tell_of_the_others(monkeypatch):
    """That is why a counted report stays without its name, whatever its person says later."""
    actions = [("join", 4, False), ("rate", 4, False), ("join", 0, True)]
    world = lived(actions)
    assert (world.notes.shown, isolated(world.notes)) == (set(), [])

    def placed(place: Place, *, listed: bool) -> Place:
        return replace(place, state=State.SHOWN, was_shown=True) if listed else place

    monkeypatch.setattr(Roll, "_placed", staticmethod(placed))
    monkeypatch.setattr(
        Roll,
        "consent",
        lambda roll, member, listed: [
            roll._put(placed(each, listed=listed)) for each in roll.book.of_member(member)
        ],
    )
    world = World()
    for action in [*BEGIN, *actions]:
        world.do(*action)
    assert isolated(world.notes) != []


def test_four_people_are_not_counted_and_the_fifth_brings_all():
    """And one person's many reports are one person."""
    world = lived([("rate", 0, False)] * 3)
    assert world.notes.live == {}
    world.do("join", 4, False)
    world.do("rate", 4, False)
    assert [len(each) for each in world.notes.live.values()] == [5]


def test_who_leaves_takes_the_whole_cohort_out_until_five_others_come():
    """The four who stay come back only together with five fresh ones."""
    world = lived([("join", 4, False), ("rate", 4, False), ("leave", 0, False)])
    assert (world.notes.live, world.notes.ended) == ({}, {})
    for who in range(5, 9):
        world.do("join", who, False)
        world.do("rate", who, False)
    assert world.notes.live == {}
    world.do("join", 0, False)
    assert world.notes.live == {}, "somebody counted before is not fresh"
    world.do("rate", 0, False)
    assert [len(each) for each in world.notes.live.values()] == [9]


def test_who_rates_again_stays_counted_as_before_until_five_have():
    """The old cohort ends when the new one begins, and stays in the history."""
    world = lived([("join", 4, False), ("rate", 4, False)])
    before = set(next(iter(world.notes.live.values())))
    for who in range(4):
        world.do("rate", who, False)
        assert list(world.notes.live.values()) == [before]
    world.do("join", 5, False)
    world.do("rate", 5, False)
    assert [len(each) for each in world.notes.live.values()] == [6]
    assert list(world.notes.ended.values()) == [before]


def test_a_report_whose_plan_is_not_solved_yet_waits():
    """A cohort is released whole: figures that came later would be one person's."""
    world = World()
    for who in range(5):
        world.do("join", who, False)
        world.do("rate", who, who == 4)
    assert world.notes.live == {}
    world.do("solve", 4, False)
    assert len(world.notes.live) == 1


def test_what_is_shown_by_name_goes_at_once_when_its_person_hides_it():
    """Earlier reports too; and it comes back by name only when they say so."""
    world = lived([("join", 8, True), ("rate", 8, False), ("rate", 8, False)])
    states = [p.state for p in world.notes.of_member(8)]
    assert states == [State.SHOWN, State.SHOWN]
    world.do("join", 8, False)
    assert [p.state for p in world.notes.of_member(8)] == [State.OUT, State.WAITING]
    world.do("join", 8, True)
    assert [p.state for p in world.notes.of_member(8)] == [State.OUT, State.SHOWN]


def test_the_least_number_is_five():
    """As the pages say."""
    assert cohorts.LEAST == 5
