"""The framework document: its frozen dataclasses, its one normal form and its hash.

The format is ``framework.schema.json`` beside this file. Shapes are checked here, what
refers to what in ``check``. Nothing here knows Django, a clock or the database.
"""

import hashlib
import json
import reprlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a document that was published needs no check: not loaded until one does
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

from . import json_text

FORMAT = "rung/1"
SCHEMA_PATH = Path(__file__).with_name("framework.schema.json")
MAX_BYTES = 5_000_000
MOST_PROBLEMS = 100
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a document. ``where`` is a path such as ``skills[3].anchors``."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class DocumentError(ValueError):
    """A document that cannot be taken; ``problems`` says why, row by row."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Check:
    """Experience, a certificate or education asked for beside skills; never scored."""

    kind: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Level:
    """One rung; ``years`` is (from, to), to being None for an open end."""

    key: str
    title: str
    short_title: str
    rank: int
    summary: str
    scope: str
    focus: tuple[str, ...]
    years: tuple[int, int | None] | None
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Skill:
    """What is rated; ``anchors[n]`` says what rating n looks like.

    ``merged_from`` are keys of skills of older versions that went into this one.
    """

    key: str
    title: str
    skill_group: str
    description: str
    anchors: tuple[str, ...]
    codes: dict[str, str]
    merged_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """One page of the questionnaire."""

    key: str
    title: str
    skills: tuple[Skill, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Level × skill: rating 1-4, importance 1-5."""

    level: str
    skill: str
    rating: int
    importance: int
    essential: bool


@dataclass(frozen=True, slots=True)
class SkillRating:
    """A skill at a rating: what a step requires or gives."""

    skill: str
    rating: int


@dataclass(frozen=True, slots=True)
class Step:
    """A training step; ``hours`` whole, ``cost`` decimal text in ``currency``."""

    key: str
    title: str
    kind: str
    description: str
    hours: int
    cost: str
    currency: str
    requires: tuple[SkillRating, ...]
    after: tuple[str, ...]
    gives: tuple[SkillRating, ...]
    provider: str
    url: str
    source: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A sourced figure; ``value`` is a number, a range with an en dash, or words."""

    key: str
    kind: str
    value: str
    unit: str
    scope: str
    region: str
    date: str
    source: str
    note: str
    level: str


@dataclass(frozen=True, slots=True)
class GuideItem:
    """One entry of a guide section; ``facts`` are those shown with it."""

    term: str
    text: str
    codes: dict[str, str]
    facts: tuple[Fact, ...]
    source: str


@dataclass(frozen=True, slots=True)
class GuideSection:
    """One section of the guide, in a chapter of the career's page."""

    key: str
    title: str
    chapter: str
    layout: str
    text: str
    source: str
    items: tuple[GuideItem, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What the name in a source field stands for."""

    name: str
    title: str
    date: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Framework:
    """One career's whole content; ``levels`` are lowest rank first."""

    key: str
    title: str
    summary: str
    sector: str
    credit: str
    alternative_titles: tuple[str, ...]
    codes: dict[str, str]
    levels: tuple[Level, ...]
    skill_groups: tuple[SkillGroup, ...]
    requirements: tuple[Requirement, ...]
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...]
    guide: tuple[GuideSection, ...]
    sources: dict[str, Source]

    def level(self, key: str) -> Level | None:
        """Return the level of that key, if there is one."""
        return next((level for level in self.levels if level.key == key), None)

    def skills(self) -> dict[str, Skill]:
        """Return every skill by key, in the order of the questionnaire."""
        return {skill.key: skill for group in self.skill_groups for skill in group.skills}

    def merged(self) -> dict[str, tuple[str, ...]]:
        """Return the skills that others went into, with those others."""
        found = self.skills().values()
        return {skill.key: skill.merged_from for skill in found if skill.merged_from}

    def questionnaire(self) -> tuple[SkillGroup, ...]:
        """Return the skill groups with only the skills that a level requires."""
        asked = {requirement.skill for requirement in self.requirements}
        pages = (
            SkillGroup(g.key, g.title, tuple(s for s in g.skills if s.key in asked))
            for g in self.skill_groups
        )
        return tuple(page for page in pages if page.skills)


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _where(document: Any, error: "ValidationError") -> str:
    path = ""
    node = document
    for part in error.absolute_path:
        node = node[part]
        if isinstance(part, int):
            path += f"[{part}]"
            if isinstance(node, dict) and isinstance(node.get("key"), str):
                path += f" “{' '.join(node['key'][:80].split())}”"
        else:
            path += f".{part}" if path else str(part)
    return path


_PATTERNS = {
    "^[a-z0-9]+": "is no key: use lower-case words joined by hyphens",
    "^(0|": "is no amount: write it like '120.00'",
    "^(https": "is no web address: it starts with https://",
    "^[A-Z]": "is no currency: three capital letters, such as USD",
}


_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxstring, _REPR.maxother, _REPR.maxlong = 2, 60, 60, 40


def _short(value: Any) -> str:
    return _REPR.repr(value)


def _message(error: "ValidationError") -> str:
    instance: Any = error.instance
    schema: Any = error.schema
    given = _short(instance)
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            allowed = schema["properties"]
            unknown = [_short(name) for name in instance if name not in allowed]
            return f"unknown key {', '.join(unknown)}; remove it or correct its name"
        case "required":
            missing = [name for name in wanted if name not in instance]
            return f"missing {', '.join(repr(name) for name in missing)}"
        case "pattern":
            wrong = (text for start, text in _PATTERNS.items() if wanted.startswith(start))
            return f"{given} {next(wrong, 'is blank; write something')}"
        case "not":
            return f"{given} has control characters; remove them"
        case "minimum" | "maximum":
            return f"{given} is out of bounds: {schema['minimum']} to {schema['maximum']}"
        case "maxItems" | "minItems":
            bound = "at most" if error.validator == "maxItems" else "at least"
            return f"has {len(instance)} entries; {bound} {wanted}"
        case _:
            return _other_message(error, given, wanted)


def _other_message(error: "ValidationError", given: str, wanted: Any) -> str:
    match error.validator:
        case "type":
            return f"{given} should be of type {wanted}"
        case "maxLength":
            return f"longer than {wanted} characters"
        case "minLength":
            return "is empty; write something"
        case "enum":
            return f"{given} is none of {', '.join(map(repr, wanted))}"
        case "const":
            return f"{given} should be {wanted!r}"
        case "anyOf":
            return f"{given} is not allowed: write {' or '.join(map(_allowed, wanted))}"
        case _:
            return str(error.message)[:300]


def _allowed(schema: Any) -> str:
    """Return in words what one of a schema's alternatives takes."""
    match schema:
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": kind}:
            return str(kind)
        case _:
            return _short(schema)


def shape_problems(document: Any) -> list[Problem]:
    """Return what the JSON Schema finds, in document order, at most 100 problems."""
    shorter, unknown = _without_known_rows(document)
    found = _schema_problems(shorter)
    if found and shorter is not document:
        return _schema_problems(document)  # for the rows' places
    if not found:
        if len(_right_rows) > MOST_KNOWN_ROWS:
            _right_rows.clear()
        _right_rows.update(unknown)
    return found


MOST_KNOWN_ROWS = 50_000
_right_rows: set[tuple[str, bytes]] = set()
"""Rows whose shape is known to be right, by list and digest: checking one takes 0.2 ms."""


def _without_known_rows(document: Any) -> tuple[Any, set[tuple[str, bytes]]]:
    """Return the document with only one of the rows found right before, and the new rows."""
    unknown: set[tuple[str, bytes]] = set()
    if not isinstance(document, dict):
        return document, unknown
    shorter = dict(document)
    for name in ("skills", "requirements"):
        rows = document.get(name)
        limit = _most(name)
        if not isinstance(rows, list) or not 1 <= len(rows) <= limit:
            continue
        try:
            marks = [(name, _digest(row)) for row in rows]
        except (TypeError, ValueError, RecursionError):
            return document, set()
        new = [row for row, mark in zip(rows, marks, strict=True) if mark not in _right_rows]
        shorter[name] = new or rows[:1]
        unknown.update(marks)
    return shorter, unknown


@cache
def _most(name: str) -> int:
    schema: Json = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return int(schema["properties"][name]["maxItems"])


def _digest(row: Any) -> bytes:
    return hashlib.blake2b(json.dumps(row).encode(), digest_size=16).digest()


def _schema_problems(document: Any) -> list[Problem]:
    found: list[Problem] = []
    incomplete = set()
    try:
        for error in _validator().iter_errors(document):
            if error.validator == "required":
                # The library reports each missing key on its own; a row is told once.
                if tuple(error.absolute_path) in incomplete:
                    continue
                incomplete.add(tuple(error.absolute_path))
            found.append(Problem(_where(document, error), _message(error)))
            if len(found) == MOST_PROBLEMS:
                found.append(Problem("", "more problems follow; mend these first"))
                break
    except RecursionError:
        found.append(Problem("", "nested too deeply"))
    return found


def loads(text: str | bytes) -> Json:
    """Read a document from JSON text and bring it to its normal form.

    Raises DocumentError for text that is no JSON, too large, or of the wrong shape.
    """
    if len(text) > MAX_BYTES:
        raise DocumentError([Problem("", f"the file is larger than {MAX_BYTES:,} bytes")])
    try:
        found = json_text.read(text)
    except json_text.JsonTextError as error:
        where = f"line {error.line}, column {error.column}"
        path = f" (at {error.path})" if error.path else ""
        raise DocumentError([Problem(where, f"{error.message}{path}")]) from error
    return normal(found)


def _sparse(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value not in ("", [], {}, None)}


def _texts(source: Json, *names: str) -> Json:
    return {name: source.get(name, "") for name in names}


def normal(document: Any) -> Json:
    """Return the document's one normal form: every key of the format, in one order.

    Keys beyond the format's core (``scope``, ``checks``, ``sources`` …) are left out when
    empty. Raises DocumentError when the shape is wrong.
    """
    problems = shape_problems(document)
    if problems:
        raise DocumentError(problems)
    return arranged(document)


def arranged(document: Json) -> Json:
    """Return the normal form of a document whose shape is right, without checking it.

    A wrong shape raises AttributeError, KeyError or TypeError, or passes unnoticed.
    """
    career = document["career"]
    result: Json = {
        "format": FORMAT,
        "career": {
            **_texts(career, "key", "title", "summary"),
            "alternative_titles": career.get("alternative_titles", []),
            "codes": _codes(career),
            **_sparse(sector=career.get("sector"), credit=career.get("credit")),
        },
        "levels": [_normal_level(level) for level in document["levels"]],
        "groups": [_texts(group, "key", "title") for group in document["groups"]],
        "skills": [
            {
                **_texts(skill, "key", "title", "group", "description"),
                "anchors": skill["anchors"],
                "codes": _codes(skill),
                **_sparse(merged_from=skill.get("merged_from")),
            }
            for skill in document["skills"]
        ],
        "requirements": [
            {
                **{name: row[name] for name in ("level", "skill", "rating", "importance")},
                "essential": row.get("essential", False),
            }
            for row in document["requirements"]
        ],
        "steps": [_normal_step(step) for step in document.get("steps", [])],
        "facts": [
            {
                **_texts(fact, "key", "kind", "value", "unit", "scope", "region", "date"),
                **_texts(fact, "source", "note"),
                **_sparse(level=fact.get("level")),
            }
            for fact in document.get("facts", [])
        ],
        "guide": {},
    }
    if sections := document.get("guide", {}).get("sections"):
        result["guide"]["sections"] = [_normal_section(section) for section in sections]
    if sources := document.get("sources"):
        result["sources"] = [
            {
                **_texts(row, "name", "title"),
                **_sparse(**{name: row.get(name) for name in ("date", "url", "note")}),
            }
            for row in sources
        ]
    return result


def _codes(row: Json) -> Json:
    return dict(sorted(row.get("codes", {}).items()))


def _normal_level(level: Json) -> Json:
    years = {"years": level["years"]} if level.get("years") else {}
    checks = [
        {**_texts(row, "kind", "text"), **_sparse(source=row.get("source"))}
        for row in level.get("checks", [])
    ]
    return {
        **_texts(level, "key", "title"),
        "rank": level["rank"],
        "summary": level.get("summary", ""),
        **years,
        **_sparse(
            short_title=level.get("short_title"),
            scope=level.get("scope"),
            focus=level.get("focus"),
            checks=checks,
        ),
    }


def _skill_rating(row: Json) -> Json:
    return {"skill": row["skill"], "rating": row["rating"]}


def _normal_step(step: Json) -> Json:
    return {
        **_texts(step, "key", "title", "kind"),
        **{name: step[name] for name in ("hours", "cost", "currency")},
        "requires": [_skill_rating(row) for row in step.get("requires", [])],
        "after": step.get("after", []),
        "gives": [_skill_rating(row) for row in step.get("gives", [])],
        **_texts(step, "provider", "url", "source"),
        "estimated": step.get("estimated", False),
        **_sparse(description=step.get("description")),
    }


def _normal_section(section: Json) -> Json:
    names = ("term", "text", "codes", "facts", "source")
    items = [
        _sparse(**{**{name: item.get(name) for name in names}, "codes": _codes(item)})
        for item in section.get("items", [])
    ]
    return {
        **_texts(section, "key", "title", "chapter", "layout"),
        **_sparse(text=section.get("text"), source=section.get("source"), items=items),
    }


def canonical(document: Json) -> bytes:
    """Return canonical JSON (RFC 8785) of a document.

    Documents have no fractions and plain ASCII keys; for such, Python's own writer is
    canonical, and five times as fast.
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def content_hash(document: Json) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal: a version's name."""
    return hashlib.sha256(canonical(document)).hexdigest()


def pretty(document: Json) -> str:
    """Return the document as it is exported: indented, one key order, final newline."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def parse(document: Json) -> Framework:
    """Return the frozen framework of a document in normal form that has passed ``check``."""
    facts = {row["key"]: Fact(**{"level": "", **row}) for row in document["facts"]}
    skills = [
        Skill(
            key=row["key"],
            title=row["title"],
            skill_group=row["group"],
            description=row["description"],
            anchors=tuple(row["anchors"]),
            codes=row["codes"],
            merged_from=tuple(row.get("merged_from", ())),
        )
        for row in document["skills"]
    ]
    career = document["career"]
    return Framework(
        key=career["key"],
        title=career["title"],
        summary=career["summary"],
        sector=career.get("sector", ""),
        credit=career.get("credit", ""),
        alternative_titles=tuple(career["alternative_titles"]),
        codes=career["codes"],
        levels=tuple(
            sorted((_level(row) for row in document["levels"]), key=lambda level: level.rank)
        ),
        skill_groups=tuple(
            SkillGroup(
                row["key"],
                row["title"],
                tuple(skill for skill in skills if skill.skill_group == row["key"]),
            )
            for row in document["groups"]
        ),
        requirements=tuple(Requirement(**row) for row in document["requirements"]),
        steps=tuple(_step(row) for row in document["steps"]),
        facts=tuple(facts.values()),
        guide=tuple(_section(row, facts) for row in document["guide"].get("sections", [])),
        sources={
            row["name"]: Source(**{"date": "", "url": "", "note": "", **row})
            for row in document.get("sources", [])
        },
    )


def _level(row: Json) -> Level:
    years = row.get("years")
    return Level(
        key=row["key"],
        title=row["title"],
        short_title=row.get("short_title", "") or row["title"],
        rank=row["rank"],
        summary=row["summary"],
        scope=row.get("scope", ""),
        focus=tuple(row.get("focus", ())),
        years=(years[0], years[1]) if years else None,
        checks=tuple(Check(**{"source": "", **check}) for check in row.get("checks", ())),
    )


def _step(row: Json) -> Step:
    lists = {
        "requires": tuple(SkillRating(**each) for each in row["requires"]),
        "gives": tuple(SkillRating(**each) for each in row["gives"]),
        "after": tuple(row["after"]),
    }
    return Step(**{"description": "", **row, **lists})


def _section(row: Json, facts: dict[str, Fact]) -> GuideSection:
    items = tuple(
        GuideItem(
            term=item.get("term", ""),
            text=item.get("text", ""),
            codes=item.get("codes", {}),
            facts=tuple(facts[key] for key in item.get("facts", ())),
            source=item.get("source", ""),
        )
        for item in row.get("items", ())
    )
    defaults = {"text": "", "source": ""}
    return GuideSection(**{**defaults, **row, "items": items})
