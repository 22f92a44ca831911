"""Landmarks: what every plan with a step, or with a mark, takes at least one of.

The rows of a model let steps support each other in a circle, and let halves of steps do so
while the solver works. A *cut* forbids it: if a step stays out of reach although everything
but a few choices is allowed, then a plan with that step takes one of the few. Such a row
holds for every plan, whatever the goal; choosing the few so that a given solution breaks
the row brings the solver's bound close to the optimum. Known from planning without
deletes as disjunctive action landmarks (Bonet and Helmert 2010, Imai and Fukunaga 2015).
"""

from collections.abc import Iterator, Sequence

from .plan_choices import Puzzle, members
from .plan_model import Model, Row, Terms

EPSILON = 1e-4
"""A row is broken when a sum falls short by more than this."""


def cuts(model: Model, columns: Sequence[float], terms: Terms) -> list[Row]:
    """Return rows that hold for every plan and are broken by these values of the columns.

    A set of choices of which some cannot be taken always breaks at least one. Of choices
    that count alike, those that weigh least in ``terms`` are allowed first.
    """
    board = model.puzzle
    order = sorted(
        range(model.binaries), key=lambda i: (-columns[i], terms.get(i, 0), board.choices[i].key)
    )
    within_reach = _reach_by_value(board, columns, order)
    found: dict[tuple[int, int | None], Row] = {}
    for column, target, wanted in _targets(model, columns):
        enough = wanted - EPSILON
        if max(within_reach[i] for i in members(target)) < enough:
            few = _landmark(board, order, target)
            if sum(columns[i] for i in members(few)) < enough:
                found[few, column] = _row(few, column)
    return list(found.values())


def _row(few: int, column: int | None) -> Row:
    terms = dict.fromkeys(members(few), 1)
    return Row(terms, least=1) if column is None else Row({**terms, column: -1}, least=0)


def _targets(model: Model, columns: Sequence[float]) -> Iterator[tuple[int | None, int, float]]:
    """Yield (column, choices, value): what the solution claims of the choices together."""
    for column in range(model.binaries):
        if columns[column] > EPSILON:
            yield column, 1 << column, columns[column]
    for column, givers in enumerate(model.covers, start=model.binaries):
        if columns[column] > EPSILON:
            yield column, givers, columns[column]
    for givers in model.essentials:
        yield None, givers, 1.0


def _reach_by_value(board: Puzzle, columns: Sequence[float], order: list[int]) -> list[float]:
    """Return, for each choice, the largest value at which it can be taken.

    Allowed are the choices of at least that value. A target reached at its own value has no
    broken landmark: each of its landmarks holds a choice of that value.
    """
    reached = [-1.0] * len(order)
    state = 0
    waiting: list[int] = []
    for i in order:
        if board.choices[i].needs & ~state:
            waiting.append(i)
            continue
        taken, state, waiting = board.advance(state, [*waiting, i])
        for each in members(taken):
            reached[each] = columns[i]
    return reached


def _landmark(board: Puzzle, order: list[int], target: int) -> int:
    """Return the few choices without which none of the target can be taken.

    Choices are allowed one by one, in order, unless that brings the target into reach.
    """
    state = few = 0
    waiting: list[int] = []
    for i in order:
        choice = board.choices[i]
        if choice.needs & ~state:
            waiting.append(i)
        elif target >> i & 1:
            few |= 1 << i
        elif choice.gives & ~state:
            taken, after, later = board.advance(state | choice.gives, waiting)
            if taken & target:
                few |= 1 << i
            else:
                state, waiting = after, later
    return few
