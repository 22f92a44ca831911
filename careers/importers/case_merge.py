"""What a CASE package has no place for, taken from a framework document that has it.

That is the document which our own export puts into ``CFDocument.extensions`` (CASE 1.1), or
else the draft that the package would replace: so nothing of a draft is emptied only because
CASE cannot hold it. What the package says wins. Pure.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from careers.document import Json

from .reading import Note

LISTS = ("steps", "facts", "sources")
LEVEL_FIELDS = ("short_title", "rank", "summary", "scope", "years", "focus", "checks")


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a package says nothing of, so that there are defaults for it.

    ``anchors`` are the skills (by key) for which it has none.
    """

    levels: bool
    requirements: bool
    anchors: frozenset[str]


def filled(made: Json, other: Json, lacks: Lacks, *, whole: bool) -> tuple[Json, list[Note]]:
    """Return the document of a package with what the other has beyond it, and notes.

    Both are in normal form. ``whole`` says that the package is our export of the other:
    then the codes are its too, without the identifiers that the export made up.
    """
    notes: list[Note] = []
    result = {**made, **{name: other[name] for name in LISTS if other.get(name)}}
    result["guide"] = other["guide"]
    result["career"] = _career(made["career"], other["career"], whole=whole)
    result["groups"] = [_texts(row, _by_key(other["groups"])) for row in made["groups"]]
    result["skills"] = [
        _skill(row, _by_key(other["skills"]), lacks, whole=whole) for row in made["skills"]
    ]
    result["levels"] = (
        other["levels"] if lacks.levels else _levels(made["levels"], _by_key(other["levels"]))
    )
    result["requirements"] = _requirements(result, other, lacks)
    _drop_strays(result, notes)
    for name, rows in (("groups", other["groups"]), ("skills", other["skills"])):
        result[name] = _in_order(result[name], [row["key"] for row in rows], lambda row: row["key"])
    pairs = [(row["level"], row["skill"]) for row in other["requirements"]]
    result["requirements"] = _in_order(
        result["requirements"], pairs, lambda row: (row["level"], row["skill"])
    )
    return result, notes


def _by_key(rows: Iterable[Json]) -> dict[str, Json]:
    return {row["key"]: row for row in rows}


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _texts(row: Json, others: dict[str, Json]) -> Json:
    """Return a row whose texts are the other's where they only differ in spaces."""
    other = others.get(row["key"], {})
    alike: Json = {
        name: other[name]
        for name in ("title", "description", "summary")
        if name in row and name in other and _same(row[name], other[name])
    }
    return {**row, **alike}


def _career(made: Json, other: Json, *, whole: bool) -> Json:
    found = _texts({**made, "key": other["key"]}, {other["key"]: other})
    codes = other["codes"] if whole else {**other["codes"], **made["codes"]}
    extra = {name: other[name] for name in ("sector",) if name in other}
    credit = other.get("credit") if whole else made.get("credit") or other.get("credit")
    found.pop("credit", None)
    return {
        **found,
        "alternative_titles": other["alternative_titles"],
        "codes": codes,
        **extra,
        **({"credit": credit} if credit else {}),
    }


def _skill(row: Json, others: dict[str, Json], lacks: Lacks, *, whole: bool) -> Json:
    other = others.get(row["key"])
    if other is None:
        return row
    return {
        **_texts(row, others),
        "anchors": _anchors(row, other, lacks),
        "codes": other["codes"] if whole else {**other["codes"], **row["codes"]},
        **({"merged_from": other["merged_from"]} if "merged_from" in other else {}),
    }


def _anchors(row: Json, other: Json, lacks: Lacks) -> list[str]:
    if row["key"] in lacks.anchors:
        return list(other["anchors"])
    pairs = zip(row["anchors"], other["anchors"], strict=True)
    return [theirs if _same(mine, theirs) else mine for mine, theirs in pairs]


def _levels(rows: list[Json], others: dict[str, Json]) -> list[Json]:
    known = [row["key"] for row in rows if row["key"] in others]
    keeps_ranks = len(known) == len(rows)  # else the package's order is the newer one
    result = []
    for row in rows:
        other = others.get(row["key"], {})
        fields = [name for name in LEVEL_FIELDS if name in other]
        kept = {name: other[name] for name in fields if name not in ("rank", "summary")}
        if keeps_ranks:
            kept["rank"] = other["rank"]
        result.append({**_texts(row, others), **kept})
    return _in_order(result, list(others), lambda row: row["key"])


def _requirements(result: Json, other: Json, lacks: Lacks) -> list[Json]:
    """Return the package's own, or the other's for the skills that are still there."""
    if not (lacks.requirements or lacks.levels):
        return list(result["requirements"])
    skills = {row["key"] for row in result["skills"]}
    levels = {row["key"] for row in result["levels"]}
    kept = [
        row for row in other["requirements"] if row["skill"] in skills and row["level"] in levels
    ]
    known = {row["skill"] for row in kept}
    lowest = min(result["levels"], key=lambda row: row["rank"])["key"]
    new = [
        {**row, "level": lowest if lacks.levels else row["level"]}
        for row in result["requirements"]
        if row["skill"] not in known
    ]
    return [*kept, *new]


def _drop_strays(result: Json, notes: list[Note]) -> None:
    """Leave out what names a skill or level that the package no longer has."""
    skills = {row["key"] for row in result["skills"]}
    levels = {row["key"] for row in result["levels"]}
    lost = 0
    steps = []
    for step in result["steps"]:
        row = dict(step)
        for name in ("requires", "gives"):
            row[name] = [each for each in step[name] if each["skill"] in skills]
            lost += len(step[name]) - len(row[name])
        steps.append(row)
    facts = [
        {name: value for name, value in fact.items() if name != "level" or value in levels}
        for fact in result["facts"]
    ]
    lost += sum(len(one) != len(other) for one, other in zip(facts, result["facts"], strict=True))
    result.update(steps=steps, facts=facts)
    if lost:
        text = f"{lost} mentions of skills or levels that the package does not have are left out"
        notes.append(Note("training steps and facts", text))


def _in_order(
    rows: list[Json], order: Iterable[Hashable], name: Callable[[Json], Hashable]
) -> list[Json]:
    """Return rows in the other's order, those it does not know after them."""
    places = {each: place for place, each in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(name(row), len(places)))
