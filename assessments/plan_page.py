"""What the plan page shows: one frozen object made of a stored plan and its solutions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from careers.catalogue import framework
from careers.document import Level, Skill
from careers.document import Step as StepText
from careers.models import Version

from . import figures
from .models import Assessment, Plan
from .planning import States

Json = dict[str, Any]
GOALS = ("fastest", "cheapest", "best")
READY_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the plan in its turn. Percentages are as printed; dates may be None."""

    text: StepText
    hours: int
    cost: Decimal
    starts_on: date | None
    ends_on: date | None
    raises: tuple[tuple[Skill, int, int], ...]
    low_after: float
    gain: float
    state: str
    unlocks: tuple[StepText, ...]
    essentials: tuple[Skill, ...]
    number: int


@dataclass(frozen=True, slots=True)
class GoalCard:
    """One goal's plan in a line, to be compared with the others."""

    goal: str
    is_chosen: bool
    hours: int
    cost: Decimal
    reachable: bool
    ends_on: date | None
    low_after: float
    band_after: str


@dataclass(frozen=True, slots=True)
class Point:
    """A corner of the stepped line: place 0-100 from left, readiness 0-100."""

    x: float
    low: float


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The best other plan, what it lacks and has instead, and how much more it takes.

    ``more_hours``, ``more_cost`` and ``more_low`` (points) are differences to the winner.
    """

    hours: int
    cost: Decimal
    low_after: float
    without: tuple[StepText, ...]
    instead: tuple[StepText, ...]
    more_hours: int
    more_cost: Decimal
    more_low: float
    more_steps: int
    same_band: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything the plan page shows."""

    assessment: Assessment
    plan: Plan
    level: Level
    currency: str
    rows: tuple[Row, ...]
    goals: tuple[GoalCard, ...]
    done: tuple[StepText, ...]
    without: tuple[StepText, ...]
    reachable: bool
    proven: bool
    hours: int
    cost: Decimal
    low_before: float
    low_after: float
    band_after: str
    ends_on: date | None
    points: tuple[Point, ...]
    unreachable: tuple[Skill, ...]
    is_bound: bool
    left_out: tuple[StepText, ...]
    runner_up: RunnerUp | None


class _Maker:
    def __init__(
        self,
        assessment: Assessment,
        plan: Plan,
        solutions: Json,
        states: States,
        ratings: dict[str, int | None],
    ) -> None:
        self.assessment, self.plan, self.states = assessment, plan, states
        self.solutions = solutions
        self.content = framework(assessment.version)
        self.texts = {step.key: step for step in self.content.steps}
        self.skills = self.content.skills()
        self.essential = {
            r.skill
            for r in self.content.requirements
            if r.level == assessment.level and r.essential
        }
        self.low_before = low_with(assessment.version, assessment.level, ratings, states)

    def make(self) -> PlanPage:
        chosen = self.solutions[self.plan.goal]
        rows = self._rows(chosen)
        level = self.content.level(self.assessment.level)
        if level is None:
            raise LookupError(self.assessment.level)
        return PlanPage(
            assessment=self.assessment,
            plan=self.plan,
            level=level,
            currency=self.content.steps[0].currency if self.content.steps else "",
            rows=rows,
            goals=tuple(self._card(goal) for goal in GOALS),
            done=self._said("done"),
            without=self._said("without"),
            reachable=chosen["reachable"],
            proven=chosen["proven"],
            hours=chosen["hours"],
            cost=Decimal(chosen["cost"]),
            low_before=self.low_before,
            low_after=chosen["low_after"],
            band_after=chosen["band_after"],
            ends_on=rows[-1].ends_on if rows else None,
            points=self._points(chosen),
            unreachable=tuple(self.skills[key] for key in chosen["unreachable_skills"]),
            is_bound=chosen.get("bound", False),
            left_out=tuple(self.texts[key] for key in chosen.get("left_out", ())),
            runner_up=self._runner_up(chosen),
        )

    def _said(self, state: str) -> tuple[StepText, ...]:
        said = self.states.said(state)
        return tuple(text for key, text in self.texts.items() if key in said)

    def _rows(self, chosen: Json) -> tuple[Row, ...]:
        rows = []
        before = self.low_before
        for number, step in enumerate(chosen["steps"], start=1):
            later = chosen["steps"][number:]
            rows.append(
                Row(
                    text=self.texts[step["step"]],
                    hours=step["hours"],
                    cost=Decimal(step["cost"]),
                    starts_on=_day(step["starts_on"]),
                    ends_on=_day(step["ends_on"]),
                    raises=tuple((self.skills[k], old, new) for k, old, new in step["raises"]),
                    low_after=step["low_after"],
                    gain=round(step["low_after"] - before, 1),
                    state=self.states.by_step.get(step["step"], ""),
                    unlocks=self._unlocks(step, later),
                    essentials=tuple(
                        self.skills[key]
                        for key, _old, _new in step["raises"]
                        if key in self.essential
                    ),
                    number=number,
                )
            )
            before = step["low_after"]
        return tuple(rows)

    def _unlocks(self, step: Json, later: list[Json]) -> tuple[StepText, ...]:
        """Return the later steps that wait for this one or need a rating that it gives."""
        given = {key: (old, new) for key, old, new in step["raises"]}
        found = []
        for other in later:
            text = self.texts[other["step"]]
            needs = any(
                r.skill in given and given[r.skill][0] < r.rating <= given[r.skill][1]
                for r in text.requires
            )
            if needs or step["step"] in text.after:
                found.append(text)
        return tuple(found)

    def _card(self, goal: str) -> GoalCard:
        solution = self.solutions[goal]
        last = solution["steps"][-1]["ends_on"] if solution["steps"] else None
        return GoalCard(
            goal=goal,
            is_chosen=goal == self.plan.goal,
            hours=solution["hours"],
            cost=Decimal(solution["cost"]),
            reachable=solution["reachable"],
            ends_on=_day(last),
            low_after=solution["low_after"],
            band_after=solution["band_after"],
        )

    def _points(self, chosen: Json) -> tuple[Point, ...]:
        total = chosen["hours"]
        points = [Point(0, self.low_before)]
        hours = 0
        for number, step in enumerate(chosen["steps"], start=1):
            hours += step["hours"]
            share = hours / total if total else number / len(chosen["steps"])
            points.append(Point(round(100 * share, 2), step["low_after"]))
        return tuple(points)

    def _runner_up(self, chosen: Json) -> RunnerUp | None:
        second = chosen["runner_up"]
        if second is None:
            return None
        first = {step["step"] for step in chosen["steps"]}
        other = {step["step"] for step in second["steps"]}
        return RunnerUp(
            hours=second["hours"],
            cost=Decimal(second["cost"]),
            low_after=second["low_after"],
            without=tuple(self.texts[key] for key in sorted(first - other)),
            instead=tuple(self.texts[key] for key in sorted(other - first)),
            more_hours=second["hours"] - chosen["hours"],
            more_cost=Decimal(second["cost"]) - Decimal(chosen["cost"]),
            more_low=round(second["low_after"] - chosen["low_after"], 1),
            more_steps=len(other) - len(first),
            same_band=second["band_after"] == chosen["band_after"],
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def low_with(version: Version, level: str, ratings: dict[str, int | None], states: States) -> float:
    """Return the readiness that the plan starts from: the ratings, raised by what is done."""
    now = figures.ratings_after(version, ratings, states.done, states.before)
    reply: float = figures.score_reply(version, level, now, ())["low"]
    return reply


def page(
    assessment: Assessment,
    plan: Plan,
    solutions: Json,
    states: States,
    ratings: dict[str, int | None],
) -> PlanPage:
    """Return the page; ``solutions`` holds all three goals."""
    return _Maker(assessment, plan, solutions, states, ratings).make()
