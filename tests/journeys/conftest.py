"""The stage of the journeys: the real server, Chromium, and visitors who are watched."""

import asyncio
import atexit
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    WebError,
    expect,
    sync_playwright,
)

from config.environment import NAMES

from . import DESK

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Chromium is not installed: browser journeys skipped"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000
START_SECONDS = 60
# A newcomer's shell has none of these; pytest-django sets the first for its own tests.
NOT_A_NEWCOMERS = ("DJANGO_SETTINGS_MODULE", *NAMES)


@dataclass(frozen=True)
class Server:
    """A running Rung: where it answers, what it runs in, and what it logs."""

    address: str
    environment: dict[str, str]
    log: Path

    def manage(self, *arguments: str, **extra: str) -> str:
        """Run one of Django's commands on the server's database; return what it printed."""
        return manage(*arguments, environment={**self.environment, **extra})


def manage(*arguments: str, environment: dict[str, str]) -> str:
    """Run one of Django's commands; return what it printed, which a failure shows too."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def postgres() -> str:
    """Return the address of the PostgreSQL that the tests use, or nothing."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres://", "postgresql://")) else ""


def create_database(template: str = "template1") -> str:
    """Make a database on PostgreSQL and return its name."""
    name = f"rung_journeys_{uuid4().hex[:12]}"
    with psycopg.connect(postgres(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return name


def drop_database(name: str) -> None:
    """Remove a database, whoever is still connected."""
    with psycopg.connect(postgres(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def settings_of(name: str) -> dict[str, str]:
    """Return the environment that leads to a database on PostgreSQL."""
    return {"DATABASE_URL": urlsplit(postgres())._replace(path=f"/{name}").geturl()}


@contextmanager
def own_database(template: str = "template1") -> Iterator[dict[str, str]]:
    """Yield the environment of a fresh database: PostgreSQL where the tests use it, else SQLite."""
    if not postgres():
        yield {}
        return
    name = create_database(template)
    try:
        yield settings_of(name)
    finally:
        drop_database(name)


@dataclass(frozen=True)
class Prepared:
    """What every server of a process begins with: static files, and a database to copy."""

    static: Path
    database: Path
    template: str


@cache
def prepared() -> Prepared:
    """Set Rung up once, as a newcomer's ``make run`` does; what is made goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="rung-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {k: v for k, v in os.environ.items() if k not in NOT_A_NEWCOMERS}
    environment["VAR_DIR"] = str(folder)
    template = "template1"
    if postgres():
        template = create_database()
        atexit.register(drop_database, template)
        environment |= settings_of(template)
    manage("migrate", "--verbosity", "0", environment=environment)
    manage("load_careers", environment=environment)
    manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
    return Prepared(folder / "static", folder / "rung.sqlite3", template)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers that it can work; fail with its log if it ends first."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(f"{address}/readyz", timeout=5) as reply:  # noqa: S310 (our own address)
                assert reply.status == 200
                return
        except (URLError, TimeoutError):  # a busy machine may be slow to its first reply
            assert process.poll() is None, f"The server ended:\n{log.read_text()}"
            assert time.monotonic() < deadline, f"The server does not answer:\n{log.read_text()}"
            time.sleep(0.05)


def copy_of(database: Path, folder: Path) -> None:
    """Copy a database of SQLite with what its log may still hold."""
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(folder / database.name)) as copy,
    ):
        source.backup(copy)


@contextmanager
def serving(**settings: str) -> Iterator[Server]:
    """Serve Rung in an empty folder, set up as by a newcomer's ``make run``."""
    kept = prepared()
    with (
        tempfile.TemporaryDirectory(prefix="rung-journeys-") as folder,
        own_database(kept.template) as database,
    ):
        if not database:
            copy_of(kept.database, Path(folder))
        environment = {k: v for k, v in os.environ.items() if k not in NOT_A_NEWCOMERS}
        environment |= {"VAR_DIR": folder, "STATIC_DIR": str(kept.static), **database, **settings}
        port, log = free_port(), Path(folder) / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "gunicorn", "config.wsgi",
                    "--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{port}",
                ],
                cwd=ROOT, env=environment, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield Server(f"http://localhost:{port}", environment, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def chromium() -> str | None:
    """Return where Chromium is, by $CHROMIUM or on the path."""
    names = (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES)
    return next((found for name in names if (found := shutil.which(name))), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start Chromium without its calls home."""
    return playwright.chromium.launch(executable_path=executable, args=list(FLAGS))


@pytest.fixture(scope="session")
def _chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    executable = chromium()
    if executable is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is not installed, and REQUIRE_BROWSER=1 asks for it")
    if executable is None:
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        browser = launch(playwright, executable)
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(_chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Chromium, one for all journeys of a process.

    Playwright leaves its event loop marked as running between calls, and Django refuses to
    query then: the mark is taken off whenever no journey runs.
    """
    browser, loop = _chromium
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Rung as a newcomer runs it, one for all journeys of a process."""
    with serving() as running:
        yield running


class Visitors:
    """People with browsers of their own. Whatever goes wrong in any of them is kept.

    Kept are errors on the console (so also violations of the content security policy),
    uncaught exceptions, answers of status 500 and above, and requests to other origins.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.problems: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._intended: list[str] = []

    def arrive(self, **options) -> Page:
        """Return the page of a visitor who has never been here."""
        options = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"} | options
        context = self._browser.new_context(base_url=self.address, **options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._heard)
        context.on("weberror", self._thrown)
        context.on("request", self._asked)
        context.on("response", self._answered)
        self._contexts.append(context)
        return context.new_page()

    def intends(self, *signs: int | str) -> None:
        """Let the network's messages with these statuses or words pass: the test provokes them."""
        self._intended += [f"status of {s}" if isinstance(s, int) else s for s in signs]

    def leave(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._is_intended(message.text):
            self.problems.append(f"console: {message.text} ({message.location['url']})")

    def _is_intended(self, text: str) -> bool:
        network = text.startswith("Failed to load resource")
        return network and any(sign in text for sign in self._intended)

    def _thrown(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.problems.append(f"another origin: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and f"status of {response.status}" not in self._intended:
            self.problems.append(f"status {response.status}: {response.url}")


@pytest.fixture
def visitors(browser: Browser, server: Server) -> Iterator[Visitors]:
    """Visitors in fresh browsers; the test fails if anything went wrong in one of them."""
    read = server.log.stat().st_size
    people = Visitors(browser, server.address)
    yield people
    people.leave()
    logged = server.log.read_text()[read:]
    problems = [*people.problems, *re.findall(r"^.*(?:ERROR|Traceback|Error:).*$", logged, re.M)]
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """One visitor at a desk."""
    return visitors.arrive()


@pytest.fixture
def phone(visitors: Visitors) -> Page:
    """One visitor with a small phone."""
    from . import PHONE

    return visitors.arrive(viewport=PHONE, is_mobile=True, has_touch=True)


@pytest.fixture
def plain(visitors: Visitors) -> Page:
    """One visitor whose browser runs no JavaScript."""
    return visitors.arrive(java_script_enabled=False)
