"""What the commands that export have in common: which version, and where to."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from careers.document import Json, arranged
from careers.models import Version


class ExportCommand(BaseCommand):
    """Write one published version in another format."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare CAREER, --output."""
        parser.add_argument("career", metavar="CAREER", help="the career's key")
        parser.add_argument("--output", "-o", metavar="FILE", help="instead of standard output")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Free ``--version`` of Django's own meaning: here it names the version to write."""
        parser = super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)
        parser.add_argument(
            "--version", type=int, dest="number", metavar="N", help="not the latest"
        )
        return parser

    def version(self, **options: Any) -> Version:
        """Return the version that is meant, or say which career or version is missing."""
        key, number = options["career"], options["number"]
        versions = Version.objects.filter(career__key=key).order_by("-number")
        if number is not None:
            versions = versions.filter(number=number)
        version = versions.first()
        if version is None:
            which = "published version" if number is None else f"version {number}"
            raise CommandError(f"There is no {which} of a career {key!r}.")
        return version

    def document(self, version: Version) -> Json:
        """Return a version's document in normal form."""
        return arranged(json.loads(version.document))

    def write(self, data: bytes, **options: Any) -> None:
        """Write to the file, or to standard output."""
        if not options["output"]:
            sys.stdout.buffer.write(data)
            return
        try:
            Path(options["output"]).write_bytes(data)
        except OSError as error:
            raise CommandError(f"{options['output']}: {error.strerror}") from error
