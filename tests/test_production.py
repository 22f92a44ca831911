"""Rung as an operator runs it: PRODUCTION=1, two workers, behind a proxy that ends TLS.

Asked over real connections, as the proxy asks it: what an outsider can reach and learn.
"""

import http.client
import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import reverse

from tests.journeys.conftest import Server, serving
from tests.observatory import BEST, Reply, cookies, policy, scores
from tests.test_routes import EVERYBODY

HOST = "rung.example.org"
PLACES = {
    "slug": "production-technician", "career": "production-technician", "rest": "nowhere",
    "token": "wrong",
}  # fmt: skip
NEEDED = {"careers:detail": ["slug"], "api:career": ["career"], "api_nowhere": ["rest"],
          "assessments:start": ["slug"], "assessments:return": ["token"]}  # fmt: skip


@pytest.fixture(scope="session")
def production() -> Iterator[Server]:
    """The server, with a mail server that is not there."""
    settings = {
        "PRODUCTION": "1", "BEHIND_PROXY": "1", "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1", "EMAIL_URL": "smtp+tls://127.0.0.1:9",
        "WEB_CONCURRENCY": "2", "API_RATE": "40/min",
    }  # fmt: skip
    with serving(**settings) as server:
        yield server


def ask(
    server: Server,
    path: str,
    *,
    method: str = "GET",
    form: dict[str, str] | None = None,
    proto: str = "https",
    visitor: str = "203.0.113.9",
    **headers: str,
) -> Reply:
    """Ask as the proxy does: it names the visitor's address last, and the scheme."""
    sent = {"Host": HOST, "X-Forwarded-Proto": proto, "X-Forwarded-For": visitor}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = None
    if form is not None:
        body = urlencode(form)
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    with closing(connection):
        connection.request(method, path, body=body, headers=sent)
        reply = connection.getresponse()
        return Reply(reply.status, tuple(reply.getheaders()), reply.read())


class Fields(HTMLParser):
    """The hidden fields of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Note a field."""
        named = dict(attrs)
        if tag == "input" and named.get("name"):
            self.found.setdefault(named["name"], named.get("value") or "")


class Visitor:
    """A browser that keeps its cookies and sends the forms' tokens."""

    def __init__(self, server: Server, address: str = "203.0.113.9") -> None:
        self.server, self.address, self.jar = server, address, {}

    def get(self, path: str, **more) -> Reply:
        """Ask for a page."""
        return self._keep(
            ask(self.server, path, visitor=self.address, Cookie=self._cookies(), **more)
        )

    def post(self, path: str, page: str, **form: str) -> Reply:
        """Send a form that stands on a page."""
        token = Fields(self.get(page).body.decode()).found["csrfmiddlewaretoken"]
        reply = ask(
            self.server, path, method="POST", form={"csrfmiddlewaretoken": token, **form},
            visitor=self.address, Cookie=self._cookies(), Referer=f"https://{HOST}{page}",
            Origin=f"https://{HOST}",
        )  # fmt: skip
        return self._keep(reply)

    def _cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def _keep(self, reply: Reply) -> Reply:
        for header in reply.all("Set-Cookie"):
            name, _, value = header.split(";")[0].partition("=")
            self.jar[name] = value
        return reply


def public() -> dict[str, str]:
    """Return every address that is open to everybody, by its name."""
    return {
        name: reverse(name, args=[PLACES[each] for each in NEEDED.get(name, [])])
        for name in EVERYBODY.split()
    }


def wrong(found: dict[str, int]) -> dict[str, int]:
    """Return what is not at its best; a page may be without cookies and scripts."""
    may_be_none = ("cookies", "subresource-integrity")
    return {
        test: points
        for test, points in found.items()
        if points != BEST[test] and not (test in may_be_none and points == 0)
    }


def test_every_public_address_is_at_its_best_in_all_ten_tests(production: Server):
    """By the Observatory's rules: pages, refusals, redirects, programs' replies and health."""
    found = {}
    for name, path in public().items():
        reply, plain = ask(production, path), ask(production, path, proto="http")
        machine = name in ("livez", "readyz")  # answered over HTTP, too: the proxy asks
        found[name] = wrong(scores(reply, plain, HOST) | ({"redirection": 0} if machine else {}))
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_static_files_and_refusals_are_at_their_best_too(production: Server):
    """A script, a style sheet, a picture, a missing page, a wrong host, method and form."""
    page = ask(production, "/account/login/").body.decode()
    paths = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert {path.rsplit(".", 1)[1] for path in paths} == {"css", "js", "svg", "woff2"}
    replies = {path: ask(production, path) for path in paths}
    replies["missing"] = ask(production, "/nowhere/")
    replies["missing file"] = ask(production, "/static/nowhere.js")
    replies["method"] = ask(production, "/", method="DELETE")
    replies["no token"] = ask(production, "/account/login/", method="POST", form={"login": "x"})
    replies["token"] = ask(production, "/shared/wrong/")
    replies["admin"] = ask(production, "/admin/login/")
    replies["studio"] = ask(production, "/studio/")
    replies["host"] = ask(production, "/", Host="elsewhere.example")
    plain = ask(production, "/", proto="http")
    found = {name: wrong(scores(reply, plain, HOST)) for name, reply in replies.items()}
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_the_home_page_has_the_highest_grade(production: Server):
    """100 points make an A+; the most that a host off the preload list and without scripts has."""
    reply, plain = ask(production, "/"), ask(production, "/", proto="http")
    found = scores(reply, plain, HOST)
    assert 100 + sum(found.values()) == 135, found


def test_a_page_with_scripts_names_their_checksums(production: Server):
    """And the browser would run them: the checksum is that of the file as it is served."""
    import base64
    import hashlib

    page = ask(production, "/account/login/").body.decode()
    scripts = re.findall(r'<script src="([^"]+)" integrity="sha384-([^"]+)"', page)
    assert len(scripts) == 3
    for path, expected in scripts:
        digest = hashlib.sha384(ask(production, path).body).digest()
        assert base64.b64encode(digest).decode() == expected


def test_cookies_have_the_prefix_that_binds_them_to_the_host(production: Server):
    """Secure, for the whole host, without a domain; kept from scripts and other sites."""
    visitor = Visitor(production)
    visitor.get("/")
    level = "junior-production-technician"
    visitor.post(
        "/careers/production-technician/start/", "/careers/production-technician/", level=level
    )
    assert set(visitor.jar) == {"__Host-csrftoken", "__Host-sessionid"}
    reply = ask(production, "/")
    assert cookies(reply) == 5
    (cookie,) = reply.all("Set-Cookie")
    assert {part.strip().split("=")[0] for part in cookie.split(";")[1:]} == {
        "expires", "HttpOnly", "Max-Age", "Path", "SameSite", "Secure",
    }  # fmt: skip


def test_programs_are_refused_over_plain_http(production: Server):
    """A redirect would hide that what they sent was read on the way."""
    reply = ask(production, "/api/v1/careers", proto="http")
    assert (reply.status, reply.get("Content-Type")) == (403, "application/problem+json")
    assert "HTTPS" in json.loads(reply.body)["detail"]


def test_the_rules_see_what_is_loose():
    """The measure itself: each loosening costs points."""

    def of(*headers: tuple[str, str]) -> Reply:
        return Reply(200, (*headers, ("Content-Type", "text/html")))

    strict = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'"
    found = [
        policy(of(("Content-Security-Policy", value)))
        for value in (
            strict,
            strict.replace("'none'", "'self'"),
            strict.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
            strict.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
            strict.replace("form-action 'self'", "form-action *"),
            strict + "; default-src 'none'",
        )
    ]
    assert found == [10, 5, 0, -20, 5, -25]
    jar = "sessionid=1; Secure; HttpOnly; SameSite=Lax"
    loose = [
        jar,
        jar.replace("Secure; ", ""),
        jar.replace("HttpOnly; ", ""),
        jar.split("; Same")[0],
    ]
    assert [cookies(of(("Set-Cookie", each))) for each in loose] == [5, -10, -30, -20]


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are; return the first line of what comes back."""
    place = urlsplit(server.address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as wire:
        wire.sendall(request)
        return wire.recv(4096).split(b"\r\n", 1)[0]
