"""The O*NET mapping worked out a second time from the real files, in another way.

Shares no code with the importer: cells split by hand, figures in whole hundredths. The rule
is the last one of FORMATS.md, the one by which occupations can be told apart.
"""

import tarfile

import pytest

from careers.importers import onet, sources
from careers.importers.onet_release import WANTED

from .shared import real

SKILLS = {
    "30.1": ("Skills.txt",),
    "30.3": ("Essential Skills.txt", "Transferable Skills.txt"),
}
TITLES = {"30.1": "Alternate Titles.txt", "30.3": "Job Titles.txt"}
CODES = (
    *("51-4121.00", "51-1011.00", "17-3024.00", "51-9161.00", "51-9061.00", "51-4111.00"),
    *("11-1011.00", "29-1141.00", "35-3023.00", "15-1252.00", "53-7062.00", "27-2042.00"),
)


@pytest.fixture(scope="module", params=sorted(SKILLS))
def release(request):
    """Return a release's number, its rows by file, and the importer's documents by code."""
    path = real(f"onet-{request.param}.tar.xz")
    rows = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name in WANTED and (file := archive.extractfile(member)):
                lines = [line.split("\t") for line in file.read().decode().split("\r\n") if line]
                rows[name] = [dict(zip(lines[0], line, strict=False)) for line in lines[1:]]
    reading = onet.read(path.name, sources.read_path(path, WANTED), CODES)
    made = {each["career"]["codes"]["onet-soc"]: each for each in reading.documents}
    assert set(made) == set(CODES)
    return request.param, rows, made


def hundredths(text: str) -> int:
    whole, _dot, decimals = text.partition(".")
    return 100 * int(whole) + int(f"{decimals:0<2}")


def expected(rows, files: tuple[str, ...], code: str):
    """Return {element id: (required rating, importance, essential)}."""
    figures: dict[str, dict[str, dict[str, str]]] = {}
    for file in (*files, "Knowledge.txt"):
        for row in rows[file]:
            if row["O*NET-SOC Code"] == code:
                figures.setdefault(row["Element ID"], {})[row["Scale ID"]] = row
    found = {}
    for element, by_scale in figures.items():
        importance = hundredths(by_scale["IM"]["Data Value"])
        level = hundredths(by_scale["LV"]["Data Value"])
        if importance < 250 or by_scale["LV"]["Not Relevant"] == "Y":
            continue
        if level < 200:
            rating = 1
        elif level < 350:
            rating = 2
        elif level < 500:
            rating = 3
        else:
            rating = 4
        whole, rest = divmod(importance, 100)
        up = rest > 50 or (rest == 50 and whole % 2 == 1)  # round() of Python
        found[element] = (rating, whole + up, importance >= 350)
    return found


def test_requirements_are_those_of_the_raw_figures(release):
    """Which elements, their required rating, importance and essential, one by one."""
    number, rows, made = release
    for code in CODES:
        document = made[code]
        elements = {each["key"]: each["codes"]["onet-element"] for each in document["skills"]}
        found = {
            elements[row["skill"]]: (row["rating"], row["importance"], row["essential"])
            for row in document["requirements"]
        }
        wanted = expected(rows, SKILLS[number], code)
        assert len(wanted) >= 10, code
        assert found == wanted, code
        assert len(document["skills"]) == len(document["requirements"]) == len(wanted), code


def test_anchors_are_the_three_of_the_release_from_the_lowest(release):
    """At ratings 2, 3 and 4; the two below are sentences of our own."""
    _number, rows, made = release
    by_element: dict[str, list[tuple[int, str]]] = {}
    for row in rows["Level Scale Anchors.txt"]:
        if row["Scale ID"] == "LV":
            anchor = (int(row["Anchor Value"]), row["Anchor Description"].strip())
            by_element.setdefault(row["Element ID"], []).append(anchor)
    for code in CODES:
        for skill in made[code]["skills"]:
            anchors = sorted(by_element[skill["codes"]["onet-element"]])
            assert skill["anchors"][2:] == [text for _value, text in anchors], skill["title"]
            assert all(text.startswith(f"{skill['title']}: ") for text in skill["anchors"][:2])


def test_titles_tasks_and_imprecise_figures_are_those_of_the_release(release):
    """Other titles whatever their order or case; core tasks; a mark where figures are imprecise."""
    number, rows, made = release
    name = "Job Title" if number == "30.3" else "Alternate Title"
    for code in CODES:
        document = made[code]
        mine = {
            file: [row for row in rows[file] if row["O*NET-SOC Code"] == code]
            for file in (TITLES[number], "Task Statements.txt", "Occupation Data.txt")
        }
        [occupation] = mine["Occupation Data.txt"]
        assert document["career"]["title"] == occupation["Title"]
        others = {row[name].strip().casefold() for row in mine[TITLES[number]]}
        others -= {occupation["Title"].casefold()}
        assert {each.casefold() for each in document["career"]["alternative_titles"]} == others
        core = {r["Task"].strip() for r in mine["Task Statements.txt"]}
        extra = {
            r["Task"].strip()
            for r in mine["Task Statements.txt"]
            if r["Task Type"] == "Supplemental"
        }
        [section] = document["guide"]["sections"]
        assert {item["text"] for item in section["items"]} <= core - extra
        imprecise = {
            row["Element ID"]
            for file in (*SKILLS[number], "Knowledge.txt")
            for row in rows[file]
            if row["O*NET-SOC Code"] == code and row["Recommend Suppress"] == "Y"
        }
        for skill in document["skills"]:
            is_marked = skill["description"].endswith(onet.IMPRECISE)
            assert is_marked == (skill["codes"]["onet-element"] in imprecise), skill["title"]
        assert f"O*NET {number} Database" in document["career"]["credit"]
