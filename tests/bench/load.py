"""A closed loop of clients: each sends its next request when it has the whole last reply.

Plain sockets and requests prepared as bytes, so that the clients take little of the
machine that they measure. A connection serves one request, as the servers close them.
"""

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 60


@dataclass(slots=True)
class Lane:
    """One client's requests: ``bodies`` in turn, ``@n@`` in them is how many went before."""

    method: str
    path: str
    headers: dict[str, str]
    bodies: list[str]
    sent: int = 0

    def request(self, port: int) -> bytes:
        """Return the next request."""
        body = ""
        if self.bodies:
            body = self.bodies[self.sent % len(self.bodies)].replace("@n@", str(self.sent))
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: localhost:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += ["Accept-Encoding: gzip", "Connection: close"]
        content = body.encode()
        if self.method == "POST":
            lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked of one contestant, or in ``missing`` why it cannot do it."""

    lanes: list[Lane] = field(default_factory=list)
    status: int = 200
    missing: str = ""

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "Operation":
        """Return the operation that a seed has printed."""
        if "missing" in raw:
            return cls(missing=raw["missing"])
        return cls([Lane(**lane) for lane in raw["lanes"]], raw["status"])


def read_operations(text: str) -> dict[str, Operation]:
    """Return the operations by name from the last line of what a seed printed."""
    return {name: Operation.read(raw) for name, raw in json.loads(text.splitlines()[-1]).items()}


def exchange(port: int, request: bytes) -> bytes:
    """Send one request and return the whole reply."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        parts = []
        while part := connection.recv(262_144):
            parts.append(part)
    return b"".join(parts)


def status_of(reply: bytes) -> int:
    """Return a reply's status, 0 if there is none."""
    words = reply[:20].split(b" ")
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def once(port: int, operation: Operation) -> bytes:
    """Do an operation once with its first lane and return the reply. Raises RuntimeError."""
    lane = operation.lanes[0]
    reply = exchange(port, lane.request(port))
    if status_of(reply) != operation.status:
        raise RuntimeError(f"{lane.path} answered {reply[:300]!r}")
    lane.sent += 1
    return reply


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of some seconds gave: every reply's time in seconds, and how long it took."""

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Return requests per second."""
        return len(self.times) / self.seconds


def drive(port: int, operation: Operation, seconds: float) -> Run:
    """Let every lane send for that long. Raises RuntimeError at a wrong status."""
    times: list[float] = []
    wrong: list[bytes] = []
    end = time.perf_counter() + seconds

    def run(lane: Lane) -> None:
        own = []
        while not wrong and (begin := time.perf_counter()) < end:
            reply = exchange(port, lane.request(port))
            own.append(time.perf_counter() - begin)
            lane.sent += 1
            if status_of(reply) != operation.status:
                wrong.append(reply)
        times.extend(own)

    begin = time.perf_counter()
    threads = [threading.Thread(target=run, args=(lane,)) for lane in operation.lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{operation.lanes[0].path} answered {wrong[0][:300]!r}")
    return Run(times, time.perf_counter() - begin)
