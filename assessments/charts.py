"""Figures as SVG path data; the templates draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .core.scale import READY_AT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .over_time import Reading
    from .plan_page import Point

LEFT, RIGHT, TOP, BOTTOM = 0, 620, 10, 150
"""Within a drawing of 640 by 150 that is stretched to its place: texts stand beside it."""


@dataclass(frozen=True, slots=True)
class StepChart:
    """A stepped line from 0 to 100 percent, in the drawing's own units."""

    line: str
    area: str
    ready_y: float
    end_x: float
    end_y: float


def _y(percent: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * percent / 100, 1)


def step_chart(points: Sequence[Point]) -> StepChart:
    """Return the line that stays level until a step ends and then rises."""
    corners = [(round(LEFT + (RIGHT - LEFT) * p.x / 100, 1), _y(p.low)) for p in points]
    if len(corners) == 1:
        corners.append((float(RIGHT), corners[0][1]))
    line = f"M{corners[0][0]} {corners[0][1]}" + "".join(f"H{x}V{y}" for x, y in corners[1:])
    end_x, end_y = corners[-1]
    return StepChart(
        line=line,
        area=f"{line}V{BOTTOM}H{LEFT}Z",
        ready_y=_y(READY_AT),
        end_x=end_x,
        end_y=end_y,
    )


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line through one point (x, y) for each report, in the drawing's own units."""

    line: str
    dots: tuple[tuple[float, float], ...]
    ready_y: float

    @property
    def ready_text_y(self) -> float:
        """Return where the label of the Ready line stands."""
        return self.ready_y - 5


def line_chart(readings: Sequence[Reading]) -> LineChart:
    """Return the line through the readings, in the distances of their times."""
    return line_through([(each.at.timestamp(), each.low) for each in readings])


def line_through(points: Sequence[tuple[float, float]]) -> LineChart:
    """Return the line through points (time, percent), two at least, oldest first."""
    times = [time for time, _low in points]
    span = times[-1] - times[0]
    shares = [(t - times[0]) / span if span else n / (len(times) - 1) for n, t in enumerate(times)]
    dots = tuple(
        (round(LEFT + 20 + (RIGHT - LEFT - 40) * share, 1), _y(low))
        for share, (_time, low) in zip(shares, points, strict=True)
    )
    return LineChart("M" + "L".join(f"{x} {y}" for x, y in dots), dots, _y(READY_AT))
