"""``manage.py backup FILE``: write a backup of the database while the site runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config import backups


class Command(BaseCommand):
    """Write a backup of the database, checked and on disk."""

    help = "Write a backup of the database to FILE while the site runs: one moment, whole."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file's name."""
        parser.add_argument("file", type=Path, help="where to; an older backup there is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say how large it is."""
        target: Path = options["file"]
        try:
            backups.take(target, connection.settings_dict)
        except backups.BackupError as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stdout.write(f"{target}: {target.stat().st_size:,} bytes, whole and on disk.")
