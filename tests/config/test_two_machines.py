"""Two app machines, one PostgreSQL, one Redis: every request goes to the other machine.

Nothing may be kept in a process or on a machine's disk: each has a folder of its own. Where
PostgreSQL or Redis is missing the tests are skipped and say so; with REQUIRE_BROWSER=1, as in
CI, they fail. POSTGRES_URL and REDIS_URL name others than this machine's.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import pytest
import redis

from config.environment import NAMES
from tests import frameworks
from tests.journeys.conftest import ROOT, free_port, manage, prepared, wait_until_ready

HOST = "rung.example.org"
WORDS = "a good long passphrase"
EDITOR = "emil@example.org"
ATTEMPTS = 5
"""So often may one be wrong about one account, by allauth's own limits."""
POSTGRES = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")


class Form(HTMLParser):
    """The fields of a page's forms with what they hold, as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Take hidden fields, and the one that is filled in or ticked."""
        found = dict(attrs)
        kind = found.get("type", "text")
        is_sent = kind in ("hidden", "text", "number", "date") or "checked" in found
        if tag == "input" and found.get("name") and is_sent:
            self.fields[found["name"]] = found.get("value") or ""


class Browser:
    """A visitor whose balancer sends each request to the other machine."""

    def __init__(self, ports: tuple[int, int]) -> None:
        self.ports, self.count = ports, 0
        self.cookies: dict[str, str] = {}
        self.address = (
            f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        )
        self.page, self.location = "", ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> int:
        """Send one request; keep its cookies and its page. Redirects are followed, in turns."""
        self.count += 1
        connection = HTTPConnection("127.0.0.1", self.ports[self.count % 2], timeout=60)
        sent = {
            "Host": HOST,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection.request(method, path, body or None, sent)
        reply = connection.getresponse()
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: item.value for key, item in SimpleCookie(value).items()}
        self.page, status = reply.read().decode(errors="replace"), reply.status
        self.location = path
        connection.close()
        if status in (301, 302, 303):
            return self.get(reply.getheader("Location") or "")
        return status

    def get(self, path: str, **headers: str) -> int:
        """Open a page."""
        return self.ask("GET", path, **headers)

    def send(self, path: str = "", **fields: str) -> int:
        """Fill in the form of the page that is open, and send it."""
        filled = Form(self.page).fields | {k.replace("__", "-"): v for k, v in fields.items()}
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path or self.location, urlencode(filled).encode(), **kind)

    def upload(self, name: str, content: bytes) -> int:
        """Send a file by the form of the page that is open."""
        edge = uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in Form(self.page).fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts += [head.encode(), content, f"\r\n--{edge}--\r\n".encode()]
        kind = {"Content_Type": f"multipart/form-data; boundary={edge}"}
        return self.ask("POST", self.location, b"".join(parts), **kind)


def missing() -> str:
    """Return what is not there, "" if all is."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        return "PostgreSQL does not answer at POSTGRES_URL: two machines are not tried"
    try:
        redis.from_url(REDIS, socket_connect_timeout=3).ping()
    except redis.RedisError:
        return "Redis does not answer at REDIS_URL: two machines are not tried"
    return ""


@pytest.fixture(scope="module")
def ports(tmp_path_factory) -> Iterator[tuple[int, int]]:
    """Two servers with folders of their own, on one database and one cache."""
    lack = missing()
    if lack and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(lack)
    if lack:
        pytest.skip(lack)
    name = f"rung_machines_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    inherited = {k: v for k, v in os.environ.items() if k not in NAMES}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    shared = inherited | {
        "DATABASE_URL": urlsplit(POSTGRES)._replace(path=f"/{name}").geturl(),
        "CACHE_URL": REDIS,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "1",
        "WEB_CONCURRENCY": "1",
        "SECOND_FACTOR": "nobody",
        "STATIC_DIR": str(prepared().static),
        "DJANGO_SUPERUSER_PASSWORD": WORDS,
    }
    try:
        with ExitStack() as running:
            folders = [tmp_path_factory.mktemp("machine") for _ in range(2)]
            first = shared | {"VAR_DIR": str(folders[0])}
            manage("migrate", "--verbosity", "0", environment=first)
            manage("load_careers", environment=first)
            manage("createsuperuser", "--noinput", "--email", EDITOR, environment=first)
            yield tuple(start(running, shared, folder) for folder in folders)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def start(running: ExitStack, shared: dict[str, str], folder: Path) -> int:
    """Start one machine's server and return its port."""
    port, log = free_port(), folder / "server.log"
    output = running.enter_context(log.open("w"))
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "config.wsgi",
            "--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{port}",
        ],
        cwd=ROOT, env=shared | {"VAR_DIR": str(folder)}, stdout=output, stderr=output,
    )  # fmt: skip
    running.callback(process.wait, 30)
    running.callback(process.terminate)
    wait_until_ready(f"http://127.0.0.1:{port}", process, log)
    return port


@pytest.fixture
def mara(ports) -> Browser:
    """A job seeker."""
    return Browser(ports)


def test_a_person_goes_from_start_to_a_shared_report(mara, ports):
    """Rates, finishes, reads, plans and shares; somebody else reads and verifies."""
    assert mara.get("/careers/production-technician/") == 200
    assert (
        mara.send("/careers/production-technician/start/", level="senior-production-technician")
        == 200
    )
    one = "/".join(mara.location.split("/")[:3])
    assert mara.location.startswith(f"{one}/rate/")
    rated = 0
    while "/rate/" in mara.location:
        names = set(re.findall(r'name="(rating-[a-z0-9-]+)"', mara.page))
        rated += len(names)
        page = mara.location
        assert mara.send(**dict.fromkeys(names, "2"), next="1") == 200
        following = re.findall(rf'href="({one}/(?:rate/[a-z-]+|finish)/)"', mara.page)
        if mara.location == page:
            mara.get(next(a for a in following if a != page))
    assert mara.location == f"{one}/finish/"
    assert rated > 10
    assert mara.send(f"{one}/finish/") == 200
    assert mara.location == f"{one}/report/"
    figures = [(mara.get(f"{one}/report.json"), mara.page) for _ in range(2)]
    assert figures[0] == figures[1]
    assert {each["rating"] for each in json.loads(mara.page)["skills"]} == {2}
    plans = [
        (mara.get(f"{one}/plan/"), re.findall(r"plan/steps/([a-z0-9-]+)/", mara.page))
        for _ in range(2)
    ]
    assert plans[0] == plans[1]
    mara.get(f"{one}/sharing/")
    assert mara.send(days="30") == 200
    (link,) = re.findall(rf'value="http://{HOST}(/shared/[^"]+)"', mara.page)
    mentor = Browser(ports)
    assert [mentor.get(link, User_Agent="Mozilla/5.0") for _ in range(2)] == [200, 200]
    assert mentor.get(f"{link}verify/") == 200
    assert [Browser(ports).get(f"{one}/report/") for _ in range(2)] == [404, 404]


def test_attempts_to_sign_in_are_counted_over_both_machines(ports):
    """The limit is not doubled by a second machine."""
    guesser, somebody = Browser(ports), f"{uuid4().hex}@example.org"
    found = []
    for _ in range(ATTEMPTS + 2):
        guesser.get("/account/login/")
        guesser.get("/account/login/")  # so that what is sent goes to each machine in turn
        guesser.send(login=somebody, password=f"wrong {secrets.token_hex(4)}")
        found.append("Too many failed" in guesser.page)
    assert found == [False] * ATTEMPTS + [True] * 2


def early_in_a_minute() -> None:
    """Wait, near the end of a minute of the clock, for the next: counts begin anew with it."""
    if (second := time.time() % 60) > 40:
        time.sleep(60 - second)


def test_wrong_links_are_counted_over_both_machines(ports):
    """The sixty-first is refused, whichever machine it comes to."""
    early_in_a_minute()
    guesser = Browser(ports)
    found = [guesser.get(f"/shared/{number}/") for number in range(62)]
    assert found == [404] * 60 + [429] * 2


def test_an_editor_imports_publishes_and_everybody_sees_it(ports, mara):
    """The upload is confirmed on the other machine; the new version is there at once."""
    emil = Browser(ports)
    for number, title in enumerate(("Box Maker", "Master Box Maker"), 1):
        emil = Browser(ports)
        sign_in(emil)
        raw = frameworks.tiny()
        raw["career"]["title"] = title
        emil.get("/studio/import/")
        assert emil.upload("box.json", json.dumps(raw).encode()) == 200, emil.page
        assert re.fullmatch(r"/studio/import/[0-9a-f-]{36}/", emil.location)
        assert emil.send(note="x") == 200
        assert emil.get("/studio/box-maker/review/") == 200
        assert emil.send(note=f"Version {number}") == 200
        pages = [(mara.get("/careers/box-maker/"), title in mara.page) for _ in range(2)]
        assert pages == [(200, True)] * 2
        wait_for(lambda number=number: versions(mara) == [number] * 2)


def versions(browser: Browser) -> list[int]:
    """Return the version that each machine tells programs; they may lag two seconds."""
    found = []
    for _ in range(2):
        body = json.dumps({"career": "box-maker", "level": "senior", "ratings": {}}).encode()
        assert browser.ask("POST", "/api/v1/score", body, Content_Type="application/json") == 200
        found.append(json.loads(browser.page)["version"])
    return found


def wait_for(condition, seconds: float = 15) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sign_in(browser: Browser) -> None:
    """Sign in as the editor, on both machines by one request."""
    browser.get("/account/login/?next=/studio/")
    browser.send(login=EDITOR, password=WORDS)
    assert browser.location == "/studio/"
