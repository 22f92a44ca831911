"""``lost_factor``: send somebody the link that removes second factors which are lost."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import lost
from accounts.models import User


class Command(BaseCommand):
    """Send the link, once you know that it is they who ask; it removes nothing by itself."""

    help = "Send the link that removes lost second factors, to the account's confirmed address."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the account, and of the site."""
        host = settings.ALLOWED_HOSTS[0].lstrip(".")
        here = f"https://{host}" if settings.PRODUCTION else "http://localhost:8000"
        parser.add_argument("email", help="the e-mail address of the account")
        parser.add_argument("--site", default=here, help=f"where the link leads, by default {here}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it, or say why not."""
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.")
        if not lost.send(user=user, site=options["site"]):
            raise CommandError("The account is closed, or has no second factor or no address.")
        self.stdout.write("The link is on its way; it opens for an hour.")
