"""What the commands that import have in common: their options, progress and messages."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from careers import intake
from careers.document import DocumentError
from careers.importers.reading import InputError, Reading
from careers.intake import DryRun, Proposal

MOST_ROWS = 40
"""Rows of changes listed for one career; the rest is counted."""
MOST_CAREERS = 20
"""Careers whose rows are listed at all."""


class ImportCommand(BaseCommand):
    """Read a source, compare it with what is there, and take it in: all or nothing."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare PATH, --publish, --note and --dry-run."""
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument("--publish", action="store_true", help="publish new versions")
        parser.add_argument("--note", default="", help="the note of these versions")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def read(self, **options: Any) -> Reading:
        """Return what the source holds. Raises InputError."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or on a fault change nothing and list every row of it."""
        path: Path = options["path"]
        try:
            self._import(self.read(**options), options)
        except InputError as error:
            raise self._refusal(path, [str(fault) for fault in error.faults]) from error
        except DocumentError as error:
            raise self._refusal(path, [str(problem) for problem in error.problems]) from error

    def _refusal(self, path: Path, faults: list[str]) -> CommandError:
        lines = "\n".join(f"  {fault}" for fault in faults)
        return CommandError(f"{path} was not imported:\n{lines}")

    def _import(self, reading: Reading, options: dict[str, Any]) -> None:
        from tqdm import tqdm  # only where a bar is drawn

        passes = 1 if options["dry_run"] else 2
        with tqdm(
            total=passes * len(reading.documents),
            unit=" careers",
            file=sys.stderr,
            disable=options["verbosity"] == 0 or None,  # None: on a terminal alone
            leave=False,
        ) as bar:
            dry_run = intake.propose(reading, bar.update)
            published = 0 if options["dry_run"] else self._take_in(dry_run, bar.update, options)
        self._report(dry_run, published, options)

    def _take_in(
        self, dry_run: DryRun, progress: Callable[[int], Any], options: dict[str, Any]
    ) -> int:
        return intake.take_in_at_last(
            dry_run,
            now=timezone.now(),
            publish=options["publish"],
            note=options["note"],
            progress=progress,
        )

    def _report(self, dry_run: DryRun, published: int, options: dict[str, Any]) -> None:
        for note in dry_run.notes:
            self.stdout.write(str(note))
        if options["dry_run"]:
            self._list(dry_run)
        counts = ", ".join(
            f"{dry_run.count(status)} {status}" for status in ("added", "changed", "unchanged")
        )
        self.stdout.write(f"Careers: {counts}.")
        if options["dry_run"]:
            self.stdout.write("A dry run: nothing was imported.")
        elif options["publish"]:
            self.stdout.write(f"Published: {published} new versions.")
        else:
            self.stdout.write("Imported as drafts; --publish publishes them.")

    def _list(self, dry_run: DryRun) -> None:
        touched = [career for career in dry_run.careers if career.changes]
        for career in touched[:MOST_CAREERS]:
            self._list_career(career)
        if len(touched) > MOST_CAREERS:
            self.stdout.write(f"… and {len(touched) - MOST_CAREERS} more careers")

    def _list_career(self, career: Proposal) -> None:
        kept = "; its unpublished draft would be kept aside" if career.keeps_draft else ""
        self.stdout.write(f"{career.title} ({career.key}): {career.status}{kept}")
        for change in career.changes[:MOST_ROWS]:
            self.stdout.write(f"  {change.kind} {change.where}")
            for name, before, after in change.fields if change.kind == "changed" else ():
                self.stdout.write(f"    {name}: {_short(before)} → {_short(after)}")
        if len(career.changes) > MOST_ROWS:
            self.stdout.write(f"  … and {len(career.changes) - MOST_ROWS} more rows")


def _short(value: Any) -> str:
    text = str(value) if value is not None else "nothing"
    return text if len(text) <= 60 else f"{text[:59]}…"
