"""What a module says at its end: one line of figures, and whether every promise was kept."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_SHOWN = 10
TIMES_TOLD = "RUNG_FAULTS_TIMES_TOLD"
"""Set where the machine may be busy: a time that was missed is told, and fails nothing."""


@dataclass
class Outcome:
    """The figures of one fault on one database, and the promises that it saw broken."""

    fault: str
    database: str
    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def expect(self, is_kept: object, promise: str) -> None:
        """Note a promise that was not kept."""
        if not is_kept:
            self.broken.append(promise)

    def expect_in_time(self, is_kept: object, promise: str) -> None:
        """Note a time that was not kept: broken, or only told in the short form."""
        if not is_kept:
            (self.late if os.environ.get(TIMES_TOLD) else self.broken).append(promise)

    def not_tried(self, what: str, why: str) -> None:
        """Note what cannot be tried on this machine: only told, but in CI broken."""
        if os.environ.get("CI", "").lower() in ("1", "true"):
            self.broken.append(f"{what}: not tried: {why}")
        self.figures[what] = f"not tried: {why}"

    def line(self) -> str:
        """Return the summary as one line."""
        shown = "; ".join(f"{name} {_shown(value)}" for name, value in self.figures.items())
        verdict = f"BROKEN ({len(self.broken)})" if self.broken else "held"
        late = "".join(f" · LATE: {each}" for each in self.late)
        return f"{self.fault} · {self.database} · {verdict} · {shown}{late}"


def _shown(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def command_line(fault: str, **counts: int) -> argparse.ArgumentParser:
    """Return the parser of a module's command: how many of what, which database and plant."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.faults.{fault}")
    for name, usual in counts.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--plant", default="", help="plant this defect first; it must be found")
    return parser


def end(outcome: Outcome) -> None:
    """Print the line, and what was broken; leave with 1 if anything was."""
    print(outcome.line(), flush=True)
    for promise in outcome.broken[:MOST_SHOWN]:
        print(f"  broken: {promise}", file=sys.stderr)
    sys.exit(1 if outcome.broken else 0)


def guarded(outcome: Outcome, work: Callable[[], None]) -> None:
    """Do the work; what it raises is a broken promise, too."""
    try:
        work()
    except Exception as error:
        traceback.print_exc()
        outcome.broken.append(f"{type(error).__name__}: {error}")
