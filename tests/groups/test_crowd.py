"""What is measured is what finishing one by one would have stored."""

import pytest

from assessments.groups.page import page
from tests import frameworks
from tests.conftest import publish

from . import crowd
from .people import wrong

pytestmark = pytest.mark.django_db


def test_a_crowd_is_counted_as_a_recount_counts_it():
    """And its history ends at the median of today."""
    group = crowd.group_of(publish(frameworks.of_size(6, 3)), "level-2", 700)
    assert wrong() == []
    found = page(group)
    assert found.finished == 700
    assert len(found.months) == 12
    assert (found.months[-1].people, found.months[-1].low) == (700, found.median)
