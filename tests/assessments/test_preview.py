"""The draft's questionnaire as a job seeker would see it, from the studio."""

import re

from django.test import Client

from assessments import questionnaire
from assessments.models import Assessment, Rating
from careers import publishing
from careers.models import Requirement, Skill
from tests.conftest import NOW

PREVIEW = "/studio/box-maker/preview/"


def test_every_page_of_the_draft_is_shown_and_marked(vera: Client, box_maker):
    """The draft's words, not the version's; every group in order; nothing to send."""
    Skill.objects.filter(key="cutting").update(title="Sawing")
    response = vera.get(PREVIEW)
    assert [page.key for page, _ in response.context["pages"]] == ["hands", "head"]
    assert re.findall(r'<legend class="question-title">(.*?)</legend>', response.text) == [
        "Sawing",
        "Gluing",
        "Planning",
    ]
    assert response.text.count("This is a preview of the draft.") == 1
    assert response.text.count('<form method="post"') == response.text.count("sign_out")


def test_the_questions_are_the_ones_that_publishing_brings(vera: Client, box_maker):
    """Markup for markup."""
    Skill.objects.filter(key="gluing").update(anchor_2="Glues alone.")
    shown = [str(html) for _, html in vera.get(PREVIEW).context["pages"]]
    version = publishing.publish(career=box_maker.career, now=NOW)
    assert shown == [str(questionnaire.render(version, key, {})) for key in ("hands", "head")]


def test_a_preview_saves_nothing(vera: Client, box_maker):
    """Neither an assessment nor a rating; posting to it is refused."""
    vera.get(PREVIEW)
    assert vera.post(PREVIEW, {"rating-cutting": "3"}).status_code == 405
    assert (Assessment.objects.count(), Rating.objects.count()) == (0, 0)


def test_a_broken_draft_names_its_errors_instead(vera: Client, box_maker):
    """Row by row."""
    Requirement.objects.filter(level__key="junior").delete()
    response = vera.get(PREVIEW)
    assert [str(problem) for problem in response.context["problems"]] == [
        "level junior: has no requirement; add one or remove the level"
    ]
    assert response.context["pages"] == []
