"""Reports as the first release froze them, kept in ``first_release.json``, and how they were made.

The first release itself made them, with the libraries that it locked: published, answered,
finished and stored, never computed by today's code. To make them again::

    git worktree add /tmp/first 34823fb
    python3 -m venv /tmp/first/.venv && cd /tmp/first
    .venv/bin/pip install --require-hashes --requirement requirements.txt
    PYTHONPATH=. VAR_DIR=/tmp/first/var .venv/bin/python …/tests/faults/first_release.py
"""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
WHEN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
MOST_OF_ONE = 23
"""How many reports there are of one career: each shows something that none before it did."""
CANDIDATES = 3000
THRESHOLDS = (400, 600, 800)
NEAR = 10
"""So many tenths of a percent beside a threshold of a band count as close to it."""

Json = dict[str, Any]
Ratings = dict[str, int | None]


@dataclass(frozen=True)
class Release:
    """What is kept: careers as stored, and reports as stored with the answers they are of.

    ``documents`` are (canonical JSON, its SHA-256); ``reports`` are rows of ``document`` (a
    place among them), ``level``, ``ratings`` (0-4 or None by skill), ``evidence`` (text by
    skill), ``reply`` (canonical JSON) and ``sha256``.
    """

    documents: list[tuple[str, str]]
    reports: list[Json]


def load() -> Release:
    """Return what is kept. Raises ValueError where it is no longer what the first release made."""
    import rfc8785

    kept = json.loads(FILE.read_text(encoding="utf-8"))
    documents = [(rfc8785.dumps(row["content"]).decode(), row["sha256"]) for row in kept["careers"]]
    reports = [{**row, "reply": rfc8785.dumps(row["reply"]).decode()} for row in kept["reports"]]
    both = [*documents, *((row["reply"], row["sha256"]) for row in reports)]
    if any(hashlib.sha256(text.encode()).hexdigest() != sha256 for text, sha256 in both):
        raise ValueError(f"{FILE.name} was changed by hand")
    return Release(documents, reports)


# --- How they were made: by the first release's code, in its folder ---


def _documents() -> Iterator[Json]:
    """Yield the built-in career without its guide, a tiny one, and one of twelve skills."""
    from tests import frameworks

    text = Path("careers/data/production-technician.json").read_text(encoding="utf-8")
    yield {name: rows for name, rows in json.loads(text).items() if name not in ("guide", "facts")}
    yield frameworks.tiny()
    yield frameworks.of_size(12, 5, key="made-up")


def _plain_answers(document: Json) -> Iterator[tuple[str, Ratings, dict[str, str]]]:
    """Yield a level, ratings and evidence: nothing, "not sure", all as required, one below."""
    skills = [row["key"] for row in document["skills"]]
    levels = [row["key"] for row in document["levels"]]
    needed: dict[str, dict[str, int]] = {level: {} for level in levels}
    for row in document["requirements"]:
        needed[row["level"]][row["skill"]] = row["rating"]
    yield levels[-1], {}, {}
    yield levels[0], dict.fromkeys(skills), {}
    yield levels[-1], dict.fromkeys(skills, 0), {}
    for level in levels[::2]:
        yield level, dict(needed[level]), {}
        yield level, {key: need - 1 for key, need in needed[level].items()}, {}
    yield levels[-1], dict.fromkeys(skills, 4), dict.fromkeys(skills, "as shown")


def _any_answers(
    document: Json, dice: random.Random
) -> Iterator[tuple[str, Ratings, dict[str, str]]]:
    """Yield as many others, of people who know much or little."""
    skills = [row["key"] for row in document["skills"]]
    levels = [row["key"] for row in document["levels"]]
    needed = {(row["level"], row["skill"]): row["rating"] for row in document["requirements"]}
    for _ in range(CANDIDATES):
        level, knows = dice.choice(levels), dice.random()
        given: Ratings = {}
        for key in skills:
            if dice.random() < 0.95:
                need = needed.get((level, key), 2)
                below = dice.choice((None, 0, need - 1, dice.randrange(5)))
                given[key] = need if dice.random() < knows else below
        texts = {key: dice.choice(("as shown", " ")) for key in given if dice.random() < 0.3}
        yield level, given, texts


def _shown(reply: Json, given: Ratings, texts: dict[str, str]) -> set[Any]:
    """Return what a report shows: its band, how close to a threshold it is, and so on."""
    tenths = round(reply["low"] * 10)
    close = {
        ("close", least, tenths >= least, bool(reply["unmet_essentials"]))
        for least in THRESHOLDS
        if -NEAR <= tenths - least < NEAR
    }
    exact = {("exactly", tenths) for least in THRESHOLDS if tenths == least}
    kinds = {("answer", value) for value in given.values()}
    return close | exact | kinds | {
        ("band", reply["level"], reply["band"]), ("reached", reply["reached_level"]),
        ("turning points", min(len(reply["turning_points"]), 3)),
        ("unknown", reply["widest_unknown"] is None), ("blank", len(given) < len(reply["skills"])),
        ("unmet essentials", min(len(reply["unmet_essentials"]), 2), reply["band"]),
        ("cautious", reply["cautious"] < reply["low"]), ("evidence", bool(texts)),
    }  # fmt: skip


def _chosen(version: Any, document: Json, dice: random.Random) -> Iterator[tuple[str, Any, Any]]:
    """Yield the plain answers, then those whose reports show what none before them did.

    Those closest to a threshold come first, and sooner where no essential skill is unmet.
    """
    from assessments import figures

    def reply(level: str, given: Ratings, texts: dict[str, str]) -> Json:
        proven = {key for key, text in texts.items() if text.strip()}
        found: Json = figures.score_reply(version, level, given, proven)
        return found

    def distance(answers: tuple[str, Ratings, dict[str, str]]) -> float:
        seen = reply(*answers)
        away = min(abs(10 * seen["low"] - least) for least in THRESHOLDS)
        return float(away + NEAR / 2 * bool(seen["unmet_essentials"]))

    seen: set[Any] = set()
    found = 0
    others = sorted(_any_answers(document, dice), key=distance)
    for level, given, texts in (*_plain_answers(document), *others):
        shown = _shown(reply(level, given, texts), given, texts)
        if found < MOST_OF_ONE and not shown <= seen:
            seen |= shown
            found += 1
            yield level, given, texts


def main() -> None:
    """Publish, answer and finish in the first release, and keep what it stored."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    from assessments import actions
    from assessments.models import Report
    from careers import document as documents
    from careers import publishing

    call_command("migrate", verbosity=0)
    dice, careers = random.Random(6), []
    reports: list[Json] = []
    for place, raw in enumerate(_documents()):
        career = publishing.import_framework(document=documents.normal(raw), now=WHEN)
        version = publishing.publish(career=career, now=WHEN)
        careers.append({"sha256": version.sha256, "content": json.loads(version.document)})
        for level, given, texts in _chosen(version, raw, dice):
            one = actions.start(
                version=version, level=level, browser_hash=f"{len(reports):064x}", user=None,
                now=WHEN,
            )  # fmt: skip
            answers = {
                key: actions.Answer(value, texts.get(key, ""), 0) for key, value in given.items()
            }
            actions.save_ratings(assessment=one, answers=answers, now=WHEN)
            actions.finish(assessment=one, now=WHEN)
            stored = Report.objects.get(assessment=one)
            reports.append(
                {
                    "document": place, "level": level, "ratings": given, "evidence": texts,
                    "sha256": stored.sha256, "reply": json.loads(stored.reply),
                }
            )  # fmt: skip
    rows = {
        name: ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in each)
        for name, each in (("careers", careers), ("reports", reports))
    }
    FILE.write_text(
        f'{{"careers":[\n{rows["careers"]}\n],"reports":[\n{rows["reports"]}\n]}}\n',
        encoding="utf-8",
    )
    print(f"{len(reports)} reports")


if __name__ == "__main__":
    main()
