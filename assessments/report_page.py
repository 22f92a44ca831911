"""What a report's page shows: frozen, with the version's texts beside the person's answers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from careers.document import Fact, Framework, Level, Skill
from careers.document import Step as StepText

from .models import Assessment


@dataclass(frozen=True, slots=True)
class TrainingOption:
    """A training step that closes some of a gap, with what it needs and gives in words."""

    step: StepText
    requires: tuple[tuple[Skill, int], ...]
    gives: tuple[tuple[Skill, int], ...]
    after: tuple[StepText, ...]
    low_after: float | None = None
    gain: float | None = None
    raises: tuple[tuple[Skill, int, int], ...] = ()


class Line(NamedTuple):
    """One skill of the report. ``lost`` is in percent; ``rating`` None is "not sure"."""

    skill: Skill
    skill_group: str
    required: int
    rating: int | None
    importance: int
    essential: bool
    lost: float
    evidence: str
    answered: bool
    options: tuple[StepText, ...]

    @property
    def met(self) -> bool:
        """Tell whether the rating reaches what is required."""
        return self.rating is not None and self.rating >= self.required

    @property
    def arithmetic(self) -> str:
        """Return how the lost points come about: importance × what is not covered."""
        return f"{self.importance} × (1 − {min(self.rating or 0, self.required)}/{self.required})"

    @property
    def needed(self) -> str:
        """Return the sentence of the rating that the level requires."""
        return self.skill.anchors[self.required]

    @property
    def chosen(self) -> str:
        """Return the sentence that the person chose, or nothing."""
        return "" if self.rating is None else self.skill.anchors[self.rating]

    @property
    def surplus(self) -> int:
        """Return by how much the rating exceeds what is required."""
        return max((self.rating or 0) - self.required, 0)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder, read from the same answers."""

    level: Level
    low: float
    high: float
    band: str
    is_target: bool
    is_shown: bool
    pay: Fact | None


@dataclass(frozen=True, slots=True)
class FastestPlan:
    """The fastest plan to Ready, as it was solved; None for ``ends_on`` without steps."""

    steps: tuple[TrainingOption, ...]
    reachable: bool
    proven: bool
    hours: int
    cost: Decimal
    currency: str
    ends_on: date | None
    hours_per_week: int
    low_after: float
    band_after: str
    is_bound: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything the report shows. Percentages are rounded down to one decimal."""

    assessment: Assessment
    framework: Framework
    level: Level
    is_target: bool
    low: float
    high: float
    cautious: float
    confirmed: float | None
    """The cautious reading with agreeing second ratings as evidence; computed when shown."""
    band: str
    gaps: tuple[Line, ...]
    strengths: tuple[Line, ...]
    rungs: tuple[Rung, ...]
    reached: Rung | None
    unmet_essentials: tuple[Skill, ...]
    turning_points: tuple[Line, ...]
    widest_unknown: Line | None
    plan: FastestPlan | None
    training: tuple[TrainingOption, ...]
    """Every step named on the page, once: the start, then in the order of the gaps."""
    answered: int
    unsure: int
    asked: int
    with_evidence: int
    sha256: str
    is_own: bool = True
    """Whether the reader is the person themself; else the words speak of somebody else."""
    on_paper: bool = False
    """Whether nothing can be clicked or opened."""

    @property
    def lost(self) -> float:
        """Return all lost points together: 100 less the readiness, as printed."""
        return round(100 - self.low, 1)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return every skill that the level requires, gaps first."""
        return (*self.gaps, *self.strengths)

    @property
    def weight(self) -> int:
        """Return the sum of all importances, by which lost points are divided."""
        return sum(line.importance for line in self.lines)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Return the pictures of rating against required that the page needs, each once."""
        return sorted({(line.rating or 0, line.required) for line in self.lines})

    @property
    def high_width(self) -> float:
        """Return how far the range reaches beyond the readiness."""
        return round(self.high - self.low, 1)

    @property
    def level_pay(self) -> Fact | None:
        """Return the sourced pay of the level shown."""
        return next((rung.pay for rung in self.rungs if rung.is_shown), None)
