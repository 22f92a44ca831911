"""Assessments: what a person answers, and the report they get."""

from importlib import import_module

from django.apps import AppConfig

PACKAGES = ("sharing", "second", "groups")
"""Parts of the app that have models of their own."""


class AssessmentsConfig(AppConfig):
    """The assessments app."""

    name = "assessments"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Register the packages' models together with the app's own."""
        super().import_models()
        for package in PACKAGES:
            import_module(f"{self.name}.{package}.models")

    def ready(self) -> None:
        """Have the counts of groups put right before an account is deleted."""
        from accounts import personal_data

        from .groups import leaving

        personal_data.BEFORE_DELETING.append(leaving.before_deleting)
