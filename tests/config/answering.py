"""Somebody who rates and finishes without a pause: ``python -m tests.config.answering``.

Prints the number of each assessment when its report is stored, until it is killed.
"""

# ruff: noqa: E402 (the settings are named before anything of Django is imported)
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.utils import timezone

from assessments import actions
from assessments.access import hash_token, new_token
from assessments.models import Assessment
from careers import catalogue


def work_through(number: int) -> None:
    """Start, answer every skill and finish."""
    version = catalogue.featured()[0]
    framework = catalogue.framework(version)
    assessment = actions.start(
        version=version,
        level=framework.levels[number % len(framework.levels)].key,
        browser_hash=hash_token(new_token()),
        user=None,
        now=timezone.now(),
    )
    for place, skill in enumerate(framework.skills()):
        actions.save_rating(
            assessment=assessment,
            skill=skill,
            answer=actions.Answer((number + place) % 5, f"note {number}", 0),
            now=timezone.now(),
        )
    actions.finish(assessment=assessment, now=timezone.now())


if __name__ == "__main__":
    done = 0
    while True:
        try:
            work_through(done)
        except (actions.FinishedError, Assessment.DoesNotExist):
            continue  # it began after the backup that was restored meanwhile, and is gone
        done += 1
        print(done, flush=True)
