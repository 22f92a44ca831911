"""The framework check: what stops publishing (errors) and what an editor should look at.

Takes a document in normal form; knows no Django. Every finding names its row.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .document import Json
from .readability import grade

HARDEST_GRADE = 10.0
"""School grade above which a text is called too hard; see ``readability``."""
_BREAKS = frozenset({"duplicate", "broken_reference", "merged"})
"""Errors that leave the warnings nothing firm to stand on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``where`` names the row: ``requirement junior × plc``."""

    code: str
    where: str
    message: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def _error(code: str, where: str, message: str) -> Finding:
    return Finding(code, where, message, is_error=True)


def _warning(code: str, where: str, message: str) -> Finding:
    return Finding(code, where, message, is_error=False)


def check(document: Json) -> list[Finding]:
    """Return every finding, errors first; no warnings while references are broken."""
    findings = [*_errors(document)]
    if not any(finding.code in _BREAKS for finding in findings):
        findings += _warnings(document)
    return findings


def errors(document: Json) -> list[Finding]:
    """Return only what stops publishing."""
    return [*_errors(document)]


# Errors: broken references, duplicates, circles of "after", empty levels, currencies.


def _errors(document: Json) -> Iterator[Finding]:
    yield from _duplicates(document)
    yield from _broken_references(document)
    yield from _merged(document)
    yield from _circles(document)
    required = {row["level"] for row in document["requirements"]}
    for level in document["levels"]:
        if level["key"] not in required:
            yield _error(
                "empty_level",
                f"level {level['key']}",
                "has no requirement; add one or remove the level",
            )
        years = level.get("years")
        if years and years[1] is not None and years[0] > years[1]:
            yield _error(
                "years", f"level {level['key']}", f"years run from {years[0]} back to {years[1]}"
            )
    currencies = sorted({step["currency"] for step in document["steps"]})
    if len(currencies) > 1:
        yield _error("currencies", "steps", f"use one currency; found {', '.join(currencies)}")


def _duplicates(document: Json) -> Iterator[Finding]:
    named = {
        "level": [level["key"] for level in document["levels"]],
        "level rank": [str(level["rank"]) for level in document["levels"]],
        "group": [group["key"] for group in document["groups"]],
        "skill": [skill["key"] for skill in document["skills"]],
        "requirement": [f"{r['level']} × {r['skill']}" for r in document["requirements"]],
        "step": [step["key"] for step in document["steps"]],
        "fact": [fact["key"] for fact in document["facts"]],
        "guide section": [s["key"] for s in document["guide"].get("sections", [])],
        "source": [source["name"] for source in document.get("sources", [])],
    }
    for step in document["steps"]:
        for list_name in ("requires", "gives"):
            named[f"step {step['key']} {list_name}"] = [r["skill"] for r in step[list_name]]
        named[f"step {step['key']} after"] = step["after"]
    for kind, keys in named.items():
        for key, count in Counter(keys).items():
            if count > 1:
                yield _error("duplicate", f"{kind} {key}", f"stands {count} times; keep one")


def _broken_references(document: Json) -> Iterator[Finding]:
    known = {
        name.removesuffix("s"): {row["key"] for row in document[name]}
        for name in ("levels", "groups", "skills", "steps", "facts")
    }
    for where, kind, key in _references(document):
        if key not in known[kind]:
            yield _error("broken_reference", where, f"there is no {kind} {key!r}")


def _merged(document: Json) -> Iterator[Finding]:
    """Find skills said to have gone into another that are still there, or went into two."""
    keys = {skill["key"] for skill in document["skills"]}
    seen: dict[str, str] = {}
    for skill in document["skills"]:
        where = f"skill {skill['key']}"
        for key in skill.get("merged_from", []):
            if key in keys:
                yield _error("merged", where, f"says {key} was merged into it, but {key} exists")
            elif key in seen:
                yield _error("merged", where, f"{key} was merged into {seen[key]} already")
            seen[key] = skill["key"]


def _references(document: Json) -> Iterator[tuple[str, str, str]]:
    """Yield (row, kind, key) for every key by which a row names another."""
    for skill in document["skills"]:
        yield f"skill {skill['key']}", "group", skill["group"]
    for row in document["requirements"]:
        where = f"requirement {row['level']} × {row['skill']}"
        yield where, "level", row["level"]
        yield where, "skill", row["skill"]
    for step in document["steps"]:
        where = f"step {step['key']}"
        yield from ((where, "skill", row["skill"]) for row in step["requires"] + step["gives"])
        yield from ((where, "step", key) for key in step["after"])
    for fact in document["facts"]:
        if "level" in fact:
            yield f"fact {fact['key']}", "level", fact["level"]
    for section in document["guide"].get("sections", []):
        for item in section.get("items", []):
            where = f"guide section {section['key']}"
            yield from ((where, "fact", key) for key in item.get("facts", []))


def _circles(document: Json) -> Iterator[Finding]:
    """Find steps that wait for each other: what is left when none free can be removed."""
    waits = {step["key"]: set(step["after"]) for step in document["steps"]}
    while free := [key for key, after in waits.items() if not after & waits.keys()]:
        for key in free:
            del waits[key]
    reached = {key: _reached(key, waits) for key in waits}
    for key, after in waits.items():
        back = sorted(other for other in after if other == key or key in reached.get(other, ()))
        if back:
            yield _error("circle", f"step {key}", f"waits in a circle for {', '.join(back)}")


def _reached(start: str, waits: dict[str, set[str]]) -> set[str]:
    """Return every step that must be done before this one, directly or not."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for key in waits.get(todo.pop(), set()) - seen:
            seen.add(key)
            todo.append(key)
    return seen


# Warnings: publishable, but worth a look.


def _warnings(document: Json) -> Iterator[Finding]:
    yield from _skill_warnings(document)
    yield from _requirement_warnings(document)
    yield from _stuck_steps(document)
    yield from _hard_texts(document)
    for fact in document["facts"]:
        if not fact["source"].strip():
            yield _warning("no_source", f"fact {fact['key']}", "has no source")
    for group in document["groups"]:
        if not any(skill["group"] == group["key"] for skill in document["skills"]):
            yield _warning("empty_group", f"group {group['key']}", "has no skill")


def _skill_warnings(document: Json) -> Iterator[Finding]:
    required = {row["skill"] for row in document["requirements"]}
    seen: dict[str, str] = {}
    for skill in document["skills"]:
        where = f"skill {skill['key']}"
        if skill["key"] not in required:
            yield _warning("unused_skill", where, "no level requires it, so it is not asked")
        for rating, anchor in enumerate(skill["anchors"]):
            text = " ".join(anchor.split()).casefold()
            if not text:
                yield _warning("missing_anchor", where, f"has no sentence for rating {rating}")
            elif text in seen:
                yield _warning("duplicate_anchor", where, f"rating {rating} repeats {seen[text]}")
            else:
                seen[text] = f"{skill['key']} rating {rating}"


def _requirement_warnings(document: Json) -> Iterator[Finding]:
    reachable = reachable_ratings(document)
    levels = sorted(document["levels"], key=lambda level: level["rank"])
    by_level = {
        level["key"]: {
            r["skill"]: r for r in document["requirements"] if r["level"] == level["key"]
        }
        for level in levels
    }
    highest: dict[str, tuple[int, str]] = {}
    for level in levels:
        rows = by_level[level["key"]]
        if rows and not any(row["essential"] for row in rows.values()):
            yield _warning("no_essential", f"level {level['key']}", "has no essential skill")
        for skill, row in rows.items():
            where = f"requirement {level['key']} × {skill}"
            below, at = highest.get(skill, (0, ""))
            if row["rating"] < below:
                yield _warning("falls", where, f"asks {row['rating']} but {at} asks {below}")
            if row["rating"] > below:
                highest[skill] = (row["rating"], level["key"])
            if document["steps"] and reachable.get(skill, 0) < row["rating"]:
                yield _warning(
                    "unreachable",
                    where,
                    f"no steps lead from 0 to {row['rating']}"
                    f" (they end at {reachable.get(skill, 0)})",
                )


def _stuck_steps(document: Json) -> Iterator[Finding]:
    """Find steps that cannot be taken from 0: some wait in a circle for what the others give."""
    ratings, done = _taken(document)
    stuck = [step for step in document["steps"] if step["key"] not in done]
    waits = {
        step["key"]: {
            other["key"]
            for other in stuck
            if other["key"] in step["after"]
            or (other is not step and _waits_for(step, other, ratings))
        }
        for step in stuck
    }
    for step in stuck:
        if not any(ratings.get(row["skill"], 0) < row["rating"] for row in step["requires"]):
            continue  # it only waits for a step that is told itself, or as an error
        where = f"step {step['key']}"
        back = sorted(k for k in waits[step["key"]] if step["key"] in _reached(k, waits))
        if back:
            message = f"waits in a circle: what it requires comes from {', '.join(back)}"
            yield _warning("prerequisites", where, message)
        else:
            lacks = ", ".join(
                f"{row['skill']} {row['rating']}"
                for row in step["requires"]
                if ratings.get(row["skill"], 0) < row["rating"]
            )
            yield _warning("prerequisites", where, f"no steps lead from 0 to {lacks}")


def _waits_for(step: Json, other: Json, ratings: dict[str, int]) -> bool:
    """Tell whether a stuck step lacks a rating that the other stuck step would raise."""
    gives = {row["skill"]: row["rating"] for row in other["gives"]}
    return any(
        ratings.get(row["skill"], 0) < row["rating"] <= gives.get(row["skill"], 0)
        for row in step["requires"]
    )


def _hard_texts(document: Json) -> Iterator[Finding]:
    """Find skills and levels whose texts, taken together, ask for too much schooling."""
    texts = [
        (f"skill {row['key']}", "\n".join([row["description"], *row["anchors"]]))
        for row in document["skills"]
    ]
    texts += [
        (
            f"level {row['key']}",
            "\n".join([row["summary"], row.get("scope", ""), *row.get("focus", [])]),
        )
        for row in document["levels"]
    ]
    for where, text in texts:
        found = grade(text)
        if found is not None and found > HARDEST_GRADE:
            message = f"reads at school grade {found}; shorter sentences and plainer words bring"
            yield _warning("hard_text", where, f"{message} it to {HARDEST_GRADE:.0f}")


def reachable_ratings(document: Json) -> dict[str, int]:
    """Return the rating that each skill has after all steps that can be taken from 0."""
    return _taken(document)[0]


def _taken(document: Json) -> tuple[dict[str, int], set[str]]:
    """Return the ratings after all steps that can be taken from 0, and those steps."""
    ratings: dict[str, int] = {}
    done: set[str] = set()
    waiting = list(document["steps"])
    moved = True
    while moved:
        moved = False
        for step in list(waiting):
            holds = all(ratings.get(r["skill"], 0) >= r["rating"] for r in step["requires"])
            if holds and done.issuperset(step["after"]):
                for row in step["gives"]:
                    ratings[row["skill"]] = max(ratings.get(row["skill"], 0), row["rating"])
                done.add(step["key"])
                waiting.remove(step)
                moved = True
    return ratings, done
