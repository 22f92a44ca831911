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


def raw(server: Server, *lines: str, body: str = "") -> bytes:
    """Send lines as they are; return the status line of what comes back."""
    return whole(server, *lines, body=body).split(b"\r\n", 1)[0]


def whole(server: Server, *lines: str, body: str = "") -> bytes:
    """Send lines as they are; return the beginning of what comes back."""
    place = urlsplit(server.address)
    request = "\r\n".join((*lines, f"Host: {HOST}", "X-Forwarded-Proto: https", "", body))
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as wire:
        wire.sendall(request.encode())
        wire.settimeout(20)
        return wire.recv(4096)


@pytest.mark.parametrize(
    "lines",
    [
        ("POST / HTTP/1.1", "Content-Length: 5", "Content-Length: 6"),
        ("POST / HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"),
        ("POST / HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("POST / HTTP/1.1", "Content-Length: -5"),
        ("POST / HTTP/1.1", "Content-Length: 5x"),
        ("GET / HTTP/1.1", "Folded: a", " Host: elsewhere.example"),
        ("GET / HTTP/1.1", "Bad Name: a"),
    ],
)
def test_messages_of_two_lengths_are_refused(production: Server, lines):
    """What two programs would cut differently is answered by neither."""
    assert raw(production, *lines, body="0\r\n\r\n").split()[1] == b"400"


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /" + "a" * 9_000 + " HTTP/1.1",),
        ("GET / HTTP/1.1", "Long: " + "a" * 9_000),
        ("GET / HTTP/1.1", *(f"N{n}: a" for n in range(120))),
    ],
    ids=["request line", "header", "many headers"],
)
def test_long_requests_are_refused(production: Server, lines):
    """Their lines, their headers and how many there are, before anything is made of them."""
    assert raw(production, *lines).split()[1] in (b"400", b"414", b"431")


def test_what_the_server_itself_refuses_is_as_strict_as_a_page(production: Server):
    """It comes before any of our code; and it repeats nothing of what was sent."""
    sent = ("GET / HTTP/1.1", "Bad Name<b>: a")
    head, _blank, body = whole(production, *sent).partition(b"\r\n\r\n")
    fields = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    refused = Reply(400, tuple((name, value) for name, value in fields), body)
    page = ask(production, "/scoring/")
    strict = {name for name, value in page.headers if value == refused.get(name)}
    assert strict >= {
        "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
        "Permissions-Policy", "Referrer-Policy", "Strict-Transport-Security",
        "X-Content-Type-Options", "X-Frame-Options",
    }  # fmt: skip
    assert refused.get("Content-Type") == "text/plain; charset=utf-8"
    assert body == b"400 Bad Request\n"


def test_a_body_of_unknown_length_is_not_read(production: Server):
    """Chunks do not get around the limit: the form finds itself empty, and asks for its token."""
    line = raw(
        production, "POST /account/login/ HTTP/1.1", "Transfer-Encoding: chunked",
        "Content-Type: application/x-www-form-urlencoded", body="5\r\nlogin\r\n0\r\n\r\n",
    )  # fmt: skip
    assert line.split()[1] == b"403"


def test_trace_is_not_answered(production: Server):
    """Nothing sends back what a browser sent."""
    found = {m: ask(production, "/", method=m).status for m in ("TRACE", "TRACK", "CONNECT")}
    assert set(found.values()) <= {400, 403, 405}


def test_nothing_but_pages_and_collected_files_is_served(production: Server):
    """No repository, no source, no settings, no folder, no way up."""
    paths = (
        "/.git/config", "/.env", "/config/settings.py", "/manage.py", "/var/rung.sqlite3",
        "/static/", "/static/js/", "/static/../manage.py", "/static/%2e%2e/manage.py",
        "/static/..%2f..%2fmanage.py", "/static//etc/passwd", "/server-status", "/requirements.txt",
        "/media/",
    )  # fmt: skip
    found = {path: ask(production, path).status for path in paths}
    assert {path: status for path, status in found.items() if status not in (400, 404)} == {}


def test_a_forged_host_gets_into_no_page(production: Server):
    """Neither Host nor X-Forwarded-Host of others changes an address or a reply."""
    evil = "evil.example"
    assert ask(production, "/", Host=evil).status == 400
    reply = ask(
        production, "/account/login/", X_Forwarded_Host=evil, Forwarded=f"host={evil}",
        X_Original_URL="/admin/", X_Rewrite_URL="/admin/", X_Forwarded_Port="666",
        X_Forwarded_Prefix="/evil", X_HTTP_Method_Override="DELETE",
    )  # fmt: skip
    assert reply.status == 200
    assert evil not in reply.body.decode()
    plain = ask(production, "/", proto="http", X_Forwarded_Host=evil)
    assert plain.get("Location") == f"https://{HOST}/"


def test_a_link_that_is_shown_names_the_host_that_is_allowed(production: Server):
    """And HTTPS, whoever asks for it."""
    visitor = Visitor(production, "203.0.113.77")
    level = "junior-production-technician"
    page = "/careers/production-technician/"
    started = visitor.post(f"{page}start/", page, level=level).get("Location")
    link = "/".join(started.split("/")[:3]) + "/link/"
    shown = visitor.post(link, link).body.decode()
    assert re.findall(r'value="(https?://[^/"]+)/assessments/return/', shown) == [f"https://{HOST}"]


def test_an_error_tells_nothing_of_the_inside(production: Server):
    """No trace, setting, version or path in any refusal; nor in the headers."""
    replies = [
        ask(production, "/nowhere/"),
        ask(production, "/", Host="elsewhere.example"),
        ask(production, "/account/login/", method="POST", form={"login": "x"}),
        ask(production, "/api/v1/score", method="POST", form={"x": "y"}),
        ask(production, "/careers/?page=9999999999999999999999"),
        ask(production, "/careers/?q=%00%ff"),
        ask(production, "/assessments/%00/"),
    ]
    assert {reply.status for reply in replies} <= {200, 400, 403, 404, 422}
    inside = r"Traceback|/site-packages/|settings\.py|Django/|DEBUG|SECRET_KEY|Exception Type"
    for reply in replies:
        assert re.findall(inside, reply.body.decode()) == []
        assert reply.get("Server") in ("", "gunicorn")
        assert reply.get("X-Powered-By") == ""


def test_two_workers_share_the_counts_and_a_spoofed_address_does_not_help(production: Server):
    """The 41st request of a minute is refused whoever it says it is; another visitor is served."""
    found = [
        ask(production, "/api/v1/careers", visitor=f"192.0.2.{n}, 2001:db8:7:7::{n:x}").status
        for n in range(60)
    ]
    assert found.count(200) == 40
    assert set(found[-10:]) == {429}
    assert ask(production, "/api/v1/careers", visitor="203.0.113.200").status == 200


def test_wrong_passwords_are_counted_over_all_workers(production: Server):
    """Five of an account, from five networks; the reply is 429 and says when to come back."""
    found = []
    for n in range(6):
        visitor = Visitor(production, f"2001:db8:0:{n:x}::1")
        page = "/account/login/"
        reply = visitor.post(page, page, login="somebody@example.org", password=f"wrong {n}")
        found.append(reply.status)
    assert found == [200] * 5 + [429]
    assert reply.get("Retry-After") == "300"


def test_pages_for_one_person_are_never_for_all(production: Server):
    """A shared cache in front would keep no page that depends on who asks."""
    visitor = Visitor(production, "203.0.113.78")
    page = "/careers/production-technician/"
    started = visitor.post(f"{page}start/", page, level="junior-production-technician")
    reply = visitor.get(started.get("Location"))
    assert reply.status == 200
    assert {"no-store", "private"} <= set(re.split(r",\s*", reply.get("Cache-Control")))
    assert "Cookie" in reply.get("Vary")
