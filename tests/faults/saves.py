"""Twenty connections on one assessment: no save is lost, every stale one is refused."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field

from .ground import Ground, ground, serving
from .outcome import Outcome, command_line, end, guarded
from .visitor import Visitor

LEVEL = "production-technician"
SKILLS = 24
STALE_EVERY = 5
"""Every fifth save names a revision that is known to be old."""


@dataclass
class Connection:
    """One of several pages that have the same assessment open."""

    name: int
    visitor: Visitor
    assessment: str
    known: dict[str, int]
    dice: random.Random
    stored: list[tuple[str, int, str]] = field(default_factory=list)
    refused: int = 0
    stale_sent: int = 0
    wrong: list[str] = field(default_factory=list)

    def work(self, times: int) -> None:
        """Save that many times, each time something new."""
        for number in range(times):
            skill = self.dice.choice(list(self.known))
            self.save(skill, f"{self.name}.{number}", is_old=number % STALE_EVERY == 0)

    def save(self, skill: str, evidence: str, *, is_old: bool) -> None:
        """Save with the revision that this page knows, or with one that it knows to be old."""
        revision = self.known[skill]
        if is_old and revision:
            revision -= 1
            self.stale_sent += 1
        reply = self.visitor.save(self.assessment, skill, "2", evidence, revision)
        answer = reply.json() if reply.status in (200, 409) else {}
        if reply.status == 200 and answer["revision"] == revision + 1:
            self.stored.append((skill, revision + 1, evidence))
            self.known[skill] = revision + 1
        elif reply.status == 409 and answer.get("revision", 0) > revision:
            self.refused += 1
            self.known[skill] = answer["revision"]
        else:
            self.wrong.append(f"{skill} {evidence} at {revision}: {reply.status} {reply.body!r}")


def judge(outcome: Outcome, ground: Ground, assessment: str, people: list[Connection]) -> None:
    """Compare what was acknowledged with what is stored."""
    stored = [each for person in people for each in person.stored]
    twice = [key for key, n in Counter((s, r) for s, r, _e in stored).items() if n > 1]
    key = assessment if ground.vendor == "postgresql" else assessment.replace("-", "")
    rows = ground.rows(
        "SELECT skill, revision, evidence FROM assessments_rating WHERE assessment_id = %s", [key]
    )
    gaps = [
        f"{skill}: revision {revision} after {n} acknowledged saves"
        for skill, revision, _evidence in rows
        if revision != (n := sum(s == skill for s, _r, _e in stored))
    ]
    last = {skill: (revision, evidence) for skill, revision, evidence in rows}
    newest = {s: (r, e) for s, r, e in sorted(stored, key=lambda each: each[1])}
    wrong = [text for person in people for text in person.wrong]
    refused = sum(person.refused for person in people)
    outcome.figures |= {
        "connections": len(people),
        "saves": len(stored) + refused + len(wrong),
        "stored": len(stored),
        "refused with 409": refused,
        "of them sent stale on purpose": sum(person.stale_sent for person in people),
        "lost": len(twice) + len(gaps) + (newest != last),
        "otherwise": len(wrong),
    }
    outcome.broken += (
        [f"two saves became the same revision: {each}" for each in twice] + gaps + wrong
    )
    outcome.expect(newest == last, f"the newest acknowledged is not what is stored: {last}")


def try_it(outcome: Outcome, ground: Ground, *, count: int, connections: int, plant: str) -> None:
    """Let the connections save at the same time."""
    with serving(ground, plant=plant) as server:
        owner = Visitor(server.port)
        assessment = owner.start(LEVEL)
        skills = [row["key"] for row in owner.document()["skills"]][:SKILLS]
        people = [
            Connection(
                n, Visitor(server.port, dict(owner.cookies)), assessment,
                dict.fromkeys(skills, 0), random.Random(n),
            )
            for n in range(connections)
        ]  # fmt: skip
        threads = [
            threading.Thread(target=person.work, args=(count // connections,)) for person in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    judge(outcome, ground, assessment, people)


def main() -> None:
    """Run it by itself."""
    parser = command_line("saves", count=10_000, connections=20)
    given = parser.parse_args()
    outcome = Outcome("saves at the same time", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, count=given.count, connections=given.connections, plant=given.plant
            ),
        )
    end(outcome)


if __name__ == "__main__":
    main()
