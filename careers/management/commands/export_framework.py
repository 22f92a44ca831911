"""``export_framework CAREER``: write a published version as a framework document."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from careers.document import normal, pretty
from careers.models import Version


class Command(BaseCommand):
    """Write one version's document to standard output or a file."""

    help = "Write a career's published framework as JSON."

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

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document, or say which career or version is missing."""
        key, number = options["career"], options["number"]
        versions = Version.objects.filter(career__key=key).order_by("-number")
        if number is not None:
            versions = versions.filter(number=number)
        version = versions.first()
        if version is None:
            which = "published version" if number is None else f"version {number}"
            raise CommandError(f"There is no {which} of a career {key!r}.")
        text = pretty(normal(json.loads(version.document)))
        if options["output"]:
            try:
                Path(options["output"]).write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{options['output']}: {error.strerror}") from error
        else:
            self.stdout.write(text, ending="")
