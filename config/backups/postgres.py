"""Backups of PostgreSQL, by pg_dump and pg_restore: one snapshot, and one transaction."""

import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection

from . import TABLES, BackupError, appearing

MAGIC = b"PGDMP"
NAMES = {
    "HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}  # fmt: skip
OPTIONS = {
    "connect_timeout": "PGCONNECT_TIMEOUT", "sslmode": "PGSSLMODE", "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY", "sslrootcert": "PGSSLROOTCERT", "service": "PGSERVICE",
    "passfile": "PGPASSFILE", "options": "PGOPTIONS",
}  # fmt: skip
PLAIN = ("--no-owner", "--no-privileges")
TABLE = re.compile(r"^\d+; \d+ \d+ TABLE (\S+) (\S+)", re.MULTILINE)


class ProgramError(BackupError):
    """One of PostgreSQL's programs refused; the message is its own."""


def take(target: Path, settings: dict[str, Any]) -> None:
    """Dump one snapshot in the custom format, check it, and give it its name."""
    with appearing(target) as own:
        with own.open("wb") as file:
            _run("pg_dump", "--format=custom", *PLAIN, settings=settings, out=file)
        applied_in(own)


def applied_in(path: Path) -> set[tuple[str, str]]:
    """Return the migrations applied in a dump that is whole. Raises BackupError."""
    wrong = BackupError(f"{path} is not a backup of Rung on PostgreSQL.")
    with path.open("rb") as file:
        if file.read(5) != MAGIC:
            raise wrong
    try:
        if not {name for _schema, name in _tables(path)} >= TABLES:
            raise wrong
        # Reads all of it, so that a dump that ends in the middle is found out.
        with Path(os.devnull).open("wb") as nowhere:
            _run("pg_restore", "--file=-", str(path), out=nowhere)
    except ProgramError as error:
        raise BackupError(f"{path} is damaged: {error}") from None
    rows = _run("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(path))
    lines = (line.split("\t") for line in rows.splitlines() if line.count("\t") == 3)
    return {(app, name) for _number, app, name, _when in lines}


def put_back(source: Path, settings: dict[str, Any], now: datetime) -> str:
    """Replace the tables by those of a dump, as one transaction. Returns what to tell.

    Servers wait meanwhile and go on with what was restored; killed in the middle, nothing has
    happened.
    """
    known = {("public", name) for name in connection.introspection.django_table_names()}
    tables = sorted(_tables(source) | known | {("public", "django_migrations")})
    drop = ", ".join(f'"{schema}"."{name}"' for schema, name in tables)
    with TemporaryFile() as script:
        script.write(b"SET lock_timeout = '30s';\n")
        script.write(f"DROP TABLE IF EXISTS {drop} CASCADE;\n".encode())
        script.flush()
        _run("pg_restore", *PLAIN, "--file=-", str(source), out=script)
        script.seek(0)
        try:
            _run(
                "psql", "--no-psqlrc", "--quiet", "--single-transaction",
                "--set=ON_ERROR_STOP=1", "--output=/dev/null", settings=settings, given=script,
            )  # fmt: skip
        except BackupError as error:
            raise BackupError(f"Nothing was restored: {error}") from None
    return ""


def _tables(path: Path) -> set[tuple[str, str]]:
    """Return schema and name of each table of a dump."""
    return set(TABLE.findall(_run("pg_restore", "--list", str(path))))


def _run(
    program: str,
    *arguments: str,
    settings: dict[str, Any] | None = None,
    out: IO[bytes] | None = None,
    given: IO[bytes] | None = None,
) -> str:
    """Run one of PostgreSQL's programs; return what it prints, unless it goes to ``out``.

    The connection goes by its environment: arguments can be read by everybody on the machine.
    """
    found = shutil.which(program)
    if not found:
        raise BackupError(
            f"{program} is not on the PATH: install PostgreSQL's client programs, of the server's "
            "version or newer (on Debian: postgresql-client)."
        )
    ours = {**os.environ, **_connection(settings or {})}
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, with paths we were given)
        [found, *arguments], stdin=given or subprocess.DEVNULL, stdout=out or subprocess.PIPE,
        stderr=subprocess.PIPE, env=ours, check=False,
    )  # fmt: skip
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        # A dump that is broken in places makes pg_restore crash without a word.
        raise ProgramError(told[0] if told else f"{program} broke off without a word.")
    return "" if out else done.stdout.decode()


def _connection(settings: dict[str, Any]) -> dict[str, str]:
    """Return libpq's variables of a connection."""
    options = settings.get("OPTIONS", {})
    found = {variable: settings.get(name) for name, variable in NAMES.items()}
    found |= {variable: options.get(name) for name, variable in OPTIONS.items()}
    return {variable: str(value) for variable, value in found.items() if value not in (None, "")}
