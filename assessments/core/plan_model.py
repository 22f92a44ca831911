"""A puzzle as rows over whole numbers: what every set of steps worth proposing satisfies.

Columns: one per choice, 0 or 1, in the order of the choices; then one per *cover*, 0 to 1,
at most the number of chosen steps that give a mark the target asks for. Marks given by the
same choices share a cover; one given by a single choice needs none.

A choice asks for at least one giver of each mark it needs, among the choices that can be
reached without it. Steps that lean on each other in a circle satisfy that, too; the rows
against them (``plan_cuts``) are added where a solution breaks them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

from .plan_choices import Puzzle, members
from .plan_problem import Goal
from .scale import BUILDING_AT, COVERAGE_UNIT, NEARLY_READY_AT, READY_AT, Band

PERCENT = {
    Band.READY: READY_AT,
    Band.NEARLY_READY: NEARLY_READY_AT,
    Band.BUILDING: BUILDING_AT,
    Band.STARTING_OUT: 0,
}
NEEDS_ESSENTIALS = (Band.READY, Band.NEARLY_READY)

Terms = dict[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """At least ``least`` and at most ``most``, None being no bound, of a weighted sum."""

    terms: Terms
    least: int | None = None
    most: int | None = None

    def holds(self, columns: list[int]) -> bool:
        """Tell whether the row holds for these values of the columns."""
        total = value(self.terms, columns)
        return (self.least is None or total >= self.least) and (
            self.most is None or total <= self.most
        )


def value(terms: Terms, columns: list[int]) -> int:
    """Return the weighted sum of the columns."""
    return sum(weight * columns[column] for column, weight in terms.items())


def at_most(terms: Terms, most: int) -> Row:
    """Return the row that keeps a sum at or below a whole number, in smallest numbers."""
    divisor = gcd(*terms.values()) or 1
    return Row({c: w // divisor for c, w in terms.items() if w}, most=most // divisor)


class Model:
    """The rows of a puzzle whose plans end in a band or better."""

    def __init__(self, puzzle: Puzzle, band: Band, winner: frozenset[str] = frozenset()) -> None:
        self.puzzle = puzzle
        self.band = band
        self.binaries = len(puzzle.choices)
        self.covers: list[int] = []
        self._column_of: dict[int, int] = {}
        self.essentials: list[int] = []
        self.readiness: Terms = {}
        self.rows: list[Row] = []
        self._add_covers()
        self._add_band(band)
        self._add_prerequisites()
        self._add_limits()
        self._add_booked()
        self._add_winner(winner)

    def columns(self, chosen: int) -> list[int]:
        """Return the value of each column when these choices are taken."""
        taken = [chosen >> i & 1 for i in range(self.binaries)]
        return taken + [int(bool(chosen & givers)) for givers in self.covers]

    def holds(self, chosen: int, more: Iterable[Row] = ()) -> bool:
        """Tell whether a set of choices satisfies every row, and some more."""
        columns = self.columns(chosen)
        return all(row.holds(columns) for row in (*self.rows, *more))

    def criteria(self, goal: Goal) -> list[Terms]:
        """Return the sums to minimise, one after the other."""
        hours = {i: c.hours for i, c in enumerate(self.puzzle.choices) if c.hours}
        cost = {i: c.cost for i, c in enumerate(self.puzzle.choices) if c.cost}
        steps = dict.fromkeys(range(self.binaries), 1)
        if goal == Goal.FASTEST:
            return [hours, cost, steps]
        if goal == Goal.CHEAPEST:
            return [cost, hours, steps]
        return [{c: -worth for c, worth in self.readiness.items()}, hours, cost, steps]

    def _add_covers(self) -> None:
        worth_of: dict[int, int] = {}
        for mark, worth in self.puzzle.gains:
            givers = self.puzzle.givers(mark)
            if givers:
                worth_of[givers] = worth_of.get(givers, 0) + worth
        for givers, worth in sorted(worth_of.items(), key=lambda each: each[0].bit_count()):
            column = self._cover(givers)
            self.readiness[column] = self.readiness.get(column, 0) + worth

    def _cover(self, givers: int) -> int:
        if givers not in self._column_of:
            column = givers.bit_length() - 1
            if givers & (givers - 1):
                column = self.binaries + len(self.covers)
                self.covers.append(givers)
                part = max(
                    (g for g in self._column_of if g & ~givers == 0 and g & (g - 1)),
                    key=int.bit_count,
                    default=0,
                )
                terms = _ones(givers & ~part)
                if part:
                    terms[self._column_of[part]] = 1
                self.rows.append(Row({**terms, column: -1}, least=0))
            self._column_of[givers] = column
        return self._column_of[givers]

    def _add_band(self, band: Band) -> None:
        most = COVERAGE_UNIT * self.puzzle.level.weight
        missing = -(-PERCENT[band] * most // 100) - self.puzzle.base
        if missing > 0:
            self.rows.append(at_most({c: -w for c, w in self.readiness.items()}, -missing))
        if band in NEEDS_ESSENTIALS:
            marks = members(self.puzzle.essentials)
            self.essentials = [self.puzzle.givers(1 << mark) for mark in marks]
            self.rows.extend(Row(_ones(givers), least=1) for givers in self.essentials)

    def _add_prerequisites(self) -> None:
        asked = []
        for i, choice in enumerate(self.puzzle.choices):
            if choice.asks:
                others, _ = self.puzzle.reach(self.puzzle.everything & ~(1 << i))
                for mark in choice.asks:
                    asked.append((i, self.puzzle.givers(mark) & others))
        from collections import Counter

        count = Counter(g for _, g in asked)
        for i, givers in asked:
            if count[givers] > 1 or givers in self._column_of or not givers & (givers - 1):
                self.rows.append(Row({self._cover(givers): 1, i: -1}, least=0))
            else:
                self.rows.append(Row({**_ones(givers), i: -1}, least=0))

    def _add_limits(self) -> None:
        hours, cost, _ = self.criteria(Goal.FASTEST)
        for terms, limit in ((hours, self.puzzle.hours), (cost, self.puzzle.budget)):
            if limit is not None and limit < sum(terms.values()):
                self.rows.append(at_most(terms, limit))

    def _add_booked(self) -> None:
        for i in members(self.puzzle.booked):
            self.rows.append(Row({i: 1}, least=1))

    def _add_winner(self, winner: frozenset[str]) -> None:
        chosen = self.puzzle.chosen(winner)
        if winner and chosen.bit_count() == len(winner):
            self.rows.append(not_all(chosen))


def _ones(chosen: int) -> Terms:
    return dict.fromkeys(members(chosen), 1)


def not_all(chosen: int) -> Row:
    """Return the row that leaves out at least one of these choices."""
    return Row(_ones(chosen), most=chosen.bit_count() - 1)
