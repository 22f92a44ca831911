"""Careers: what each level needs, as drafts and as published versions."""

from django.apps import AppConfig


class CareersConfig(AppConfig):
    """The careers app."""

    name = "careers"
    default_auto_field = "django.db.models.BigAutoField"
