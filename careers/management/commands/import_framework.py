"""``import_framework FILE``: take a framework document in as a draft, or publish it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from careers import publishing
from careers.document import MAX_BYTES, DocumentError, loads


class Command(BaseCommand):
    """Import one framework document, all or nothing."""

    help = "Import a framework document (JSON) as its career's draft."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare FILE and --publish."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--publish", action="store_true", help="publish it as a new version")
        parser.add_argument("--note", default="", help="the version's note")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file; on a problem change nothing and list every row of it."""
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                text = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        try:
            self._import(text, publish=options["publish"], note=options["note"])
        except DocumentError as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{path} was not imported:\n{problems}") from error

    @transaction.atomic
    def _import(self, text: bytes, *, publish: bool, note: str) -> None:
        now = timezone.now()
        career = publishing.import_framework(document=loads(text), now=now)
        if not publish:
            self.stdout.write(f"{career.title}: imported as a draft.")
            return
        try:
            version = publishing.publish(career=career, now=now, note=note)
        except publishing.UnchangedError as unchanged:
            self.stdout.write(f"{career.title}: {unchanged}")
        else:
            self.stdout.write(f"{career.title}: published version {version.number}.")
