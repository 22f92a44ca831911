"""An O*NET database release as its files hold it, in either layout.

Up to 30.2 the skills are in one file (``Skills.txt``) and other names of an occupation in
``Alternate Titles.txt``; from 30.3 they are in ``Essential Skills.txt``,
``Transferable Skills.txt`` and ``Job Titles.txt``. Tab-separated, nothing quoted, ``n/a``
for nothing. https://www.onetcenter.org/dictionary/30.3/text/
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from .reading import Faults, Note, refuse
from .tables import decode, read_table, refuse_wide

OCCUPATIONS = "Occupation Data.txt"
KNOWLEDGE = "Knowledge.txt"
OLD_SKILLS = ("Skills.txt",)
NEW_SKILLS = ("Essential Skills.txt", "Transferable Skills.txt")
TITLES = {"Job Titles.txt": "Job Title", "Alternate Titles.txt": "Alternate Title"}
ANCHORS = "Level Scale Anchors.txt"
ELEMENTS = "Content Model Reference.txt"
TASKS = "Task Statements.txt"
ZONES = "Job Zones.txt"
ZONE_NAMES = "Job Zone Reference.txt"
READ_ME = "Read Me.txt"
WANTED = (
    *(OCCUPATIONS, KNOWLEDGE, *OLD_SKILLS, *NEW_SKILLS, *TITLES),
    *(ANCHORS, ELEMENTS, TASKS, ZONES, ZONE_NAMES, READ_ME),
)
MOST_TITLE, MOST_TEXT = 200, 4000
"""Characters that a framework document holds of a title and of a text."""
MOST_RATINGS = 200_000
"""Rows of all files of ratings; real releases have 121,588."""
MOST_ROWS = 100_000
"""Rows of another file; titles have 58,000."""
MOST_NAME = 150
"""The same of an element's name, which stands within the sentences of ratings 0 and 1."""
MOST_DESCRIPTION = 3900
"""Room is left for the sentence on figures that are imprecise."""
SOC = "O*NET-SOC Code"
NOTHING = "n/a"
SOC_PATTERN = re.compile(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_RELEASE = re.compile(r"([0-9]{2})[._]([0-9])(?![0-9])")
_MONTH = re.compile(r"^\s*([A-Z][a-z]+ [0-9]{4}) Release", re.MULTILINE)
_BOUNDS = {"IM": (Decimal(1), Decimal(5)), "LV": (Decimal(0), Decimal(7))}


@dataclass(slots=True)
class Rated:
    """What a release says of one element in one occupation.

    ``importance`` (IM) runs 1-5, ``level`` (LV) 0-7; ``row`` is where IM stands in ``file``.
    """

    file: str
    row: int
    importance: Decimal | None = None
    level: Decimal | None = None
    suppressed: bool = False
    not_relevant: bool = False


@dataclass(slots=True)
class Occupation:
    """An occupation with its ratings by element id."""

    code: str
    title: str
    description: str
    ratings: dict[str, Rated] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    zone: str = ""


@dataclass(slots=True)
class Release:
    """One release: occupations by code, elements and anchors by element id."""

    file: str
    number: str
    date: str
    occupations: dict[str, Occupation]
    rating_files: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, dict[str, str]] = field(default_factory=dict)
    zones: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_release(name: str, files: MutableMapping[str, bytes]) -> Release:
    """Return the release that the files hold. Raises InputError by file, row and column.

    Each file is dropped from ``files`` once it was read, so that its memory is free again.
    ``name`` is that of the folder or archive; it gives the release where no Read Me does.
    """
    skills = _skill_files(name, files)
    number, date = _number(name, files)
    faults = Faults()
    release = Release(name, number, date, _occupations(files, faults), (*skills, KNOWLEDGE))
    left = MOST_RATINGS
    for file in release.rating_files:
        left -= _read_ratings(release, file, files.pop(file), left, faults)
    _read_anchors(release, files, faults)
    _read_elements(release, files, faults)
    _read_titles(release, files, faults)
    _read_tasks(release, files, faults)
    _read_zones(release, files, faults)
    faults.raise_any()
    return release


def _skill_files(name: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    skills = NEW_SKILLS if any(file in files for file in NEW_SKILLS) else OLD_SKILLS
    missing = [file for file in (OCCUPATIONS, *skills, KNOWLEDGE) if file not in files]
    if missing:
        raise refuse(
            name,
            f"{', '.join(missing)} is missing from this O*NET release",
            "Give the whole “Text” download of onetcenter.org/database.html.",
        )
    return skills


def _number(name: str, files: Mapping[str, bytes]) -> tuple[str, str]:
    text = decode(READ_ME, files[READ_ME]) if READ_ME in files else ""
    found = _RELEASE.search(text) or _RELEASE.search(name)
    month = _MONTH.search(text)
    return (".".join(found.groups()) if found else ""), (month.group(1) if month else "")


def _table(
    files: MutableMapping[str, bytes], file: str, *columns: str
) -> Iterator[tuple[int, list[str]]]:
    if file not in files:
        return iter(())
    data = files.pop(file)
    refuse_wide(file, data)
    table = read_table(file, data, columns, delimiter="\t", quoted=False, most_rows=MOST_ROWS)
    return table.pick(*columns)


def _occupations(files: MutableMapping[str, bytes], faults: Faults) -> dict[str, Occupation]:
    found: dict[str, Occupation] = {}
    for row, (code, title, text) in _table(files, OCCUPATIONS, SOC, "Title", "Description"):
        if not SOC_PATTERN.fullmatch(code):
            faults.add(OCCUPATIONS, row, SOC, f"{code[:40]!r} is no O*NET-SOC code", _LIKE)
        elif code in found:
            faults.add(OCCUPATIONS, row, SOC, f"{code} stands twice", "Keep one of the rows.")
        else:
            title = _within(faults, (OCCUPATIONS, row, "Title"), title, MOST_TITLE, needed=True)
            text = _within(faults, (OCCUPATIONS, row, "Description"), text, MOST_TEXT)
            found[code] = Occupation(code, title, text)
    return found


def _within(
    faults: Faults, at: tuple[str, int, str], text: str, most: int, *, needed: bool = False
) -> str:
    """Return a text without spaces around it; note one that no document may hold."""
    text = text.strip()
    if len(text) > most:
        faults.add(*at, f"is longer than {most:,} characters", "Shorten it.")
    if needed and not text:
        faults.add(*at, "is blank", "Write something.")
    return text


_LIKE = "Write it like 51-4121.00."


def _read_ratings(release: Release, file: str, data: bytes, most: int, faults: Faults) -> int:
    """Take the ratings of a file, ``most`` rows at most, and return how many rows it has."""
    columns = (SOC, "Element ID", "Element Name", "Scale ID", "Data Value")
    flags = ("Recommend Suppress", "Not Relevant")
    refuse_wide(file, data)
    table = read_table(file, data, (*columns, *flags), delimiter="\t", quoted=False, most_rows=most)
    row = 0
    for row, (code, element, name, scale, value, suppress, irrelevant) in table.pick(
        *columns, *flags
    ):
        occupation = release.occupations.get(code)
        if occupation is None:
            faults.add(file, row, SOC, f"{OCCUPATIONS} has no {code[:40]!r}", _ALIKE)
            continue
        if scale not in _BOUNDS or value == NOTHING:
            continue
        try:
            number = _value(scale, value)
            unsure, unrelated = _flag(suppress), _flag(irrelevant)
        except ValueError as error:
            column, message, remedy = error.args
            faults.add(file, row, column or flags[suppress in _FLAGS], message, remedy)
            continue
        if element not in release.names:
            at = (file, row, "Element Name")
            release.names[element] = _within(faults, at, name, MOST_NAME, needed=True)
        rated = occupation.ratings.setdefault(element, Rated(file, row))
        _set(rated, scale, number, faults, (file, row, f"{code} {element}"))
        rated.suppressed |= unsure
        rated.not_relevant |= unrelated
    return row


_ALIKE = "Take all files from one release."


def _set(
    rated: Rated, scale: str, number: Decimal, faults: Faults, at: tuple[str, int, str]
) -> None:
    file, row, what = at
    name = "importance" if scale == "IM" else "level"
    if getattr(rated, name) is not None:
        faults.add(file, row, "Scale ID", f"{what} {scale} stands twice", "Keep one of the rows.")
    setattr(rated, name, number)
    if scale == "IM":
        rated.row = row


@lru_cache(maxsize=4096)
def _value(scale: str, text: str) -> Decimal:
    low, high = _BOUNDS[scale]
    if not _NUMBER.fullmatch(text) or not low <= Decimal(text) <= high:
        remedy = f"Write a number from {low} to {high}, such as 3.25."
        raise ValueError("Data Value", f"{text[:40]!r} is no value of the scale {scale}", remedy)
    return Decimal(text)


_FLAGS = {"Y": True, "N": False, NOTHING: False, "": False}


def _flag(text: str) -> bool:
    if text not in _FLAGS:
        raise ValueError("", f"{text[:40]!r} is neither Y, N nor n/a", "Write one of these.")
    return _FLAGS[text]


def _read_anchors(release: Release, files: MutableMapping[str, bytes], faults: Faults) -> None:
    if ANCHORS not in files:
        release.notes.append(Note(ANCHORS, "is missing, so ratings 2 to 4 have no sentences"))
    columns = ("Element ID", "Scale ID", "Anchor Value", "Anchor Description")
    for row, (element, scale, value, text) in _table(files, ANCHORS, *columns):
        if scale != "LV":
            continue
        anchors = release.anchors.setdefault(element, {})
        if not value.isdecimal():
            faults.add(ANCHORS, row, "Anchor Value", f"{value[:40]!r} is no whole number")
        elif value in anchors:
            faults.add(ANCHORS, row, "Anchor Value", f"{element} {value} stands twice")
        else:
            at = (ANCHORS, row, "Anchor Description")
            anchors[value] = _within(faults, at, text, MOST_TEXT)


def _read_elements(release: Release, files: MutableMapping[str, bytes], faults: Faults) -> None:
    columns = ("Element ID", "Element Name", "Description")
    for row, (element, name, text) in _table(files, ELEMENTS, *columns):
        name = _within(faults, (ELEMENTS, row, "Element Name"), name, MOST_TITLE)
        release.names.setdefault(element, name)
        at = (ELEMENTS, row, "Description")
        release.descriptions[element] = _within(faults, at, text, MOST_DESCRIPTION)


def _read_titles(release: Release, files: MutableMapping[str, bytes], faults: Faults) -> None:
    file = next((file for file in TITLES if file in files), None)
    if file is None:
        release.notes.append(Note(" or ".join(TITLES), "is missing: no alternative titles"))
        return
    for row, (code, title) in _table(files, file, SOC, TITLES[file]):
        title = _within(faults, (file, row, TITLES[file]), title, MOST_TITLE)
        _of(release, file, row, code, faults).titles.append(title)


def _read_tasks(release: Release, files: MutableMapping[str, bytes], faults: Faults) -> None:
    for row, (code, task, kind) in _table(files, TASKS, SOC, "Task", "Task Type"):
        occupation = _of(release, TASKS, row, code, faults)
        task = _within(faults, (TASKS, row, "Task"), task, MOST_TEXT, needed=True)
        if kind != "Supplemental":
            occupation.tasks.append(task)


def _read_zones(release: Release, files: MutableMapping[str, bytes], faults: Faults) -> None:
    for row, (code, zone) in _table(files, ZONES, SOC, "Job Zone"):
        _of(release, ZONES, row, code, faults).zone = zone
    columns = ("Job Zone", "Education", "Experience")
    for row, (zone, *texts) in _table(files, ZONE_NAMES, *columns):
        education, experience = (
            _within(faults, (ZONE_NAMES, row, name), text, MOST_TEXT)
            for name, text in zip(columns[1:], texts, strict=True)
        )
        release.zones[zone] = (education, experience)


def _of(release: Release, file: str, row: int, code: str, faults: Faults) -> Occupation:
    found = release.occupations.get(code)
    if found is None:
        faults.add(file, row, SOC, f"{OCCUPATIONS} has no {code[:40]!r}", _ALIKE)
        return Occupation(code, "", "")
    return found
