"""A framework document as a 1EdTech CASE package, 1.1 or 1.0.

Skill groups, skills and levels are items; a skill is a child of its group. Two rubrics
carry what CASE has a place for: "Ratings" has the anchors of every skill as scores 0 to
4; "Requirements" has a criterion for each requirement, with the level's code as its
category, the importance as its weight and the required rating as its score. What has no
place in CASE is told; in a 1.1 package the whole document stands in the extensions of its
CFDocument, so that it comes back unchanged. Identifiers depend on the keys alone, or are
those of the package that the career came from.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from careers.document import Json
from careers.importers.case import ESSENTIAL, EXTENSION, REQUIRED

RATINGS = ("Not yet", "With help", "On my own", "Fix problems", "Teach it")
VERSIONS = ("1.1", "1.0")


@dataclass(frozen=True, slots=True)
class CasePackage:
    """The package, and what could not be kept: (part, how many)."""

    package: Json
    lost: tuple[tuple[str, int], ...]


def write(document: Json, *, changed: str, version: str = "1.1") -> CasePackage:
    """Return the package of a document in normal form.

    ``changed`` is the date and time of its last change (ISO 8601); ``version`` is that of
    CASE.
    """
    lost = () if version == "1.1" else _lost(document)
    return CasePackage(_Writer(document, changed, version).package(), lost)


def root_identifier(key: str) -> str:
    """Return the identifier of the CFDocument of a career that was made here."""
    return str(uuid5(NAMESPACE_URL, f"urn:rung/{key}/career/{key}"))


class _Writer:
    def __init__(self, document: Json, changed: str, version: str) -> None:
        self._document = document
        self._changed = changed
        self._version = version
        self._name = document["career"]["key"]
        given = document["career"]["codes"].get("case", "")
        self._root = given if _is_uuid(given) else root_identifier(self._name)
        self._given = {
            row["key"]: row["codes"]["case"]
            for row in document["skills"]
            if _is_uuid(row["codes"].get("case", ""))
        }

    def package(self) -> Json:
        skills = self._document["skills"]
        levels = sorted(self._document["levels"], key=lambda level: level["rank"])
        groups = self._document["groups"]
        items = [
            *(self._item("group", "Skill Group", row, "") for row in groups),
            *(self._item("skill", "Skill", row, row["description"]) for row in skills),
            *(self._item("level", "Level", row, row["summary"]) for row in levels),
        ]
        children = [
            *(("group", row["key"], "career", self._name) for row in groups),
            *(("skill", row["key"], "group", row["group"]) for row in skills),
            *(("level", row["key"], "career", self._name) for row in levels),
        ]
        return {
            "CFDocument": self._cf_document(),
            "CFItems": items,
            "CFAssociations": [
                *(self._association("isChildOf", n, *each) for n, each in enumerate(children, 1)),
                *(
                    self._association(
                        "hasSkillLevel", n, "skill", row["skill"], "level", row["level"]
                    )
                    for n, row in enumerate(self._document["requirements"], 1)
                ),
            ],
            "CFRubrics": [self._ratings(), self._requirements()],
        }

    def _cf_document(self) -> Json:
        career = self._document["career"]
        extra: Json = {}
        if self._version == "1.1":
            extra = {"caseVersion": "1.1", "frameworkType": "Career"}
            extra["extensions"] = {EXTENSION: self._document}
        return {
            **self._named(self._root),
            "creator": career.get("credit", "").removeprefix("By ").removesuffix(".") or "Rung",
            "title": career["title"],
            "description": career["summary"],
            "adoptionStatus": "Adopted",
            "CFPackageURI": self._link(self._root, career["title"]),
            **extra,
        }

    def _item(self, kind: str, word: str, row: Json, notes: str) -> Json:
        return {
            **self._named(self._id(kind, row["key"])),
            "CFDocumentURI": self._link(self._root, self._document["career"]["title"]),
            "humanCodingScheme": row["key"],
            "fullStatement": row["title"],
            "CFItemType": word,
            **({"notes": notes} if notes else {}),
        }

    def _association(
        self, kind: str, number: int, origin: str, key: str, destination: str, other: str
    ) -> Json:
        return {
            **self._named(self._made(kind, origin, key, destination, other)),
            "CFDocumentURI": self._link(self._root, self._document["career"]["title"]),
            "associationType": kind,
            "sequenceNumber": number,
            "originNodeURI": self._link(self._id(origin, key), key),
            "destinationNodeURI": self._link(self._id(destination, other), other),
        }

    def _ratings(self) -> Json:
        criteria = [
            {
                **self._criterion("rating", row["key"], "", number),
                "CFRubricCriterionLevels": [
                    {
                        **self._named(self._made("anchor", row["key"], str(score))),
                        "quality": RATINGS[score],
                        "score": score,
                        "description": text,
                        "position": score + 1,
                    }
                    for score, text in enumerate(row["anchors"])
                ],
            }
            for number, row in enumerate(self._document["skills"], 1)
        ]
        return self._rubric("Ratings", criteria)

    def _requirements(self) -> Json:
        criteria = [
            {
                **self._criterion("requirement", row["skill"], row["level"], number),
                "category": row["level"],
                "description": ESSENTIAL if row["essential"] else "",
                "weight": row["importance"],
                "CFRubricCriterionLevels": [
                    {
                        **self._named(self._made("required", row["skill"], row["level"])),
                        "quality": REQUIRED,
                        "score": row["rating"],
                        "position": 1,
                    }
                ],
            }
            for number, row in enumerate(self._document["requirements"], 1)
        ]
        return self._rubric("Requirements", criteria)

    def _rubric(self, title: str, criteria: list[Json]) -> Json:
        named = self._named(self._made("rubric", title))
        return {**named, "title": title, "CFRubricCriteria": criteria}

    def _criterion(self, kind: str, skill: str, level: str, number: int) -> Json:
        return {
            **self._named(self._made(kind, skill, level)),
            "CFItemURI": self._link(self._id("skill", skill), skill),
            "position": number,
        }

    def _id(self, kind: str, key: str) -> str:
        if kind == "career":
            return self._root
        if kind == "skill" and key in self._given:
            return str(self._given[key])
        return self._made(kind, key)

    def _made(self, *names: str) -> str:
        return str(uuid5(NAMESPACE_URL, "/".join(("urn:rung", self._name, *names))))

    def _named(self, identifier: str) -> Json:
        return {
            "identifier": identifier,
            "uri": f"urn:uuid:{identifier}",
            "lastChangeDateTime": self._changed,
        }

    def _link(self, identifier: str, title: str) -> Json:
        return {"title": title, "identifier": identifier, "uri": f"urn:uuid:{identifier}"}


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _lost(document: Json) -> tuple[tuple[str, int], ...]:
    career, levels = document["career"], document["levels"]
    counts = {
        "alternative titles": len(career["alternative_titles"]),
        "codes": sum(
            name not in ("case", "case-code")
            for row in (career, *document["skills"])
            for name in row["codes"]
        ),
        "sector": bool(career.get("sector")),
        "years of levels": sum("years" in row for row in levels),
        "scopes of levels": sum("scope" in row for row in levels),
        "focus of levels": sum(len(row.get("focus", ())) for row in levels),
        "checks of levels": sum(len(row.get("checks", ())) for row in levels),
        "merged skills": sum(len(row.get("merged_from", ())) for row in document["skills"]),
        "training steps": len(document["steps"]),
        "facts": len(document["facts"]),
        "guide sections": len(document["guide"].get("sections", ())),
        "sources": len(document.get("sources", ())),
    }
    return tuple((name, int(count)) for name, count in counts.items() if count)
