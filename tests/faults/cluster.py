"""A PostgreSQL server of one's own, to be stopped, killed and filled up."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

from tests.journeys.conftest import free_port

OPTIONS = "-c max_connections=60 -c shared_buffers=32MB -c listen_addresses=127.0.0.1"


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (debian[-1] if debian else None)
    assert found, "PostgreSQL's server programs are missing (Debian: postgresql)"
    return Path(found).resolve().parent


@dataclass
class Cluster:
    """A server in a folder of its own, which runs as ``postgres`` where root starts it."""

    folder: Path
    port: int
    options: str = OPTIONS

    @property
    def url(self) -> str:
        """Return the address of its first database."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str, check: bool = True) -> None:
        """Run one of PostgreSQL's programs as the one who may."""
        user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None
        # A file, not a pipe: the server that pg_ctl starts would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(binaries() / program), "-D", str(self.folder), *arguments],
                user=user, group=user, extra_groups=None if user is None else [],
                cwd="/", stdout=output, stderr=output, check=False,
            )  # fmt: skip
            output.seek(0)
            assert not check or done.returncode == 0, f"{program}: {output.read()!r}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} {self.options}"
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "start", "-w", "-t", "60", "-l", log, "-o", options)

    def stop(self, how: str = "fast") -> None:
        """Stop it: ``fast`` ends every connection, ``immediate`` is like a fall of the power."""
        self.run("pg_ctl", "stop", "-w", "-m", how, check=False)

    def is_running(self) -> bool:
        """Tell whether it takes connections."""
        try:
            with psycopg.connect(self.url, connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    @classmethod
    @contextmanager
    def made(cls, folder: Path) -> Iterator[Self]:
        """Make one, start it, and stop it at the end."""
        folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o700)
        cluster = cls(folder, free_port())
        cluster.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-instructions")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
