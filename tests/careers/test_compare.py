"""What changed between two documents: every cell that differs, and no other."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careers.compare import Change, Field, compare
from careers.document import Json, normal

from .. import frameworks
from .test_document import documents


def tiny(**changes) -> Json:
    return normal(frameworks.tiny(**changes))


def changed(change) -> list[Change]:
    """Return what compare says of the tiny career after ``change`` was done to a copy."""
    after = frameworks.tiny()
    change(after)
    return compare(tiny(), normal(after))


def found(document: Json, name: str, key: str) -> Json:
    return next(row for row in document[name] if row["key"] == key)


def test_a_changed_requirement_is_told_cell_by_cell():
    """Rating, importance and essential are a cell each.

    skill   | senior before | after
    --------+---------------+------------
    cutting | 3 w5 *        | 4 w4
    """
    row = {"rating": 4, "importance": 4, "essential": False}
    assert changed(lambda after: after["requirements"][2].update(row)) == [
        Change(
            "changed",
            "requirement",
            ("senior", "cutting"),
            (Field("rating", 3, 4), Field("importance", 5, 4), Field("essential", True, False)),
        )
    ]


def test_added_and_removed_requirements_show_what_they_ask():
    """An importance of an added one counts as much as one that changed."""

    def swap(after: Json) -> None:
        after["requirements"][3] = frameworks.requirement("junior", "planning", 1, 2)

    assert changed(swap) == [
        Change(
            "added",
            "requirement",
            ("junior", "planning"),
            (Field("rating", None, 1), Field("importance", None, 2)),
        ),
        Change(
            "removed",
            "requirement",
            ("senior", "gluing"),
            (Field("rating", 3, None), Field("importance", 3, None)),
        ),
    ]


@pytest.mark.parametrize(
    ("change", "row", "key", "fields"),
    [
        (
            lambda after: after["career"].update(title="Crate Maker", alternative_titles=["B"]),
            "career",
            (),
            (
                ("title", "Box Maker", "Crate Maker"),
                ("alternative_titles", "Carton Builder", None),
                ("alternative_titles", None, "B"),
            ),
        ),
        (
            lambda after: after["career"].update(codes={"isco": "9"}),
            "career",
            (),
            (("codes onet-soc", "99-0001.00", None), ("codes isco", None, "9")),
        ),
        (
            lambda after: after["levels"][0].update(years=[0, None], focus=["boxes"]),
            "level",
            ("junior",),
            (("years from", None, 0), ("focus", None, "boxes")),
        ),
        (
            lambda after: after["groups"][0].update(title="Hands"),
            "group",
            ("hands",),
            (("title", "With the hands", "Hands"),),
        ),
        (
            lambda after: after["skills"][1].update(anchors=["a", "", "c", "d", "e"]),
            "skill",
            ("gluing",),
            tuple(
                (f"anchors {n}", f"Gluing: what {n} looks like.", text)
                for n, text in enumerate(["a", "", "c", "d", "e"])
            ),
        ),
        (
            lambda after: found(after, "steps", "cut-orders").update(
                requires=[], gives=[{"skill": "cutting", "rating": 4}], after=["cut-scraps"]
            ),
            "step",
            ("cut-orders",),
            (
                ("requires cutting", 1, None),
                ("after", None, "cut-scraps"),
                ("gives cutting", 3, 4),
            ),
        ),
        (
            lambda after: after["facts"][0].update(value="31000", level="senior"),
            "fact",
            ("pay",),
            (("value", "30000", "31000"), ("level", "junior", "senior")),
        ),
        (
            lambda after: after["guide"]["sections"][0]["items"].append({"text": "Stack."}),
            "guide section",
            ("work",),
            (("items", None, "Stack."),),
        ),
        (
            lambda after: after["sources"][0].update(note="By hand"),
            "source",
            ("box-survey",),
            (("note", None, "By hand"),),
        ),
    ],
)
def test_every_kind_of_row_is_told_field_by_field(change, row, key, fields):
    """Lists are taken apart: by skill, by rating, by entry."""
    assert changed(change) == [Change("changed", row, key, tuple(Field(*f) for f in fields))]


def test_a_list_in_another_order_is_told_once():
    """No row of it has changed."""
    moved = changed(lambda after: after["skills"].reverse())
    assert moved == [Change("reordered", "skill")]
    assert [change.where for change in moved] == ["skills"]


def test_entries_in_another_order_are_told():
    """Nothing is added or removed, and yet the content differs."""

    def turn(after: Json) -> None:
        after["levels"][0]["focus"] = ["glue", "cut"]

    before, after = frameworks.tiny(), frameworks.tiny()
    before["levels"][0]["focus"] = ["cut", "glue"]
    turn(after)
    assert compare(normal(before), normal(after))[0].fields == (
        Field("focus", "cut; glue", "glue; cut"),
    )


def test_rows_are_named_as_the_check_names_them():
    """So that a change and a finding about the same row read alike."""
    changes = changed(lambda after: after["requirements"].pop())
    assert [change.where for change in changes] == ["requirement senior × planning"]


@settings(max_examples=40, deadline=None)
@given(raw=documents())
def test_a_document_is_no_different_from_itself(raw):
    """Whatever it holds."""
    assert compare(normal(raw), normal(copy.deepcopy(raw))) == []


@settings(max_examples=60, deadline=None)
@given(raw=documents(), data=st.data())
def test_no_difference_goes_untold(raw, data):
    """Take a cell away or write another text into it: compare finds it, both ways round."""
    before = normal(raw)
    after = copy.deepcopy(before)
    name = data.draw(st.sampled_from([n for n in ("levels", "skills", "steps") if after[n]]))
    row = data.draw(st.sampled_from(after[name]))
    cell = data.draw(st.sampled_from(sorted(set(row) - {"key"})))
    row[cell] = _other(cell, row[cell])
    for one, other in ((before, after), (after, before)):
        changes = [c for c in compare(one, other) if c.kind == "changed"]
        assert [(c.row, c.key) for c in changes] == [(name.removesuffix("s"), (row["key"],))]


def _other(cell: str, value):
    """Return what differs from the value of that cell."""
    if isinstance(value, dict):
        return {**value, "new": "x"}
    if isinstance(value, list):
        row = {"skill": "new", "rating": 1} if cell in ("requires", "gives") else "new"
        return [*value[:-1], row]
    return not value if isinstance(value, bool) else f"{value} x"
