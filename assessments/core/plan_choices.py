"""The steps as sets of bits, and only those that can matter.

A *mark* is one bit: a skill at a rating above the one a person has, or a step that others
wait for. A state is the marks reached so far; it only grows. Sets of choices are bits, too,
bit ``i`` standing for ``choices[i]``.

What is left away cannot change the answer: steps that can never be taken, steps that give
nothing that counts, and steps that another one replaces in every plan without any loss.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from .ladder import Level, Ratings
from .plan_problem import Problem
from .readiness import band, points
from .scale import COVERAGE_UNIT, Band
from .training import Step


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that may be taken. ``asks`` are single marks, ``needs`` with all below them."""

    key: str
    hours: int
    cost: int
    booked: bool
    asks: tuple[int, ...]
    needs: int
    gives: int


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The choices by key, and what marks are worth: points in weighted twelfths."""

    level: Level
    hours: int | None
    budget: int | None
    base: int
    gains: tuple[tuple[int, int], ...]
    essentials: int
    choices: tuple[Choice, ...]

    @property
    def everything(self) -> int:
        """Return the set of all choices."""
        return (1 << len(self.choices)) - 1

    @property
    def booked(self) -> int:
        """Return the set of the booked choices."""
        return sum(1 << i for i, choice in enumerate(self.choices) if choice.booked)

    def reach(self, allowed: int) -> tuple[int, int]:
        """Return the choices of a set that can be taken one after another, and their state."""
        taken, state, _ = self.advance(0, list(members(allowed)))
        return taken, state

    def advance(self, state: int, waiting: list[int]) -> tuple[int, int, list[int]]:
        """Take what can be taken: return the choices, the state then and who still waits."""
        taken = 0
        while True:
            later = []
            for i in waiting:
                choice = self.choices[i]
                if choice.needs & ~state:
                    later.append(i)
                else:
                    taken |= 1 << i
                    state |= choice.gives
            if len(later) == len(waiting):
                return taken, state, later
            waiting = later

    def givers(self, mark: int) -> int:
        """Return the choices that give a mark."""
        return sum(1 << i for i, choice in enumerate(self.choices) if choice.gives & mark)

    def points(self, state: int) -> int:
        """Return the readiness in weighted twelfths."""
        return self.base + sum(worth for mark, worth in self.gains if state & mark)

    def band(self, state: int) -> Band:
        """Return the band of the target level."""
        unmet = bool(self.essentials & ~state)
        return band(self.points(state), self.level, unmet_essential=unmet)

    def keys(self, chosen: int) -> frozenset[str]:
        """Return the keys of a set of choices."""
        return frozenset(self.choices[i].key for i in members(chosen))

    def chosen(self, keys: Iterable[str]) -> int:
        """Return the set of the choices of these keys, as far as they are there."""
        wanted = set(keys)
        return sum(1 << i for i, choice in enumerate(self.choices) if choice.key in wanted)


def members(chosen: int) -> Iterator[int]:
    """Yield the numbers of the bits of a set, lowest first."""
    while chosen:
        lowest = chosen & -chosen
        yield lowest.bit_length() - 1
        chosen ^= lowest


class _Marks:
    """Hands out the bits."""

    def __init__(self, start: Ratings) -> None:
        self._start = start
        self._numbers: dict[Hashable, int] = {}

    def step(self, key: str) -> int:
        return self._mark(key)

    def rating(self, skill: str, rating: int) -> int:
        """Return the mark of a rating; 0 if the person has it."""
        return 0 if rating <= (self._start.get(skill) or 0) else self._mark((skill, rating))

    def up_to(self, skill: str, rating: int) -> int:
        """Return the marks of a rating and all below it that the person has not."""
        marks = 0
        for each in range(1, rating + 1):
            marks |= self.rating(skill, each)
        return marks

    def _mark(self, name: Hashable) -> int:
        return 1 << self._numbers.setdefault(name, len(self._numbers))


def puzzle(problem: Problem, winner: frozenset[str] = frozenset()) -> Puzzle:
    """Return the choices of a problem, reduced to those that can matter.

    ``winner`` names steps of which a plan must leave out at least one.
    """
    start = problem.start()
    marks = _Marks(start)
    targets = [
        (marks.rating(r.skill, rating), r.importance * COVERAGE_UNIT // r.rating)
        for r in problem.level.requirements
        for rating in range(1, r.rating + 1)
    ]
    essentials = [
        marks.rating(r.skill, r.rating) for r in problem.level.requirements if r.essential
    ]
    steps = [step for step in problem.permitted() if problem.fits([step])]
    whole = Puzzle(
        level=problem.level,
        hours=problem.hours,
        budget=problem.budget,
        base=points(problem.level, start),
        gains=tuple((mark, worth) for mark, worth in targets if mark),
        essentials=_union(essentials),
        choices=tuple(_choice(step, marks, problem) for step in steps),
    )
    return _reduced(whole, winner)


def _choice(step: Step, marks: _Marks, problem: Problem) -> Choice:
    waits = [marks.step(key) for key in sorted(step.after - problem.done)]
    asks = [marks.rating(*pair) for pair in step.requires]
    return Choice(
        key=step.key,
        hours=step.hours,
        cost=step.cost,
        booked=step.key in problem.booked,
        asks=tuple(mark for mark in (*asks, *waits) if mark),
        needs=_union((*(marks.up_to(*pair) for pair in step.requires), *waits)),
        gives=_union((*(marks.up_to(*pair) for pair in step.gives), marks.step(step.key))),
    )


def _union(sets: Iterable[int]) -> int:
    union = 0
    for each in sets:
        union |= each
    return union


def _reduced(whole: Puzzle, winner: frozenset[str]) -> Puzzle:
    takeable, _ = whole.reach(whole.everything)
    left = [whole.choices[i] for i in members(takeable)]
    target = _union(mark for mark, _ in whole.gains)
    while True:
        useful = _useful(left, target)
        left = [choice for choice in useful if not _replaced(choice, useful, winner)]
        if len(left) == len(useful):
            return replace(whole, choices=tuple(left))


def _useful(choices: list[Choice], target: int) -> list[Choice]:
    """Return the choices that give something that counts, without all that does not count.

    What counts is what the target asks for, and what a booked or useful choice asks for.
    """
    counts = target
    useful: set[str] = set()
    while True:
        more = [c for c in choices if c.key not in useful and (c.booked or c.gives & counts)]
        if not more:
            break
        useful.update(choice.key for choice in more)
        counts |= _union(mark for choice in more for mark in choice.asks)
    return [
        replace(choice, needs=choice.needs & counts, gives=choice.gives & counts)
        for choice in choices
        if choice.key in useful
    ]


def _replaced(choice: Choice, others: list[Choice], winner: frozenset[str]) -> bool:
    """Tell whether another choice is in every plan at least as good as this one.

    It then needs no more, gives no less, takes no more hours and money, and is quicker,
    cheaper or first by key: so no best plan holds this one. A winner's step may stand in
    only for a winner's step, or the plan could end up holding all of the winner's.
    """
    return not choice.booked and any(
        not other.needs & ~choice.needs
        and not choice.gives & ~other.gives
        and other.hours <= choice.hours
        and other.cost <= choice.cost
        and (other.hours, other.cost, other.key) < (choice.hours, choice.cost, choice.key)
        and (other.key not in winner or choice.key in winner)
        for other in others
    )
