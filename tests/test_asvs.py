"""docs/asvs.csv: every requirement of OWASP ASVS 5.0 at level 1 and 2, each with its test."""

import ast
import csv
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
with (ROOT / "docs" / "asvs.csv").open(newline="", encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))
with (ROOT / "tests" / "asvs_levels.csv").open(newline="", encoding="utf-8") as _file:
    LEVELS = [(row["id"], row["level"]) for row in csv.DictReader(_file)]
BY_ID = {row["id"]: row for row in ROWS}
NOT_MET = "Not met: "


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_requirement_stands_once_with_its_level():
    """70 of level 1 and 183 of level 2, as the standard has them, in its order."""
    assert [(row["id"], row["level"]) for row in ROWS] == LEVELS
    assert len(set(BY_ID)) == len(ROWS)
    assert [sum(level == n for _id, level in LEVELS) for n in "12"] == [70, 183]


def test_every_row_says_what_it_is_about():
    """A topic and a reason in our words, and whether it applies."""
    assert {row["applies"] for row in ROWS} == {"yes", "no"}
    assert [row["id"] for row in ROWS if not row["topic"] or not row["reason"]] == []


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_what_applies_has_a_test_that_is_there(row):
    """What does not apply has none; what is not met says so, and may have one of a part."""
    named = row["test"].split()
    if row["applies"] == "no":
        assert named == []
        return
    assert named or row["reason"].startswith(NOT_MET)
    for each in named:
        path, _, name = each.partition("::")
        assert name in names_in(path), each


def test_everything_that_applies_is_met():
    """A row that is not met again is a decision, and SECURITY.md's readers are told."""
    assert [row["id"] for row in ROWS if row["reason"].startswith(NOT_MET)] == []
