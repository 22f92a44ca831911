"""A browser in a few lines: cookies, the token of its forms, a connection for each request."""

import http.client
import json
import re
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .ground import CAREER

PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, which is JSON."""
        return json.loads(self.body)


@dataclass
class Visitor:
    """Somebody's browser at the server of that port."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def head(self, method: str, path: str, body: bytes, **more: str) -> bytes:
        """Return a request as it goes over the wire, without its body."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if method == "POST":
            lines += [
                f"X-CSRFToken: {self.cookies.get('csrftoken', '')}",
                f"Content-Length: {len(body)}",
            ]
            if "Content_Type" not in more:
                lines.append("Content-Type: application/x-www-form-urlencoded")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def wire(self, path: str, fields: dict[str, Any], **more: str) -> bytes:
        """Return a whole posted form as it goes over the wire."""
        body = urlencode(fields).encode()
        return self.head("POST", path, body, **more) + body

    def send(self, request: bytes) -> Reply:
        """Send what is to go over the wire and read the whole reply. OSError if there is none."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            reply = http.client.HTTPResponse(connection)
            try:
                reply.begin()
                body = reply.read()
            except http.client.HTTPException as error:
                raise ConnectionResetError from error
        for header in reply.headers.get_all("Set-Cookie", []):
            name, _equals, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, body)

    def send_and_leave(self, request: bytes) -> None:
        """Send all of a request and hang up before a byte of the reply."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)

    def get(self, path: str, **more: str) -> Reply:
        """Ask for a page."""
        return self.send(self.head("GET", path, b"", **more))

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: str) -> Reply:
        """Post a form."""
        return self.send(self.wire(path, fields or {}, **more))

    def post_json(self, path: str, content: Any) -> Reply:
        """Post JSON, as programs do."""
        body = json.dumps(content).encode()
        return self.send(self.head("POST", path, body, Content_Type="application/json") + body)

    def start(self, level: str, career: str = CAREER) -> str:
        """Start an assessment and return its number."""
        if "csrftoken" not in self.cookies:
            self.get(f"/careers/{career}/")
        reply = self.post(f"/careers/{career}/start/", {"level": level})
        found = re.search(r"/assessments/([0-9a-f-]{36})/", reply.headers.get("location", ""))
        assert found, (reply.status, reply.body[:500])
        return found[1]

    def save(self, assessment: str, skill: str, rating: str, evidence: str, revision: int) -> Reply:
        """Save one answer as the page's script does."""
        return self.send(self.saving(assessment, skill, rating, evidence, revision))

    def saving(
        self, assessment: str, skill: str, rating: str, evidence: str, revision: int
    ) -> bytes:
        """Return the request that saves one answer."""
        fields = {"rating": rating, "evidence": evidence, "revision": revision}
        path = f"/assessments/{assessment}/ratings/{skill}/"
        return self.wire(path, fields, Accept="application/json")

    def document(self, career: str = CAREER) -> Any:
        """Return the document of the newest version."""
        return self.get(f"/api/v1/careers/{career}").json()
