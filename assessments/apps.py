"""Assessments: what a person answers, and the report they get."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """The assessments app."""

    name = "assessments"
    default_auto_field = "django.db.models.BigAutoField"
