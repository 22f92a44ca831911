"""The framework check: what stops publishing (errors) and what an editor should look at.

Takes a document in normal form; knows no Django. Every finding names its row.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .document import Json
from .readability import grade

HARDEST_GRADE = 10.0
"""School grade above which a row's texts are called too hard; see ``readability``."""
HARDEST_ALONE = 14.0
"""The same for one text of a row: the fewer the words, the less the figure says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``where`` names the row: ``requirement junior × plc``.

    ``field`` is the part of the row that mends it, as the document names it, where there is
    one: ``anchors[3]``.
    """

    code: str
    where: str
    message: str
    is_error: bool
    field: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def _error(code: str, where: str, message: str, field: str = "") -> Finding:
    return Finding(code, where, message, is_error=True, field=field)


def _warning(code: str, where: str, message: str, field: str = "") -> Finding:
    return Finding(code, where, message, is_error=False, field=field)


def check(document: Json) -> list[Finding]:
    """Return every finding, errors first; no warnings while rows do not hang together."""
    findings = [*_errors(document)]
    if not any(_breaks(finding) for finding in findings):
        findings += _warnings(document)
    return findings


def _breaks(finding: Finding) -> bool:
    """Tell whether an error leaves the warnings nothing firm to stand on."""
    # What the guide shows is no part of what the warnings look at.
    is_guide = finding.where.startswith("guide section ")
    return finding.code in ("duplicate", "broken_reference") and not is_guide


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
            message = f"years run from {years[0]} back to {years[1]}"
            yield _error("years", f"level {level['key']}", message, "years[1]")
    yield from _currencies(document)


def _currencies(document: Json) -> Iterator[Finding]:
    """Find steps that cost another currency than most, or than the first where it is a tie."""
    counts = Counter(step["currency"] for step in document["steps"])
    usual = max(counts, key=counts.__getitem__, default="")
    for step in document["steps"]:
        if step["currency"] != usual:
            message = f"costs {step['currency']}, other steps {usual}; use one currency"
            yield _error("currencies", f"step {step['key']}", message, "currency")


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
    for where, kind, key, field in _references(document):
        if key not in known[kind]:
            yield _error("broken_reference", where, f"there is no {kind} {key!r}", field)


def _merged(document: Json) -> Iterator[Finding]:
    """Find skills said to have gone into another that are still there, or went into two."""
    keys = {skill["key"] for skill in document["skills"]}
    seen: dict[str, str] = {}
    for skill in document["skills"]:
        where = f"skill {skill['key']}"
        for key in skill.get("merged_from", []):
            if key in keys:
                message = f"says {key} was merged into it, but {key} exists"
                yield _error("merged", where, message, "merged_from")
            elif key in seen:
                message = f"{key} was merged into {seen[key]} already"
                yield _error("merged", where, message, "merged_from")
            seen[key] = skill["key"]


def _references(document: Json) -> Iterator[tuple[str, str, str, str]]:
    """Yield (row, kind, key, field) for every key by which a row names another."""
    for skill in document["skills"]:
        yield f"skill {skill['key']}", "group", skill["group"], "group"
    for row in document["requirements"]:
        where = f"requirement {row['level']} × {row['skill']}"
        yield where, "level", row["level"], "level"
        yield where, "skill", row["skill"], "skill"
    for step in document["steps"]:
        where = f"step {step['key']}"
        for name in ("requires", "gives"):
            yield from ((where, "skill", row["skill"], name) for row in step[name])
        yield from ((where, "step", key, "after") for key in step["after"])
    for fact in document["facts"]:
        if "level" in fact:
            yield f"fact {fact['key']}", "level", fact["level"], "level"
    for section in document["guide"].get("sections", []):
        for place, item in enumerate(section.get("items", [])):
            where = f"guide section {section['key']}"
            field = f"items[{place}].facts"
            yield from ((where, "fact", key, field) for key in item.get("facts", []))


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
            yield _error(
                "circle", f"step {key}", f"waits in a circle for {', '.join(back)}", "after"
            )


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
            yield _warning("no_source", f"fact {fact['key']}", "has no source", "source")
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
            field = f"anchors[{rating}]"
            if not text:
                message = f"has no sentence for rating {rating}"
                yield _warning("missing_anchor", where, message, field)
            elif text in seen:
                message = f"rating {rating} repeats {seen[text]}"
                yield _warning("duplicate_anchor", where, message, field)
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
                highest[skill] = (row["rating"], level["title"])
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
            yield _warning("prerequisites", where, message, "requires")
        else:
            lacks = ", ".join(
                f"{row['skill']} {row['rating']}"
                for row in step["requires"]
                if ratings.get(row["skill"], 0) < row["rating"]
            )
            yield _warning("prerequisites", where, f"no steps lead from 0 to {lacks}", "requires")


def _waits_for(step: Json, other: Json, ratings: dict[str, int]) -> bool:
    """Tell whether a stuck step lacks a rating that the other stuck step would raise."""
    gives = {row["skill"]: row["rating"] for row in other["gives"]}
    return any(
        ratings.get(row["skill"], 0) < row["rating"] <= gives.get(row["skill"], 0)
        for row in step["requires"]
    )


def _hard_texts(document: Json) -> Iterator[Finding]:
    """Find rows whose texts, taken together or one alone, ask for too much schooling."""
    for where, parts in _texts(document):
        alone = {field: grade(text) or 0.0 for field, text in parts}
        hardest = max(alone, key=alone.__getitem__)
        together = grade("\n".join(text for _field, text in parts)) or 0.0
        if together > HARDEST_GRADE:
            found, most = together, HARDEST_GRADE
        elif alone[hardest] > HARDEST_ALONE:
            found, most = alone[hardest], HARDEST_ALONE
        else:
            continue
        message = f"reads at school grade {found}; shorter sentences and plainer words bring"
        yield _warning("hard_text", where, f"{message} it to {most:.0f}", hardest)


def _texts(document: Json) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield (row, its texts by their fields) of everything that job seekers read at length."""
    yield "career", [("summary", document["career"]["summary"])]
    for row in document["skills"]:
        anchors = [(f"anchors[{n}]", text) for n, text in enumerate(row["anchors"])]
        yield f"skill {row['key']}", [("description", row["description"]), *anchors]
    for row in document["levels"]:
        focus = [(f"focus[{n}]", text) for n, text in enumerate(row.get("focus", []))]
        texts = [(name, row.get(name, "")) for name in ("summary", "scope")]
        yield f"level {row['key']}", [*texts, *focus]
    for row in document["steps"]:
        yield f"step {row['key']}", [("description", row.get("description", ""))]
    for row in document["guide"].get("sections", []):
        items = [
            (f"items[{n}].text", item.get("text", ""))
            for n, item in enumerate(row.get("items", []))
        ]
        yield f"guide section {row['key']}", [("text", row.get("text", "")), *items]


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
