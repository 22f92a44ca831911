"""kill -9 of the whole server during autosaves: what was acknowledged is there afterwards.

Each client repeats a save that got no reply, word for word, as the page's script does. A kill
shows something only where saves were acknowledged before it, so each waits for one.
"""

import os
import random
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .ground import Ground, Server, ground
from .outcome import Outcome, command_line, end, guarded
from .visitor import Visitor

LEVEL = "production-technician"
BETWEEN_SECONDS = (0.15, 0.6)
PATIENCE_SECONDS = 15
"""How long after a start the first save may take to be acknowledged."""
LEAST_SAVES = 2
"""So many saves are acknowledged for each kill, in all."""


@dataclass
class Client:
    """Somebody who answers one question after the other, and remembers what was acknowledged."""

    visitor: Visitor
    assessment: str
    skills: list[str]
    stop: threading.Event
    may_refuse: bool = False
    """Whether a 503 is a proper answer: where the database is killed, too."""
    sent: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    saved: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Save until told to stop."""
        number = 0
        while not self.stop.is_set() and not self.wrong:
            self.save(self.skills[number % len(self.skills)], number)
            number += 1

    def save(self, skill: str, number: int) -> None:
        """Save one answer; repeat it until there is a reply that tells."""
        revision = self.saved.get(skill, 0)
        rating, evidence = str(number % 5), f"answer {number}"
        self.sent[skill, revision + 1] = (rating, evidence)
        while True:
            try:
                reply = self.visitor.save(self.assessment, skill, rating, evidence, revision)
            except OSError:
                reply = None
            if reply and not (self.may_refuse and reply.status == 503):
                break
            self.unanswered += 1
            if self.stop.is_set():
                return
            time.sleep(0.05)
        if reply.status == 200 and reply.json()["revision"] == revision + 1:
            self.saved[skill] = revision + 1
            self.acknowledged += 1
        else:
            self.wrong.append(f"{skill} at {revision}: {reply.status} {reply.body[:200]!r}")


def lost(ground: Ground, clients: list[Client], known: list[dict[str, int]]) -> list[str]:
    """Return the answers that had been acknowledged by then and are not stored now."""
    found = []
    for client, acknowledged in zip(clients, known, strict=True):
        key = (
            client.assessment
            if ground.vendor == "postgresql"
            else client.assessment.replace("-", "")
        )
        rows = ground.rows(
            "SELECT skill, revision, value, evidence FROM assessments_rating"
            " WHERE assessment_id = %s",
            [key],
        )
        stored = {skill: (revision, str(value), text) for skill, revision, value, text in rows}
        for skill, revision in acknowledged.items():
            there = stored.get(skill, (0, "", ""))
            if there[0] < revision or client.sent.get((skill, there[0])) != there[1:]:
                found.append(f"{client.assessment} {skill}: {revision} acknowledged, {there} there")
    return found


def _is_alive(pid: int) -> bool:
    """Tell whether a process still does anything: a dead one may wait to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _kill_database(ground: Ground) -> None:
    """End PostgreSQL's processes at once, and start it again, as its supervisor would."""
    assert ground.cluster
    lock = ground.cluster.folder / "postmaster.pid"
    postmaster = int(lock.read_text().split()[0])
    os.kill(postmaster, signal.SIGSTOP)  # so that it makes no other while they are listed
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    pids = [postmaster, *map(int, children)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(_is_alive(pid) for pid in pids):
        time.sleep(0.01)
    # Where nobody reaps orphans, as in a container without an init, PostgreSQL would take the
    # dead for the living.
    for path in (lock, *lock.parent.glob(".s.PGSQL.*.lock")):
        path.unlink()
    ground.cluster.start()


def acknowledged(clients: list[Client]) -> int:
    """Return how many saves were acknowledged so far."""
    return sum(client.acknowledged for client in clients)


def _has_saved(clients: list[Client], before: int) -> bool:
    """Wait until one more save than before is acknowledged; tell whether it was, in time."""
    end_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end_at:
        if acknowledged(clients) > before:
            return True
        if any(client.wrong for client in clients):
            return False
        time.sleep(0.01)
    return False


def try_it(
    outcome: Outcome,
    ground: Ground,
    *,
    times: int,
    clients: int,
    plant: str,
    database_too: int,
    up_seconds: int,
) -> None:
    """Kill and start again that many times while the clients save."""
    server = Server(ground, plant=plant)
    server.start()
    stop, dice = threading.Event(), random.Random(6)
    people = []
    for _ in range(clients):
        visitor = Visitor(server.port)
        skills = [row["key"] for row in visitor.document()["skills"]][:12]
        people.append(Client(visitor, visitor.start(LEVEL), skills, stop, database_too > 0))
    threads = [threading.Thread(target=client.work) for client in people]
    for thread in threads:
        thread.start()
    ups, gone, before = [], [], 0
    try:
        for number in range(times + database_too):
            time.sleep(dice.uniform(*BETWEEN_SECONDS))
            if not _has_saved(people, before):
                outcome.broken.append(f"round {number + 1}: no save was acknowledged")
                break
            known = [dict(client.saved) for client in people]
            if number < times:
                server.kill()
                ups.append(server.start())
            else:
                _kill_database(ground)
            before = acknowledged(people)
            gone += lost(ground, people, known)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.kill()
    gone += lost(ground, people, [dict(client.saved) for client in people])
    damage, saved, longest = ground.damage(), acknowledged(people), max(ups, default=0.0)
    outcome.figures |= {
        "kills": times,
        **({"kills of PostgreSQL": database_too} if database_too else {}),
        "clients": clients,
        "saves acknowledged": saved,
        f"attempts without a reply{' or with 503' if database_too else ''}": sum(
            client.unanswered for client in people
        ),
        "acknowledged and lost": len(gone),
        "damage": len(damage),
        "up again after at most": f"{longest:.2f} s",
    }
    outcome.broken += gone + damage + [text for client in people for text in client.wrong]
    least = LEAST_SAVES * (times + database_too)
    outcome.expect(saved >= least, f"only {saved} saves were acknowledged, not {least}")
    outcome.expect_in_time(longest <= up_seconds, f"up again only after {longest:.2f} s")


def main() -> None:
    """Run it by itself."""
    parser = command_line("kills", times=200, clients=8, database_kills=0, up_seconds=3)
    given = parser.parse_args()
    outcome = Outcome("kill -9 during autosaves", given.database)
    with ground(given.database, own_cluster=given.database_kills > 0) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, times=given.times, clients=given.clients, plant=given.plant,
                database_too=given.database_kills, up_seconds=given.up_seconds,
            ),
        )  # fmt: skip
    end(outcome)


if __name__ == "__main__":
    main()
