"""A browser without a screen: cookies, forms with their tokens, and no script."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Plain:
    """Speaks HTTP to a running server; ``status``, ``url`` and ``text`` are of the last page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.status, self.url, self.content = 0, address, b""
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("User-Agent", "Mozilla/5.0 Firefox/140.0")]

    @property
    def text(self) -> str:
        """Return the last page."""
        return self.content.decode("utf-8", "replace")

    def get(self, path: str, **headers: str) -> "Plain":
        """Open a page."""
        return self._send(Request(urljoin(self.address, path), headers=headers))  # noqa: S310

    def post(self, path: str, **fields: str) -> "Plain":
        """Send a form; its token is the one of the last page."""
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text)
        body = urlencode({"csrfmiddlewaretoken": tokens[0] if tokens else "", **fields})
        return self._send(Request(urljoin(self.address, path), body.encode()))  # noqa: S310

    def _send(self, request: Request) -> "Plain":
        try:
            reply = self._opener.open(request, timeout=60)
        except HTTPError as error:
            reply = error
        with reply:
            self.status, self.url, self.content = reply.status, reply.url, reply.read()
        return self
