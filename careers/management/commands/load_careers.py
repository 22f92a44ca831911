"""``load_careers``: publish the built-in careers, leaving editors' work alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from careers.document import loads
from careers.publishing import load_built_in

DATA = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """Load every framework document of careers/data; safe to run again."""

    help = "Publish the built-in careers (again after an upgrade; editors' work is left alone)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each file and say what became of it."""
        for path in sorted(DATA.glob("*.json")):
            self.stdout.write(load_built_in(document=loads(path.read_bytes()), now=timezone.now()))
