"""``recount_groups``: count every group again from the answers, and mend what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...groups import recounting


class Command(BaseCommand):
    """Rebuild the counts of groups, or only compare them."""

    help = "Count every group again from the answers, say whether the counts kept were equal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--check``."""
        parser.add_argument("--check", action="store_true", help="compare only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, mend unless only asked to check, and say what was found."""
        check = options["check"]
        groups = wrong = 0
        for found in recounting.recounts(mend=not check):
            groups += 1
            wrong += bool(found.wrong)
            for kind, key, slot in found.wrong[:10]:
                self.stdout.write(f"{found.group.pk}: {kind} {key} {slot} differs")
        taken = 0 if check else self._take_in()
        self.stdout.write(f"{groups} groups counted again, {groups - wrong} were equal.")
        if taken:
            self.stdout.write(f"{taken} reports were not counted yet, and are now.")
        if check and wrong:
            raise CommandError(f"{wrong} groups differ; run without --check to mend them.")

    def _take_in(self) -> int:
        taken = 0
        for assessment in recounting.missed():
            recounting.take_in(assessment, today=timezone.localdate())
            taken += 1
        return taken
