"""The worked example of ``/scoring/``: four made-up skills, scored by the real core."""

from dataclasses import dataclass

from .core.ladder import Ladder, Level, Requirement
from .core.scale import BUILDING_AT, NEARLY_READY_AT, READY_AT
from .core.score import Score, percent, score

TITLES = {"machines": "Machine setup", "faults": "Finding faults", "safety": "Safety", "plc": "PLC"}
REQUIREMENTS = (
    Requirement("machines", 3, 5),
    Requirement("faults", 3, 4, essential=True),
    Requirement("safety", 2, 4, essential=True),
    Requirement("plc", 2, 2),
)
RATINGS = {"machines": 2, "faults": 2, "safety": 3, "plc": None}
PROVEN = frozenset({"safety"})


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One skill's arithmetic: importance × covered, and the points lost, as printed."""

    title: str
    required: int
    rating: int | None
    importance: int
    essential: bool
    fraction: str
    weighted: str
    lost: float


@dataclass(frozen=True, slots=True)
class Example:
    """The example as the page prints it."""

    rows: tuple[ExampleRow, ...]
    weight: int
    total: str
    score: Score
    low: float
    high: float
    cautious: float
    thresholds: tuple[int, int, int]


def _fraction(numerator: int, denominator: int) -> str:
    whole, rest = divmod(numerator, denominator)
    if not rest:
        return str(whole)
    return f"{whole} {rest}/{denominator}" if whole else f"{rest}/{denominator}"


def example() -> Example:
    """Return the worked example with every intermediate figure."""
    level = Level("example", REQUIREMENTS)
    result = score(Ladder((level,), TITLES), "example", RATINGS, PROVEN)
    rows = []
    for line in result.lines:
        covered = min(line.rating or 0, line.required)
        rows.append(
            ExampleRow(
                title=TITLES[line.skill],
                required=line.required,
                rating=line.rating,
                importance=line.importance,
                essential=line.essential,
                fraction=_fraction(covered, line.required),
                weighted=_fraction(line.importance * covered, line.required),
                lost=percent(line.lost),
            )
        )
    twelfths = sum(
        r.importance * 12 * min(RATINGS[r.skill] or 0, r.rating) // r.rating for r in REQUIREMENTS
    )
    return Example(
        rows=tuple(rows),
        weight=level.weight,
        total=_fraction(twelfths // 4, 3) if twelfths % 4 == 0 else _fraction(twelfths, 12),
        score=result,
        low=percent(result.target.low),
        high=percent(result.target.high),
        cautious=percent(result.cautious),
        thresholds=(READY_AT, NEARLY_READY_AT, BUILDING_AT),
    )
