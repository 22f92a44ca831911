"""One campaign of thirty enumerated questions, and samples of two people.

The questionnaire is opened as JSON, as its own front end does: the shipped page of all
questions and that of one fail where they list the choices.
"""

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()

import seeding
from django.core.management import call_command
from survey.models import (
    Answer,
    Campaign,
    Choice,
    Content,
    EnumeratedQuestions,
    Question,
    Sample,
    Unit,
)

call_command("migrate", verbosity=0)  # first the tables that its own refer to
call_command("migrate", run_syncdb=True, verbosity=0)
campaign = Campaign.objects.create(
    slug="all-thirty", title="All thirty", description="Rate yourself.", is_active=True
)
asked = []
for rank, each in enumerate(seeding.questions(), start=1):
    unit = Unit.objects.create(slug=each["key"], title=each["title"], system=Unit.SYSTEM_ENUMERATED)
    for place, text in enumerate(seeding.choices(each), start=1):
        Choice.objects.create(unit=unit, rank=place, text=f"{each['key']}-{place}", descr=text)
    content = Content.objects.create(title=each["title"][:50], text=each["description"])
    question = Question.objects.create(
        path=f"/{each['key']}", content=content, ui_hint=Question.RADIO, default_unit=unit
    )
    EnumeratedQuestions.objects.create(
        campaign=campaign, question=question, rank=rank, ref_num=str(rank)
    )
    asked.append(question)


def sample(person, slug: str, *, answered: bool) -> str:
    """Store a sample with its answers and return its slug."""
    made = Sample.objects.create(slug=slug, campaign=campaign, account=person, is_frozen=answered)
    Answer.objects.bulk_create(
        Answer(
            sample=made, question=question, unit=question.default_unit, created_at=made.created_at,
            measured=question.default_unit.choices[n % 6].pk if answered else None,
        )
        for n, question in enumerate(asked)
    )  # fmt: skip
    return slug


opens, saves, results = [], [], []
for person, browser in seeding.people():
    name, key = person.username, asked[0].path[1:]
    under_way = sample(person, f"{name}-under-way", answered=False)
    one = sample(person, f"{name}-one", answered=False)
    done = sample(person, f"{name}-done", answered=True)
    base = f"/api/{name}/sample"
    opens.append(seeding.lane("GET", f"{base}/{under_way}/answers", browser))
    bodies = [json.dumps({"measured": f"{key}-{place}"}) for place in range(1, 7)]
    saves.append(
        seeding.lane("POST", f"{base}/{one}/answers/{key}", browser, bodies, "application/json")
    )
    results.append(seeding.lane("GET", f"/{name}/assess/all-thirty/{done}/results/", browser))
seeding.say(
    {
        "open": {"status": 200, "lanes": opens},
        "save_one": {"status": 200, "lanes": saves},
        "save_all": {
            "missing": "its form of all answers fails: “TypeError: cannot unpack non-iterable"
            " Choice object”, as it gives a queryset to a choice field; its API takes one question"
        },
        "result": {"status": 200, "lanes": results},
    }
)
