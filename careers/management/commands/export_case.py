"""``export_case CAREER``: write a published version as a CASE package."""

import json
from typing import Any

from django.core.management.base import CommandParser

from careers.exporters import case
from careers.management.export_command import ExportCommand


class Command(ExportCommand):
    """Write a CFPackage; what it cannot hold is told on standard error."""

    help = "Write a career's published framework as a 1EdTech CASE package (.json)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --case-version beside what every export has."""
        super().add_arguments(parser)
        parser.add_argument("--case-version", choices=case.VERSIONS, default=case.VERSIONS[0])

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the package and tell what was not kept."""
        version = self.version(**options)
        made = case.write(
            self.document(version),
            changed=version.published_at.isoformat(),
            version=options["case_version"],
        )
        text = json.dumps(made.package, ensure_ascii=False, indent=2) + "\n"
        self.write(text.encode(), **options)
        for part, count in made.lost:
            self.stderr.write(f"Not kept: {count} {part}.")
