"""The search for the best set of choices: one criterion after another, then the keys."""

from dataclasses import dataclass, field

from .plan_choices import Puzzle, members
from .plan_cuts import cuts
from .plan_greedy import rounded
from .plan_highs import Allowance, Relaxed, Solver, SolverError, UnprovenError
from .plan_model import Model, Row, Terms, at_most, not_all, value
from .plan_problem import Goal

KEYS_AT_ONCE = 16
"""So many keys are compared in one solve: weights up to 2 ** 15 are exact in the solver."""
ROUNDS_OF_CUTS = 10
SLACK = 1e-6
MARGIN = 0.01
"""What exceeds a whole number by no more may be equal to it: the solver counts in floats."""


@dataclass(slots=True)
class Search:
    """A search in a model. ``found`` collects every set of choices that satisfies its rows.

    The goal's criteria are minimised one after the other, each with the earlier ones fixed.
    Once hours are, an optimal set is often the only one: the next solve looks for another
    that is as good, and when there is none, the other criteria need no solve.
    """

    model: Model
    goal: Goal
    allowance: Allowance
    found: list[int]
    criteria: list[Terms] = field(init=False)
    _fixed: list[Row] = field(default_factory=list)
    _excluded: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.criteria = self.model.criteria(self.goal)

    def best(self) -> int | None:
        """Return the best set of choices, or None when none satisfies the rows.

        Raises UnprovenError when that is not proven in time.
        """
        if self._nothing_to_add():
            return self._puzzle.booked
        if not self.model.binaries:
            return None
        try:
            solver = Solver(self.model.binaries, len(self.model.covers), self.allowance)
            for row in self.model.rows:
                solver.add(row)
            return self._lexicographic(solver)
        except UnprovenError as error:
            if error.chosen is not None:
                self._note(self._puzzle.reach(error.chosen)[0])
            raise

    @property
    def _puzzle(self) -> Puzzle:
        return self.model.puzzle

    def _nothing_to_add(self) -> bool:
        """Tell whether the booked steps alone are best by every criterion."""
        booked = self._puzzle.booked
        walked, _ = self._puzzle.reach(booked)
        at_floor = all(self._worth(each, booked) == self._floor(each) for each in self.criteria)
        return walked == booked and at_floor and self.model.holds(booked)

    def _lexicographic(self, solver: Solver) -> int | None:
        """Minimise each criterion with the earlier ones fixed, then compare the keys."""
        best = self._at_floor_of_first(solver)
        hours = 0 if self.goal == Goal.FASTEST else 1
        for number, criterion in enumerate(self.criteria):
            if best is None or self._worth(criterion, best) > self._floor(criterion):
                if best is not None:
                    self._fix(solver, criterion, best)
                another = self._optimum(solver, criterion)
                if another is None:
                    if best is not None and not self._excluded:
                        raise SolverError
                    return best
                if number >= hours:
                    self._exclude(solver, another)
                best = min(self.found, key=self._rank)
            self._fix(solver, criterion, best)
        return None if best is None else self._first_by_key(solver, best)

    def _at_floor_of_first(self, solver: Solver) -> int | None:
        """Return the best set with which the first criterion is as small as can be, if any.

        All points, or no money: so much leaves so many choices that a solve for it alone
        would go astray; it is tried out while the second criterion is minimised.
        """
        first, second, *_ = self.criteria
        relaxed = self._tighten(solver, first)
        if relaxed is None or relaxed.bound > self._floor(first) + MARGIN:
            return None
        self._fixed.append(at_most(first, self._floor(first)))
        row = solver.add(self._fixed[-1])
        best = self._optimum(solver, second)
        if best is None:
            self._fixed.pop()
            solver.drop(row)
        else:
            self._exclude(solver, best)
        return best

    def _first_by_key(self, solver: Solver, best: int) -> int:
        """Return the set whose sorted keys come first, of all that are equally good."""
        if best == self._puzzle.booked:
            return best
        self._exclude(solver, best)
        if self._minimum(solver, {}) is None:
            return best
        for number in self._excluded.values():
            solver.drop(number)
        settled = 0
        for first in range(0, self.model.binaries, KEYS_AT_ONCE):
            block = range(first, min(first + KEYS_AT_ONCE, self.model.binaries))
            chosen = self._minimum(solver, {i: -(1 << (block.stop - 1 - i)) for i in block})
            if chosen is None:
                raise SolverError
            for i in block:
                solver.settle(i, chosen >> i & 1)
                settled |= chosen & 1 << i
        return settled

    def _optimum(self, solver: Solver, terms: Terms) -> int | None:
        """Return a set with the smallest sum that can be walked, or None without any.

        Choices with which that sum cannot be kept are left out from then on. (Not once
        optimal sets are excluded: what is said of the others need not hold for those.)
        """
        relaxed = self._tighten(solver, terms)
        if relaxed is None:
            return None
        if self._excluded:
            return self._minimum(solver, terms)
        guess = rounded(self._puzzle, relaxed.columns, self.model.band)
        possible = self.model.holds(guess, self._fixed)
        if possible:
            self.found.append(guess)
            if self._worth(terms, guess) <= relaxed.bound + MARGIN:
                return guess
            self._settle(solver, relaxed, self._worth(terms, guess))
        chosen = self._minimum(solver, terms)
        if chosen is not None:
            self._settle(solver, relaxed, self._worth(terms, chosen))
        elif possible:
            raise SolverError
        return chosen

    def _settle(self, solver: Solver, relaxed: Relaxed, reached: int) -> None:
        """Leave out the choices with which a sum that was reached cannot be kept."""
        for column in range(self.model.binaries):
            if relaxed.bound + relaxed.reduced_costs[column] > reached + MARGIN:
                solver.settle(column, 0)

    def _tighten(self, solver: Solver, terms: Terms) -> Relaxed | None:
        """Add cuts until the bound of the relaxed model is close to the optimum.

        Return the relaxed solution, or None when there is not even that.
        """
        added: list[tuple[int, Row]] = []
        for _ in range(ROUNDS_OF_CUTS):
            relaxed = solver.relax(terms)
            rows = cuts(self.model, relaxed.columns, terms) if relaxed else []
            added.extend((solver.add(row), row) for row in rows)
            if not rows:
                break
        if relaxed:
            for number, row in added:
                activity = sum(
                    weight * relaxed.columns[column] for column, weight in row.terms.items()
                )
                if activity > (row.least or 0) + SLACK:
                    solver.drop(number)
        return relaxed

    def _minimum(self, solver: Solver, terms: Terms) -> int | None:
        """Return a set with the smallest sum that can be walked, or None without any.

        Of a solution that gets stuck, what can be walked is often as good; otherwise it is
        cut off, and the model solved again.
        """
        while True:
            chosen = solver.minimise(terms)
            if chosen is None:
                return None
            walked, _ = self._puzzle.reach(chosen)
            self._note(walked)
            as_good = self._worth(terms, walked) <= self._worth(terms, chosen)
            if as_good and self.model.holds(walked, self._fixed):
                return walked
            rows = cuts(self.model, self.model.columns(chosen), terms)
            if not rows:
                raise SolverError
            for row in rows:
                solver.add(row)

    def _note(self, chosen: int) -> None:
        if self.model.holds(chosen):
            self.found.append(chosen)

    def _rank(self, chosen: int) -> tuple[list[int], list[int]]:
        return [self._worth(terms, chosen) for terms in self.criteria], list(members(chosen))

    def _worth(self, terms: Terms, chosen: int) -> int:
        return value(terms, self.model.columns(chosen))

    def _floor(self, terms: Terms) -> int:
        """Return a sum below which nothing can be."""
        booked = self._puzzle.booked
        return sum(w for column, w in terms.items() if w < 0 or booked >> column & 1)

    def _fix(self, solver: Solver, criterion: Terms, best: int) -> None:
        if criterion:
            row = at_most(criterion, self._worth(criterion, best))
            self._fixed.append(row)
            solver.add(row)

    def _exclude(self, solver: Solver, optimal: int) -> None:
        """Look for others than this set from now on; what contains it is never better."""
        if optimal not in self._excluded:
            self._excluded[optimal] = solver.add(not_all(optimal))
