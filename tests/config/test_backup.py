"""Backups: taken while people answer, restored whole or not at all, on both databases."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.backups import BackupError, sqlite
from config.environment import NAMES
from tests.journeys.conftest import ROOT, own_database

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ENOUGH = 4
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if name not in {"DJANGO_SETTINGS_MODULE", *NAMES}
}


def run(
    environment: dict[str, str], *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments on a database; what is typed comes from no terminal."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=CLEAN | environment, input=typed,
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run one of the commands, which must do well; return what it prints."""
    done = run(environment, "manage.py", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def state(environment: dict[str, str]) -> dict[str, object]:
    """Return what computing every report again finds."""
    done = run(environment, "-m", "tests.config.recompute")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """A database with a career, and an empty one, of the kind that the tests run on."""
    with own_database() as first, own_database() as second:
        live = first | {"VAR_DIR": str(tmp_path_factory.mktemp("live"))}
        manage(live, "migrate", "--verbosity", "0")
        manage(live, "load_careers")
        yield live, second | {"VAR_DIR": str(tmp_path_factory.mktemp("other"))}


@contextmanager
def somebody_answering(environment: dict[str, str]) -> Iterator[list[int]]:
    """Rate and finish without a pause; the list holds how many reports were told as stored."""
    done = [0]
    reports = Path(environment["VAR_DIR"]) / "reports"
    with reports.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.answering"], cwd=ROOT, env=CLEAN | environment,
            stdout=output,
        )  # fmt: skip

    def told() -> int:
        assert process.poll() is None
        done[0] = len(reports.read_text().splitlines())
        return done[0]

    try:
        wait_for(lambda: told() >= 1)
        yield done
        before = told()
        wait_for(lambda: told() > before)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_for(condition, seconds: float = 120) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_backup_taken_while_people_answer_is_whole(places, tmp_path):
    """It holds every report told as stored before it, and each computes to the same again."""
    live, other = places
    with somebody_answering(live) as done:
        stored = done[0]
        manage(live, "backup", str(tmp_path / "first"))
        manage(live, "backup", str(tmp_path / "second"))
    found = []
    for name in ("first", "second"):
        manage(other, "restore", str(tmp_path / name), "--yes")
        found.append(state(other))
    assert [(each["differing"], each["finished without report"]) for each in found] == [([], 0)] * 2
    assert stored <= found[0]["reports"] <= found[1]["reports"] <= state(live)["reports"]
    assert oct((tmp_path / "first").stat().st_mode)[-3:] == "600"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_people_go_on_answering_while_it_is_restored(places, tmp_path):
    """Who answers meanwhile waits, and nothing that is stored afterwards is broken."""
    live, _other = places
    manage(live, "backup", str(tmp_path / "kept"))
    with somebody_answering(live):
        manage(live, "restore", str(tmp_path / "kept"), "--yes")
    found = state(live)
    assert (found["differing"], found["finished without report"]) == ([], 0)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, ["is not a file"]),
        (b"", ["is not a backup of Rung"]),
        (b"SQLite format 3\0" + b"x" * 4080, ["damaged", "is not a backup"]),
        (b"PGDMP" + b"x" * 4080, ["damaged", "is not a backup"]),
        (b"just words", ["is not a backup of Rung"]),
    ],
    ids=["missing", "empty", "broken SQLite", "broken dump", "text"],
)
def test_what_is_no_backup_is_not_restored(places, tmp_path, content, says):
    """The database stays as it was."""
    live, _other = places
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    done = run(live, "manage.py", "restore", str(file), "--yes")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert done.stderr.startswith(f"CommandError: {file} ")
    assert any(words in done.stderr for words in says)


def test_half_a_backup_is_not_restored(places, tmp_path):
    """Such as one whose copying was cut."""
    live, _other = places
    file = tmp_path / "file"
    manage(live, "backup", str(file))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = state(live)
    done = run(live, "manage.py", "restore", str(file), "--yes")
    assert (done.returncode, "damaged" in done.stderr) == (1, True)
    assert state(live) == before


def test_a_backup_of_a_newer_version_is_not_restored(places, tmp_path):
    """Its tables may be others; the message names what is unknown."""
    live, other = places
    manage(live, "backup", str(tmp_path / "file"))
    manage(other, "restore", str(tmp_path / "file"), "--yes")
    later = (
        "from django.db.migrations.recorder import MigrationRecorder as R;"
        "from django.db import connection as c; R(c).record_applied('careers', '9999_later')"
    )
    manage(other, "shell", "--verbosity", "0", "-c", later)
    manage(other, "backup", str(tmp_path / "newer"))
    done = run(live, "manage.py", "restore", str(tmp_path / "newer"), "--yes")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "newer version of Rung: this one does not know careers.9999_later" in done.stderr


def test_it_asks_before_it_replaces_anything(places, tmp_path):
    """And where nobody can be asked, it wants the word on the command line."""
    live, _other = places
    manage(live, "backup", str(tmp_path / "file"))
    done = run(live, "manage.py", "restore", str(tmp_path / "file"), typed="yes\n")
    assert (done.returncode, "say --yes" in done.stderr) == (1, True)


@pytest.mark.parametrize("where", ["missing/file", "", "words"])
def test_a_backup_overwrites_nothing_but_a_backup(places, tmp_path, where):
    """A folder that is not there, a folder, somebody's text."""
    live, _other = places
    (tmp_path / "words").write_text("a letter")
    done = run(live, "manage.py", "backup", str(tmp_path / where))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "No backup was made." in done.stderr
    assert (tmp_path / "words").read_text() == "a letter"
    assert [path.name for path in tmp_path.iterdir()] == ["words"]


def test_a_backup_takes_the_place_of_no_pipe_or_device(places, tmp_path):
    """It would be gone, and a file in its place."""
    live, _other = places
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        done = run(live, "manage.py", "backup", str(tmp_path / name))
        assert (done.returncode, done.stderr) == (
            1,
            f"CommandError: No backup was made. {tmp_path / name} is no place for a file: name one "
            "in a folder that exists.\n",
        )
        assert (tmp_path / "pipe").is_fifo()


def test_a_link_is_followed_to_the_backup(places, tmp_path):
    """Such as from a name that stays to a disk that changes, whether a backup is there or not."""
    live, _other = places
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "file")
    for _time in range(2):
        manage(live, "backup", str(tmp_path / "link"))
        assert (tmp_path / "link").is_symlink()
        assert [path.is_symlink() for path in (tmp_path / "disk").iterdir()] == [False]


def test_a_full_disk_leaves_the_older_backup_alone(places, tmp_path):
    """Nothing half-written stays beside it either."""
    live, _other = places
    file = tmp_path / "file"
    manage(live, "backup", str(file))
    before = file.read_bytes()
    limited = f"ulimit -f 20; exec {sys.executable} manage.py backup {file}"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, env=CLEAN | live, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, "No backup was made." in done.stderr) == (1, True), done.stderr
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_missing_programs_are_named(places, tmp_path):
    """PostgreSQL's own do the work; the message says what to install."""
    live, _other = places
    if "DATABASE_URL" not in live:
        manage(live | {"PATH": ""}, "backup", str(tmp_path / "file"))
        return
    done = run(live | {"PATH": ""}, "manage.py", "backup", str(tmp_path / "file"))
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "CommandError: No backup was made. pg_dump is not on the PATH: install PostgreSQL's client "
        "programs, of the server's version or newer (on Debian: postgresql-client).",
    )


@pytest.mark.parametrize("kept", [3000, 20_000, 0.5])
def test_what_is_damaged_is_told_in_words(places, tmp_path, kept):
    """The sentence says what is wrong, not a heading or that something failed."""
    live, _other = places
    file = tmp_path / "file"
    manage(live, "backup", str(file))
    raw = file.read_bytes()
    kept = int(kept * len(raw)) if kept < 1 else kept
    file.write_bytes(raw[:kept] + b"\xa5" * 4096 + raw[kept + 4096 :])
    done = run(live, "manage.py", "restore", str(file), "--yes")
    start = f"CommandError: {file} is damaged: "
    assert (done.returncode, done.stderr[: len(start)]) == (1, start)
    said = done.stderr[len(start) :]
    assert (said.startswith(("***", "it failed", "ok")), len(said) > 10) == (False, True)


# What only SQLite has: a file that is replaced in place.


def database(path: Path, *notes: str) -> dict[str, object]:
    """Make a database that looks like Rung's, with a table of notes; return its settings."""
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE django_migrations (app, name)")
        made.execute("CREATE TABLE assessments_assessment (id)")
        made.execute("CREATE TABLE careers_version (id)")
        made.execute("CREATE TABLE notes (text)")
        made.executemany("INSERT INTO notes VALUES (?)", [(note,) for note in notes])
    return {"NAME": str(path)}


def notes(path: Path) -> list[str]:
    """Return what stands in a database."""
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [text for (text,) in found.execute("SELECT text FROM notes ORDER BY rowid")]


def test_what_is_replaced_is_kept_and_who_has_it_open_goes_on(tmp_path):
    """The same file is written, so no process keeps on with one that is gone."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    settings = database(live, "old")
    sqlite.take(backup, settings)
    with closing(sqlite3.connect(live)) as server:
        server.execute("INSERT INTO notes VALUES ('newer')")
        server.commit()
        told = sqlite.put_back(backup, settings, NOW)
        assert server.execute("SELECT text FROM notes").fetchall() == [("old",)]
        server.execute("INSERT INTO notes VALUES ('after')")
        server.commit()
    kept = tmp_path / "live.replaced-20261122-080000-000000"
    assert told == f"The replaced database is kept as {kept}."
    assert (notes(live), notes(kept)) == (["old", "after"], ["old", "newer"])


def test_a_restore_that_is_cut_has_not_happened(tmp_path, monkeypatch):
    """It is one transaction, whenever it ends."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    settings = database(live, "old")
    sqlite.take(backup, database(tmp_path / "other", *(f"{n} {'x' * 2000}" for n in range(100))))
    steps = iter(range(3))

    def cut(status: int, remaining: int, total: int) -> None:
        if next(steps) == 2:
            raise TimeoutError("cut")

    monkeypatch.setattr(sqlite, "PAGES", 5)
    monkeypatch.setattr(sqlite, "_patience", lambda: cut)
    with pytest.raises(BackupError, match=r"Nothing was restored: cut\."):
        sqlite.put_back(backup, settings, NOW)
    assert notes(live) == ["old"]


def test_a_database_that_cannot_be_read_is_put_aside(tmp_path):
    """That is when a backup is needed most."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    settings = database(live, "old")
    sqlite.take(backup, settings)
    live.write_bytes(b"broken" * 1000)
    told = sqlite.put_back(backup, settings, NOW)
    kept = tmp_path / "live.replaced-20261122-080000-000000"
    assert told.endswith("Restart the server.")
    assert (notes(live), kept.read_bytes()) == (["old"], b"broken" * 1000)


@pytest.fixture
def replaced(tmp_path) -> tuple[Path, Path, dict[str, object]]:
    """A database of one note, a backup of another, and the settings of the first."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    sqlite.take(backup, database(tmp_path / "other", *(f"{n} {'x' * 2000}" for n in range(100))))
    for path in tmp_path.glob("other*"):
        path.unlink()
    return live, backup, database(live, "old")


def leaves_all_as_it_was(replaced, says: str) -> None:
    """Restore in vain: the same file, with the same in it, and nothing beside it."""
    live, backup, settings = replaced
    before = (live.stat().st_ino, notes(live))
    with pytest.raises(BackupError, match=rf"Nothing was restored: .*{says}\.$"):
        sqlite.put_back(backup, settings, NOW)
    assert (live.stat().st_ino, notes(live)) == before
    assert sorted(path.name for path in live.parent.iterdir()) == ["backup", "live"]


@pytest.mark.parametrize("which", ["the copy", "the database"])
def test_a_restore_on_a_full_disk_leaves_the_database_alone(replaced, monkeypatch, which):
    """Whether there is no space for the copy that is kept, or for what is restored."""
    opened = sqlite._open

    def small(path: Path, mode: str) -> sqlite3.Connection:
        found = opened(path, mode)
        if (path.name == "live") is (which == "the database") and mode == "rw":
            found.execute("PRAGMA max_page_count=3")
        return found

    monkeypatch.setattr(sqlite, "_open", small)
    leaves_all_as_it_was(replaced, "database or disk is full")


def test_a_restore_beyond_a_quota_leaves_the_database_alone(replaced):
    """SQLite calls that an error of the disk, as it does files that may not grow so far."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
    try:
        leaves_all_as_it_was(replaced, "disk I/O error")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_restore_of_what_another_holds_leaves_the_database_alone(replaced, monkeypatch):
    """It is no broken database that is locked."""
    monkeypatch.setattr(sqlite, "PATIENCE", 0.2)
    monkeypatch.setattr(sqlite, "WAIT", 0.1)
    with closing(sqlite3.connect(replaced[0], isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("INSERT INTO notes VALUES ('theirs')")
        with pytest.raises(BackupError, match=r"Nothing was restored: .*database is busy"):
            sqlite.put_back(replaced[1], replaced[2], NOW)
        other.execute("INSERT INTO notes VALUES ('more')")
    assert notes(replaced[0]) == ["old", "theirs", "more"]
    assert sorted(path.name for path in replaced[0].parent.iterdir()) == ["backup", "live"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_broken_database_or_none_stays_where_the_disk_is_full(replaced, monkeypatch, is_there):
    """The backup is whole on disk before anything moves."""
    live, backup, settings = replaced
    for path in live.parent.glob("live*"):
        path.unlink()
    if is_there:
        live.write_bytes(b"broken" * 1000)
    opened = sqlite._open

    def small(path: Path, mode: str) -> sqlite3.Connection:
        found = opened(path, mode)
        if mode == "rw" and path.name.startswith("."):
            found.execute("PRAGMA max_page_count=3")
        return found

    monkeypatch.setattr(sqlite, "_open", small)
    with pytest.raises(BackupError, match=r"Nothing was restored: .*disk is full"):
        sqlite.put_back(backup, settings, NOW)
    expected = {"live": b"broken" * 1000} if is_there else {}
    found = {path.name: path.read_bytes() for path in live.parent.iterdir()}
    assert found == {"backup": backup.read_bytes()} | expected


def test_a_database_that_is_not_rungs_is_kept_as_a_copy(replaced):
    """It can be read, so the living file is written; who looks later finds what was there."""
    live, backup, settings = replaced
    with closing(sqlite3.connect(live)) as other, other:
        other.execute("DROP TABLE careers_version")
    before = live.stat().st_ino
    assert sqlite.put_back(backup, settings, NOW).startswith("The replaced database is kept as ")
    kept = live.with_name("live.replaced-20261122-080000-000000")
    assert (live.stat().st_ino, len(notes(live)), notes(kept)) == (before, 100, ["old"])


def test_a_busy_database_is_given_up_after_a_while(tmp_path, monkeypatch):
    """With a message, and nothing changed."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    settings = database(live, "old")
    sqlite.take(backup, settings)
    monkeypatch.setattr(sqlite, "PATIENCE", 0.2)
    monkeypatch.setattr(sqlite, "WAIT", 0.1)
    with closing(sqlite3.connect(live, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupError, match="the database is busy"):
            sqlite.put_back(backup, settings, NOW)
        writer.execute("ROLLBACK")
    assert notes(live) == ["old"]


def test_the_database_itself_is_no_place_for_its_backup(tmp_path):
    """Nor can it be restored from itself."""
    settings = database(tmp_path / "live", "old")
    with pytest.raises(BackupError, match="is the database itself"):
        sqlite.take(tmp_path / "live", settings)
    with pytest.raises(BackupError, match="is the database itself"):
        sqlite.put_back(tmp_path / "live", settings, NOW)
    assert notes(tmp_path / "live") == ["old"]
