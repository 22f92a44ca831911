"""1EdTech CASE packages: a career whose skills are the items without children.

The topmost items with children become skill groups; headings between them are noted as
not kept. Items of the type "Level", or to which hasSkillLevel leads, are levels. Rubric
criteria carry what CASE can: a weight is the importance, scores 0 to 4 are the anchors.
Where a package says nothing of levels there is one, which asks rating 2 and importance 3
of every skill: a default for the editor to set.
"""

from typing import Any

from careers.document import FORMAT, Json, arranged

from .case_package import Item, Package, read_package
from .keys import free_key, slug
from .reading import Note, Reading

DEFAULT_RATING = 2
DEFAULT_IMPORTANCE = 3
MOST_TITLE = 200
MOST_TEXT = 4000
LEVEL = "level"
ESSENTIAL = "essential"
REQUIRED = "required"


def read(name: str, data: bytes) -> Reading:
    """Return the career of a package, and notes on what could not be kept."""
    package = read_package(name, data)
    document = _Career(package).document()
    return Reading((arranged(document),), tuple(package.notes))


class _Career:
    """Makes one career of a package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._keys: dict[str, str] = {}
        destinations = {level for _skill, level in package.at_levels}
        self._levels = [
            item
            for item in package.items.values()
            if item.identifier in destinations or item.kind.casefold() == LEVEL
        ]
        levels = {item.identifier for item in self._levels}
        self._skills = [
            item
            for item in package.items.values()
            if not item.children and item.identifier not in levels
        ]
        self._note_headings(levels)

    def document(self) -> Json:
        """Return the document; its shape is still to be checked."""
        groups = dict.fromkeys(self._group(item) for item in self._skills)
        anchors, requirements = self._rubrics()
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
            self._package.notes.append(Note("levels", text))
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
                requirements[found["level"], found["skill"]] = found
            elif skill and (texts := _anchors(rows)):
                anchors[skill.identifier] = texts
            else:
                lost += 1
        if lost:
            self._package.notes.append(Note("CFRubrics", f"{lost} criteria are not kept"))
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
                self._package.notes.append(Note(f"item {item.code or item.identifier}", text))

    def _key(self, item: Item) -> str:
        if item.identifier not in self._keys:
            wanted = slug(item.code) or slug(item.short or item.statement)[:60].strip("-")
            taken = {*self._keys.values(), "skills"}
            self._keys[item.identifier] = free_key(wanted, taken, slug(item.identifier) or "item")
        return self._keys[item.identifier]

    def _title(self, item: Item | None) -> str:
        if item is None:
            return "Skills"
        text = _line(item.short or item.statement)
        return text if len(text) <= MOST_TITLE else f"{text[: MOST_TITLE - 1].rstrip()}…"

    def _description(self, item: Item) -> str:
        texts = [item.statement if self._title(item) != item.statement else "", item.notes]
        return self._cut("\n\n".join(text for text in texts if text), f"item {item.identifier}")

    def _cut(self, text: Any, where: str) -> str:
        lines = text.splitlines() if isinstance(text, str) else []
        clean = "\n".join(" ".join(line.split()) for line in lines).strip()
        if len(clean) > MOST_TEXT:
            self._package.notes.append(Note(where, f"cut to {MOST_TEXT} characters"))
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
        texts[int(score)] = text[:MOST_TEXT] if isinstance(text, str) else ""
    return texts if rows else []
