"""The app that holds the operators' commands and checks."""

from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    """What belongs to the installation, not to careers or people."""

    name = "config"


class Served(StaticFilesConfig):
    """Static files, without those that no page asks for: the API's docs are Swagger's."""

    ignore_patterns: ClassVar = [*StaticFilesConfig.ignore_patterns, "redoc*"]
