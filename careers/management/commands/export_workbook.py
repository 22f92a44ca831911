"""``export_workbook CAREER``: write a published version as a workbook."""

from typing import Any

from careers.exporters import workbook
from careers.management.export_command import ExportCommand


class Command(ExportCommand):
    """Write an .xlsx that import_workbook reads back exactly."""

    help = "Write a career's published framework as a workbook (.xlsx)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the workbook."""
        self.write(workbook.write(self.document(self.version(**options))), **options)
