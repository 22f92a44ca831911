"""What a hundred million people would need: ``python -m tests.scale.simulate``.

From the service times of ``measured.json`` (``tests.scale.measure``) and the assumptions below
it computes the load of the busiest minute, simulates one app machine under its share of it,
finds the fewest machines that keep the promise, and counts database servers by what gives way
first: commits, processor, or disk. Seeded: the same input prints the same page.
"""

import heapq
import json
import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEOPLE = 100_000_000
VISITS_A_YEAR = 2
"""Each person rates themself twice a year: once, and once again to see what moved."""
BUSIEST_DAY = 4.0
"""Times the average day: a Monday in January, or a campaign."""
BUSIEST_HOUR = 0.11
"""Part of a day's visits that fall into its busiest hour (7 to 9 in the evening)."""
BURST = 1.5
"""The busiest minute of that hour over its average."""
PROMISE_MS = 200
"""95 of 100 requests are answered within."""

CORES = 8
"""Of one app machine, with one sync worker for each."""
DB_CORES = 16
DB_COMMITS = 5_000
"""Commits a second that one server puts on disk, with a group commit on an NVMe disk."""
DB_BYTES = 2_000_000_000_000
"""What is kept on one server, so that a backup and a new replica take hours and not days."""
DB_BUSY = 0.5
"""Half of a server's processor is kept for vacuum, backups and the loss of its neighbour."""
YEARS = 5

# How often each request comes in one visit, for a career of so many skills.
PAGES = {"career": 1, "start": 1, "rate": 7, "save": 30, "finish": 1, "report": 3, "plan": 3}
WRITES = {"start", "save", "finish"}
SMALL = 2
SPARE = 1.25
SEED = 20261125
SECONDS = 60

MEASURED = Path(__file__).parent / "measured.json"
DOCS = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN, END = "<!-- python -m tests.scale.simulate --write -->\n```\n", "```\n<!-- end -->"


@dataclass(frozen=True)
class Load:
    """The requests of the busiest minute, each second, by name."""

    by_name: dict[str, float]

    @property
    def total(self) -> float:
        """Return all of them."""
        return sum(self.by_name.values())


def load() -> Load:
    """Return the busiest minute's requests a second."""
    visits = PEOPLE * VISITS_A_YEAR / 365 * BUSIEST_DAY * BUSIEST_HOUR / 3600 * BURST
    return Load({name: visits * times for name, times in PAGES.items()})


def p95(rate: float, services: list[float], weights: list[float], cores: int) -> float:
    """Return the 95th percentile of the time to the reply, in seconds.

    Requests come at random at ``rate`` a second to one queue before ``cores`` workers; each
    takes its request's time, give or take (log-normal, sigma 0.4).
    """
    chance = random.Random(SEED)  # noqa: S311 (a simulation)
    now, free, waits = 0.0, [0.0] * cores, []
    while now < SECONDS:
        now += chance.expovariate(rate)
        service = chance.choices(services, weights)[0] * chance.lognormvariate(-0.08, 0.4)
        begins = max(now, heapq.heappop(free))
        heapq.heappush(free, begins + service)
        waits.append(begins + service - now)
    waits.sort()
    return waits[int(len(waits) * 0.95)]


def machines(wanted: Load, seconds: dict[str, float]) -> tuple[int, float]:
    """Return the fewest app machines that keep the promise, and the p95 then in ms."""
    services, weights = list(seconds.values()), [wanted.by_name[name] for name in seconds]
    work = sum(wanted.by_name[name] * each for name, each in seconds.items())
    count = max(1, math.floor(work / CORES) + 1)
    while True:
        found = p95(wanted.total / count, services, weights, CORES)
        if found * 1000 <= PROMISE_MS:
            return count, found * 1000
        count = max(count + 1, math.ceil(count * 1.01))


def holds(wanted: Load, seconds: dict[str, float], cores: int) -> float:
    """Return the requests a second at which one machine still keeps the promise."""
    services, weights = list(seconds.values()), [wanted.by_name[name] for name in seconds]
    mean = sum(wanted.by_name[name] * each for name, each in seconds.items()) / wanted.total
    low, high = 0.1, cores / mean
    while high - low > 0.5:
        middle = (low + high) / 2
        kept = p95(middle, services, weights, cores) * 1000 <= PROMISE_MS
        low, high = (middle, high) if kept else (low, middle)
    return low


def page(measured: dict[str, Any]) -> str:
    """Return what is printed."""
    wanted, rows = load(), measured["requests"]
    seconds = {
        name: (rows[name]["processor_ms"] + rows[name]["database_ms"]) / 1000 for name in PAGES
    }
    count, reached = machines(wanted, seconds)
    small = holds(wanted, seconds, SMALL)
    writes = sum(wanted.by_name[name] for name in WRITES)
    busy = sum(wanted.by_name[name] * rows[name]["database_ms"] / 1000 for name in PAGES)
    kept = PEOPLE * VISITS_A_YEAR * YEARS * measured["assessment"]["bytes"]
    shards = {
        "commits": math.ceil(writes / DB_COMMITS),
        "processor": math.ceil(busy / (DB_CORES * DB_BUSY)),
        "disk": math.ceil(kept / DB_BYTES),
    }
    first = max(shards, key=lambda each: shards[each])
    lines = [
        f"service times as measured on {measured['database']}; {PEOPLE:,} people, "
        f"{VISITS_A_YEAR} assessments a year each",
        "",
        f"one machine, {SMALL} cores  {small:>8,.0f} requests a second at p95 {PROMISE_MS} ms: "
        f"{small * 3600 / sum(PAGES.values()):,.0f} assessments an hour",
        f"busiest minute        {wanted.total:>8,.0f} requests a second, {writes:,.0f} write",
        *(
            f"  {name:<20}{wanted.by_name[name]:>8,.0f} a second at {each * 1000:.1f} ms"
            for name, each in seconds.items()
        ),
        f"app machines          {count:>8,} of {CORES} cores, p95 {reached:.0f} ms; "
        f"{math.ceil(count * SPARE)} so that some may be lost",
        f"database servers      {max(shards.values()):>8,} of {DB_CORES} cores, by {first} ("
        + ", ".join(f"{name} {number}" for name, number in shards.items())
        + "), and a replica of each",
        f"stored                {kept / 1e12:>8,.1f} TB after {YEARS} years, "
        f"{measured['assessment']['bytes']:,} bytes an assessment",
    ]
    return "\n".join(lines) + "\n"


def main(write: bool) -> None:
    """Print the page, and put it into docs/scale.md if asked."""
    found = page(json.loads(MEASURED.read_text()))
    print(found, end="")
    if write:
        before, rest = DOCS.read_text().split(BEGIN, 1)
        DOCS.write_text(f"{before}{BEGIN}{found}{END}{rest.split(END, 1)[1]}")


if __name__ == "__main__":
    main(write="--write" in sys.argv)
