"""``delete_idle``: delete what nobody comes back for; to be run daily."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import erasing, mail, sessions

from ... import actions


class Command(BaseCommand):
    """Delete idle assessments that belong to no account, and messages that nobody sent."""

    help = (
        "Delete assessments without an account that nobody changed for 12 months, sessions that"
        " ran out, and e-mails that could not be sent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete and say how many."""
        count = actions.delete_idle(now=timezone.now())
        sessions.forget_ended(now=timezone.now())
        self.stdout.write(f"{count} idle assessments without an account deleted.")
        call_command("clearsessions")
        if given_up := mail.clear():
            self.stderr.write(f"{given_up} e-mails waited for too long and were given up.")
        erasing.empty_log()
