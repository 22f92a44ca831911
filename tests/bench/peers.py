"""The peers: packages from PyPI that ask people questions, each in an environment of its own."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import job
from .contestants import FOLDER, Contestant, count, database, environment, seed
from .servers import Server

SOURCES = job.ROOT / "tests" / "peers"
INSTALL_SECONDS = 300


class MissingError(RuntimeError):
    """A peer cannot be had or run here, and why."""


@dataclass(frozen=True)
class Peer:
    """A package, where its settings are, and what it needs."""

    name: str
    title: str
    python: tuple[int, int] = (3, 11)
    databases: tuple[str, ...] = ("sqlite", "postgres")
    speaks: str = "pages"


PEERS = (
    Peer("survey_and_report", "django-survey-and-report 1.5"),
    Peer("form_surveys", "django-form-surveys 2.5"),
    Peer("djaodjin", "djaodjin-survey 0.21", speaks="JSON, its result a page"),
    Peer("vinta", "vinta-django-questionnaires 0.4", speaks="JSON"),
    Peer("competence", "competence 0.1", python=(3, 12), databases=("sqlite",)),
)


def _interpreter(least: tuple[int, int]) -> str:
    """Return a Python of that version or newer. Raises MissingError."""
    if sys.version_info >= least:
        return sys.executable
    names = [f"python{least[0]}.{minor}" for minor in range(least[1], least[1] + 4)]
    found = [path for name in names if (path := shutil.which(name))]
    installed = Path.home().glob(f".pyenv/versions/{least[0]}.*/bin/python3")
    for each in [*found, *map(str, sorted(installed))]:
        check = f"import sys; sys.exit(sys.version_info < {least})"
        if subprocess.run([each, "-c", check], capture_output=True).returncode == 0:
            return each
    raise MissingError(f"needs Python {least[0]}.{least[1]}, which is not here")


def install(peer: Peer) -> Path:
    """Make the peer's environment, once per list of requirements. Raises MissingError."""
    place, wanted = FOLDER / peer.name, SOURCES / peer.name / "requirements.txt"
    stamp = place / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return place / "bin"
    shutil.rmtree(place, ignore_errors=True)
    python = _interpreter(peer.python)
    pip = [str(place / "bin" / "pip"), "--disable-pip-version-check", "install", "--quiet"]
    for command in ([python, "-m", "venv", str(place)], [*pip, "-r", str(wanted)]):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise MissingError("could not be installed in five minutes") from error
        if done.returncode:
            last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise MissingError(f"could not be installed: {(last or ['pip failed'])[-1][:200]}")
    stamp.write_text(wanted.read_text())
    return place / "bin"


def contestant(peer: Peer, kind: str, postgres: str, port: int) -> Contestant:
    """Return the peer on a fresh database, not started yet. Raises MissingError."""
    if kind not in peer.databases:
        raise MissingError("knows SQLite only")
    bin_folder, folder = install(peer), SOURCES / peer.name
    address = database(peer.name, kind, postgres)
    questions = FOLDER / "job.json"
    job.write(questions)
    path = address.removeprefix("sqlite:///")
    env = environment(
        PYTHONPATH=f"{folder}:{SOURCES}",
        PYTHONWARNINGS="ignore",
        DJANGO_SETTINGS_MODULE="settings",
        BENCH_DATABASE=address,
        BENCH_JOB=str(questions),
        BENCH_LANES=str(job.LANES),
        BENCH_PORT=str(port),
        MATRIX_DB=path,
        MATRIX_BACKUPS=str(FOLDER / "databases"),
    )
    python = str(bin_folder / "python")
    command = [str(bin_folder / "gunicorn"), "wsgi", "--workers", str(job.LANES), "--preload"]
    command += ["--no-control-socket", "--log-level", "warning", "--bind", f"127.0.0.1:{port}"]
    counter = SOURCES / "counting.py"
    if peer.name == "competence":
        counter = folder / "counting.py"
        command = [str(bin_folder / "uvicorn"), "competence.web.app:create_app_from_env"]
        command += ["--factory", "--workers", str(job.LANES), "--port", str(port)]
        command += ["--log-level", "warning"]
    try:
        operations = seed([python, "seed.py"], env, folder)
        queries = count([python, str(counter)], env, folder, operations)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise MissingError(f"could not be set up: {str(error)[-300:]}") from error
    server = Server(command, env, port, FOLDER / f"{peer.name}.log", folder)
    return Contestant(peer.name, server, operations, queries)
