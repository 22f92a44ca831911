"""How gunicorn serves Rung: one sync worker per core, and no access log.

Sync workers because threads made saves on SQLite ten times slower; no access log because
return links carry their token in the path.
"""

import os
import shutil
import socket
from pathlib import Path

from gunicorn import glogging
from gunicorn.workers.sync import SyncWorker

from config import environment, refusals, request_ids, server_replies, serving
from config.logs import NoRequest, NoValues

with environment.refused_in_one_line():
    ENV = environment.read(os.environ)
    COUNTS = serving.counts_folder(Path(ENV.VAR_DIR)) if ENV.METRICS_TOKEN else ""
DOUBTS = [*refusals.doubts(ENV), *environment.misspelt(os.environ)]

workers = ENV.WEB_CONCURRENCY
preload_app = True
accesslog = None
loglevel = "warning"
timeout = 30
forwarded_allow_ips = ""  # whom to believe is BEHIND_PROXY's to say
limit_request_line = 8190  # "what if" names every skill in the address
control_socket_disable = True


def when_ready(server):  # type: ignore[no-untyped-def]  # as gunicorn calls it
    """Warn of doubtful settings, and let the kernel hold connections until they say something.

    Browsers open spare ones, and a sync worker would sit on each until it times out. Other
    systems than Linux lack the option; there a proxy in front does the same.
    """
    for doubt in DOUBTS:
        server.log.warning(doubt)
    for listener in server.LISTENERS:
        if hasattr(socket, "TCP_DEFER_ACCEPT") and listener.sock.family != socket.AF_UNIX:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, timeout)


if COUNTS:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = COUNTS  # where the library looks for it
    child_exit = serving.worker_is_gone

    def on_exit(server):  # type: ignore[no-untyped-def]  # as gunicorn calls it
        """Remove the counts."""
        shutil.rmtree(COUNTS, ignore_errors=True)


def worker_abort(worker):  # type: ignore[no-untyped-def]  # as gunicorn calls it
    """Say in the log which request took too long."""
    worker.log.error("A request took longer than the timeout; its worker ends")


class Worker(SyncWorker):  # type: ignore[misc]  # the server carries no types
    """A worker that knows when a request is over, so that later lines do not carry its id."""

    def handle(self, listener, client, addr):  # type: ignore[no-untyped-def]  # as gunicorn's
        """Answer one connection."""
        try:
            super().handle(listener, client, addr)
        finally:
            request_ids.forget()


class Logger(glogging.Logger):  # type: ignore[misc]  # the server carries no types
    """The server's log, without what clients sent."""

    error_fmt = r"%(asctime)s [%(process)d] [%(request_id)s] [%(levelname)s] %(message)s"

    def setup(self, cfg):  # type: ignore[no-untyped-def]  # as gunicorn calls it
        """Filter and format every handler of the error log."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(NoRequest())
            handler.setFormatter(self._formatter())

    def _formatter(self) -> NoValues:
        if ENV.log_form == "json":
            from config.json_logs import JsonLine

            return JsonLine()
        return NoValues(self.error_fmt, self.datefmt)


worker_class = Worker
logger_class = Logger
server_replies.install()
