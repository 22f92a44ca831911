"""``encrypt_factors``: encrypt second factors anew, after ``SECRET_KEY`` was changed."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from ... import encryption, erasing


class Command(BaseCommand):
    """Encrypt the secrets of second factors with the present key."""

    help = (
        "Encrypt the secrets of second factors with SECRET_KEY. Run it after a change of the key,"
        " with the old one in SECRET_KEY_FALLBACKS; then the old one may go."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt and say how many."""
        rows = list(Authenticator.objects.select_for_update())
        for row in rows:
            row.data = encryption.again(row.data)
            row.save(update_fields=["data"])
        erasing.after_commit()
        self.stdout.write(f"{len(rows)} second factors encrypted.")
