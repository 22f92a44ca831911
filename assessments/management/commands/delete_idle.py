"""``delete_idle``: delete what was begun without an account and left alone; to be run daily."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import sessions

from ... import actions


class Command(BaseCommand):
    """Delete idle assessments that belong to no account."""

    help = "Delete assessments without an account that nobody changed for 12 months."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete and say how many."""
        count = actions.delete_idle(now=timezone.now())
        sessions.forget_ended(now=timezone.now())
        self.stdout.write(f"{count} idle assessments without an account deleted.")
