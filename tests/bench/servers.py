"""Starting and stopping the contestants' servers, and the processor time that they take."""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .load import exchange, status_of

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
POLL_SECONDS = 0.002


@dataclass
class Server:
    """A server in a process group of its own."""

    command: Sequence[str]
    env: Mapping[str, str]
    port: int
    log: Path
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, path: str = "/", headers: str = "") -> float:
        """Start it and return the seconds until it answers below 500. Raises RuntimeError."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n"
        atexit.register(self.stop)  # an interrupted run leaves no server behind
        begin = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.env),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.perf_counter() < begin + START_SECONDS:
            if self.process.poll() is not None:
                break
            try:
                status = status_of(exchange(self.port, request.encode()))
            except OSError:
                time.sleep(POLL_SECONDS)
                continue
            if 0 < status < 500:
                return time.perf_counter() - begin
            raise RuntimeError(f"{path} answered {status}: see {self.log}")
        raise RuntimeError(f"{self.command[0]} did not start: see {self.log}")

    def processor(self) -> float:
        """Return the seconds of processor time that the group's living processes took."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parts = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if self.process and int(parts[2]) == self.process.pid:
                total += int(parts[11]) + int(parts[12])
        return total / TICKS

    def stop(self) -> None:
        """Stop the whole group and wait for it."""
        if self.process is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sign)
                self.process.wait(10)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.process.wait(10)
        self.process = None
