"""What the server answers before any of our code is asked: broken requests, a killed worker."""

import socket

from gunicorn import util


def install() -> None:
    """Have gunicorn send its own replies with the headers of all others: it has no setting."""
    util.write_error = write_error


def write_error(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Send a reply of plain text. ``message`` repeats what was sent, so it stays here."""
    from config import headers  # reads the settings: there once a worker runs

    body = f"{status} {reason}\n"
    lines = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **headers.without_django(),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    util.write_nonblock(sock, f"HTTP/1.1 {status} {reason}\r\n{head}\r\n{body}".encode("latin1"))
