"""Backups of SQLite, by its online backup: other processes go on reading and writing."""

import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import TABLES, BackupError, appearing

PAGES = 2_000
"""Pages of one step; a restore stays one transaction."""
PATIENCE, WAIT = 30.0, 20.0
"""Seconds to wait for whoever writes: in all, and within one step."""
ASIDE = ("", "-wal", "-shm")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode={mode}", uri=True, timeout=WAIT)


def take(target: Path, settings: dict[str, Any]) -> None:
    """Copy the database as it is at one moment, check the copy, and give it its name."""
    live = Path(settings["NAME"])
    if not live.is_file():
        raise BackupError(f"There is no database at {live} yet.")
    if target.exists() and target.samefile(live):
        raise BackupError(f"{target} is the database itself. Name another file.")
    with appearing(target) as own:
        try:
            with closing(_open(live, "rw")) as source, closing(_open(own, "rw")) as copy:
                # All pages in one step: whatever is saved meanwhile is after this moment.
                source.backup(copy, pages=-1)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise BackupError(f"The database cannot be copied: {error}.") from None
        applied_in(own)


def applied_in(path: Path) -> set[tuple[str, str]]:
    """Return the migrations applied in a backup that is whole. Raises BackupError."""
    wrong = BackupError(f"{path} is not a backup of Rung on SQLite.")
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise wrong
    try:
        with closing(_open(path, "ro")) as found:
            tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master")}
            if not tables >= TABLES:
                raise wrong
            (state,) = found.execute("PRAGMA integrity_check(1)").fetchone()
            if state != "ok" or found.execute("PRAGMA foreign_key_check").fetchone():
                raise BackupError(f"{path} is damaged: {state.splitlines()[0]}.")
            return set(found.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise BackupError(f"{path} is damaged: {error}.") from None


def put_back(source: Path, settings: dict[str, Any], now: datetime) -> str:
    """Write a backup into the database as one transaction. Returns what to tell.

    It is written into the living file, so that servers that hold it open go on with what was
    restored; killed in the middle, nothing has happened. What is replaced is kept beside it.
    """
    live = Path(settings["NAME"])
    if live.exists() and source.samefile(live):
        raise BackupError(f"{source} is the database itself.")
    kept = _keep_aside(live, now)
    try:
        with closing(_open(source, "ro")) as backup, closing(_open(live, "rwc")) as database:
            database.execute("PRAGMA synchronous=FULL")
            backup.backup(database, pages=PAGES, progress=_patience(), sleep=0.05)
            with suppress(sqlite3.Error):  # readers may hold it up; the next write does it
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.Error, TimeoutError) as error:
        raise BackupError(f"Nothing was restored: {error}.") from None
    return kept


def _keep_aside(live: Path, now: datetime) -> str:
    """Keep what is there: as a backup, or as it is where it cannot be read any more."""
    if not live.exists() or not live.stat().st_size:
        return ""
    aside = live.with_name(f"{live.name}.replaced-{now:%Y%m%d-%H%M%S-%f}")
    try:
        take(aside, {"NAME": live})
    except BackupError as unreadable:
        if unreadable.args[0].endswith("No space left on device."):
            raise
        for ending in ASIDE:
            with suppress(FileNotFoundError):
                Path(f"{live}{ending}").rename(f"{aside}{ending}")
        return f"The replaced database, which cannot be read, is {aside}. Restart the server."
    return f"The replaced database is kept as {aside}."


def _patience() -> Any:
    """Return what is called after each step: it gives up when nothing moves for too long."""
    seen, since = -1, time.monotonic()

    def step(status: int, remaining: int, total: int) -> None:
        nonlocal seen, since
        if remaining != seen:
            seen, since = remaining, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise TimeoutError("the database is busy; stop the server and try again")

    return step
