"""Versions are published while people answer: each report is that of the version it began with."""

import math
import random
import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .ground import CAREER, Ground, ground, serving, use_here
from .outcome import Outcome, command_line, end, guarded
from .visitor import Visitor

ANSWERS = 10
THREADS = 6
COMPARED = (
    "low", "high", "cautious", "band", "reached_level", "unmet_essentials", "skills", "levels",
    "turning_points", "widest_unknown",
)  # fmt: skip


class Running:
    """One person's assessment, from its start to its report."""

    def __init__(self, ground: Ground, port: int, seed: int) -> None:
        self.ground = ground
        self.visitor = Visitor(port)
        self.dice = random.Random(seed)
        self.assessment = ""
        self.level = ""
        self.version = 0
        self.asked: list[str] = []
        self.ratings: dict[str, int | None] = {}
        self.wrong: list[str] = []

    def steps(self) -> list[tuple[float, Callable[[], None]]]:
        """Return what the person does and when: all within two fifths of the whole time."""
        begin = self.dice.uniform(0, 0.6)
        moments = sorted(begin + self.dice.uniform(0, 0.4) for _ in range(ANSWERS + 2))
        return list(zip(moments, [self.start, *[self.answer] * ANSWERS, self.finish], strict=True))

    def start(self) -> None:
        """Start at a level of the newest version."""
        self.level = self.dice.choice(self.visitor.document()["levels"])["key"]
        self.assessment = self.visitor.start(self.level)
        key = (
            self.assessment.replace("-", "") if self.ground.vendor == "sqlite" else self.assessment
        )
        self.version = self.ground.rows(
            "SELECT v.number FROM assessments_assessment a JOIN careers_version v"
            " ON v.id = a.version_id WHERE a.id = %s",
            [key],
        )[0][0]
        document = self.visitor.get(f"/api/v1/careers/{CAREER}?version={self.version}").json()
        self.asked = [row["key"] for row in document["skills"]]
        self.dice.shuffle(self.asked)

    def answer(self) -> None:
        """Answer a question of the version it began with, whatever became of the skill."""
        skill = self.asked.pop()
        value = self.dice.choice((None, 0, 1, 2, 3, 4))
        posted = "unsure" if value is None else str(value)
        reply = self.visitor.save(self.assessment, skill, posted, "", 0)
        if reply.status == 200:
            self.ratings[skill] = value
        else:
            self.wrong.append(f"{self.assessment} {skill}: {reply.status} {reply.body[:200]!r}")

    def finish(self) -> None:
        """Finish."""
        reply = self.visitor.post(f"/assessments/{self.assessment}/finish/")
        if reply.status != 302:
            self.wrong.append(f"{self.assessment}: finishing answered {reply.status}")


def _percent(exact: Fraction) -> float:
    return math.floor(exact * 10) / 10


def own_reading(document: dict[str, Any], level: str, ratings: dict[str, int | None]) -> Any:
    """Return low and high of a level, computed here by the words of ``/scoring/``."""
    rows = [row for row in document["requirements"] if row["level"] == level]
    weight = sum(row["importance"] for row in rows)
    low = high = Fraction(0)
    for row in rows:
        rating = ratings.get(row["skill"])
        covered = min(Fraction(rating or 0, row["rating"]), Fraction(1))
        low += row["importance"] * covered
        high += row["importance"] * (1 if rating is None else covered)
    return _percent(100 * low / weight), _percent(100 * high / weight)


def _edit(number: int, taken: set[str]) -> None:
    """Change the draft as editors do: rename a skill, delete another, ask more, add one."""
    from careers.models import Requirement, Skill
    from careers.revisions import next_revision

    skills = Skill.objects.filter(career__key=CAREER).order_by("key")
    some = skills[number % skills.count()]
    next_revision(some.career_id)
    Skill.objects.filter(pk=some.pk).update(title=f"Renamed {number}")
    if number % 4 == 0:
        gone = skills.exclude(pk=some.pk)[(7 * number) % (skills.count() - 1)]
        taken.add(gone.key)
        gone.delete()
    rows = Requirement.objects.filter(level__career__key=CAREER).order_by("pk")
    for row in rows[number::11]:
        Requirement.objects.filter(pk=row.pk).update(
            rating=1 + (row.rating + number) % 4, importance=1 + (row.importance + number) % 5
        )


def _publish(
    count: int, progress: Callable[[], float], numbers: list[int], taken: set[str]
) -> None:
    """Publish that many versions, evenly while the people go on."""
    from django.utils import timezone

    from careers import publishing
    from careers.models import Career

    for number in range(1, count + 1):
        while progress() < 0.9 * number / count:
            threading.Event().wait(0.01)
        _edit(number, taken)
        career = Career.objects.get(key=CAREER)
        version = publishing.publish(career=career, now=timezone.now(), note=f"Edit {number}")
        numbers.append(version.number)


def _go_on(people: list[Running], done: list[int]) -> None:
    """Do what these people do, in the order of its moments."""
    steps = [(moment, person, step) for person in people for moment, step in person.steps()]
    for _moment, person, step in sorted(steps, key=lambda each: each[0]):
        try:
            step()
        except Exception as error:
            person.wrong.append(f"{person.assessment}: {type(error).__name__} {error}")
        done.append(1)


def _recompute(person: Running, documents: dict[int, Any]) -> tuple[int, str]:
    """Return the version of a report, and what differs in a recomputation from that version."""
    seen = person.visitor.get(f"/assessments/{person.assessment}/report.json").json()
    version = seen["version"]
    if version not in documents:
        reply = person.visitor.get(f"/api/v1/careers/{CAREER}?version={version}")
        documents[version] = reply.json()
    asked = {
        "career": CAREER, "version": version, "level": person.level, "ratings": person.ratings,
    }  # fmt: skip
    again = person.visitor.post_json("/api/v1/score", asked).json()
    wrong = [name for name in COMPARED if again.get(name) != seen[name]]
    own = own_reading(documents[version], person.level, person.ratings)
    if own != (seen["low"], seen["high"]):
        wrong.append(f"own reading {own}")
    return version, f"{person.assessment}, version {version}: {wrong}" if wrong else ""


def try_it(outcome: Outcome, ground: Ground, *, running: int, versions: int, plant: str) -> None:
    """Let people answer and finish while an editor publishes."""
    use_here(ground)
    with serving(ground, plant=plant) as server:
        people = [Running(ground, server.port, seed) for seed in range(running)]
        done: list[int] = []
        total = len(people) * (ANSWERS + 2)
        numbers: list[int] = []
        taken: set[str] = set()
        editor = threading.Thread(
            target=_publish, args=(versions, lambda: len(done) / total, numbers, taken)
        )
        threads = [
            threading.Thread(target=_go_on, args=(people[n::THREADS], done)) for n in range(THREADS)
        ]
        for thread in [editor, *threads]:
            thread.start()
        for thread in [*threads, editor]:
            thread.join()
        documents: dict[int, Any] = {}
        found = [_recompute(person, documents) for person in people]
    newest = max(numbers, default=1)
    other = [
        person.assessment
        for person, (version, _wrong) in zip(people, found, strict=True)
        if version != person.version
    ]
    outcome.figures |= {
        "reports": len(found),
        "versions published meanwhile": len(numbers),
        "skills deleted": len(taken),
        "versions among the reports": len({version for version, _wrong in found}),
        "finished on an older version": sum(version < newest for version, _wrong in found),
        "recomputed otherwise": sum(bool(wrong) for _version, wrong in found),
    }
    outcome.broken += [wrong for _version, wrong in found if wrong]
    outcome.broken += [text for person in people for text in person.wrong]
    outcome.broken += [f"{assessment}: another version than it began with" for assessment in other]
    outcome.expect(len(numbers) == versions, f"only {len(numbers)} versions were published")


def main() -> None:
    """Run it by itself."""
    parser = command_line("publishing", running=100, versions=30)
    given = parser.parse_args()
    outcome = Outcome("publishing meanwhile", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, running=given.running, versions=given.versions, plant=given.plant
            ),
        )
    end(outcome)


if __name__ == "__main__":
    main()
