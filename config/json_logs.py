"""A line of the log as one JSON object."""

from typing import Any

from pythonjsonlogger.json import JsonFormatter

from .logs import NoValues

NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}
KEPT = (
    "time", "level", "logger", "request_id", "message", "method", "route", "status", "ms",
    "exception",
)  # fmt: skip
"""All that is ever printed: other attributes of a record may hold a request, or a value."""


class JsonLine(NoValues, JsonFormatter):
    """Time in UTC, level, logger, request id, message; of a request its route and status."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields=NAMES,
            timestamp="time",
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Keep what may be printed, in this order."""
        return {name: log_data[name] for name in KEPT if log_data.get(name) not in (None, "")}
