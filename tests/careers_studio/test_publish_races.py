"""Publishing, drafting and starting again at the same moment: once each, and nothing torn."""

from collections import Counter

import pytest
from django.test import Client

from assessments.models import Assessment, Rating
from careers import document, publishing
from careers.drafts import compile_draft
from careers.models import Career, Requirement, Version
from careers.publishing import ChangedDraftError, UnchangedError
from careers.studio.cells import cell_of, save_cells
from tests import frameworks
from tests.assessments.test_races import shared_database, together
from tests.conftest import NOW, answer, publish, start

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures(shared_database.__name__),
]


def draft_hash() -> str:
    return document.content_hash(document.normal(compile_draft(Career.objects.get())))


def test_of_publishers_at_once_one_publishes_and_the_others_are_told(transactional_db):
    """All reviewed the same draft: it becomes one version."""
    career = publish(frameworks.tiny()).career
    Requirement.objects.filter(level__key="senior").update(importance=1)
    reviewed = draft_hash()

    def press(number: int) -> str:
        try:
            publishing.publish(career=career, now=NOW, note=str(number), reviewed=reviewed)
        except UnchangedError:
            return "told"
        return "published"

    assert Counter(together(press)) == {"published": 1, "told": 7}
    assert Version.objects.count() == 2


def test_what_is_published_is_what_was_reviewed_while_others_edit(transactional_db):
    """Half of the threads edit cells, half publish: no version holds a mixture."""
    career = publish(frameworks.of_size(6, 2)).career

    def work(number: int) -> str:
        if number % 2:
            return _edit(career, number)
        reviewed = draft_hash()
        try:
            version = publishing.publish(career=career, now=NOW, reviewed=reviewed)
        except (ChangedDraftError, UnchangedError) as refused:
            return type(refused).__name__
        return "as reviewed" if version.sha256 == reviewed else "something else"

    outcomes = Counter(together(work))
    assert outcomes["edited"] == 4
    assert outcomes["something else"] == 0
    numbers = list(Version.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, outcomes["as reviewed"] + 2))


def _edit(career: Career, number: int) -> str:
    cell = cell_of(career, "level-1", f"skill-{number // 2}")
    changed = type(cell)(cell.level, cell.skill, 4, 5, not cell.essential, cell.revision)
    save_cells(career=career, changes=[changed])
    return "edited"


def test_two_clicks_on_the_offer_at_once_start_once(transactional_db):
    """With each answer brought over once."""
    mara = Client()
    version = publish(frameworks.tiny())
    report = start(mara, version, "senior")
    answer(report, cutting=3, gluing=1)
    mara.post(f"/assessments/{report.pk}/finish/")
    Requirement.objects.filter(level__key="senior").update(importance=1)
    publishing.publish(career=version.career, now=NOW)

    def click(_number: int) -> str:
        browser = Client()
        browser.cookies.update(mara.cookies)
        return browser.post(f"/assessments/{report.pk}/again/")["Location"]

    assert len(set(together(click))) == 1
    fresh = Assessment.objects.get(finished_at=None)
    assert Rating.objects.filter(assessment=fresh).count() == 2
