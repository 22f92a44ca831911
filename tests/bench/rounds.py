"""Measuring in rounds: everyone has a turn in each, so that a noisy machine is noisy to all."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .contestants import Contestant, body_of
from .load import drive, once


@dataclass
class Cell:
    """What one contestant gave in one operation, round by round."""

    rates: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sent_bytes: int = 0
    page_bytes: int = 0
    queries: int = 0

    @property
    def rate(self) -> float:
        """Return the median of requests per second."""
        return statistics.median(self.rates)

    @property
    def p95(self) -> float:
        """Return the time in ms within which 95 of 100 replies came."""
        times = sorted(self.times)
        return 1000 * times[min(len(times) - 1, len(times) * 95 // 100)]

    @property
    def work(self) -> float:
        """Return the median of the server's processor time for one request, in ms."""
        return statistics.median(self.processor)


Table = dict[str, dict[str, Cell]]
"""Cells by operation and contestant."""


def times_faster(one: Cell, other: Cell) -> float:
    """Return the median, over the rounds, of how many times ``one``'s rate is of ``other``'s."""
    return statistics.median(a / b for a, b in zip(one.rates, other.rates, strict=True))


def times_work(one: Cell, other: Cell) -> float:
    """Return the same of the processor time for one request."""
    pairs = zip(one.processor, other.processor, strict=True)
    return statistics.median(a / b for a, b in pairs if b)


def measure(
    contestants: Sequence[Contestant],
    operations: Mapping[str, str],
    *,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> Table:
    """Return everyone's cells. All servers are running; whoever cannot do a part is left out."""
    table: Table = {name: {} for name in operations}
    for name, cells in table.items():
        able = [each for each in contestants if not each.operations[name].missing]
        for each in able:
            reply = once(each.server.port, each.operations[name])
            cells[each.name] = Cell(
                sent_bytes=len(reply.partition(b"\r\n\r\n")[2]),
                page_bytes=len(body_of(reply)),
                queries=each.queries.get(name, 0),
            )
            drive(each.server.port, each.operations[name], seconds / 3)
        for number in range(rounds):
            tell(f"{operations[name]}: round {number + 1} of {rounds}")
            first = number % len(able)
            for each in able[first:] + able[:first]:
                _turn(each, name, cells[each.name], seconds)
    return table


def _turn(contestant: Contestant, name: str, cell: Cell, seconds: float) -> None:
    before = contestant.server.processor()
    run = drive(contestant.server.port, contestant.operations[name], seconds)
    spent = contestant.server.processor() - before
    cell.rates.append(run.rate)
    cell.times += run.times
    cell.processor.append(1000 * spent / len(run.times))
