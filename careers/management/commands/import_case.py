"""``import_case PATH``: one career from a 1EdTech CASE 1.0 or 1.1 package."""

from pathlib import Path
from typing import Any

from careers.drafts import draft_for_case
from careers.importers import case, sources
from careers.importers.reading import Reading
from careers.management.import_command import ImportCommand


class Command(ImportCommand):
    """Import a CFPackage, also one that strays from the specification."""

    help = "Import a 1EdTech CASE package (.json) as its career's draft."

    def read(self, **options: Any) -> Reading:
        """Read the package."""
        path: Path = options["path"]
        return case.read(path.name, sources.read_file(path), draft_for_case)
