"""``end_sessions``: sign one person out everywhere, or everybody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import sessions
from accounts.models import User


class Command(BaseCommand):
    """End sign-ins, for instance when an account or a backup fell into wrong hands."""

    help = "Sign a person out everywhere, by e-mail address, or everybody with --all."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an address or --all."""
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("email", nargs="?", help="the e-mail address of the account")
        whom.add_argument("--all", action="store_true", help="everybody")

    def handle(self, *args: Any, **options: Any) -> None:
        """End them and say how many."""
        users = User.objects.all()
        if not options["all"]:
            users = users.filter(email=options["email"].lower())
            if not users.exists():
                raise CommandError(f"There is no account {options['email']}.")
        self.stdout.write(f"{sessions.end_all(users)} sessions ended.")
