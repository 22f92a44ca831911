"""Backups of the database, taken and restored while the site runs.

``sqlite`` and ``postgres`` know how; this module knows what is a backup of Rung, and which of
them this code can read. Nothing appears under a backup's name before it is whole and on disk.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import connection

from ..ready import migrations

TABLES = {"django_migrations", "assessments_assessment", "careers_version"}
"""Without these it is something else's database."""


class BackupError(Exception):
    """It cannot be done; the message says why, and what to do."""


class DamagedError(BackupError):
    """What was read is no database, or broken; not that it could not be read just now."""


def engine() -> ModuleType:
    """Return the module that knows the database in use."""
    if connection.vendor == "sqlite":
        from . import sqlite

        return sqlite
    from . import postgres

    return postgres


def take(target: Path, settings: dict[str, Any]) -> None:
    """Write a backup to that file, in place of an older backup there. Raises BackupError.

    A link is followed, as everything else that writes a file does, and goes on being one.
    """
    named, target = target, target.resolve()
    if (named.exists() and not named.is_file()) or not target.parent.is_dir():
        # A device or a pipe would be gone, and a file in its place.
        raise BackupError(f"{named} is no place for a file: name one in a folder that exists.")
    if target.exists() and target.stat().st_size:
        try:
            engine().applied_in(target)
        except BackupError:
            raise BackupError(
                f"{target} exists and is no backup: it is left alone. Name another file."
            ) from None
    engine().take(target, settings)


def judge(source: Path) -> list[str]:
    """Return the migrations that a backup lacks, to be applied after it was restored.

    Raises BackupError if it is no backup, is damaged, or is of a newer version of Rung.
    """
    if not source.is_file():
        raise BackupError(f"{source} is not a file.")
    applied = engine().applied_in(source)
    ours = {app for app, _name in migrations()}
    newer = sorted(f"{app}.{name}" for app, name in applied - migrations() if app in ours)
    if newer:
        raise BackupError(
            f"{source} is of a newer version of Rung: this one does not know {', '.join(newer[:3])}"
            f"{' …' if newer[3:] else ''}. Install that version first."
        )
    return sorted(f"{app}.{name}" for app, name in migrations() - applied)


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Yield a file to fill, readable by its owner alone; it takes the name when it is on disk.

    Raises BackupError where the disk refuses. The target is untouched unless all went well.
    """
    own = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        own = Path(name)
        os.close(handle)
        yield own
        with own.open("rb") as whole:
            os.fsync(whole.fileno())
        own.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    finally:
        if own:
            with suppress(OSError):
                own.unlink(missing_ok=True)
