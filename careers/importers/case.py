"""1EdTech CASE packages: a career whose skills are the items without children.

The topmost items with children become skill groups; headings between them are noted as
not kept. Items of the type "Level", or to which hasSkillLevel leads, are levels. Rubric
criteria carry what CASE can: a weight is the importance, scores 0 to 4 are the anchors.
Where a package says nothing of levels there is one, which asks rating 2 and importance 3
of every skill: a default for the editor to set.
"""

import re
from collections.abc import Callable
from typing import Any

from careers.document import FORMAT, DocumentError, Json, arranged, normal, shape_problems

from . import case_merge
from .case_package import Item, Package, clean, read_package
from .keys import free_key, slug
from .lengths import most, too_many
from .reading import Fault, Faults, InputError, Reading

DEFAULT_RATING = 2
DEFAULT_IMPORTANCE = 3
MOST_TITLE = 200
MOST_TEXT = 4000
LEVEL = "level"
ESSENTIAL = "essential"
REQUIRED = "required"
GROUP = "skill group"
EXTENSION = "rung"
"""The name in CFDocument.extensions under which our export keeps the whole document."""


DraftOf = Callable[[str, str], tuple[Json, bool] | None]
"""Returns the draft, in normal form, for a career's key or a CFDocument's identifier, and
whether the identifier is that of our own export of it."""


def no_draft(_key: str, _identifier: str) -> tuple[Json, bool] | None:
    """Say that there is no draft."""
    return None


def read(name: str, data: bytes, draft_of: DraftOf = no_draft) -> Reading:
    """Return the career of a package, and notes on what could not be kept.

    What the package has no place for comes from its own extension, or from the draft that
    it would replace. Raises InputError.
    """
    package = read_package(name, data)
    noted = package.notes.copy()
    career = _Career(name, package, {})
    made = arranged(career.document())
    own = _extension(package)
    key, identifier = made["career"]["key"], made["career"]["codes"].get("case", "")
    found = (own, True) if own else draft_of(key, identifier)
    if found:
        package.notes = noted
        career = _Career(name, package, _keys_of(found[0]))
        made = arranged(career.document())
        made, notes = case_merge.filled(made, found[0], career.lacks, whole=found[1])
        for note in notes:
            package.notes.add(note.where, note.message)
        if own is None:
            text = f"what CASE has no place for stays as in the draft {made['career']['key']}"
            package.notes.add("draft", text)
    _verify(name, made)
    return Reading((arranged(made),), package.notes.all())


def _keys_of(document: Json) -> dict[str, str]:
    """Return the keys that skills keep, by the identifiers of the items they came from."""
    rows = document["skills"]
    return {row["codes"]["case"]: row["key"] for row in rows if "case" in row["codes"]}


def _extension(package: Package) -> Json | None:
    """Return the document that our own export keeps beside the items, if it is sound."""
    extensions = package.document.get("extensions")
    found = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if found is None:
        return None
    try:
        if problems := too_many(found):
            raise DocumentError(problems)
        return normal(found)
    except DocumentError as error:
        where = f"CFDocument.extensions.{EXTENSION}"
        package.notes.add(where, f"is not kept: {str(error.problems[0])[:300]}")
        return None


def _verify(name: str, made: Json) -> None:
    """Raise InputError for what no document may hold, with the skill's identifier."""
    faults = Faults()
    for problem in too_many(made) or shape_problems(made):
        place = _SKILL_AT.match(problem.where)
        codes = made["skills"][int(place[1])]["codes"] if place else {}
        item = f"item {codes['case']}: " if "case" in codes else ""
        faults.add(name, None, problem.where, f"{item}{problem.message}")
    faults.raise_any()


_SKILL_AT = re.compile(r"skills\[(\d+)\]")


_DIVIDE = "Give a package of one career."


class _Career:
    """Makes one career of a package."""

    def __init__(self, name: str, package: Package, known: dict[str, str]) -> None:
        self._package = package
        self._keys = dict(known)
        self._taken: dict[str, set[str]] = {
            "group": {"skills"},
            "skill": set(known.values()),
            "level": set(),
        }
        self.lacks = case_merge.Lacks(levels=True, requirements=True, anchors=frozenset())
        destinations = {level for _skill, level in package.at_levels}
        self._levels = [
            item
            for item in package.items.values()
            if item.identifier in destinations or item.kind.casefold() == LEVEL
        ]
        self._level_ids = levels = {item.identifier for item in self._levels}
        self._skills = [
            item
            for item in package.items.values()
            if not item.children and item.identifier not in levels and item.kind.casefold() != GROUP
        ]
        self._refuse_too_many(name)
        self._note_headings(levels)

    def _refuse_too_many(self, name: str) -> None:
        """Refuse what no document can hold, before each of a thousand is looked at."""
        for kind, found in (("skills", self._skills), ("levels", self._levels)):
            if len(found) > most(kind):
                message = f"holds {len(found):,} {kind}; at most {most(kind)}"
                raise InputError([Fault(name, None, "CFItems", message, _DIVIDE)])

    def document(self) -> Json:
        """Return the document; its shape is still to be checked."""
        groups = dict.fromkeys(self._group(item) for item in self._skills)
        tops = (item for item in self._package.top() if item.kind.casefold() == GROUP)
        groups |= dict.fromkeys(tops)  # those without skills too
        anchors, requirements = self._rubrics()
        keys = {item.identifier: self._key(item) for item in self._skills}
        lacking = frozenset(key for each, key in keys.items() if each not in anchors)
        self.lacks = case_merge.Lacks(not self._levels, not requirements, lacking)
        return {
            "format": FORMAT,
            "career": self._career(),
            "levels": self._level_rows(),
            "groups": [
                {"key": self._key(each) if each else "skills", "title": self._title(each)}
                for each in groups
            ],
            "skills": [
                {
                    "key": self._key(item),
                    "title": self._title(item),
                    "group": self._group_key(item),
                    "description": self._description(item),
                    "anchors": anchors.get(item.identifier, [""] * 5),
                    "codes": {
                        "case": item.identifier,
                        **({"case-code": _line(item.code)} if item.code else {}),
                    },
                }
                for item in self._skills
            ],
            "requirements": requirements or self._default_requirements(),
        }

    def _career(self) -> Json:
        document = self._package.document
        title = _line(document["title"])
        creator = _line(document.get("creator"))
        licence = document.get("licenseURI")
        terms = _line(licence.get("title") if isinstance(licence, dict) else licence)
        parts = (creator and f"By {creator.removesuffix('.')}.", terms and f"Licence: {terms}.")
        identifier = _line(document.get("identifier"))
        return {
            "key": slug(title) or slug(identifier, "case"),
            "title": title,
            "summary": self._cut(document.get("description"), "CFDocument description"),
            "credit": " ".join(part for part in parts if part),
            "codes": {"case": identifier} if identifier else {},
        }

    def _level_rows(self) -> list[Json]:
        if not self._levels:
            text = "CASE packages name no levels: one level asks rating 2, importance 3 of all"
            self._package.notes.add("levels", text)
            return [{"key": "level-1", "title": _line(self._package.document["title"]), "rank": 1}]
        return [
            {
                "key": self._key(item),
                "title": self._title(item),
                "rank": rank,
                "summary": self._cut(item.notes, f"item {item.identifier}"),
            }
            for rank, item in enumerate(self._levels, 1)
        ]

    def _default_requirements(self) -> list[Json]:
        default = {"rating": DEFAULT_RATING, "importance": DEFAULT_IMPORTANCE}
        if not self._levels:
            return [
                {"level": "level-1", "skill": self._key(item), **default} for item in self._skills
            ]
        skills = {item.identifier for item in self._skills}
        items = self._package.items
        pairs = dict.fromkeys(pair for pair in self._package.at_levels if pair[0] in skills)
        return [
            {"level": self._key(items[level]), "skill": self._key(items[skill]), **default}
            for skill, level in pairs
        ]

    def _rubrics(self) -> tuple[dict[str, list[str]], list[Json]]:
        """Return anchors by skill and requirements, as far as rubrics carry them."""
        anchors: dict[str, list[str]] = {}
        requirements: dict[tuple[str, str], Json] = {}
        levels = {item.code or item.identifier: item for item in self._levels}
        lost = 0
        skills = {item.identifier: item for item in self._skills}
        for criterion in _criteria(self._package.rubrics):
            skill = skills.get(_identifier(criterion.get("CFItemURI")))
            level = levels.get(_line(criterion.get("category")))
            rows = _rows(criterion.get("CFRubricCriterionLevels"))
            if skill and level and (found := self._requirement(criterion, rows, level, skill)):
                lost += (found["level"], found["skill"]) in requirements
                requirements[found["level"], found["skill"]] = found
            elif skill and (texts := _anchors(rows)):
                lost += skill.identifier in anchors
                anchors[skill.identifier] = texts
            else:
                lost += 1
        if lost:
            self._package.notes.add("CFRubrics", f"{lost} criteria are not kept")
        return anchors, list(requirements.values())

    def _requirement(
        self, criterion: Json, rows: list[Json], level: Item, skill: Item
    ) -> Json | None:
        scores = [row.get("score") for row in rows if row.get("quality") == REQUIRED]
        weight = criterion.get("weight")
        if len(scores) != 1 or _whole(scores[0]) not in (1, 2, 3, 4):
            return None
        return {
            "level": self._key(level),
            "skill": self._key(skill),
            "rating": _whole(scores[0]),
            "importance": min(5, max(1, _whole(weight) or DEFAULT_IMPORTANCE)),
            "essential": criterion.get("description") == ESSENTIAL,
        }

    def _group(self, item: Item) -> Item | None:
        at, top = item, None
        while at.parent:
            at = top = self._package.items[at.parent]
        return top

    def _group_key(self, item: Item) -> str:
        group = self._group(item)
        return self._key(group) if group else "skills"

    def _note_headings(self, levels: set[str]) -> None:
        for item in self._package.items.values():
            if item.children and item.parent and item.identifier not in levels:
                text = "is a heading within a group: its skills are kept, it is not"
                self._package.notes.add(f"item {item.code or item.identifier}", text)

    def _key(self, item: Item) -> str:
        if item.identifier not in self._keys:
            wanted = slug(item.code) or slug(item.short or item.statement)[:60].strip("-")
            is_level = item.identifier in self._level_ids
            is_group = item.children or item.kind.casefold() == GROUP
            taken = self._taken["level" if is_level else "group" if is_group else "skill"]
            # A group may only be called "skills" when it says so itself.
            free = taken - {"skills"} if item.code == "skills" else taken
            key = free_key(wanted, free, slug(item.identifier) or "item")
            taken.add(key)
            self._keys[item.identifier] = key
        return self._keys[item.identifier]

    def _title(self, item: Item | None) -> str:
        if item is None:
            return "Skills"
        text = _line(item.short or item.statement)
        return text if len(text) <= MOST_TITLE else f"{text[: MOST_TITLE - 1].rstrip()}…"

    def _description(self, item: Item) -> str:
        is_told = self._title(item).split() == item.statement.split()
        texts = ["" if is_told else item.statement, item.notes]
        return self._cut("\n\n".join(text for text in texts if text), f"item {item.identifier}")

    def _cut(self, text: Any, where: str) -> str:
        lines = text.split("\n") if isinstance(text, str) else []
        clean = "\n".join(" ".join(line.split()) for line in lines).strip()
        if len(clean) > MOST_TEXT:
            self._package.notes.add(where, f"cut to {MOST_TEXT} characters")
        return clean[:MOST_TEXT]


def _line(text: Any) -> str:
    return " ".join(text.split())[:MOST_TITLE] if isinstance(text, str) else ""


def _rows(value: Any) -> list[Json]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _criteria(rubrics: list[Json]) -> list[Json]:
    return [row for rubric in rubrics for row in _rows(rubric.get("CFRubricCriteria"))]


def _identifier(node: Any) -> str:
    if isinstance(node, dict):
        return str(node.get("identifier") or _identifier(node.get("uri")))
    text = str(node) if isinstance(node, str) else ""
    return text.removeprefix("urn:uuid:").rstrip("/").rpartition("/")[2]


def _whole(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return round(value) if is_number and abs(value) < 1000 else 0


def _anchors(rows: list[Json]) -> list[str]:
    """Return five sentences where the scores are 0 to 4, else none."""
    texts = [""] * 5
    for row in rows:
        score = row.get("score")
        if not isinstance(score, int | float) or score not in range(5):
            return []
        text = row.get("description")
        texts[int(score)] = clean(text)[:MOST_TEXT]
    return texts if rows else []
