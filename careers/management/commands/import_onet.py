"""``import_onet PATH``: a career for each rated occupation of an O*NET release."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from careers.importers import onet, sources
from careers.importers.onet_release import WANTED
from careers.importers.reading import Reading
from careers.management.import_command import ImportCommand


class Command(ImportCommand):
    """Import O*NET, in the layout up to 30.2 or from 30.3 on."""

    help = "Import occupations of an O*NET release (folder, .zip, .tar.xz, .tar.gz) as careers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --occupation beside what every import has."""
        super().add_arguments(parser)
        parser.add_argument(
            "--occupation",
            nargs="+",
            action="extend",
            default=[],
            metavar="CODE",
            help="only these, such as 51-4121.00 (all that are rated unless given)",
        )

    def read(self, **options: Any) -> Reading:
        """Read the release."""
        path: Path = options["path"]
        return onet.read(path.name, sources.read_path(path, WANTED), options["occupation"])
