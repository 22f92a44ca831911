"""O*NET: both layouts, the rule of the mapping, and errors by file, row and column."""

import pytest

from careers import check, document
from careers.importers import onet
from careers.importers.onet_release import WANTED
from careers.importers.reading import InputError

from . import releases
from .releases import BAKER, IDLER, JUGGLER


def careers(layout: str = "new", **options) -> dict:
    """Return the made-up release's documents by code."""
    reading = onet.read("release", releases.onet(layout), **options)
    return {each["career"]["codes"]["onet-soc"]: each for each in reading.documents}


def refusals(files: dict[str, bytes], **options) -> list[str]:
    """Return why a release is refused, line by line."""
    with pytest.raises(InputError) as refused:
        onet.read("release", files, **options)
    return [str(fault) for fault in refused.value.faults]


def changed(file: str, old: str, new: str, layout: str = "new") -> dict[str, bytes]:
    """Return the release with one text of one file replaced."""
    files = releases.onet(layout)
    assert old.encode() in files[file]
    return {**files, file: files[file].replace(old.encode(), new.encode(), 1)}


def test_the_rule_of_the_mapping():
    """IM from 2.5 on; LV below 2, 3.5, 5 or more; IM rounded; essential from 3.5 on.

    Not relevant rows are left out; 2.50 is in and rounds to 2, 1.99 is still 1, 4.50 is 4.
    """
    cells = {
        code: [
            (row["skill"], row["rating"], row["importance"], row["essential"])
            for row in each["requirements"]
        ]
        for code, each in careers().items()
    }
    assert cells == {
        JUGGLER: [
            ("looking-up", 3, 4, True),
            ("watching", 1, 2, False),
            ("knowledge-mathematics", 2, 3, False),
            ("knowledge-carriages", 3, 3, False),
        ],
        BAKER: [("watching", 4, 4, True), ("minding-ovens", 3, 4, True)],
    }


def test_both_layouts_give_the_same_but_for_release_and_group_titles():
    """The keys are the same, so that reports outlive the change of layout."""
    old, new = careers("old"), careers("new")
    for each in (*old.values(), *new.values()):
        each["career"].pop("credit")
        each.pop("sources")
        for section in each["guide"].get("sections", []):
            for item in section["items"]:
                item.pop("source")
        for level in each["levels"]:
            for row in level.get("checks", []):
                row.pop("source")
    assert old == new


def test_a_career_has_titles_code_credit_and_a_word_on_what_it_rests_on():
    """Other titles stand once each; quotation marks are text."""
    juggler = careers()[JUGGLER]
    assert juggler["career"] == {
        "key": "onet-99-1111-00",
        "title": "Jugglers",
        "summary": "Keep things in the air.",
        "alternative_titles": ['Ball "Air" Artist', "ball keeper"],
        "codes": {"onet-soc": JUGGLER},
        "credit": (
            "This page includes information from the O*NET 30.3 Database by the U.S. Department"
            " of Labor, Employment and Training Administration (USDOL/ETA). Used under the CC BY"
            " 4.0 license. O*NET® is a trademark of USDOL/ETA. Rung has modified all or some of"
            " this information. USDOL/ETA has not approved, endorsed, or tested these"
            " modifications."
        ),
    }
    [level] = juggler["levels"]
    assert level["scope"] == (
        "This career rests on general skills and knowledge that O*NET rates for every"
        " occupation, not on the skills of the trade itself."
    )
    assert [item["text"] for item in juggler["guide"]["sections"][0]["items"]] == [
        'Throw "clubs" and catch them.',
        "Pick up what fell.",
    ]
    assert juggler["sources"][0]["date"] == "May 2026"
    assert [row["text"] for row in careers()[BAKER]["levels"][0]["checks"]] == [
        "School.",
        "A winter of mornings.",
    ]


def test_the_three_anchors_belong_to_ratings_two_three_and_four():
    """By their order: skills are anchored at 2, 4 and 6, knowledge areas at 1, 4 and 7."""
    skills = {each["key"]: each for each in careers()[JUGGLER]["skills"]}
    assert skills["looking-up"]["anchors"] == [
        "Looking Up: nothing yet like the examples of the higher ratings.",
        "Looking Up: simpler things than these, with somebody there to help.",
        "Follow one ball",
        "Follow three balls",
        "Follow nine balls at dusk",
    ]
    assert skills["knowledge-carriages"]["anchors"][2:] == [
        "Name a cart",
        "Load a cart",
        "Plan a railway",
    ]
    assert skills["watching"]["anchors"][2:] == ["", "", ""]


def test_imprecise_figures_are_taken_and_marked():
    """Recommend Suppress: the description of that career's skill says so, and a note counts."""
    skills = {each["key"]: each for each in careers()[JUGGLER]["skills"]}
    assert skills["knowledge-mathematics"]["description"] == onet.IMPRECISE
    assert skills["looking-up"]["description"] == "Seeing what is above."
    reading = onet.read("release", releases.onet())
    assert [str(note) for note in reading.notes] == [
        "1 requirements left out, because O*NET marks them as not relevant",
        "1 requirements rest on figures that O*NET marks as imprecise;"
        " the descriptions of their skills say so",
        "Level Scale Anchors.txt: has less than 3 anchors of Watching, Mathematics, Minding Ovens;"
        " is the file whole?",
        "1 occupations without ratings were skipped: 99-3333.00",
    ]


@pytest.mark.parametrize("layout", ["old", "new"])
def test_what_is_made_is_in_normal_form_and_may_be_published(layout):
    """Byte for byte, so that its hash can be compared without checking it again."""
    for each in careers(layout).values():
        assert document.canonical(document.normal(each)) == document.canonical(each)
        assert check.errors(each) == []


@pytest.mark.parametrize("file", ["Essential Skills.txt", "Knowledge.txt"])
def test_a_rating_file_that_ends_too_early_is_asked_about(file):
    """Cut between two rows it is well-formed: the dry run says whom it leaves unrated."""
    files = releases.onet()
    lines = files[file].splitlines(keepends=True)
    cut = b"".join(line for line in lines if not line.startswith(BAKER.encode()))
    notes = [str(note) for note in onet.read("release", {**files, file: cut}).notes]
    assert f"{file}: rates nothing of {BAKER}; is the file whole?" in notes
    assert not any("rates nothing" in str(note) for note in onet.read("release", files).notes)


def test_chosen_occupations_come_alone():
    assert list(careers(occupations=[BAKER])) == [BAKER]


def test_a_chosen_occupation_that_is_unknown_or_unrated_is_an_error():
    """All of them are named."""
    assert refusals(releases.onet(), occupations=["99-9999.00", IDLER, "welder", BAKER]) == [
        "release: there is no occupation '99-9999.00'.",
        "release: 99-3333.00 has no ratings in this release. Leave it out.",
        "release: there is no occupation 'welder'. Write a code like 51-4121.00.",
    ]


def test_files_that_are_missing_are_named():
    """Those without which nothing can be mapped; the rest is noted."""
    files = releases.onet()
    for name in ("Knowledge.txt", "Transferable Skills.txt"):
        del files[name]
    assert refusals(files) == [
        "release: Transferable Skills.txt, Knowledge.txt is missing from this O*NET release."
        " Give the whole “Text” download of onetcenter.org/database.html."
    ]
    needed = ("Occupation Data.txt", "Knowledge.txt", "Skills.txt")
    least = {name: releases.onet("old")[name] for name in needed}
    reading = onet.read("db_30_1_text", least)
    assert [each["sources"][0]["name"] for each in reading.documents] == ["onet-30.1"] * 2
    assert [str(note) for note in reading.notes[:2]] == [
        "Level Scale Anchors.txt: is missing, so ratings 2 to 4 have no sentences",
        "Job Titles.txt or Alternate Titles.txt: is missing: no alternative titles",
    ]


def test_missing_columns_are_named_with_those_that_are_there():
    files = changed("Occupation Data.txt", "\tTitle\t", "\tName\t")
    assert refusals(files) == [
        "Occupation Data.txt, row 1, column Title: this column is missing."
        " Add it to the heading; there are: O*NET-SOC Code, Name, Description."
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            *("Knowledge.txt", "IM\t3.49", "IM\tthree"),
            "Knowledge.txt, row 2, column Data Value: 'three' is no value of the scale IM."
            " Write a number from 1 to 5, such as 3.25.",
        ),
        (
            *("Knowledge.txt", "LV\t2.00", "LV\t7.01"),
            "Knowledge.txt, row 3, column Data Value: '7.01' is no value of the scale LV."
            " Write a number from 0 to 7, such as 3.25.",
        ),
        (
            *("Knowledge.txt", "LV\t2.00", "LV\tNaN"),
            "Knowledge.txt, row 3, column Data Value: 'NaN' is no value of the scale LV."
            " Write a number from 0 to 7, such as 3.25.",
        ),
        (
            *("Essential Skills.txt", "LV\t1.99", "IM\t1.99"),
            "Essential Skills.txt, row 7, column Scale ID: 99-1111.00 2.A.2.d IM stands twice."
            " Keep one of the rows.",
        ),
        (
            *("Essential Skills.txt", "99-1111.00\t2.A.2.d", "99-1119.00\t2.A.2.d"),
            "Essential Skills.txt, row 6, column O*NET-SOC Code:"
            " Occupation Data.txt has no '99-1119.00'. Take all files from one release.",
        ),
        (
            *("Essential Skills.txt", "N\tN\t08/2025", "N\tmaybe\t08/2025"),
            "Essential Skills.txt, row 3, column Not Relevant: 'maybe' is neither Y, N nor n/a."
            " Write one of these.",
        ),
        (
            *("Occupation Data.txt", "99-2222.01", "99-1111.00"),
            "Occupation Data.txt, row 3, column O*NET-SOC Code: 99-1111.00 stands twice."
            " Keep one of the rows.",
        ),
        (
            *("Job Titles.txt", "\tn/a\t08\r\n", "\tn/a\r\n"),
            "Job Titles.txt, row 2: has 3 cells where the heading has 4. Mend or remove the row.",
        ),
        (
            *("Essential Skills.txt", "LV\t4.00", "LX\t4.00"),
            "Essential Skills.txt, row 2, column Scale ID: 99-1111.00 2.A.1.a has an importance"
            " (IM) but no level (LV). Add the LV row.",
        ),
    ],
)
def test_a_broken_row_is_named_by_file_row_and_column(file, old, new, fault):
    """With what to do."""
    assert refusals(changed(file, old, new))[0] == fault


def test_a_file_in_another_encoding_is_named_with_row_and_column():
    files = releases.onet()
    latin = "Bäke".encode("latin-1")
    broken = {"Occupation Data.txt": files["Occupation Data.txt"].replace(b"Bake bread", latin)}
    assert refusals({**files, **broken}) == [
        "Occupation Data.txt, row 3, column Description: the byte 0xe4 is not UTF-8."
        " Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    ]
    text = files["Knowledge.txt"].decode()
    assert refusals({**files, "Knowledge.txt": text.encode("utf-16")}) == [
        "Knowledge.txt: is UTF-16, not UTF-8."
        " Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    ]


def test_a_hundred_faults_are_enough():
    """Nobody reads ten thousand."""
    files = releases.onet()
    files["Job Titles.txt"] += b"99-0000.00\tX\tn/a\t08\r\n" * 500
    faults = refusals(files)
    assert len(faults) == 101
    assert faults[-1] == "Job Titles.txt: more faults follow. Mend these first."


def test_every_wanted_file_is_in_one_of_the_layouts():
    """A name that is misspelt would never be found."""
    assert set(WANTED) == set(releases.onet("old")) | set(releases.onet("new"))
