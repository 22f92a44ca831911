"""A questionnaire of thirty questions on one page, and one of a single question.

The package saves a page at a time: a page of one question is its way to save one answer.
"""

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()

import seeding
from django.core.management import call_command
from vinta_django_questionnaires.models import (
    EditPolicy,
    Page,
    Question,
    QuestionChoice,
    Questionnaire,
    QuestionnaireVersion,
    Section,
)
from vinta_django_questionnaires.question_types import QuestionType
from vinta_django_questionnaires.submissions import start_response, submit_page

call_command("migrate", verbosity=0)
call_command("install_default_widgets", verbosity=0)
asked = seeding.questions()


def questionnaire(key: str, questions: list[seeding.Json]) -> tuple[QuestionnaireVersion, Page]:
    """Store a published questionnaire of one page."""
    owner = Questionnaire.objects.create(key=key)
    version = QuestionnaireVersion.objects.create(
        questionnaire=owner, version=1, title="All thirty", edit_policy=EditPolicy.ALWAYS
    )
    page = Page.objects.create(questionnaire_version=version, key="all", title="All thirty")
    section = Section.objects.create(page=page, key="all", title="All thirty")
    for order, each in enumerate(questions):
        question = Question.objects.create(
            section=section, key=each["key"], title=each["title"], order=order,
            description=each["description"], question_type=QuestionType.SINGLE_CHOICE,
        )  # fmt: skip
        for place, text in enumerate([*each["anchors"], "Not sure"]):
            QuestionChoice.objects.create(
                question=question, value=str(place), label=text[:255], order=place
            )
    version.publish()
    return version, page


def answers(questions: list[seeding.Json], shift: int) -> dict[str, str]:
    """Return an answer to each question, another one for every shift."""
    return {each["key"]: str((shift + place) % 6) for place, each in enumerate(questions)}


version, page = questionnaire("all-thirty", asked)
small, small_page = questionnaire("one", asked[:1])
found: dict[str, list[seeding.Json]] = {"open": [], "save_one": [], "save_all": [], "result": []}
for person, browser in seeding.people():
    for name, (about, where, questions) in {
        "open": (version, None, asked),
        "save_one": (small, small_page, asked[:1]),
        "save_all": (version, page, asked),
        "result": (version, page, asked),
    }.items():
        response = start_response(about, respondent=person)
        if where is not None:
            submit_page(response, where, answers(questions, 5))
        address = f"/api/responses/{response.uuid}/"
        bodies = [json.dumps({"answers": answers(questions, n)}) for n in range(6)]
        if name.startswith("save"):
            lane = seeding.lane("POST", f"{address}pages/all/", browser, bodies, "application/json")
        else:
            lane = seeding.lane("GET", address + ("?plan=0" if where else ""), browser)
        found[name].append(lane)
seeding.say({name: {"status": 200, "lanes": lanes} for name, lanes in found.items()})
