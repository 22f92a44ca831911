"""ESCO: essential and optional skills at a stated default, errors by file, row, column."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from careers import check, document
from careers.importers import esco, sources
from careers.importers.reading import InputError
from careers.models import Career, Version

from . import releases
from .shared import real

BASE = "http://data.europa.eu/esco"


def careers(**options) -> dict:
    """Return the made-up release's documents by code."""
    reading = esco.read("esco", releases.esco(), **options)
    return {each["career"]["codes"]["esco"]: each for each in reading.documents}


def refusals(files: dict[str, bytes], **options) -> list[str]:
    """Return why a release is refused, line by line."""
    with pytest.raises(InputError) as refused:
        esco.read("esco", files, **options)
    return [str(fault) for fault in refused.value.faults]


def changed(file: str, old: str, new: str) -> dict[str, bytes]:
    """Return the release with one text of one file replaced."""
    files = releases.esco()
    assert old.encode() in files[file]
    return {**files, file: files[file].replace(old.encode(), new.encode(), 1)}


def test_essential_and_optional_get_the_default():
    """What stands as both is essential; what stands twice stands once."""
    cells = {
        code: [
            (row["skill"], row["rating"], row["importance"], row["essential"])
            for row in each["requirements"]
        ]
        for code, each in careers().items()
    }
    assert cells == {
        "9999.1": [
            ("catch-things", 2, 4, True),
            ("throw-things", 2, 4, True),
            ("bow-d4", 1, 2, False),
            ("gravity", 1, 2, False),
        ],
        "9999.2": [("bow-e5", 2, 4, True), ("gravity", 2, 4, True)],
    }
    reading = esco.read("esco", releases.esco())
    assert [str(note) for note in reading.notes] == [
        "1 skills stood as essential and as optional: taken as essential"
    ]


def test_a_career_has_titles_codes_credit_and_says_the_default():
    """Other labels stand one to a line, or with bars between."""
    made = careers()
    assert made["9999.1"]["career"] == {
        "key": "esco-9999-1",
        "title": "Juggler",
        "summary": "Keeps things in the air.",
        "alternative_titles": ["Ball keeper", "Air artist"],
        "codes": {"esco": "9999.1", "esco-uri": f"{BASE}/occupation/1", "isco": "9999"},
        "credit": (
            "This page uses the ESCO classification of the European Commission (2011/833/EU)."
        ),
    }
    assert made["9999.2"]["career"]["alternative_titles"] == ["Bread maker", "Oven keeper"]
    assert made["9999.1"]["levels"][0]["scope"] == esco.DEFAULT
    assert [group["title"] for group in made["9999.1"]["groups"]] == [
        "Essential skills",
        "Optional skills",
        "Optional knowledge",
    ]


def test_what_is_made_is_in_normal_form_and_may_be_published():
    for each in careers().values():
        assert document.canonical(document.normal(each)) == document.canonical(each)
        assert [finding.code for finding in check.check(each)] == []


@pytest.mark.parametrize("name", ["9999.2", f"{BASE}/occupation/2"])
def test_chosen_occupations_come_alone(name):
    """By code or by address."""
    assert list(careers(occupations=[name])) == ["9999.2"]


def test_a_chosen_occupation_that_is_unknown_or_empty_is_an_error():
    assert refusals(releases.esco(), occupations=["1234", "9999.3"]) == [
        "esco: there is no occupation '1234'."
        " Write a code like 7212.3, or the address of the concept.",
        "esco: 9999.3 has no skills. Leave it out.",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            *("occupationSkillRelations_en.csv", "optional,,", "handy,,"),
            "occupationSkillRelations_en.csv, row 2, column relationType:"
            " 'handy' is neither essential nor optional. Write one of these.",
        ),
        (
            *("occupationSkillRelations_en.csv", "skill/b2", "skill/z9"),
            "occupationSkillRelations_en.csv, row 3, column skillUri:"
            f" there is no skill '{BASE}/skill/z9'.",
        ),
        (
            *("occupationSkillRelations_en.csv", "occupation/2", "occupation/7"),
            "occupationSkillRelations_en.csv, row 7, column occupationUri:"
            f" there is no occupation '{BASE}/occupation/7'.",
        ),
        (
            *("skills_en.csv", "skill/b2", "skill/a1"),
            f"skills_en.csv, row 3, column conceptUri: {BASE}/skill/a1 stands twice."
            " Keep one of the rows.",
        ),
        (
            *("skills_en.csv", "gravity", ""),
            "skills_en.csv, row 4: has no conceptUri or preferredLabel. Mend the row.",
        ),
        (
            *("occupations_en.csv", "iscoGroup", "group"),
            "occupations_en.csv, row 1, column iscoGroup: this column is missing."
            " Add it to the heading; there are: conceptType, conceptUri, group, preferredLabel,"
            " altLabels, hiddenLabels, status, description, code.",
        ),
        (
            *("occupations_en.csv", 'air."', "air."),
            "occupations_en.csv, row 2: cannot be read (unexpected end of data)."
            " Look for a quotation mark that is not closed.",
        ),
    ],
)
def test_a_broken_row_is_named_by_file_row_and_column(file, old, new, fault):
    assert refusals(changed(file, old, new))[0] == fault


def test_a_missing_file_is_named():
    files = releases.esco()
    del files["skills_en.csv"]
    assert refusals(files) == [
        "esco: skills_en.csv is missing from this ESCO release."
        " Give the CSV download of the ESCO classification."
    ]


def run(*arguments, **options) -> list[str]:
    """Run import_esco and return the lines it wrote."""
    out = StringIO()
    call_command("import_esco", *arguments, stdout=out, verbosity=0, **options)
    return out.getvalue().splitlines()


def test_the_command_publishes_and_again_changes_nothing(db, tmp_path):
    path = tmp_path / "esco.zip"
    path.write_bytes(releases.zip_of(releases.esco()))
    assert run(path, publish=True)[-1] == "Published: 2 new versions."
    assert run(path, publish=True)[-2:] == [
        "Careers: 0 added, 0 changed, 2 unchanged.",
        "Published: 0 new versions.",
    ]


def test_a_fault_keeps_everything_out(db, tmp_path):
    broken = changed("occupationSkillRelations_en.csv", "optional,,", "handy,,")
    with pytest.raises(CommandError, match="row 2, column relationType"):
        run(releases.folder(tmp_path, broken), publish=True)
    assert Career.objects.count() == 0


# The real release.


def test_the_real_release_is_read_whole_and_chosen_occupations_published(db):
    """Essential and optional skills as counted in FORMATS.md."""
    path = real("esco-1.2.0-en.tar.xz")
    reading = esco.read(path.name, sources.read_path(path, esco.wanted()))
    rows = [row for each in reading.documents for row in each["requirements"]]
    assert len(reading.documents) == 3039
    # 17 pairs stand as both and are taken as essential.
    assert (sum(row["essential"] for row in rows), len(rows)) == (67_622, 67_622 + 61_382 - 17)
    chosen = {each["career"]["codes"]["esco"]: each for each in reading.documents}
    sizes = {
        code: (
            sum(row["essential"] for row in chosen[code]["requirements"]),
            sum(not row["essential"] for row in chosen[code]["requirements"]),
        )
        for code in ("7543.10", "3122.4", "7212.3", "7223.4")
    }
    assert sizes == {
        "7543.10": (20, 26),
        "3122.4": (39, 47),
        "7212.3": (36, 50),
        "7223.4": (19, 139),
    }
    assert run(path, "--occupation", *sizes, publish=True)[-1] == "Published: 4 new versions."
    assert Version.objects.get(search_text__contains="7212.3").title == "Welder"
