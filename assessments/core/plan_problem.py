"""What a training plan is asked for, and what comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .ladder import Level, Ratings, check_ratings
from .scale import Band
from .training import Step, raised

MOST_SECONDS = 3600
LARGEST_SUM = 2**53
"""The solver counts in floats, which are exact up to here."""
BANDS = tuple(Band)
"""Best first."""


class Goal(StrEnum):
    """What makes one plan better than another.

    Fastest to Ready: hours, then cost, then steps. Cheapest to Ready: cost, then hours,
    then steps. Best: band, then readiness, then hours, cost, steps. What is still equal is
    settled by the sorted keys of the steps, the smallest first.
    """

    FASTEST = "fastest"
    CHEAPEST = "cheapest"
    BEST = "best"


class PlanError(ValueError):
    """A problem that cannot be posed; ``field`` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Problem:
    """A target level, what a person has, what they may take, and what they want.

    ``hours`` and ``budget`` (cents) limit the whole plan for every goal; None is no limit.
    ``done`` steps satisfy ``after``, have raised the ratings (but not those of the skills
    in ``rated_since``, rated after the steps were done) and cost nothing. ``booked`` steps
    are forced in, ``without`` are left out. ``seconds`` limit the solver.

    Raises PlanError for what is unknown, contradictory or out of bounds, and LadderError
    for a rating outside the scale.
    """

    level: Level
    ratings: Ratings
    steps: tuple[Step, ...]
    goal: Goal
    hours: int | None = None
    budget: int | None = None
    done: frozenset[str] = frozenset()
    booked: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    seconds: float = 2.0
    rated_since: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        check_ratings(self.ratings)
        _check_steps(self.steps)
        known = {step.key for step in self.steps}
        for field in ("done", "booked", "without"):
            unknown = sorted(getattr(self, field) - known)
            if unknown:
                raise PlanError(field, f"no such step: {', '.join(unknown)}")
        both = sorted((self.booked & self.without) - self.done)
        if both:
            raise PlanError("booked", f"booked and left out at once: {', '.join(both)}")
        for field, limit in (("hours", self.hours), ("budget", self.budget)):
            if limit is not None and not limit >= 0:
                raise PlanError(field, "a limit is not negative")
        if not 0 <= self.seconds <= MOST_SECONDS:
            raise PlanError("seconds", f"seconds are 0 to {MOST_SECONDS}")

    def start(self) -> dict[str, int | None]:
        """Return the ratings the plan starts from: those given, raised by what is done."""
        now = dict(self.ratings)
        for step in self.steps:
            if step.key in self.done:
                after = raised(step, now)
                now = {s: now.get(s) if s in self.rated_since else after[s] for s in after}
        return now

    def permitted(self) -> list[Step]:
        """Return the steps that may still be taken, by key."""
        gone = self.done | self.without
        return sorted((s for s in self.steps if s.key not in gone), key=lambda s: s.key)

    def fits(self, steps: Iterable[Step]) -> bool:
        """Tell whether these steps together keep to the limits."""
        taken = list(steps)
        within_hours = self.hours is None or sum(s.hours for s in taken) <= self.hours
        return within_hours and (self.budget is None or sum(s.cost for s in taken) <= self.budget)


def _check_steps(steps: tuple[Step, ...]) -> None:
    if len({step.key for step in steps}) != len(steps):
        raise PlanError("steps", "a key stands twice")
    for step in steps:
        if step.hours < 0 or step.cost < 0:
            raise PlanError("steps", f"{step.key}: hours and cost are not negative")
    if sum(step.hours + step.cost for step in steps) > LARGEST_SUM:
        raise PlanError("steps", "hours and cost are too large to be added exactly")


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step in its turn. ``cost`` is in cents, ``low_after`` in tenths of a percent.

    ``raises`` are (skill, from, to) in the order the step names them, only real rises, also
    of skills that the target does not ask for.
    """

    step: str
    hours: int
    cost: int
    raises: tuple[tuple[str, int, int], ...]
    low_after: int
    band_after: Band


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which each can be taken, and what they add up to.

    ``reachable`` tells whether they end Ready. ``proven`` tells whether the solver proved
    that no other set of steps is better by the goal; without it, a better plan may exist,
    even one that ends Ready where this does not. When Ready is out of reach, the steps are
    those of the best plan within the limits, and ``unreachable_skills`` names, in the
    level's order, the requirements that all permitted steps together, without limits,
    leave below what is required. ``left_out`` are booked steps, by key, that cannot be
    taken at all or, in order of key, do not fit the limits together with those before.
    """

    goal: Goal
    proven: bool
    reachable: bool
    steps: tuple[PlannedStep, ...]
    hours: int
    cost: int
    low_after: int
    band_after: Band
    unreachable_skills: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of the steps."""
        return frozenset(step.step for step in self.steps)
