"""``import_esco PATH``: a career for each chosen occupation of an ESCO release."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from careers.importers import esco, sources
from careers.importers.reading import Reading
from careers.management.import_command import ImportCommand


class Command(ImportCommand):
    """Import ESCO's CSV files."""

    help = "Import occupations of an ESCO release (folder, .zip, .tar.xz, .tar.gz) as careers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --occupation and --language beside what every import has."""
        super().add_arguments(parser)
        parser.add_argument(
            "--occupation",
            nargs="+",
            action="extend",
            default=[],
            metavar="CODE",
            help="only these, by code such as 7212.3 or by address (all unless given)",
        )
        parser.add_argument("--language", default=esco.LANGUAGE, help="the ending of the files")

    def read(self, **options: Any) -> Reading:
        """Read the release."""
        path: Path = options["path"]
        files = sources.read_path(path, esco.wanted(options["language"]))
        return esco.read(path.name, files, options["occupation"], options["language"])
