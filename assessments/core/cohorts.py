"""Who is counted in a group's figures without being shown, so that nobody can be subtracted.

A hidden report enters the figures only with a *cohort*: a sum over reports of which at
least LEAST, of as many people, are *fresh*, that is in no earlier sum and never shown by
name. Take any sums that were ever released, each times any factor: in the latest of those
whose factor is not 0, the fresh reports stand in no other of them, so their part in the
result is that factor. Whatever is made of the figures, before and after anything that
people do, holds nothing of hidden people or something of at least LEAST of them.

For this to hold, what was once counted is never shown by name, and a cohort is counted
whole or not at all: when a report in it must go, all of it goes, and who is left waits
for a new one. ``Roll`` decides; a ``Book`` keeps what was decided.
"""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

LEAST = 5
"""So many people at least stand behind every figure about those who are not shown."""


class State(StrEnum):
    """What becomes of a report in a group."""

    WAITING = "waiting"
    SHOWN = "shown"
    COUNTED = "counted"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Place:
    """A report in a group, and what was ever told of it.

    ``member`` is the membership it stands for, ``person`` who is behind that. Only the
    current report of a member stands for today; one shown before it is history. A place is
    ready once all that will ever be counted of it is known.
    """

    report: Hashable
    member: Hashable | None
    person: Hashable | None = None
    state: State = State.WAITING
    is_current: bool = True
    is_ready: bool = True
    was_shown: bool = False
    was_counted: bool = False

    @property
    def is_fresh(self) -> bool:
        """Tell whether no figure has ever held anything of it."""
        return not (self.was_shown or self.was_counted)


class Book(Protocol):
    """Keeps the places and cohorts of one group, which nobody else changes meanwhile."""

    def of_report(self, report: Hashable) -> Place | None:
        """Return the place of a report, also of one that is out."""

    def of_member(self, member: Hashable) -> list[Place]:
        """Return every place that stands for a member."""

    def waiting(self) -> list[Place]:
        """Return the places that wait and are ready."""

    def counted_beside(self, waiting: Collection[Place]) -> set[Hashable]:
        """Return the live cohorts that hold an older report of one of these members."""

    def cohorts_of(self, report: Hashable) -> list[Hashable]:
        """Return the cohorts that a report is or was in, live and ended."""

    def live_places(self, cohort: Hashable) -> list[Place]:
        """Return the places of a live cohort, none of one that has ended."""

    def put(self, place: Place) -> None:
        """Keep a place as it is now."""

    def release(self, places: Iterable[Place]) -> None:
        """Make a live cohort of these places."""

    def end(self, cohort: Hashable, *, keep: bool) -> None:
        """End a cohort; kept, it still counts in the history until today."""


def enough(waiting: Iterable[Place]) -> bool:
    """Tell whether these places may be released together."""
    return len({place.person for place in waiting if place.is_fresh}) >= LEAST


class Roll:
    """Decides what is shown, counted and forgotten when people come, rate, change and go."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def arrive(self, place: Place, *, listed: bool) -> None:
        """Let a report stand for its member from now on; the one before becomes history.

        ``place`` is how a report begins that has no place here yet.
        """
        for other in self.book.of_member(place.member):
            if other.report != place.report:
                self._retire(other, listed=listed)
        known = self.book.of_report(place.report)
        if known:
            place = replace(known, member=place.member, person=place.person, is_current=True)
        if place.state != State.COUNTED:
            place = self._placed(place, listed=listed)
        self._put(place)
        self.settle()

    def consent(self, member: Hashable, *, listed: bool) -> None:
        """Show a member's report by name, or nothing of it any more.

        A report that was ever counted without a name stays so: the next one is shown.
        """
        for place in self.book.of_member(member):
            if place.state in (State.WAITING, State.SHOWN) and place.is_current:
                self._put(self._placed(place, listed=listed))
            elif place.state == State.SHOWN and not listed:
                self.book.put(replace(place, state=State.OUT))
        self.settle()

    def ready(self, report: Hashable) -> None:
        """Say that all is known that will be counted of a report."""
        place = self.book.of_report(report)
        if place and not place.is_ready:
            self.book.put(replace(place, is_ready=True))
            self.settle()

    def leave(self, member: Hashable) -> None:
        """Take everything of a member out of the figures, today's and earlier ones."""
        for place in self.book.of_member(member):
            self._withdraw(place)
        self.settle()

    def withdraw(self, report: Hashable) -> None:
        """Take one report out, and every cohort that it is or was in."""
        place = self.book.of_report(report)
        if place:
            self._withdraw(place)
            self.settle()

    def settle(self) -> None:
        """Release a cohort if enough fresh reports wait, with all that waits beside them.

        Cohorts that hold an older report of somebody in it end, and who is left in them
        comes along.
        """
        if not enough(self.book.waiting()):
            return
        for cohort in self.book.counted_beside(self.book.waiting()):
            self._dissolve(cohort, keep=True)
        released = [
            replace(place, state=State.COUNTED, was_counted=True) for place in self.book.waiting()
        ]
        self.book.release(released)

    @staticmethod
    def _placed(place: Place, *, listed: bool) -> Place:
        if listed and not place.was_counted:
            return replace(place, state=State.SHOWN, was_shown=True)
        return replace(place, state=State.WAITING)

    def _put(self, place: Place) -> None:
        """Keep a place; what is shown by name is not counted without it as well."""
        self.book.put(place)
        if place.state == State.SHOWN:
            for cohort in self.book.counted_beside([place]):
                self._dissolve(cohort, keep=True)

    def _retire(self, place: Place, *, listed: bool) -> None:
        stays = place.state == State.COUNTED or (place.state == State.SHOWN and listed)
        state = place.state if stays else State.OUT
        self.book.put(replace(place, state=state, is_current=False))

    def _withdraw(self, place: Place) -> None:
        for cohort in self.book.cohorts_of(place.report):
            self._dissolve(cohort, keep=False)
        gone = replace(place, state=State.OUT, member=None, person=None, is_current=False)
        self.book.put(gone)

    def _dissolve(self, cohort: Hashable, *, keep: bool) -> None:
        places = self.book.live_places(cohort)
        self.book.end(cohort, keep=keep)
        for place in places:
            state = State.WAITING if place.is_current else State.OUT
            self.book.put(replace(place, state=state))
