"""The ground the faults are tried on: a database of its own, and the real server on it."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import psycopg

from tests.journeys.conftest import NOT_A_NEWCOMERS, ROOT, free_port

from .cluster import Cluster

TEMPLATES = "RUNG_FAULTS_TEMPLATES"
"""Names the folder with databases that are set up already, which the runner makes once."""
START_SECONDS = 60
CAREER = "production-technician"


def manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run one of Django's commands; a failure shows what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@dataclass
class Ground:
    """A database that is set up, the folder around it, and the settings that lead there."""

    vendor: str
    folder: Path
    environment: dict[str, str]
    cluster: Cluster | None = None

    @property
    def sqlite_file(self) -> Path:
        """Return where SQLite keeps the database."""
        return self.folder / "rung.sqlite3"

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a statement finds, by a connection of its own. Values stand for ``%s``."""
        if self.vendor == "sqlite":
            with closing(sqlite3.connect(self.sqlite_file, timeout=30)) as database:
                # The constraints, which the check of the whole file tries too, use it.
                database.create_function(
                    "REGEXP", 2, lambda rule, text: bool(re.search(rule, text))
                )
                return database.execute(statement.replace("%s", "?"), values).fetchall()
        with psycopg.connect(self.environment["DATABASE_URL"]) as database:
            return database.execute(statement.encode(), values).fetchall()

    def damage(self) -> list[str]:
        """Return what is broken inside the database: every page and index is read."""
        if self.vendor == "sqlite":
            found = [row[0] for row in self.rows("PRAGMA integrity_check")]
            return [text for text in found if text != "ok"]
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as database:
            with suppress(psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
                return _damage_by_amcheck(database)
            tables = database.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                every_byte = f'SELECT count(*), max("{table}"::text) FROM "{table}"'  # noqa: S608
                database.execute(every_byte.encode())
        return []


def _damage_by_amcheck(database: psycopg.Connection) -> list[str]:
    database.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    found = []
    relations = database.execute(
        "SELECT c.oid::regclass::text, c.relkind, am.amname FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am am ON am.oid = c.relam"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i')"
    ).fetchall()
    for name, kind, method in relations:
        try:
            if kind == "r":
                rows = database.execute("SELECT msg FROM verify_heapam(%s)", [name]).fetchall()
                found += [f"{name}: {row[0]}" for row in rows]
            elif method == "btree":
                database.execute("SELECT bt_index_check(%s::regclass, true)", [name])
        except psycopg.errors.InternalError_ as error:
            found.append(f"{name}: {error}")
    return found


@dataclass
class Server:
    """gunicorn as ``make run`` starts it, in a process group of its own."""

    ground: Ground
    plant: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and return after how many seconds it was ready."""
        environment = {**self.ground.environment, **self.settings, "RUNG_PLANT": self.plant}
        application = "tests.faults.planted" if self.plant else "config.wsgi"
        command = [
            *self.before, sys.executable, "-m", "gunicorn", application,
            "--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{self.port}",
        ]  # fmt: skip
        begin = time.monotonic()
        with (self.ground.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self.is_ready():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < begin + START_SECONDS, self.log()
            time.sleep(0.02)
        return time.monotonic() - begin

    def is_ready(self) -> bool:
        """Tell whether it answers that it can work."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False

    def log(self) -> str:
        """Return the end of what it printed."""
        return (self.ground.folder / "server.log").read_text()[-4000:]

    def kill(self) -> None:
        """End every process of it at once, with no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(30)
        self.process = None

    def pids(self) -> list[int]:
        """Return the master and its workers."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]


def use_here(ground: Ground) -> None:
    """Set Django up in this process, on that database, as a server beside the real one."""
    import django
    from django.test.utils import setup_test_environment

    for name in NOT_A_NEWCOMERS:
        os.environ.pop(name, None)
    os.environ.update(ground.environment, DJANGO_SETTINGS_MODULE="config.settings")
    django.setup()
    from django.conf import settings

    name = str(settings.DATABASES["default"]["NAME"])
    assert "rung-faults-" in name or name.startswith("rung_faults_"), f"not ours: {name}"
    setup_test_environment()


@contextmanager
def serving(ground: Ground, **how: Any) -> Iterator[Server]:
    """Serve until the end of the block."""
    server = Server(ground, **how)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _clean_environment() -> dict[str, str]:
    found = {name: text for name, text in os.environ.items() if name not in NOT_A_NEWCOMERS}
    return {**found, "API_RATE": "1000000/min"}


def _set_up(environment: dict[str, str]) -> None:
    """Set a database up, with the built-in career and the static files."""
    manage("migrate", "--verbosity", "0", environment=environment)
    manage("load_careers", environment=environment)
    if not (Path(environment["VAR_DIR"]) / "static").exists():
        manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)


def make_templates(folder: Path, vendors: Sequence[str]) -> None:
    """Set databases up once, which every module that runs with ``TEMPLATES`` copies."""
    environment = _clean_environment() | {"VAR_DIR": str(folder)}
    if "sqlite" in vendors:
        _set_up(environment)
    if "postgresql" in vendors:
        url, name = os.environ["DATABASE_URL"], f"rung_faults_{uuid4().hex[:12]}"
        _administer(url, f"CREATE DATABASE {name}")
        _set_up({**environment, "DATABASE_URL": _beside(url, name)})
        (folder / "postgresql").write_text(name)


def remove_templates(folder: Path) -> None:
    """Drop what is not in the folder."""
    name = folder / "postgresql"
    if name.exists():
        _administer(os.environ["DATABASE_URL"], f"DROP DATABASE IF EXISTS {name.read_text()}")


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _beside(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def _sqlite(folder: Path, templates: Path | None) -> Iterator[dict[str, str]]:
    environment = _clean_environment() | {"VAR_DIR": str(folder)}
    if templates is None:
        _set_up(environment)
    else:
        shutil.copy(templates / "rung.sqlite3", folder)
        (folder / "static").symlink_to(templates / "static")
    yield environment


@contextmanager
def _postgresql(
    folder: Path, templates: Path | None, url: str, *, fresh: bool = False
) -> Iterator[dict[str, str]]:
    name = f"rung_faults_{uuid4().hex[:12]}"
    kept = templates / "postgresql" if templates and not fresh else None
    template = f" TEMPLATE {kept.read_text()}" if kept and kept.exists() else ""
    _administer(url, f"CREATE DATABASE {name}{template}")
    environment = _clean_environment() | {
        "VAR_DIR": str(folder),
        "DATABASE_URL": _beside(url, name),
    }
    try:
        if templates:
            (folder / "static").symlink_to(templates / "static")
        if not template:
            _set_up(environment)
        yield environment
    finally:
        with suppress(psycopg.OperationalError):
            _administer(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def ground(
    vendor: str, *, own_cluster: bool = False, where: Path | None = None
) -> Iterator[Ground]:
    """Yield a database of its own, set up, and remove it afterwards.

    PostgreSQL is that of ``DATABASE_URL``, or a cluster of its own where there is none, or where
    the server itself is to be hurt. ``where`` is the folder on whose disk everything is to lie.
    """
    kept = os.environ.get(TEMPLATES)
    templates = Path(kept) if kept else None
    with tempfile.TemporaryDirectory(prefix="rung-faults-", dir=where) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if vendor == "sqlite":
            with _sqlite(folder, templates) as environment:
                yield Ground(vendor, folder, environment)
            return
        url = os.environ.get("DATABASE_URL", "")
        if url and not own_cluster:
            with _postgresql(folder, templates, url) as environment:
                yield Ground(vendor, folder, environment)
            return
        with (
            Cluster.made(folder / "cluster") as cluster,
            _postgresql(folder, templates, cluster.url, fresh=True) as environment,
        ):
            yield Ground(vendor, folder, environment, cluster)
