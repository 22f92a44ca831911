"""Cold starts: from nothing to the first reply, in rounds, Rung beside a bare Django project."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from . import job
from .contestants import FOLDER, Contestant, environment
from .load import Lane
from .servers import Server

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]


@dataclass
class Cold:
    """One contestant's starts: seconds by the clock, and of the processor."""

    name: str
    server: Server
    path: str
    headers: str = ""
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def turn(self) -> None:
        """Start it once."""
        try:
            self.clock.append(self.server.start(self.path, self.headers))
            self.processor.append(self.server.processor())
        finally:
            self.server.stop()


def _bare(port: int) -> Cold:
    """Return a project as ``startproject`` makes it, its database migrated."""
    env = environment(
        PYTHONPATH=str(job.ROOT),
        DJANGO_SETTINGS_MODULE="tests.bench.bare_settings",
        FLOOR_DIR=str(FOLDER / "floor"),
        WEB_CONCURRENCY=str(job.LANES),
    )
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, env=env, cwd=job.ROOT, check=True)
    bind = ["--bind", f"127.0.0.1:{port}"]
    return Cold(
        "bare",
        Server(
            [*GUNICORN, "tests.bench.bare_wsgi", *bind], env, port, FOLDER / "bare.log", job.ROOT
        ),
        "/",
    )


def _of(contestant: Contestant) -> Cold:
    lane: Lane = contestant.operations["open"].lanes[0]
    headers = "".join(f"{name}: {value}\r\n" for name, value in lane.headers.items())
    return Cold(contestant.name, contestant.server, lane.path, headers)


def measure(
    contestants: Sequence[Contestant], port: int, rounds: int, tell: Callable[[str], None]
) -> list[Cold]:
    """Start everyone in rounds and open the questionnaire; none may be running."""
    rung = next(each for each in contestants if each.name == "rung")
    alive = Cold("rung_alive", rung.server, "/livez")
    found = [_bare(port), alive, *map(_of, contestants)]
    for each in found:
        each.turn()  # compiles what Python keeps compiled
        each.clock.clear()
        each.processor.clear()
    for number in range(rounds):
        tell(f"cold starts: round {number + 1} of {rounds}")
        for each in found:
            each.turn()
    return found


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the median, over the rounds, of ``one`` by ``other``."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))
