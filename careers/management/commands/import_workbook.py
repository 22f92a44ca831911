"""``import_workbook PATH``: one career from .xlsx, or from CSV files in a .zip."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from careers.drafts import arranged_draft, compile_draft
from careers.importers import sources, workbook
from careers.importers.reading import Reading
from careers.management.import_command import ImportCommand
from careers.models import Career


class Command(ImportCommand):
    """Import a workbook as export_workbook writes it."""

    help = "Import a workbook (.xlsx, or CSV files in a .zip) as its career's draft."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --career beside what every import has."""
        super().add_arguments(parser)
        parser.add_argument(
            "--career", metavar="KEY", help="take sheets that are missing from this draft"
        )

    def read(self, **options: Any) -> Reading:
        """Read the workbook."""
        path: Path = options["path"]
        base = None
        if options["career"]:
            career = Career.objects.filter(key=options["career"]).first()
            if career is None:
                raise CommandError(f"There is no career {options['career']!r}.")
            base = arranged_draft(compile_draft(career))
        return workbook.read(path.name, sources.read_file(path), base)
