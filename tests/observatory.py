"""The ten tests of the MDN HTTP Observatory, by its own rules and points.

The rules are those of its source (mdn/mdn-http-observatory, ``src/analyzer/tests`` and
``src/grader/charts.js``): a page begins with 100 points; below, what each outcome adds or takes.
A place on the browsers' own preload list (5 points) is a matter of the host, not of the software:
here the header must be what that list demands.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

BEST = {
    "content-security-policy": 10,
    "cookies": 5,
    "cross-origin-resource-sharing": 0,
    "redirection": 0,
    "referrer-policy": 5,
    "strict-transport-security": 0,
    "subresource-integrity": 5,
    "x-content-type-options": 0,
    "x-frame-options": 5,
    "cross-origin-resource-policy": 10,
}
"""What each test gives at its best. Cookies and integrity give 0 where a reply has none."""
BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
UNSAFE = BROAD | {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_A_YEAR = 15_552_000
A_YEAR = 31_536_000


@dataclass(frozen=True)
class Reply:
    """One reply over HTTPS: status, headers (with every Set-Cookie) and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """Return each value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str:
        """Return a header's values in one line."""
        return ", ".join(self.all(name))


def scores(reply: Reply, plain: Reply, host: str) -> dict[str, int]:
    """Return the points of each test for a reply; ``plain`` is the same address over HTTP."""
    return {
        "content-security-policy": policy(reply),
        "cookies": cookies(reply),
        "cross-origin-resource-sharing": 0 if not reply.get("Access-Control-Allow-Origin") else -50,
        "redirection": redirection(plain, host),
        "referrer-policy": 5 if reply.get("Referrer-Policy").lower() in PRIVATE else -5,
        "strict-transport-security": transport(reply),
        "subresource-integrity": integrity(reply),
        "x-content-type-options": 0 if reply.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": frames(reply),
        "cross-origin-resource-policy": (
            10 if reply.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0
        ),
    }


def directives(reply: Reply) -> dict[str, set[str]]:
    """Return the one policy of a reply. A directive that is said twice raises ValueError."""
    found: dict[str, set[str]] = {}
    headers = reply.all("Content-Security-Policy")
    if len(headers) != 1 or "," in headers[0]:
        raise ValueError("not one policy")
    for part in headers[0].split(";"):
        name, *sources = part.split()
        if name.lower() in found:
            raise ValueError(name)
        found[name.lower()] = {source.lower() for source in sources} or {"'none'"}
    return found


def policy(reply: Reply) -> int:
    """Nothing unsafe and nothing by default is best."""
    try:
        said = directives(reply)
    except ValueError:
        return -25
    default = said.get("default-src", {"*"})
    script, style, objects = (said.get(f"{n}-src", default) for n in ("script", "style", "object"))
    everything = set().union(*said.values())
    if script & UNSAFE or objects & BROAD or "'strict-dynamic'" in script:
        return -20
    if any(source.startswith(("http:", "ftp:")) for source in everything):
        return -20
    if "'unsafe-eval'" in script | style:
        return -10
    if style & UNSAFE:
        return 0
    is_closed = said.get("form-action", {"*"}) <= {"'self'", "'none'"}
    return 10 if default == {"'none'"} and is_closed else 5


def cookies(reply: Reply) -> int:
    """Secure, SameSite, and HttpOnly for sessions."""
    found = []
    for header in reply.all("Set-Cookie"):
        jar: SimpleCookie = SimpleCookie()
        jar.load(header)
        found += list(jar.items())
    worst = 5 if found else 0
    for name, cookie in found:
        lower = name.lower()
        if not cookie["secure"]:
            worst = min(worst, -10 if "sess" in lower or "login" in lower else -5)
        if cookie["samesite"].lower() not in ("lax", "strict"):
            worst = min(worst, -20)
        if ("sess" in lower or "login" in lower) and not cookie["httponly"]:
            worst = min(worst, -30)
    return worst


def redirection(plain: Reply, host: str) -> int:
    """From HTTP straight to HTTPS on the same host, or no answer over HTTP at all."""
    if plain.status in (400, 403, 413):
        return 0
    to = urlsplit(plain.get("Location"))
    if plain.status not in (301, 308) or to.scheme != "https":
        return -20
    return 0 if to.netloc == host else -5


def transport(reply: Reply) -> int:
    """A year for all subdomains, as the preload list demands; less counts as nothing here."""
    parts = {part.strip().lower() for part in reply.get("Strict-Transport-Security").split(";")}
    ages = [int(p[8:]) for p in parts if re.fullmatch(r"max-age=\d+", p)]
    if len(ages) != 1:
        return -20
    if ages[0] < A_YEAR or not {"includesubdomains", "preload"} <= parts:
        return -10
    return 0


class _Scripts(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Note a script that is loaded."""
        named = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" in named:
            self.found.append(named)


def integrity(reply: Reply) -> int:
    """Every script from here, and with its checksum; 0 where a page loads none."""
    if not reply.get("Content-Type").startswith("text/html"):
        return 0
    scripts = _Scripts(reply.body.decode()).found
    if not scripts:
        return 0
    if any(not re.match(r"/(?!/)", each["src"]) for each in scripts):
        return -50
    return 5 if all(each.get("integrity", "").startswith("sha384-") for each in scripts) else -1


def frames(reply: Reply) -> int:
    """``frame-ancestors`` of the policy is best."""
    try:
        if "frame-ancestors" in directives(reply):
            return 5
    except ValueError:
        pass
    return 0 if reply.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20
