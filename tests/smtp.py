"""A mail server of this machine that keeps what it is given."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Talk(socketserver.StreamRequestHandler):
    """One connection, as RFC 5321 has it."""

    server: "Sink"

    def handle(self) -> None:
        """Take messages until the other side has none left."""
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.keep(self._content())
            self.wfile.write({b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return

    def _content(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class Sink(socketserver.ThreadingTCPServer):
    """What came is in ``messages``."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.messages: list[EmailMessage] = []

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server_address[1])

    def keep(self, content: bytes) -> None:
        """Read a message as strictly as the standard has it."""
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.messages.append(found)


@contextmanager
def listening(port: int = 0) -> Iterator[Sink]:
    """Listen until the block ends; then nobody answers there."""
    with Sink(port) as sink:
        thread = threading.Thread(target=sink.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
