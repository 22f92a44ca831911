"""The judge of mutated imports notices readers that refuse everything, or drop something."""

import pytest

from careers.importers import uploads, workbook
from careers.importers.reading import Fault, InputError

from . import imports

pytestmark = pytest.mark.django_db


@pytest.fixture
def tried(monkeypatch, capsys):
    """Return what tries the right files and a few mutated ones, and gives what it printed."""
    monkeypatch.setattr(imports, "_peak", lambda: 0)  # the tests' own memory is none of it

    def run(mutated: int = 0) -> str:
        tries = imports.Tries()
        seeds = imports.small_seeds()
        imports._try_seeds(tries, seeds, {})
        for number in range(mutated):
            dice = imports.Random(f"1-{number}")
            tries.here(f"input {number}", imports._mutated(dice, seeds))
        tries.expect_shares()
        return capsys.readouterr().out

    return run


def right_files(said: str, outcome: str) -> int:
    """Return of how many right files, as they are, this was said."""
    lines = said.splitlines()
    return sum(line.startswith("right file (") and f"): {outcome}" in line for line in lines)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_readers_as_they_are_pass(tried):
    assert tried(mutated=120) == ""


@pytest.mark.parametrize(
    "said", ["AttributeError", "'NoneType' object has no attribute 'x'", "KeyError: 'title'"]
)
def test_a_reader_that_refuses_all_with_an_exception_is_found(tried, monkeypatch, said):
    def read(name, *_given):
        raise InputError([Fault(name, None, "", said)])

    monkeypatch.setattr(uploads, "read", read)
    assert right_files(tried(), "no clear reason") == len(imports.small_seeds())


def test_a_reader_that_refuses_all_in_plain_words_is_found(tried, monkeypatch):
    """By the right files, and by the share of the others."""

    def read(name, *_given):
        raise InputError([Fault(name, None, "", "is broken")])

    monkeypatch.setattr(uploads, "read", read)
    said = tried(mutated=120)
    assert right_files(said, "refused") == len(imports.small_seeds())
    assert "only 0% were imported, less than 8%" in said


@pytest.mark.parametrize(("fault", "is_clear"), [
    ("skills, row 3, column key: stands 2 times; keep one.", True),
    ("x.json: is broken. Fetch or copy the file again.", True),
    ("x.json: .", False),
    ("broken", False),
    ("x.json: 'NoneType' object is not iterable.", False),
])  # fmt: skip
def test_a_reason_says_where_and_what(fault, is_clear):
    assert (imports.refusal([fault]) == "refused") is is_clear
    assert imports.refusal([]) == "no reason given"


def test_a_workbook_whose_later_rows_are_dropped_is_found(tried, monkeypatch):
    """Both as .xlsx and as CSV files."""
    real = workbook._grids

    def short(name, data):
        grids, notes = real(name, data)
        return {sheet: grid[:3] for sheet, grid in grids.items()}, notes

    monkeypatch.setattr(workbook, "_grids", short)
    monkeypatch.setattr(workbook, "_verified", lambda _name, made, _places: workbook_normal(made))
    said = tried()
    assert "book.xlsx" in said
    assert "sheets.zip" in said


def workbook_normal(made):
    """Let what refers to a dropped row pass, as if nothing did."""
    from careers import document

    keys = {row["key"] for row in made["skills"]}
    made["requirements"] = [row for row in made["requirements"] if row["skill"] in keys]
    made["steps"] = []
    return document.normal(made)


def test_a_skill_that_any_reader_drops_is_found(tried, monkeypatch):
    """With all that refers to it, so that nothing else complains."""
    real = uploads.read

    def read(*given):
        reading = real(*given)
        for made in reading.documents:
            dropped = made["skills"].pop()
            left = {skill["group"] for skill in made["skills"]}
            made["groups"] = [group for group in made["groups"] if group["key"] in left]
            rows = made["requirements"]
            made["requirements"] = [row for row in rows if row["skill"] != dropped["key"]]
            made["steps"] = []
        return reading

    monkeypatch.setattr(uploads, "read", read)
    said = tried()
    assert right_files(said, "not whole") == len(imports.small_seeds())
