"""Accounts: the user model; later a person's own data and its deletion."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put our recovery codes in the place of allauth's."""
        from . import recovery

        recovery.install()
