"""Assessments: what a person answers, and the report they get."""

from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User

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

    def before_deleting(self, user: "User") -> None:
        """Take the person's reports out of every group's figures; ``personal_data`` calls it."""
        from .groups import counting

        counting.person_deleted(user, today=timezone.localdate())
