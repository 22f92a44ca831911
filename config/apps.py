"""The app that holds the operators' commands and checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """What belongs to the installation, not to careers or people."""

    name = "config"
