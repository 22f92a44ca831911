"""One survey of thirty radio questions, which a signed-in person may send more than once."""

import os
from urllib.parse import urlencode

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()

import seeding
from django.core.management import call_command
from djf_surveys.forms import make_choices
from djf_surveys.models import TYPE_FIELD, Answer, Question, Survey, UserAnswer

call_command("migrate", verbosity=0)
survey = Survey.objects.create(
    name="All thirty", description="Rate yourself.", duplicate_entry=True, editable=True
)
asked = []
for order, each in enumerate(seeding.questions()):
    question = Question.objects.create(
        survey=survey, label=each["title"], type_field=TYPE_FIELD.radio, required=False,
        choices=",".join(seeding.choices(each)), ordering=order,
    )  # fmt: skip
    asked.append((question, [key for key, _ in make_choices(question)]))

bodies = [
    urlencode({f"field_survey_{q.pk}": keys[(shift + n) % 6] for n, (q, keys) in enumerate(asked)})
    for shift in range(6)
]
address = f"/surveys/create/{survey.slug}/"
opens, saves, results = [], [], []
for person, browser in seeding.people():
    sent = UserAnswer.objects.create(survey=survey, user=person)
    Answer.objects.bulk_create(
        Answer(question=q, value=keys[n % 6], user_answer=sent) for n, (q, keys) in enumerate(asked)
    )
    opens.append(seeding.lane("GET", address, browser))
    saves.append(seeding.lane("POST", address, browser, bodies))
    results.append(seeding.lane("GET", f"/surveys/detail/result/{sent.pk}/", browser))
seeding.say(
    {
        "open": {"status": 200, "lanes": opens},
        "save_one": {"missing": "saves whole forms only"},
        "save_all": {"status": 302, "lanes": saves},
        "result": {"status": 200, "lanes": results},
    }
)
