"""Training plans: the provably shortest, cheapest or best way to a level.

``solve`` reduces a problem to the steps that matter (``plan_choices``), writes it down as
rows over whole numbers (``plan_model``, ``plan_cuts``), has HiGHS minimise the goal's
criteria one after another (``plan_search``, ``plan_highs``) and walks the result rating by
rating before it is returned (``plan_walk``). Dates come from ``plan_dates``.
"""

from dataclasses import dataclass, field, replace

from .plan_choices import Puzzle, puzzle
from .plan_dates import dates
from .plan_greedy import guesses
from .plan_highs import Allowance, UnprovenError, load, within
from .plan_model import Model
from .plan_problem import BANDS, Goal, Plan, PlanError, PlannedStep, Problem
from .plan_search import Search
from .plan_walk import planned, rank
from .scale import Band

__all__ = ["Goal", "Plan", "PlanError", "PlannedStep", "Problem", "dates", "runner_up", "solve"]


def solve(problem: Problem) -> Plan:
    """Return the best plan by the problem's goal, each step in its turn.

    Source: the plan rules of the design: steps that support each other in a circle are no
    plan, surplus counts nothing, "not sure" counts as 0. When time ends first, the best
    plan found is returned with ``proven`` False; with ``seconds`` 0 it is a rule of thumb.
    Booked steps that cannot be held are named in ``left_out`` and the rest is solved.
    """
    allowance = Allowance(problem.seconds)
    hunt = _Hunt(problem, allowance)
    keys = hunt.best(BANDS)
    if keys is None:
        # Not even a plan of the booked steps and what they need keeps to the limits.
        hunt = _Hunt(replace(problem, booked=_fitting(problem, allowance)), allowance)
        keys = hunt.best(BANDS)
    return planned(problem, keys or (), proven=hunt.proven)


def runner_up(problem: Problem, plan: Plan) -> Plan | None:
    """Return the best plan that does not hold all of the steps of ``plan``, its winner.

    None when the winner is empty, when there is no such plan, or none found in time. A
    winner that ends Ready is followed, unless the goal is ``best``, only by one that does.
    """
    winner = plan.keys
    if winner <= problem.booked:
        return None
    bands = BANDS[BANDS.index(plan.band_after) :] if plan.proven else BANDS
    if plan.reachable and problem.goal != Goal.BEST:
        bands = (Band.READY,)
    held = replace(problem, booked=problem.booked - set(plan.left_out))
    hunt = _Hunt(held, Allowance(problem.seconds), winner)
    keys = hunt.best(bands)
    return None if keys is None else planned(problem, keys, proven=hunt.proven)


@dataclass(slots=True)
class _Hunt:
    """The search for the best steps, band by band, guarded by a time."""

    problem: Problem
    allowance: Allowance
    winner: frozenset[str] = frozenset()
    proven: bool = False
    _found: list[int] = field(default_factory=list)

    def best(self, bands: tuple[Band, ...]) -> frozenset[str] | None:
        """Return the keys of the best set of steps that ends in one of these bands.

        None when there is none, or none was found; ``proven`` tells which.
        """
        board = puzzle(self.problem, self.winner)
        if board.choices and self.allowance.left:
            load()
        answer = within(self.allowance.left, lambda: self._search(board, bands))
        if answer is not None:
            self.proven = True
            return next(map(board.keys, answer), None)
        self.allowance.left = 0.0
        return self._best_found(board, bands)

    def _search(self, board: Puzzle, bands: tuple[Band, ...]) -> list[int] | None:
        """Return the best set, an empty list when there is none, None without a proof."""
        highest = BANDS.index(board.band(board.reach(board.everything)[1]))
        try:
            for band in bands:
                if BANDS.index(band) >= highest:
                    model = Model(board, band, self.winner)
                    goal = self.problem.goal if band == Band.READY else Goal.BEST
                    best = Search(model, goal, self.allowance, self._found).best()
                    if best is not None:
                        return [best]
        except UnprovenError:
            return None
        return []

    def _best_found(self, board: Puzzle, bands: tuple[Band, ...]) -> frozenset[str] | None:
        sets = self._found or guesses(board, self.problem.goal, self.winner)
        plans = [
            board.keys(chosen)
            for chosen in set(sets)
            if board.band(board.reach(chosen)[1]) in bands
        ]
        return min(plans, key=lambda keys: rank(self.problem, keys), default=None)


def _fitting(problem: Problem, allowance: Allowance) -> frozenset[str]:
    """Return the booked steps that fit the limits, each together with those before by key."""
    held: frozenset[str] = frozenset()
    for key in sorted(problem.booked - problem.done):
        trial = replace(problem, goal=Goal.FASTEST, booked=held | {key})
        if puzzle(trial).chosen({key}) and _Hunt(trial, allowance).best(BANDS) is not None:
            held |= {key}
    return held
