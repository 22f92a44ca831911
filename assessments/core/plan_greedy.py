"""Plans by rule of thumb: what is shown when the solver had no time.

Each is a real plan within the limits; none claims to be the best.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from .plan_choices import Puzzle, members
from .plan_problem import BANDS, Goal
from .scale import Band

Enough = Callable[[int], bool]
"""Tells whether a state is enough."""


def guesses(puzzle: Puzzle, goal: Goal, winner: frozenset[str] = frozenset()) -> Iterator[int]:
    """Yield sets of choices that can be walked and keep to the limits, if any is found.

    ``winner`` names steps of which a set must leave out at least one.
    """
    hours = [choice.hours for choice in puzzle.choices]
    cost = [choice.cost for choice in puzzle.choices]
    for weights in (cost, hours) if goal == Goal.CHEAPEST else (hours, cost):
        order = sorted(range(len(weights)), key=lambda i: (-weights[i], i))
        for allowed in _allowed(puzzle, order, winner):
            for guess in (
                _pruned(puzzle, allowed, order, _ends_in(puzzle, Band.READY)),
                _pruned(puzzle, allowed, order, _gains_all_of(puzzle, allowed)),
                _grown(puzzle, allowed, order, weights),
            ):
                if guess is not None and _fits(puzzle, guess):
                    yield guess


def rounded(puzzle: Puzzle, columns: Sequence[float], band: Band) -> int:
    """Return a set that can be walked and ends in the band or better, if all choices do.

    Those are dropped first that have the least part in a relaxed solution, whose
    ``columns`` begin with one value for each choice. Limits are not looked at.
    """
    order = sorted(range(len(puzzle.choices)), key=lambda i: (columns[i], i))
    chosen = _pruned(puzzle, puzzle.everything, order, _ends_in(puzzle, band))
    return puzzle.everything if chosen is None else chosen


def _allowed(puzzle: Puzzle, order: list[int], winner: frozenset[str]) -> Iterator[int]:
    """Yield all choices, or all but the first or the last of the winner's."""
    held = puzzle.chosen(winner)
    if not winner or held.bit_count() < len(winner):
        yield puzzle.everything
        return
    free = [i for i in order if held >> i & 1 and not puzzle.choices[i].booked]
    for left_out in {*free[:1], *free[-1:]}:
        yield puzzle.everything & ~(1 << left_out)


def _fits(puzzle: Puzzle, chosen: int) -> bool:
    taken = [puzzle.choices[i] for i in members(chosen)]
    within_hours = puzzle.hours is None or sum(c.hours for c in taken) <= puzzle.hours
    return within_hours and (puzzle.budget is None or sum(c.cost for c in taken) <= puzzle.budget)


def _ends_in(puzzle: Puzzle, band: Band) -> Enough:
    enough = BANDS[: BANDS.index(band) + 1]
    return lambda state: puzzle.band(state) in enough


def _gains_all_of(puzzle: Puzzle, allowed: int) -> Enough:
    most = puzzle.points(puzzle.reach(allowed)[1])
    return lambda state: puzzle.points(state) >= most


def _pruned(puzzle: Puzzle, allowed: int, order: list[int], enough: Enough) -> int | None:
    """Drop one choice after another that can be spared; None if all are not enough."""
    chosen, state = puzzle.reach(allowed)
    if puzzle.booked & ~chosen or not enough(state):
        return None
    for i in order:
        if chosen >> i & 1:
            rest, state = puzzle.reach(chosen & ~(1 << i))
            if not puzzle.booked & ~rest and enough(state):
                chosen = rest
    return chosen


def _grown(puzzle: Puzzle, allowed: int, order: list[int], weights: list[int]) -> int | None:
    """Start with what is booked and add what gains most for its weight, within the limits."""
    chosen = _pruned(puzzle, allowed, order, _ends_in(puzzle, Band.STARTING_OUT))
    while chosen is not None:
        _, state = puzzle.reach(chosen)
        have = puzzle.points(state)
        offers = []
        for i in members(allowed & ~chosen):
            choice = puzzle.choices[i]
            gain = puzzle.points(state | choice.gives) - have
            if not choice.needs & ~state and gain and _fits(puzzle, chosen | 1 << i):
                offers.append((Fraction(gain, weights[i] + 1), -i))
        if not offers:
            break
        chosen |= 1 << -max(offers)[1]
    return chosen
