"""ESCO: a career for each occupation, with one level.

ESCO says which skills are essential or optional for an occupation, and gives no levels
and no weights. The default, said on the career, is for an editor to set: rating 2 and
importance 4 for what is essential, rating 1 and importance 2 for what is optional. A
skill that stands as both is essential. https://esco.ec.europa.eu/en/use-esco/download
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, MutableMapping
from dataclasses import dataclass, field

from careers.document import FORMAT, Json

from .keys import slug
from .reading import Faults, Note, Reading, refuse
from .sources import MAX_WANTED_BYTES
from .tables import MAX_BYTES, MAX_ROWS, read_table, refuse_wide

LANGUAGE = "en"
ESSENTIAL, OPTIONAL = "essential", "optional"
DEFAULTS = {ESSENTIAL: (2, 4), OPTIONAL: (1, 2)}
"""Required rating and importance by relation."""
LEVEL = "occupation"
MOST_SKILLS = 400
MOST_CONCEPTS = 50_000
"""Occupations or skills of a release; the largest has 13,939."""
MOST_TITLE = 200
GROUPS = {
    (ESSENTIAL, False): ("essential-skills", "Essential skills"),
    (ESSENTIAL, True): ("essential-knowledge", "Essential knowledge"),
    (OPTIONAL, False): ("optional-skills", "Optional skills"),
    (OPTIONAL, True): ("optional-knowledge", "Optional knowledge"),
}
ANCHORS = (
    "Not yet: {}.",
    "With somebody's help: {}.",
    "On my own, the routine of it: {}.",
    "Also when it is unusual or goes wrong: {}.",
    "Well enough to teach it and to improve how it is done: {}.",
)
DEFAULT = (
    "ESCO names these skills as essential or optional and gives no levels. Unless an editor"
    " has set them, an essential skill asks rating 2 with importance 4, an optional one"
    " rating 1 with importance 2."
)
CREDIT = "This page uses the ESCO classification of the European Commission (2011/833/EU)."
SOURCE = {
    "name": "esco",
    "title": "ESCO, European Skills, Competences, Qualifications and Occupations",
    "url": "https://esco.ec.europa.eu/",
}
_SPLIT = re.compile(r"\n| \| ")


@dataclass(slots=True)
class Skill:
    """A skill or knowledge area."""

    uri: str
    label: str
    description: str
    is_knowledge: bool
    key: str = ""


@dataclass(slots=True)
class Occupation:
    """An occupation and its skills: relation by the skill's address, in file order.

    ``other_labels`` is one text, with line ends or bars between: apart they take far more.
    """

    uri: str
    code: str
    isco: str
    label: str
    other_labels: str
    description: str
    relations: dict[str, str] = field(default_factory=dict)


def wanted(language: str = LANGUAGE) -> tuple[str, str, str]:
    """Return the files that are read: occupations, skills, relations."""
    names = ("occupations", "skills", "occupationSkillRelations")
    occupations, skills, relations = (f"{name}_{language}.csv" for name in names)
    return occupations, skills, relations


def read(
    name: str,
    files: MutableMapping[str, bytes],
    occupations: Collection[str] = (),
    language: str = LANGUAGE,
) -> Reading:
    """Return a document for each chosen occupation, by code or address; for all if none is.

    Each file is dropped from ``files`` once it was read, so that its memory is free again.
    """
    names = wanted(language)
    missing = [file for file in names if file not in files]
    if missing:
        remedy = "Give the CSV download of the ESCO classification."
        raise refuse(name, f"{', '.join(missing)} is missing from this ESCO release", remedy)
    faults = Faults()
    found = _occupations(names[0], files.pop(names[0]), faults)
    skills = _skills(names[1], files.pop(names[1]), faults)
    notes = _relate(names[2], files.pop(names[2]), found, skills, faults)
    faults.raise_any()
    chosen = _chosen(name, found, occupations)
    _set_keys(skills)
    return Reading(tuple(_document(each, skills) for each in chosen), tuple(notes))


def _table(
    file: str, data: bytes, *columns: str, most: int = MAX_BYTES, most_rows: int = MOST_CONCEPTS
) -> Iterator[tuple[int, list[str]]]:
    refuse_wide(file, data)
    return read_table(file, data, columns, most=most, most_rows=most_rows).pick(*columns)


def _occupations(file: str, data: bytes, faults: Faults) -> dict[str, Occupation]:
    found: dict[str, Occupation] = {}
    columns = ("conceptUri", "code", "iscoGroup", "preferredLabel", "altLabels", "description")
    for row, (uri, code, isco, label, others, text) in _table(file, data, *columns):
        if not uri or not code or not label:
            faults.add(file, row, "", "has no conceptUri, code or preferredLabel", "Mend the row.")
        elif uri in found:
            faults.add(file, row, "conceptUri", f"{uri} stands twice", "Keep one of the rows.")
        found[uri] = Occupation(uri, code, isco, _clean(label), others, text)
    return found


def _skills(file: str, data: bytes, faults: Faults) -> dict[str, Skill]:
    found: dict[str, Skill] = {}
    columns = ("conceptUri", "skillType", "preferredLabel", "description")
    for row, (uri, kind, label, text) in _table(file, data, *columns):
        if not uri or not label:
            faults.add(file, row, "", "has no conceptUri or preferredLabel", "Mend the row.")
        elif uri in found:
            faults.add(file, row, "conceptUri", f"{uri} stands twice", "Keep one of the rows.")
        found[uri] = Skill(uri, _clean(label), _clean(text), kind == "knowledge")
    return found


def _relate(
    file: str,
    data: bytes,
    occupations: dict[str, Occupation],
    skills: dict[str, Skill],
    faults: Faults,
) -> list[Note]:
    both = 0
    columns = ("occupationUri", "relationType", "skillUri")
    # Of this one nothing is kept: it may be as large as all together.
    for row, (uri, relation, skill) in _table(
        file, data, *columns, most=MAX_WANTED_BYTES, most_rows=MAX_ROWS
    ):
        occupation = occupations.get(uri)
        if occupation is None:
            faults.add(file, row, "occupationUri", f"there is no occupation {uri[:80]!r}")
        elif skill not in skills:
            faults.add(file, row, "skillUri", f"there is no skill {skill[:80]!r}")
        elif relation not in DEFAULTS:
            message = f"{relation[:40]!r} is neither essential nor optional"
            faults.add(file, row, "relationType", message, "Write one of these.")
        else:
            before = occupation.relations.get(skill)
            both += before not in (None, relation)
            if before != ESSENTIAL:
                # The texts that are there already, not those of each of 129,000 rows.
                shared = ESSENTIAL if relation == ESSENTIAL else OPTIONAL
                occupation.relations[skills[skill].uri] = shared
    if not both:
        return []
    return [Note("", f"{both} skills stood as essential and as optional: taken as essential")]


def _chosen(name: str, found: dict[str, Occupation], wanted: Collection[str]) -> list[Occupation]:
    faults = Faults()
    by_name = {occupation.code: occupation for occupation in found.values()} | found
    for each in wanted:
        if each not in by_name:
            remedy = "Write a code like 7212.3, or the address of the concept."
            faults.add(name, None, "", f"there is no occupation {each[:80]!r}", remedy)
        elif not by_name[each].relations:
            faults.add(name, None, "", f"{each} has no skills", "Leave it out.")
        elif len(by_name[each].relations) > MOST_SKILLS:
            message = f"{each} has more than {MOST_SKILLS} skills"
            faults.add(name, None, "", message, "Leave it out.")
    faults.raise_any()
    if wanted:
        return list({by_name[each].uri: by_name[each] for each in wanted}.values())
    usable = [each for each in found.values() if 0 < len(each.relations) <= MOST_SKILLS]
    if not usable:
        raise refuse(name, "no occupation has skills")
    return usable


def _set_keys(skills: dict[str, Skill]) -> None:
    """Name skills by their labels, alike in every career; those alike by their ids too."""
    slugs = Counter(slug(skill.label) for skill in skills.values())
    for skill in skills.values():
        base, ending = slug(skill.label), skill.uri.rpartition("/")[2].casefold()
        is_alone = base and slugs[base] == 1
        skill.key = base if is_alone else slug(f"{base[:60]} {ending}"[:80])


def _document(occupation: Occupation, skills: dict[str, Skill]) -> Json:
    order = list(GROUPS)
    rows = [(relation, skills[uri]) for uri, relation in occupation.relations.items()]
    rows.sort(key=lambda row: (order.index((row[0], row[1].is_knowledge)), row[1].label))
    groups = dict.fromkeys(GROUPS[relation, skill.is_knowledge] for relation, skill in rows)
    title = _title(occupation.label)
    labels = dict.fromkeys(_title(_clean(label)) for label in _SPLIT.split(occupation.other_labels))
    return {
        "format": FORMAT,
        "career": {
            "key": slug(occupation.code, "esco"),
            "title": title,
            "summary": _clean(occupation.description),
            "alternative_titles": [label for label in labels if label and label != title][:1000],
            "codes": {
                "esco": occupation.code,
                "esco-uri": occupation.uri,
                **({"isco": occupation.isco} if occupation.isco else {}),
            },
            "credit": CREDIT,
        },
        "levels": [
            {
                "key": LEVEL,
                "title": title,
                "rank": 1,
                "summary": "the whole occupation",
                "scope": DEFAULT,
            }
        ],
        "groups": [{"key": key, "title": name} for key, name in groups],
        "skills": [_skill(relation, skill) for relation, skill in rows],
        "requirements": [_requirement(relation, skill) for relation, skill in rows],
        "steps": [],
        "facts": [],
        "guide": {},
        "sources": [SOURCE],
    }


def _skill(relation: str, skill: Skill) -> Json:
    return {
        "key": skill.key,
        "title": _title(skill.label),
        "group": GROUPS[relation, skill.is_knowledge][0],
        "description": skill.description,
        "anchors": [anchor.format(skill.label) for anchor in ANCHORS],
        "codes": {"esco-uri": skill.uri},
    }


def _requirement(relation: str, skill: Skill) -> Json:
    rating, importance = DEFAULTS[relation]
    return {
        "level": LEVEL,
        "skill": skill.key,
        "rating": rating,
        "importance": importance,
        "essential": relation == ESSENTIAL,
    }


def _clean(text: str) -> str:
    return " ".join(text.split())[:4000]


def _title(label: str) -> str:
    return (label[:1].upper() + label[1:])[:MOST_TITLE]
