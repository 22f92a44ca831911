"""Compute every stored report again: ``python -m tests.config.recompute``, printing JSON."""

# ruff: noqa: E402 (the settings are named before anything of Django is imported)
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import hashlib

import rfc8785

from assessments import reports
from assessments.models import Assessment, Rating, Report


def differing() -> list[str]:
    """Return the reports that are not what their answers give, or not what their hash says."""
    wrong = []
    for report in Report.objects.select_related("assessment__version__career"):
        again = rfc8785.dumps(reports.reply(report.assessment)).decode()
        digest = hashlib.sha256(report.reply.encode()).hexdigest()
        if (again, digest) != (report.reply, report.sha256):
            wrong.append(str(report.pk))
    return wrong


if __name__ == "__main__":
    finished = set(Assessment.objects.exclude(finished_at=None).values_list("pk", flat=True))
    reported = set(Report.objects.values_list("pk", flat=True))
    print(
        json.dumps(
            {
                "reports": len(reported),
                "differing": differing(),
                "finished without report": len(finished ^ reported),
                "ratings": Rating.objects.count(),
            }
        )
    )
