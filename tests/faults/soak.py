"""Saves at a steady rate with a threefold spike: quick, without errors, in level memory.

The load comes whether the server keeps up or not; an answer's time counts from the moment when
it was due, so that waiting in the queue counts.
"""

import asyncio
import resource
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

from .ground import Ground, Server, ground, serving
from .outcome import Outcome, command_line, end, guarded
from .visitor import Visitor

LEVEL = "production-technician"
SPIKE = (0.5, 0.6)
"""The part of the time in which the rate is three times as high."""
SPIKE_TIMES = 3
SAMPLE_SECONDS = 1.0
GROWTH_PERCENT = 10


@dataclass
class Slot:
    """One question of somebody's assessment, and the revision that its page knows."""

    visitor: Visitor
    assessment: str
    skill: str
    revision: int = 0

    def request(self, number: int) -> bytes:
        """Return the next save as it goes over the wire."""
        return self.visitor.saving(
            self.assessment, self.skill, str(number % 5), f"answer {number}", self.revision
        )


@dataclass
class Load:
    """What was sent and what came back."""

    port: int
    slots: deque[Slot]
    times: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    late: float = 0.0

    async def save(self, number: int, due: float) -> None:
        """Save one answer that was due at that moment."""
        while not self.slots:  # every page waits for its answer: this one is late, too
            await asyncio.sleep(0.01)
        slot = self.slots.popleft()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(slot.request(number))
            reply = await reader.read(-1)
            writer.close()
            status = reply[9:12].decode()
        except OSError as error:
            status = type(error).__name__
        self.times.append(time.monotonic() - due)
        self.statuses[status] += 1
        if status == "200":
            slot.revision += 1
        self.slots.append(slot)

    async def go(self, seconds: int, rate: int) -> None:
        """Send at that rate for so long."""
        begin = due = time.monotonic()
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        while due < begin + seconds:
            pause = due - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            self.late = max(self.late, time.monotonic() - due)
            task = asyncio.create_task(self.save(number, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            number += 1
            is_spike = SPIKE[0] <= (due - begin) / seconds < SPIKE[1]
            due += 1 / (rate * SPIKE_TIMES if is_spike else rate)
        await asyncio.gather(*under_way)


def memory(server: Server) -> int:
    """Return the bytes that the server's processes hold, shared ones counted once."""
    total = 0
    for pid in server.pids():
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += 1024 * int(line.split()[1])
    return total


async def _watch(server: Server, samples: list[int]) -> None:
    while True:
        samples.append(memory(server))
        await asyncio.sleep(SAMPLE_SECONDS)


async def _run(server: Server, load: Load, seconds: int, rate: int, samples: list[int]) -> None:
    watch = asyncio.create_task(_watch(server, samples))
    await load.go(seconds, rate)
    watch.cancel()


def _percentile(times: list[float], part: float) -> float:
    """Return the time in milliseconds that so many of a hundred did not exceed."""
    return 1000 * sorted(times)[min(len(times) - 1, int(len(times) * part / 100))]


def _slots(port: int, people: int) -> deque[Slot]:
    skills = [row["key"] for row in Visitor(port).document()["skills"]]
    found = []
    for _ in range(people):
        visitor = Visitor(port)
        assessment = visitor.start(LEVEL)
        found += [Slot(visitor, assessment, skill) for skill in skills]
    return deque(found)


def try_it(
    outcome: Outcome,
    ground: Ground,
    *,
    seconds: int,
    rate: int,
    people: int,
    p95_ms: int,
    plant: str,
) -> None:
    """Send the load and judge the answers."""
    samples: list[int] = []
    with serving(ground, plant=plant) as server:
        load = Load(server.port, _slots(server.port, people))
        # Not counted: workers load their pages and stop sharing what they touch.
        asyncio.run(load.go(min(30, seconds // 2 + 5), rate))
        load.times.clear()
        before = Counter(load.statuses)
        asyncio.run(_run(server, load, seconds, rate, samples))
    statuses = load.statuses - before
    window = max(3, min(60, len(samples) // 5))
    first = sum(samples[:window]) / window
    last = sum(samples[-window:]) / window
    growth = 100 * (last - first) / first
    p95 = _percentile(load.times, 95)
    outcome.figures |= {
        "seconds": seconds, "saves a second": rate, "in the spike": rate * SPIKE_TIMES,
        "saves": len(load.times), "answers": dict(statuses),
        "p50": f"{_percentile(load.times, 50):.1f} ms", "p95": f"{p95:.1f} ms",
        "p99": f"{_percentile(load.times, 99):.1f} ms",
        "memory": f"{first / 1e6:.1f} MB, at the end {last / 1e6:.1f} MB ({growth:+.1f} %)",
        "processor time of the load": f"{_own_seconds():.1f} s",
        "sent late by at most": f"{1000 * load.late:.0f} ms",
    }  # fmt: skip
    outcome.expect(set(statuses) == {"200"}, f"answers other than 200: {dict(statuses)}")
    outcome.expect_in_time(p95 <= p95_ms, f"p95 is {p95:.0f} ms")
    outcome.expect(growth <= GROWTH_PERCENT, f"memory grew by {growth:.1f} %")


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run it by itself."""
    parser = command_line("soak", seconds=600, rate=60, people=40, p95_ms=200)
    given = parser.parse_args()
    outcome = Outcome("load", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, seconds=given.seconds, rate=given.rate, people=given.people,
                p95_ms=given.p95_ms, plant=given.plant,
            ),
        )  # fmt: skip
    end(outcome)


if __name__ == "__main__":
    main()
