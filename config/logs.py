"""Logging without personal data."""

import logging
import re
import time
import traceback
from typing import Any

from . import request_ids

REQUEST = re.compile(r"(Invalid request from ip=|Error handling request).*", re.DOTALL)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUOTED = re.compile(r"""(["'])(\S*).*?( HTTP/[\d.]{1,3})?\1(?=[^"']*$)""", re.DOTALL)
"""A request line in what the development server says: up to the last quotation mark."""


def known(method: str | None) -> str:
    """Return a request's method, "other" if it is none: a client may send any word as one."""
    return method if method in METHODS else "other" if method else ""


def _cut(line: re.Match[str]) -> str:
    mark, method, version = line[1], known(line[2]), line[3] or ""
    return f"{mark}{method} …{version}{mark}"


class RouteOnly(logging.Filter):
    """Replace what a record says of a request by its method, route name and status.

    Paths hold return links and the numbers of assessments; Django's own records print
    them. Exceptions keep their traceback, which holds code and no values.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; keep it always."""
        record.request_id = request_ids.current()
        request = getattr(record, "request", None)
        if record.name.startswith("django.security") or hasattr(request, "path"):
            method = known(getattr(request, "method", ""))
            match = getattr(request, "resolver_match", None)
            route = getattr(match, "view_name", None) or "unknown route"
            status = getattr(record, "status_code", "")
            kind = type(record.exc_info[1]).__name__ if record.exc_info else ""
            record.msg = " ".join(str(part) for part in (method, route, status, kind) if part)
            record.args = ()
            record.method, record.route, record.status = method, route, status
        elif record.name == "django.server":
            record.msg = QUOTED.sub(_cut, record.getMessage())
            record.args = ()
        return True


class NoRequest(logging.Filter):
    """Cut from the server's own records what a client sent: address, path, request line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the words and numbers of a warning or an error, not its texts."""
        record.request_id = request_ids.current()
        if record.levelno >= logging.WARNING and isinstance(record.args, tuple):
            args = tuple(a if isinstance(a, int | float) else "…" for a in record.args)
            text = str(record.msg) % args if args else str(record.msg)
            record.msg, record.args = REQUEST.sub(r"\1 …", text), ()
        return True


class NoValues(logging.Formatter):
    """Print times in UTC, and tracebacks without messages, which may hold what was typed."""

    converter = time.gmtime  # type: ignore[assignment]  # as the manual of logging does it

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is the library's)
        """Return the frames and the exceptions' types."""
        kind, _, frames = ei
        return "".join(traceback.format_tb(frames)) + str(kind.__name__)


LINES = {
    "line": {
        "()": "config.logs.NoValues",
        "format": "{asctime} [{request_id}] {levelname} {name}: {message}",
        "style": "{",
    },
    "json": {"()": "config.json_logs.JsonLine"},
}


def configured(form: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to the standard error stream, by the rules above.

    ``form`` is "line" or "json".
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"route_only": {"()": "config.logs.RouteOnly"}},
        "formatters": {"chosen": LINES[form]},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "filters": ["route_only"],
            },
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
            # It quotes the text of reports, which is somebody's evidence.
            "weasyprint": {"handlers": ["nowhere"], "level": "CRITICAL", "propagate": False},
            "fontTools": {"level": "WARNING"},
            "django_tasks": {"level": "WARNING"},
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }
