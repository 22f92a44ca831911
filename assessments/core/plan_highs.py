"""HiGHS: solves rows over whole numbers to proven optimality, within a time.

``highspy`` (and numpy with it) is loaded where a model is solved, never on import. Every
status it returns is checked: a row it refuses would otherwise simply be missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

from .plan_model import Row, Terms

OPTIONS: dict[str, bool | int | float] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    # Restarts cost more than they save here: 0.4 s instead of 5.6 s for the built-in career.
    "mip_allow_restart": False,
    # With the cuts the bound is close from the start, and these take longer than the proof.
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
GRACE = 0.5
"""Seconds beyond its limit after which the solver is no longer waited for."""

Result = TypeVar("Result")


class UnprovenError(Exception):
    """Time ended before an answer was proven; ``chosen`` is the best found, if any."""

    def __init__(self, chosen: int | None = None) -> None:
        super().__init__()
        self.chosen = chosen


class SolverError(UnprovenError):
    """The solver's answer cannot be relied on: a refused call or failed arithmetic."""


@dataclass(slots=True)
class Allowance:
    """The seconds that all solves of one plan share."""

    left: float

    def spend(self, seconds: float) -> None:
        """Take away what a solve took."""
        self.left = max(self.left - seconds, 0.0)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The smallest sum of a relaxed model: no whole choices can have a smaller one.

    With a column at 1 it is larger than ``bound`` by at least its reduced cost.
    """

    bound: float
    columns: list[float]
    reduced_costs: list[float]


def load() -> None:
    """Load the solver, which takes a while the first time, before its time starts to run."""
    import highspy  # noqa: F401 (wanted for being loaded)


class Solver:
    """One model inside HiGHS, to which rows are added between solves."""

    def __init__(self, binaries: int, covers: int, allowance: Allowance) -> None:
        import highspy

        self._hs = highspy
        self._highs = highspy.Highs()
        self._binaries = binaries
        self._columns = binaries + covers
        self._allowance = allowance
        for name, setting in OPTIONS.items():
            self._check(self._highs.setOptionValue(name, setting))
        self._kind = highspy.HighsVarType.kContinuous
        for _ in range(self._columns):
            self._check(self._highs.addVar(0.0, 1.0))

    def add(self, row: Row) -> int:
        """Add a row and return its number."""
        infinite = self._hs.kHighsInf
        least = -infinite if row.least is None else float(row.least)
        most = infinite if row.most is None else float(row.most)
        weights = [float(weight) for weight in row.terms.values()]
        status = self._highs.addRow(least, most, len(weights), list(row.terms), weights)
        self._check(status)
        return int(self._highs.getNumRow()) - 1

    def drop(self, number: int) -> None:
        """Make a row say nothing any more."""
        infinite = self._hs.kHighsInf
        self._check(self._highs.changeRowBounds(number, -infinite, infinite))

    def minimise(self, terms: Terms) -> int | None:
        """Return the choices with the smallest sum, or None when no choices satisfy the rows.

        Raises UnprovenError when time ends first.
        """
        return self._chosen() if self._run(terms, whole=True) else None

    def relax(self, terms: Terms) -> Relaxed | None:
        """Return the smallest sum when choices may be taken in parts, None without any."""
        try:
            if not self._run(terms, whole=False):
                return None
        except SolverError:
            # Large and small numbers side by side can defeat it. Then it bounds nothing.
            return Relaxed(-self._hs.kHighsInf, [0.0] * self._columns, [0.0] * self._columns)
        solution = self._highs.getSolution()
        return Relaxed(
            bound=float(self._highs.getInfo().objective_function_value),
            columns=[float(value) for value in solution.col_value],
            reduced_costs=[float(value) for value in solution.col_dual],
        )

    def settle(self, column: int, at: int) -> None:
        """Keep a column at a value from now on."""
        self._check(self._highs.changeColBounds(column, float(at), float(at)))

    def _run(self, terms: Terms, *, whole: bool) -> bool:
        """Solve; tell whether there is a solution."""
        if self._allowance.left <= 0:
            raise UnprovenError
        self._make_whole(whole)
        for column in range(self._columns):
            self._check(self._highs.changeColCost(column, float(terms.get(column, 0))))
        self._check(self._highs.setOptionValue("time_limit", self._allowance.left))
        before = self._highs.getRunTime()
        run = self._highs.run()
        self._allowance.spend(self._highs.getRunTime() - before)
        status = self._highs.getModelStatus()
        kinds = self._hs.HighsModelStatus
        if status == kinds.kOptimal and run == self._hs.HighsStatus.kOk:
            return True
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            return False  # every column is bounded
        if status == kinds.kTimeLimit:
            raise UnprovenError(self._chosen() if whole else None)
        raise SolverError

    def _make_whole(self, whole: bool) -> None:
        kinds = self._hs.HighsVarType
        kind = kinds.kInteger if whole else kinds.kContinuous
        if kind != self._kind:
            for column in range(self._binaries):
                self._check(self._highs.changeColIntegrality(column, kind))
            self._kind = kind

    def _chosen(self) -> int | None:
        """Return the choices of the best solution so far, None without one."""
        feasible = int(self._hs.SolutionStatus.kSolutionStatusFeasible)
        if int(self._highs.getInfo().primal_solution_status) != feasible:
            return None
        values = self._highs.getSolution().col_value[: self._binaries]
        return sum(1 << i for i, taken in enumerate(values) if taken > 0.5)

    def _check(self, status: object) -> None:
        if status != self._hs.HighsStatus.kOk:
            raise SolverError


def within(seconds: float, job: Callable[[], Result]) -> Result | None:
    """Return what a job returns, or None when it is still busy after the time.

    The solver keeps to its own limit; this guards against the day it does not. A job that
    is late goes on in a daemon thread, unheard. Raises what the job raises.
    """
    done: list[Result] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(job())
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds + GRACE)
    if failed:
        raise failed[0]
    return done[0] if done else None
