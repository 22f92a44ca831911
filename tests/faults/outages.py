"""The disk is full, PostgreSQL stops, Redis is gone: 503 or slower, never a false "saved"."""

import json
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.conftest import ROOT, free_port

from .ground import Ground, Server, ground, serving
from .outcome import Outcome, command_line, end, guarded
from .visitor import Reply, Visitor

HEAL_SECONDS = 5.0
LEVEL = "production-technician"
TYPED = "typed while nothing could be stored"
BUILT_IN = ROOT / "careers" / "data" / "production-technician.json"
NOTES = "a long note of what was done, " * 33
CACHE_SECONDS = 3.0
"""How long a page may take while the cache does not answer."""


@dataclass
class Person:
    """Somebody who saves on and on, and counts what was answered."""

    ground: Ground
    visitor: Visitor
    assessment: str
    skills: list[str]
    saved: dict[str, tuple[int, str]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    number: int = 0

    @classmethod
    def at(cls, ground: Ground, port: int) -> "Person":
        """Return somebody who has just started."""
        visitor = Visitor(port)
        skills = [row["key"] for row in visitor.document()["skills"]]
        return cls(ground, visitor, visitor.start(LEVEL), skills)

    def save(self) -> int:
        """Save the next answer, and again the one that was refused; return the status."""
        skill = self.skills[self.number % len(self.skills)]
        evidence = f"{self.number} {NOTES}"
        revision = self.saved.get(skill, (0, ""))[0]
        reply = self.visitor.save(self.assessment, skill, "2", evidence, revision)
        self.statuses[str(reply.status)] += 1
        if reply.status == 200:
            self.saved[skill] = (reply.json()["revision"], evidence.strip())
            self.number += 1
        elif reply.status == 503:
            self._look_at(reply)
        else:
            self.wrong.append(f"a save was answered {reply.status} {reply.body[:300]!r}")
        return reply.status

    def _look_at(self, reply: Reply) -> None:
        if reply.json().get("reason") != "unavailable" or "retry-after" not in reply.headers:
            self.wrong.append(f"a 503 that tells nothing: {reply.body[:300]!r}")

    def page(self) -> Reply:
        """Post a whole page, as without JavaScript; where it is saved, know that."""
        skill = self.skills[0]
        rows = json.loads(BUILT_IN.read_text())["skills"]
        group = next(row["group"] for row in rows if row["key"] == skill)
        revision = self.saved.get(skill, (0, ""))[0]
        fields = {
            f"rating-{skill}": "3", f"evidence-{skill}": TYPED, f"revision-{skill}": revision,
        }  # fmt: skip
        path = f"/assessments/{self.assessment}/rate/{group}/"
        reply = self.visitor.post(path, fields, Accept="text/html")
        if reply.status == 302:
            self.saved[skill] = (revision + 1, TYPED)
        elif reply.status != 503 or TYPED.encode() not in reply.body:
            self.wrong.append(f"the page answered {reply.status} without what was typed")
        return reply

    def lost(self) -> list[str]:
        """Return what was answered "saved" and is not stored."""
        key = self.assessment
        key = key.replace("-", "") if self.ground.vendor == "sqlite" else key
        rows = self.ground.rows(
            "SELECT skill, revision, evidence FROM assessments_rating WHERE assessment_id = %s",
            [key],
        )
        stored = {skill: (revision, text.strip()) for skill, revision, text in rows}
        return [
            f"{s}: {self.saved[s][0]} said" for s in self.saved if stored.get(s) != self.saved[s]
        ]


def until_saved(person: Person, patience: float = 60) -> float:
    """Save until it is answered 200, and return after how many seconds."""
    begin = time.monotonic()
    while time.monotonic() < begin + patience:
        with suppress(OSError):
            if person.save() == 200:
                return time.monotonic() - begin
        time.sleep(0.1)
    return patience


def until_refused(person: Person, most: int = 3000) -> bool:
    """Save until it is answered 503."""
    return any(person.save() == 503 for _ in range(most))


# --- The disk ---


class Full:
    """A disk that can be filled and freed: a small file system in memory of its own."""

    def __init__(self, folder: Path) -> None:
        self.filler = folder / "filler"

    def fill(self) -> None:
        """Leave no byte."""
        with suppress(OSError), self.filler.open("wb", buffering=0) as file:
            for size in (1_000_000, 4096, 512):
                with suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def free(self) -> None:
        """Give the room back."""
        self.filler.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """Yield a folder on a small disk of its own, or None where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="rung-disk-"))
    options = f"size={megabytes}m,mode=755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


class Limited:
    """Where no disk can be mounted: the server's processes may not make a file longer."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def fill(self) -> None:
        """Let no file grow beyond a few bytes."""
        self._limit(512)

    def free(self) -> None:
        """Let files grow again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, most: int) -> None:
        for pid in self.server.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def disk_full(outcome: Outcome, vendor: str, plant: str) -> None:
    """Fill the disk under the database while somebody saves; free it again."""
    with small_disk(48 if vendor == "sqlite" else 260) as folder:
        if folder is None and vendor == "postgresql":
            outcome.not_tried("disk full", "no file system may be mounted here")
            return
        with (
            ground(vendor, own_cluster=True, where=folder) as where,
            serving(where, plant=plant) as server,
        ):
            person = Person.at(where, server.port)
            person.save()
            disk = Full(folder) if folder else Limited(server)
            how = "a full tmpfs" if folder else "RLIMIT_FSIZE"
            _fill_and_free(outcome, where, person, disk, how)


def _fill_and_free(
    outcome: Outcome, where: Ground, person: Person, disk: Full | Limited, how: str
) -> None:
    disk.fill()
    outcome.expect(until_refused(person), f"{how}: nothing was refused")
    page = person.page()  # may fit where a longer note did not
    outcome.figures[f"a page, {how}"] = page.status
    seen = person.visitor.get(f"/assessments/{person.assessment}/").status
    outcome.expect(seen in (200, 302, 503), f"{how}: reading answered {seen}")
    disk.free()
    if where.cluster and not where.cluster.is_running():
        where.cluster.start()  # as its supervisor does: it stops itself when its log cannot grow
    healed = until_saved(person)
    lost = person.lost()
    outcome.figures |= {
        f"disk full ({how})": dict(person.statuses), "false saved": len(lost),
        "healed after": f"{healed:.1f} s",
    }  # fmt: skip
    outcome.broken += lost + person.wrong + where.damage()
    outcome.expect_in_time(healed <= HEAL_SECONDS, f"{how}: healed only after {healed:.1f} s")


# --- PostgreSQL ---


def postgresql_stopped(outcome: Outcome, plant: str) -> None:
    """Stop PostgreSQL under somebody's hands, start it again; twice, gently and at once."""
    with ground("postgresql", own_cluster=True) as where, serving(where, plant=plant) as server:
        assert where.cluster
        person = Person.at(where, server.port)
        healed = []
        for how in ("fast", "immediate"):
            person.save()
            saving = threading.Thread(target=lambda: [person.save() for _ in range(40)])
            saving.start()
            where.cluster.stop(how)
            saving.join()
            outcome.expect(person.save() == 503, "a save was not refused")
            page = person.page()
            outcome.expect(page.status == 503, f"the page: {page.status}")
            ready = person.visitor.get("/readyz").status
            live = person.visitor.get("/livez").status
            outcome.expect((live, ready) == (200, 503), f"livez {live}, readyz {ready}")
            outcome.expect(
                person.visitor.get("/").status == 503, "the start page is not answered 503"
            )
            where.cluster.start()
            healed.append(until_saved(person))
        lost = person.lost()
        outcome.figures |= {
            "PostgreSQL stopped": len(healed), "answers": dict(person.statuses),
            "false saved ": len(lost), "healed after ": f"{max(healed):.1f} s",
        }  # fmt: skip
        outcome.broken += lost + person.wrong
        outcome.expect_in_time(
            max(healed) <= HEAL_SECONDS, f"healed only after {max(healed):.1f} s"
        )


# --- Redis ---


@dataclass
class Redis:
    """A Redis of one's own."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, keeping nothing on disk, and wait until it answers."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        import redis

        client = redis.Redis(port=self.port)
        for _ in range(200):
            with suppress(redis.ConnectionError):
                client.ping()
                return
            time.sleep(0.05)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Stop, freeze or wake it."""
        assert self.process
        self.process.send_signal(how)
        if how == signal.SIGKILL:
            self.process.wait()


def redis_gone(outcome: Outcome, vendor: str, plant: str) -> None:
    """Kill Redis, freeze it, start it again, while people save, sign in and open links."""
    cache = Redis(free_port())
    cache.start()
    settings = {"CACHE_URL": f"redis://127.0.0.1:{cache.port}/0", "TOKEN_MISSES": "30"}
    slowest: dict[str, float] = {}
    try:
        with ground(vendor) as where, serving(where, plant=plant, settings=settings) as server:
            person = Person.at(where, server.port)
            _look_around(outcome, person, "with Redis", slowest)
            cache.end()
            _look_around(outcome, person, "Redis gone", slowest)
            misses = Counter(
                Visitor(server.port).get(f"/shared/{'x' * 43}/").status for _ in range(90)
            )
            outcome.expect(set(misses) == {404, 429}, f"wrong links without Redis: {dict(misses)}")
            cache.start()
            healed = _until_shared(cache, person)
            cache.end(signal.SIGSTOP)
            _look_around(outcome, person, "Redis frozen", slowest)
            cache.end(signal.SIGCONT)
            lost = person.lost()
    finally:
        cache.end()
    outcome.figures |= {
        "Redis gone": dict(person.statuses),
        "slowest": ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest.items()),
        "limits without it": f"429 after {misses[404]} wrong links",
        "used again after": f"{healed:.1f} s",
    }
    outcome.broken += lost + person.wrong
    outcome.expect_in_time(healed <= HEAL_SECONDS, f"Redis is used again only after {healed:.1f} s")


def _look_around(outcome: Outcome, person: Person, when: str, slowest: dict[str, float]) -> None:
    """Do what people do, and note what fails or takes long."""
    visitor = Visitor(person.visitor.port)
    visitor.get("/account/login/")
    deeds: dict[str, Callable[[], int]] = {
        "save": person.save,
        "sign in": lambda: (
            visitor.post(
                "/account/login/", {"login": "nobody@example.org", "password": "wrong"}
            ).status
        ),
        "code by mail": lambda: (
            visitor.post("/account/login/code/", {"email": "nobody@example.org"}).status
        ),
        "wrong link": lambda: visitor.get(f"/shared/{when.replace(' ', '-')}/").status,
        "API": lambda: visitor.get("/api/v1/careers").status,
        "page": lambda: visitor.get("/").status,
    }
    worst = 0.0
    for name, deed in deeds.items():
        begin = time.monotonic()
        status = deed()
        worst = max(worst, time.monotonic() - begin)
        outcome.expect(status < 500, f"{when}: {name} answered {status}")
    slowest[when] = worst
    outcome.expect_in_time(worst <= CACHE_SECONDS, f"{when}: a page took {worst:.1f} s")


def _until_shared(cache: Redis, person: Person) -> float:
    """Return after how many seconds the server counts in Redis again."""
    import redis

    client, begin = redis.Redis(port=cache.port), time.monotonic()
    while time.monotonic() < begin + 30:
        person.visitor.get("/api/v1/careers")
        if client.dbsize():
            break
        time.sleep(0.1)
    return time.monotonic() - begin


def main() -> None:
    """Run it by itself."""
    parser = command_line("outages")
    parser.add_argument("--only", choices=("disk", "postgresql", "redis"), default="")
    given = parser.parse_args()
    outcome = Outcome("outages", given.database)
    if given.only in ("", "disk"):
        guarded(outcome, lambda: disk_full(outcome, given.database, given.plant))
    if given.only in ("", "postgresql") and given.database == "postgresql":
        guarded(outcome, lambda: postgresql_stopped(outcome, given.plant))
    if given.only in ("", "redis"):
        if shutil.which("redis-server"):
            guarded(outcome, lambda: redis_gone(outcome, given.database, given.plant))
        else:
            outcome.not_tried("Redis", "redis-server is not installed")
    end(outcome)


if __name__ == "__main__":
    main()
