"""What a hundred million people would need: ``python -m tests.scale.simulate``.

From the service times of ``measured.json`` (``tests.scale.measure``) and the assumptions below
it computes the load of the busiest second, simulates one app machine under its share of it,
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
from typing import Any, TextIO

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
SEED = 20261125
SECONDS = 60


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
    names = list(wanted.by_name)
    work = sum(wanted.by_name[name] * seconds[name] for name in names)
    services, weights = [seconds[name] for name in names], [wanted.by_name[name] for name in names]
    count = max(1, math.floor(work / CORES))
    while True:
        if work / (count * CORES) < 1:
            found = p95(wanted.total / count, services, weights, CORES)
            if found * 1000 <= PROMISE_MS:
                return count, found * 1000
        count = max(count + 1, math.ceil(count * 1.01))


def main(measured: dict[str, Any], out: TextIO = sys.stdout) -> None:
    """Print the page."""
    wanted = load()
    rows = measured["requests"]
    seconds = {
        name: (rows[name]["processor_ms"] + rows[name]["database_ms"]) / 1000 for name in PAGES
    }
    count, reached = machines(wanted, seconds)
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
        f"{PEOPLE:,} people, {VISITS_A_YEAR} assessments a year each, service times as measured "
        f"on {measured['database']}",
        f"busiest minute      {wanted.total:>10,.0f} requests a second, {writes:,.0f} write",
        *(
            f"  {name:<18}{wanted.by_name[name]:>10,.0f} a second at {seconds[name] * 1000:.1f} ms"
            for name in PAGES
        ),
        f"app machines        {count:>10,} of {CORES} cores: p95 {reached:.0f} ms "
        f"(promised {PROMISE_MS}), one of ten more for the loss of some",
        f"database servers    {max(shards.values()):>10,} of {DB_CORES} cores, by {first}: "
        + ", ".join(f"{name} {number}" for name, number in shards.items()),
        f"stored              {kept / 1e12:>10,.1f} TB after {YEARS} years, "
        f"{measured['assessment']['bytes']:,} bytes an assessment",
    ]
    print("\n".join(lines), file=out)


if __name__ == "__main__":
    main(json.loads((Path(__file__).parent / "measured.json").read_text()))
