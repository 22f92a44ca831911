"""The scale and the thresholds of the score: every constant of it lives here.

Source: the scoring rules, explained to everyone on the page ``/scoring/``.
"""

from enum import StrEnum

RATINGS = (0, 1, 2, 3, 4)
"""Not yet, With help, On my own, Fix problems, Teach it."""

UNSURE = None
"""The sixth answer. A skill without an answer is scored like it."""

READY_AT = 80
NEARLY_READY_AT = 60
BUILDING_AT = 40
"""Percent of readiness, compared exactly, never after rounding."""

COVERAGE_UNIT = 12
"""min(a / r, 1) with r in 1..4 is a whole number of twelfths (the least common multiple)."""


class Band(StrEnum):
    """What a readiness amounts to, best first."""

    READY = "ready"
    NEARLY_READY = "nearly_ready"
    BUILDING = "building"
    STARTING_OUT = "starting_out"
