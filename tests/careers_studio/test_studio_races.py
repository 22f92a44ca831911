"""Two editors at the same moment: nobody overwrites the other without being told."""

from collections import Counter

import pytest

from careers.models import Career, Level, Requirement, Skill, SkillGroup
from careers.studio.cells import Cell, UnknownCellError, save_cells
from careers.studio.merging import merge_skills
from careers.studio.rows import (
    KeyTakenError,
    StaleRowError,
    add_row,
    find,
    move_row,
    save_row,
)
from tests.assessments.test_races import shared_database, together  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def save(skill: str, rating: int, revision: int) -> str:
    """Save one cell of the tiny career's junior level; return whether it was stale."""
    change = Cell("junior", skill, rating, 1 if rating else 0, False, revision)
    saved = save_cells(career=Career.objects.get(), changes=[change])
    return "stale" if saved.stale else "saved"


def test_of_editors_changing_one_cell_at_once_only_one_is_saved(box_maker):
    """All the others are told what is stored, whatever the database."""
    outcomes = together(lambda number: save("cutting", 2 + number % 3, 1), threads=3)
    assert Counter(outcomes) == {"saved": 1, "stale": 2}
    row = Requirement.objects.get(level__key="junior", skill__key="cutting")
    assert row.revision == Career.objects.get().draft_revision == 2


def test_of_editors_filling_an_empty_cell_at_once_only_one_is_saved(box_maker):
    """Not an error of the database, and not two rows."""
    outcomes = together(lambda number: save("planning", 1 + number % 4, 0), threads=4)
    assert Counter(outcomes) == {"saved": 1, "stale": 3}


def test_one_removes_a_cell_while_others_change_it(box_maker):
    """Whoever comes first is saved; the stored cell is that one's."""
    outcomes = together(lambda number: save("gluing", number, 1), threads=4)
    # Number 2 sends the rating that is stored at first: that is no conflict while it is.
    assert outcomes.count("saved") in (1, 2)
    first = next(n for n in (0, 1, 3, 2) if outcomes[n] == "saved")
    ratings = Requirement.objects.filter(level__key="junior", skill__key="gluing")
    assert list(ratings.values_list("rating", flat=True)) == ([first] if first else [])


def test_different_cells_changed_at_once_are_all_saved(box_maker):
    """Each gets a revision of its own."""
    skills = ("cutting", "gluing", "planning")
    revisions = {"cutting": 1, "gluing": 1, "planning": 0}
    outcomes = together(
        lambda number: save(skills[number], 4, revisions[skills[number]]), threads=3
    )
    assert outcomes == ["saved"] * 3
    rows = Requirement.objects.filter(level__key="junior")
    assert sorted(rows.values_list("rating", "revision")) == [(4, 2), (4, 3), (4, 4)]


def test_of_editors_saving_one_form_at_once_only_one_is_saved(box_maker):
    """The others are told, and what they typed is theirs to send again."""

    def edit(number: int) -> str:
        career = Career.objects.get()
        row = find(career, Skill, "gluing")
        row.title = f"Gluing {number}"
        try:
            save_row(career=career, row=row, fields=["title"], seen=1)
        except StaleRowError as stale:
            return f"stale: {stale.stored.title}"
        return row.title

    outcomes = together(edit, threads=4)
    stored = Skill.objects.get(key="gluing").title
    assert sorted(outcomes) == sorted([stored, *[f"stale: {stored}"] * 3])


def test_of_editors_adding_one_key_at_once_only_one_does(box_maker):
    """The others are asked for another key; there is no error of the database."""

    def add(number: int) -> str:
        try:
            add_row(career=Career.objects.get(), row=SkillGroup(key="feet", title=f"{number}"))
        except KeyTakenError:
            return "taken"
        return "added"

    assert Counter(together(add, threads=4)) == {"added": 1, "taken": 3}


def test_levels_moved_at_once_keep_ranks_of_their_own(box_maker):
    """Each move finds the ladder as the one before left it."""
    together(lambda number: move_row(
        career=Career.objects.get(), model=Level, key="senior", places=-1 if number % 2 else 1
    ), threads=4)  # fmt: skip
    assert sorted(Level.objects.values_list("rank", flat=True)) == [1, 2]


def test_a_skill_merged_while_its_cell_is_changed_is_merged_with_it_or_the_change_refused(
    box_maker,
):
    """Never a cell of a skill that is gone, and never a half of each."""

    def work(number: int) -> str:
        if number == 0:
            career = Career.objects.get()
            merge_skills(career=career, source="cutting", into="gluing", seen_source=1, seen_into=1)
            return "merged"
        try:
            return save("cutting", 4, 1)
        except UnknownCellError:
            return "gone"

    outcomes = together(work, threads=2)
    rating = Requirement.objects.get(level__key="junior", skill__key="gluing").rating
    assert outcomes[0] == "merged"
    assert (outcomes[1], rating) in (("saved", 4), ("gone", 2))


def test_every_edit_has_a_revision_of_its_own(box_maker):
    """Editors who insist, each with the revision just read, never share a number."""

    def insist(number: int) -> list[int]:
        outcomes = []
        for time in range(3):
            row = Requirement.objects.get(level__key="senior", skill__key="planning")
            change = Cell("senior", "planning", 1 + (number + time) % 4, 1 + number % 5, False,
                          row.revision)  # fmt: skip
            saved = save_cells(career=Career.objects.get(), changes=[change])
            # A cell that says this already keeps its revision, which somebody else took.
            outcomes += [each.revision for each in saved.saved if each.revision > row.revision]
        return outcomes

    revisions = sorted({each for thread in together(insist) for each in thread})
    assert revisions == list(range(2, 2 + len(revisions)))
    assert Career.objects.get().draft_revision == revisions[-1]
