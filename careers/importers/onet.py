"""O*NET: a career for each rated occupation, with one level.

The rule was chosen by measurement: with skills alone everybody is ready for everything.
Taken are skills and knowledge areas whose importance (IM) is at least 2.5. The required
rating lies between the anchors that O*NET gives for levels (LV) of skills, 2, 4 and 6:
1 below 2, 2 below 3.5, 3 below 5, else 4. The importance is IM rounded (halves to the even number);
from 3.5 on it is essential. Rows marked "Not Relevant" are left out. Rows marked
"Recommend Suppress" are taken, and the skill's description says that they are imprecise.
"""

from collections.abc import Collection, Mapping, MutableMapping
from decimal import Decimal

from careers.document import FORMAT, Json

from .keys import free_key, slug
from .onet_release import ANCHORS, KNOWLEDGE, SOC_PATTERN, Occupation, Rated, Release, read_release
from .reading import Faults, Note, Reading

LEAST_IMPORTANCE = Decimal("2.5")
ESSENTIAL_FROM = Decimal("3.5")
RATING_BELOW = ((1, Decimal(2)), (2, Decimal("3.5")), (3, Decimal(5)))
ANCHORED_RATINGS = 3
MOST_TITLES = 1000
MOST_TASKS = 40
FEW = 5
"""Names that a note lists."""
LEVEL = "occupation"
GROUPS = {
    "2.A": ("essential-skills", "Essential skills"),
    "2.B": ("transferable-skills", "Transferable skills"),
    "2.C": ("knowledge", "Knowledge"),
}
BASIS = (
    "This career rests on general skills and knowledge that O*NET rates for every"
    " occupation, not on the skills of the trade itself."
)
IMPRECISE = "O*NET marks its figures on this for the occupation as imprecise."


def read(
    name: str, files: MutableMapping[str, bytes], occupations: Collection[str] = ()
) -> Reading:
    """Return a document for each chosen occupation; for all that are rated when none is.

    ``files`` are those of ``onet_release.WANTED`` by name, and dropped once they were read.
    Raises InputError.
    """
    release = read_release(name, files)
    chosen = _chosen(release, occupations)
    careers = _Careers(release)
    documents = tuple(careers.document(each) for each in chosen)
    return Reading(documents, (*release.notes, *careers.notes(), *_skipped(release, occupations)))


def _chosen(release: Release, codes: Collection[str]) -> list[Occupation]:
    faults = Faults()
    for code in codes:
        remedy = "" if SOC_PATTERN.fullmatch(code) else "Write a code like 51-4121.00."
        if code not in release.occupations:
            faults.add(release.file, None, "", f"there is no occupation {code[:40]!r}", remedy)
        elif not _taken(release.occupations[code]):
            message = f"{code} has no ratings in this release"
            faults.add(release.file, None, "", message, "Leave it out.")
    faults.raise_any()
    wanted = set(codes)
    found = [each for each in release.occupations.values() if not wanted or each.code in wanted]
    found = [each for each in found if _taken(each)]
    _refuse_half_rated(found)
    if not found:
        faults.add(release.file, None, "", "no occupation has ratings")
        faults.raise_any()
    return found


def _skipped(release: Release, codes: Collection[str]) -> list[Note]:
    unrated = [each.code for each in release.occupations.values() if not _taken(each)]
    if codes or not unrated:
        return []
    text = f"{len(unrated)} occupations without ratings were skipped: {_some(unrated)}"
    return [Note("", text)]


def _some(names: list[str]) -> str:
    """Return the first few names, and a sign where there are more."""
    return ", ".join(names[:FEW]) + (" …" if len(names) > FEW else "")


def _taken(occupation: Occupation) -> dict[str, Rated]:
    """Return the elements that become requirements, in the order of their ids."""
    found = {
        element: rated
        for element, rated in occupation.ratings.items()
        if rated.importance is not None
        and rated.importance >= LEAST_IMPORTANCE
        and not rated.not_relevant
    }
    return dict(sorted(found.items(), key=lambda item: _in_order(item[0])))


def _refuse_half_rated(occupations: list[Occupation]) -> None:
    faults = Faults()
    for occupation in occupations:
        for element, rated in _taken(occupation).items():
            if rated.level is None:
                message = f"{occupation.code} {element} has an importance (IM) but no level (LV)"
                faults.add(rated.file, rated.row, "Scale ID", message, "Add the LV row.")
    faults.raise_any()


def _in_order(element: str) -> list[str]:
    return [part.rjust(4) for part in element.split(".")]


class _Careers:
    """Makes careers of a release; skills are made once and shared between careers."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._keys: dict[str, str] = {}
        self._imprecise = self._irrelevant = 0
        self._bare: dict[str, None] = {}
        self._unrated: dict[str, list[str]] = {}
        title = f"O*NET {release.number} Database" if release.number else "O*NET Database"
        self._source = {
            "name": f"onet-{release.number}" if release.number else "onet",
            "title": title,
            **({"date": release.date} if release.date else {}),
            "url": "https://www.onetcenter.org/database.html",
            "note": "U.S. Department of Labor, CC BY 4.0",
        }
        self._credit = (
            f"This page includes information from the {title} by the U.S. Department of Labor,"
            " Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0"
            " license. O*NET® is a trademark of USDOL/ETA. Rung has modified all or some of this"
            " information. USDOL/ETA has not approved, endorsed, or tested these modifications."
        )

    def notes(self) -> list[Note]:
        """Return what was left out or needs care, counted over all careers made."""
        texts = (
            (self._irrelevant, "requirements left out, because O*NET marks them as not relevant"),
            (self._imprecise, "requirements rest on figures that O*NET marks as imprecise;"),
        )
        tail = " the descriptions of their skills say so"
        counted = [
            Note("", f"{count} {text}{tail if text.endswith(';') else ''}")
            for count, text in texts
            if count
        ]
        return [*counted, *self._lacking()]

    def _lacking(self) -> list[Note]:
        """Return what looks like a file that was not written to its end."""
        found = [
            Note(file, f"rates nothing of {_some(codes)}; is the file whole?")
            for file, codes in self._unrated.items()
        ]
        if self._bare and self._release.anchors:
            names = _some([self._release.names[element] for element in self._bare])
            text = f"has less than {ANCHORED_RATINGS} anchors of {names}; is the file whole?"
            found.append(Note(ANCHORS, text))
        return found

    def document(self, occupation: Occupation) -> Json:
        """Return the framework document of one occupation, in normal form."""
        taken = _taken(occupation)
        self._irrelevant += sum(
            rated.not_relevant and (rated.importance or 0) >= LEAST_IMPORTANCE
            for rated in occupation.ratings.values()
        )
        rated_in = {rated.file for rated in occupation.ratings.values()}
        for file in self._release.rating_files:
            if file not in rated_in:
                self._unrated.setdefault(file, []).append(occupation.code)
        groups = dict.fromkeys(self._group(element, rated) for element, rated in taken.items())
        tasks = [
            {"text": text, "source": self._source["name"]}
            for text in dict.fromkeys(occupation.tasks)
        ]
        section = {
            "key": "tasks",
            "title": "What the work is",
            "chapter": "work",
            "layout": "list",
            "items": tasks[:MOST_TASKS],
        }
        return {
            "format": FORMAT,
            "career": {
                "key": slug(occupation.code, "onet"),
                "title": occupation.title,
                "summary": occupation.description,
                "alternative_titles": _alternatives(occupation),
                "codes": {"onet-soc": occupation.code},
                "credit": self._credit,
            },
            "levels": [self._level(occupation)],
            "groups": [{"key": GROUPS[each][0], "title": self._title(each)} for each in groups],
            "skills": [self._skill(element, rated) for element, rated in taken.items()],
            "requirements": [self._requirement(each, rated) for each, rated in taken.items()],
            "steps": [],
            "facts": [],
            "guide": {"sections": [section]} if tasks else {},
            "sources": [self._source],
        }

    def _level(self, occupation: Occupation) -> Json:
        education, experience = self._release.zones.get(occupation.zone, ("", ""))
        checks = [
            {"kind": kind, "text": text, "source": self._source["name"]}
            for kind, text in (("education", education), ("experience", experience))
            if text
        ]
        return {
            "key": LEVEL,
            "title": occupation.title,
            "rank": 1,
            "summary": "the whole occupation",
            "scope": BASIS,
            **({"checks": checks} if checks else {}),
        }

    def _group(self, element: str, rated: Rated) -> str:
        if rated.file == KNOWLEDGE:
            return "2.C"
        return "2.A" if element.startswith("2.A") else "2.B"

    def _title(self, group: str) -> str:
        return self._release.names.get(group) or GROUPS[group][1]

    def _key(self, element: str, rated: Rated) -> str:
        if element not in self._keys:
            prefix = "knowledge" if rated.file == KNOWLEDGE else ""
            wanted = slug(self._release.names[element], prefix)
            self._keys[element] = free_key(wanted, self._keys.values(), slug(element))
        return self._keys[element]

    def _skill(self, element: str, rated: Rated) -> Json:
        name = self._release.names[element]
        texts = (self._release.descriptions.get(element, ""), IMPRECISE if rated.suppressed else "")
        self._imprecise += rated.suppressed
        anchors = self._release.anchors.get(element, {})
        if len(anchors) < ANCHORED_RATINGS:
            self._bare[element] = None
        return {
            "key": self._key(element, rated),
            "title": name,
            "group": GROUPS[self._group(element, rated)][0],
            "description": " ".join(text for text in texts if text),
            "anchors": [
                f"{name}: nothing yet like the examples of the higher ratings.",
                f"{name}: simpler things than these, with somebody there to help.",
                *_anchors(anchors),
            ],
            "codes": {"onet-element": element},
        }

    def _requirement(self, element: str, rated: Rated) -> Json:
        importance, level = rated.importance or Decimal(0), rated.level or Decimal(0)
        return {
            "level": LEVEL,
            "skill": self._key(element, rated),
            "rating": next((rating for rating, below in RATING_BELOW if level < below), 4),
            "importance": round(importance),
            "essential": importance >= ESSENTIAL_FROM,
        }


def _anchors(by_level: Mapping[str, str]) -> list[str]:
    """Return the sentences of ratings 2, 3 and 4, from the lowest anchor to the highest.

    Skills are anchored at levels 2, 4 and 6, knowledge areas at 1, 4 and 7.
    """
    texts = [by_level[value] for value in sorted(by_level, key=int)][:ANCHORED_RATINGS]
    return texts + [""] * (ANCHORED_RATINGS - len(texts))


def _alternatives(occupation: Occupation) -> list[str]:
    """Return the other titles once each, without the occupation's own."""
    found = {title.casefold(): title for title in reversed(occupation.titles) if title}
    found.pop(occupation.title.casefold(), None)
    return sorted(found.values(), key=lambda title: (title.casefold(), title))[:MOST_TITLES]
