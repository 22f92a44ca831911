"""One survey of thirty radio questions on one page, answers editable.

Answering anonymously is quickest: the form looks for no earlier answers then.
"""

import os
from urllib.parse import urlencode

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()

from datetime import date

import seeding
from django.core.management import call_command
from django.utils.text import slugify
from survey.models import Question, Survey

call_command("migrate", verbosity=0)
survey = Survey.objects.create(
    name="All thirty",
    description="Rate yourself.",
    need_logged_user=False,
    display_method=Survey.ALL_IN_ONE_PAGE,
    expire_date=date(2100, 1, 1),
)
asked = []
for order, each in enumerate(seeding.questions()):
    answers = seeding.choices(each)
    question = Question.objects.create(
        text=each["title"], order=order, required=False, survey=survey,
        type=Question.RADIO, choices=",".join(answers),
    )  # fmt: skip
    asked.append((question, [slugify(answer, allow_unicode=True) for answer in answers]))

bodies = [
    urlencode({f"question_{q.pk}": keys[(shift + n) % 6] for n, (q, keys) in enumerate(asked)})
    for shift in range(6)
]
browser = {"Cookie": f"csrftoken={seeding.TOKEN}", "X-CSRFToken": seeding.TOKEN}
address = f"/survey/{survey.pk}/"
seeding.say(
    {
        "open": {
            "status": 200,
            "lanes": [seeding.lane("GET", address, browser) for _ in range(seeding.LANES)],
        },
        "save_one": {
            "missing": "keeps single answers in the session only, until the last step is sent"
        },
        "save_all": {
            "status": 302,
            "lanes": [seeding.lane("POST", address, browser, bodies) for _ in range(seeding.LANES)],
        },
        "result": {
            "missing": "shows no result to the person: its last page says that answers were saved"
        },
    }
)
