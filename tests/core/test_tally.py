"""Reading many reports at one level, and the middle of them."""

from statistics import median as exact_median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.core.ladder import Level, Requirement
from assessments.core.readiness import readiness
from assessments.core.tally import UNSURE_SLOT, mapped, median, read

LEVEL = Level("senior", (Requirement("cut", 3, 5, True), Requirement("glue", 2, 3)))


@pytest.mark.parametrize(
    ("ratings", "slots"),
    [
        ({}, (UNSURE_SLOT, UNSURE_SLOT)),
        ({"cut": None, "glue": 0}, (UNSURE_SLOT, 0)),
        ({"cut": 4, "glue": 1, "gone": 4}, (4, 1)),
    ],
)
def test_a_report_is_read_as_the_score_reads_it(ratings, slots):
    """A slot for each requirement; what is new is unanswered, what is gone is ignored."""
    found, score = read(LEVEL, ratings), readiness(LEVEL, ratings)
    assert (found.slots, found.low, found.band) == (slots, score.low, score.band)


def test_merged_skills_have_the_highest_of_their_ratings():
    """It is “not sure” only where there is no other."""
    merged = {"cut": ("saw", "chop"), "glue": ("paste",)}
    ratings = {"saw": 1, "chop": 3, "cut": None, "paste": None}
    assert mapped(ratings, merged) == {**ratings, "cut": 3, "glue": None}


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_the_median_of_a_histogram_is_that_of_its_values(values):
    """Rounded down to a tenth where it lies between two."""
    histogram = {value: values.count(value) for value in values}
    assert median(histogram) == int(exact_median(values))


def test_nothing_has_no_median():
    """Also where all that was counted has gone again."""
    assert (median({}), median({5: 0})) == (None, None)
