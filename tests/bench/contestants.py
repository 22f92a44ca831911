"""Everyone who does the job: Rung, the floor and the peers, each on a fresh database."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from . import job
from .load import Lane, Operation, once, read_operations
from .servers import Server

FOLDER = job.ROOT / "var" / "bench"
OWN = ("rung", "floor")
SEED_SECONDS = 300
COUNTED = 2
"""So many times each first lane has sent before the load begins."""
COUNTER = [sys.executable, str(job.ROOT / "tests" / "peers" / "counting.py")]


@dataclass
class Contestant:
    """One server that is measured, with what is asked of it."""

    name: str
    server: Server
    operations: dict[str, Operation]
    queries: dict[str, int]


def database(name: str, kind: str, postgres: str) -> str:
    """Make a fresh database of that name and return its address."""
    if kind == "sqlite":
        path = FOLDER / "databases" / f"{name}.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        return f"sqlite:///{path}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "bench_{name}"')
    return f"{postgres.rpartition('/')[0]}/bench_{name}"


def environment(**extra: str) -> dict[str, str]:
    """Return this environment without Rung's own settings, with what is given."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **extra}


def seed(command: Sequence[str], env: Mapping[str, str], folder: Path) -> dict[str, Operation]:
    """Run a seed and return the operations that it prints. Raises RuntimeError."""
    done = subprocess.run(
        command, env=dict(env), cwd=folder, capture_output=True, text=True, timeout=SEED_SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return read_operations(done.stdout)


def count(
    command: Sequence[str],
    env: Mapping[str, str],
    folder: Path,
    operations: Mapping[str, Operation],
) -> dict[str, int]:
    """Return each operation's statements. Raises RuntimeError."""
    raw = {
        name: {"lanes": [asdict(lane) for lane in each.lanes], "status": each.status}
        for name, each in operations.items()
        if not each.missing
    }
    done = subprocess.run(
        command,
        env=dict(env),
        cwd=folder,
        input=json.dumps(raw),
        capture_output=True,
        text=True,
        timeout=SEED_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    for each in operations.values():
        if each.lanes:
            each.lanes[0].sent = COUNTED
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counts


def _own_env(name: str, address: str) -> dict[str, str]:
    return environment(
        DATABASE_URL=address,
        VAR_DIR=str(FOLDER / name),
        FLOOR_DIR=str(FOLDER / "floor"),
        WEB_CONCURRENCY=str(job.LANES),
        PYTHONPATH=str(job.ROOT),
        DJANGO_SETTINGS_MODULE="config.settings"
        if name == "rung"
        else "tests.bench.floor_settings",
    )


def _own_server(name: str, env: Mapping[str, str], port: int) -> Server:
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "config/gunicorn.py"]
    return Server(
        [*gunicorn, "--bind", f"127.0.0.1:{port}"], env, port, FOLDER / f"{name}.log", job.ROOT
    )


def own(kind: str, postgres: str, port: int) -> list[Contestant]:
    """Return Rung and its floor, which answers what Rung's pages were; both are running."""
    made: list[Contestant] = []
    envs: dict[str, dict[str, str]] = {}
    for place, name in enumerate(OWN):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        env = envs[name] = _own_env(name, database(name, kind, postgres))
        if not (FOLDER / name / "static").exists():
            command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
            subprocess.run(command, env=env, check=True, cwd=job.ROOT)
        real = {**env, "DJANGO_SETTINGS_MODULE": "config.settings"}
        operations = seed([sys.executable, "-m", "tests.bench.own_seed"], real, job.ROOT)
        made.append(Contestant(name, _own_server(name, env, port + place), operations, {}))
    rung, floor = made
    rung.queries = count(COUNTER, envs["rung"], job.ROOT, rung.operations)
    rung.server.start()
    for name in ("open", "result"):
        content = body_of(once(port, rung.operations[name]))
        (FOLDER / "floor" / f"{name}.html").write_bytes(content)
    floor.operations = {name: _lowered(name, each) for name, each in floor.operations.items()}
    floor.queries = count(COUNTER, envs["floor"], job.ROOT, floor.operations)
    floor.server.start("/page/open")
    return made


def _lowered(name: str, operation: Operation) -> Operation:
    """Return an operation with the floor's addresses."""
    lanes = [
        Lane(lane.method, _floor_path(name, lane.path), lane.headers, lane.bodies)
        for lane in operation.lanes
    ]
    return Operation(lanes, operation.status)


def _floor_path(name: str, path: str) -> str:
    number = path.split("/")[2].replace("-", "")  # as SQLite stores it; PostgreSQL takes it too
    return {
        "save_one": f"/save-one/{number}/{path.split('/')[-2]}",
        "save_all": f"/save-all/{number}",
    }.get(name, f"/page/{name}")


def body_of(reply: bytes) -> bytes:
    """Return a reply's body, uncompressed."""
    head, _, body = reply.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        body = _joined(body)
    return gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body


def _joined(chunked: bytes) -> bytes:
    parts = []
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        chunked = rest[int(size, 16) + 2 :]
    return b"".join(parts)
