"""What moved between two sets of answers, and that it adds up as printed."""

from hypothesis import given
from hypothesis import strategies as st

from assessments.core.ladder import Level, Requirement
from assessments.core.moves import Move, moves
from assessments.core.readiness import readiness

SENIOR = Level(
    "senior",
    (
        Requirement("cutting", 3, 5, essential=True),
        Requirement("gluing", 3, 3),
        Requirement("planning", 2, 2),
    ),
)


def test_a_gain_is_what_the_skill_adds_to_the_readiness():
    """Cutting 1 to 3 of 3 at weight 5 of 10: two thirds of 50 points."""
    before = {"cutting": 1, "gluing": 3}
    assert moves(SENIOR, before, {"cutting": 3, "gluing": 3}) == (Move("cutting", 1, 3, 334),)
    assert readiness(SENIOR, before).low + 334 == 800


def test_the_largest_gain_comes_first_and_a_loss_last():
    before = {"cutting": 3, "gluing": 0, "planning": None}
    after = {"cutting": 2, "gluing": 3, "planning": 2}
    assert [(m.skill, m.gain > 0) for m in moves(SENIOR, before, after)] == [
        ("gluing", True), ("planning", True), ("cutting", False),
    ]  # fmt: skip


def test_what_changes_above_the_requirement_is_told_and_gains_nothing():
    """A person sees that they said more."""
    assert moves(SENIOR, {"cutting": 3}, {"cutting": 4}) == (Move("cutting", 3, 4, 0),)


def test_unanswered_and_not_sure_are_the_same():
    assert moves(SENIOR, {}, {"gluing": None}) == ()


def test_skills_that_the_level_does_not_ask_for_are_ignored():
    assert moves(SENIOR, {"singing": 1}, {"singing": 4}) == ()


answers = st.dictionaries(
    st.sampled_from(["cutting", "gluing", "planning"]),
    st.none() | st.integers(min_value=0, max_value=4),
)


@given(answers, answers)
def test_the_gains_add_up_to_the_difference_as_printed(before, after):
    """Whatever was answered before and after, to the last tenth."""
    total = readiness(SENIOR, after).low - readiness(SENIOR, before).low
    assert sum(move.gain for move in moves(SENIOR, before, after)) == total
