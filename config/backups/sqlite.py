"""Backups of SQLite, by its online backup: other processes go on reading and writing."""

import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import TABLES, BackupError, DamagedError, appearing

PAGES = 2_000
"""Pages of one step; a restore stays one transaction."""
PATIENCE, WAIT = 30.0, 20.0
"""Seconds to wait for whoever writes: in all, and within one step."""
ASIDE = ("", "-wal", "-shm")
UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file's content; a full disk, a lock or a quota is no word about it."""


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
        _copy(live, own)
        applied_in(own)


def _copy(live: Path, own: Path, mode: str = "rw") -> None:
    """Copy a database as it is at one moment into an empty file. Raises BackupError.

    One that others use is opened for writing too: its log may have to be taken up first.
    """
    try:
        with closing(_open(live, mode)) as source, closing(_open(own, "rw")) as copy:
            # All pages in one step: whatever is saved meanwhile is after this moment.
            source.backup(copy, pages=-1, progress=_patience(), sleep=0.05)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise _kind(error)(f"The database cannot be copied: {error}.") from None
    except TimeoutError as error:
        raise BackupError(f"The database cannot be copied: {error}.") from None


def _kind(error: sqlite3.Error) -> type[BackupError]:
    """Return DamagedError where it is the file's content that is wrong, else BackupError."""
    # The lowest eight bits are the error's kind, the others its circumstances.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return DamagedError if code in UNREADABLE else BackupError


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
            wrong_pages = [
                line
                for (told,) in found.execute("PRAGMA integrity_check(1)")
                for line in told.splitlines()
                if line != "ok" and not line.startswith("***")  # a heading
            ]
            if wrong_pages:
                raise DamagedError(f"{path} is damaged: {wrong_pages[0]}.")
            if found.execute("PRAGMA foreign_key_check").fetchone():
                raise DamagedError(f"{path} is damaged: a row refers to one that is not there.")
            return set(found.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        kind = _kind(error)
        what = "is damaged" if kind is DamagedError else "cannot be read"
        raise kind(f"{path} {what}: {error}.") from None


def put_back(source: Path, settings: dict[str, Any], now: datetime) -> str:
    """Write a backup into the database as one transaction. Returns what to tell.

    It is written into the living file, so that servers that hold it open go on with what was
    restored; killed in the middle, nothing has happened. What is replaced is kept beside it.
    Raises BackupError, and has then changed nothing.
    """
    live = Path(settings["NAME"]).resolve()
    if live.exists() and source.samefile(live):
        raise BackupError(f"{source} is the database itself.")
    aside = live.with_name(f"{live.name}.replaced-{now:%Y%m%d-%H%M%S-%f}")
    try:
        if live.exists():
            with suppress(DamagedError):
                return _in_place(source, live, aside)
        return _exchange(source, live, aside)
    except BackupError as error:
        raise BackupError(f"Nothing was restored: {error}") from None


def _in_place(source: Path, live: Path, aside: Path) -> str:
    """Keep a copy of what is there, and write over it. Raises DamagedError if it is no database."""
    if not live.stat().st_size:
        _write_over(source, live)
        return ""
    with appearing(aside) as own:
        _copy(live, own)
    try:
        _write_over(source, live)
    except BackupError:
        aside.unlink()  # the database is as it was; a second one would only fill the disk
        raise
    return f"The replaced database is kept as {aside}."


def _write_over(source: Path, live: Path) -> None:
    try:
        with closing(_open(source, "ro")) as backup, closing(_open(live, "rw")) as database:
            database.execute("PRAGMA synchronous=FULL")
            backup.backup(database, pages=PAGES, progress=_patience(), sleep=0.05)
            with suppress(sqlite3.Error):  # readers may hold it up; the next write does it
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise _kind(error)(f"{error}.") from None
    except TimeoutError as error:
        raise BackupError(f"{error}.") from None


def _exchange(source: Path, live: Path, aside: Path) -> str:
    """Put a backup's copy in the place of what is no database, or of nothing."""
    is_there = live.exists()
    with appearing(live) as own:
        _copy(source, own, "ro")
        # Only now, for the copy is on disk: what is there moves away, and its log with it.
        for ending in ASIDE:
            with suppress(FileNotFoundError):
                Path(f"{live}{ending}").rename(f"{aside}{ending}")
    if not is_there:
        return ""
    return f"The replaced database, which cannot be read, is {aside}. Restart the server."


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
