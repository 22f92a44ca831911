"""The app that holds the operators' commands and checks."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    """What belongs to the installation, not to careers or people."""

    name = "config"


class Served(StaticFilesConfig):
    """Static files, without those that no page asks for: the API's docs are Swagger's."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc*"]  # noqa: RUF012 (the base class has an attribute of each instance)
