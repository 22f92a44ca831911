"""How gunicorn serves Rung: one sync worker per core, and no access log.

Sync workers because threads made saves on SQLite ten times slower; no access log because
return links carry their token in the path.
"""

import os
import socket

from gunicorn import glogging

from config import environment
from config.logs import NoRequest, NoValues

with environment.refused_in_one_line():
    ENV = environment.read(os.environ)

workers = ENV.WEB_CONCURRENCY
worker_class = "sync"
preload_app = True
accesslog = None
loglevel = "warning"
timeout = 30
limit_request_line = 8190  # "what if" names every skill in the address
control_socket_disable = True


def when_ready(server):  # type: ignore[no-untyped-def]  # as gunicorn calls it
    """Let the kernel hold connections until they say something.

    Browsers open spare ones, and a sync worker would sit on each until it times out. Other
    systems than Linux lack the option; there a proxy in front does the same.
    """
    for listener in server.LISTENERS:
        if hasattr(socket, "TCP_DEFER_ACCEPT") and listener.sock.family != socket.AF_UNIX:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, timeout)


class Logger(glogging.Logger):  # type: ignore[misc]  # the server carries no types
    """The server's log, without what clients sent."""

    def setup(self, cfg):  # type: ignore[no-untyped-def]  # as gunicorn calls it
        """Filter and format every handler of the error log."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(NoRequest())
            handler.setFormatter(NoValues(self.error_fmt, self.datefmt))


logger_class = Logger
