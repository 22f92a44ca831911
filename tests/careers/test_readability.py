"""How hard a text is to read. No database."""

import pytest

from careers.readability import grade, syllables


@pytest.mark.parametrize(
    ("word", "expected"),
    [("box", 1), ("maker", 2), ("industry", 3), ("supervisor", 4), ("area", 1)],
)
def test_syllables_are_the_places_where_a_word_may_be_broken(word, expected):
    """A single letter is never broken off: the count is low for "area", never high."""
    assert syllables(word) == expected


def test_the_grade_is_flesch_and_kincaids():
    """24 words in 3 sentences, 27 syllables: 0.39 × 8 + 11.8 × 27 ÷ 24 − 15.59 = 0.8."""
    text = (
        "The man cuts the box with the big knife. He makes one box a day.\n"
        "The maker has a paper box under his arm"
    )
    assert grade(text) == 0.8


def test_a_text_of_a_few_words_has_no_grade():
    """One long word would decide it."""
    assert grade("Characteristically incomprehensible") is None
    assert grade("box " * 19) is None
    assert grade("") is None


def test_numbers_and_signs_are_no_words():
    """A text of figures has nothing to read."""
    assert grade("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 % — +") is None
