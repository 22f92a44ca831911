"""``manage.py restore FILE``: put a backup in the place of the database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config import backups


class Command(BaseCommand):
    """Replace what the database holds by a backup, whole or not at all."""

    help = "Replace what the database holds by the backup FILE, in one transaction."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file's name, and whether to ask."""
        parser.add_argument("file", type=Path, help="a backup made by the command backup")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge the file, ask, restore, and say what is left to do."""
        source: Path = options["file"]
        try:
            lacks = backups.judge(source)
            if not options["yes"] and not self._agreed(source):
                raise CommandError("Nothing was restored.")
            connection.close()
            told = backups.engine().put_back(source, connection.settings_dict, timezone.now())
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        if told:
            self.stdout.write(told)
        self.stdout.write(f"{source} is restored.")
        if lacks:
            self.stdout.write(
                f"It is of an older version of Rung: {len(lacks)} migrations are to be applied "
                "(manage.py migrate) before the server starts."
            )
        self.stdout.write("Restart the server and the worker: they remember published versions.")

    def _agreed(self, source: Path) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("Nothing was restored: say --yes where nobody can be asked.")
        where = connection.settings_dict["NAME"]
        answer = input(f"Everything in {where} is replaced by {source}. Type yes to go on: ")
        return answer.strip().lower() == "yes"
