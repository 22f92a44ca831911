"""How the text of one environment variable is read.

Each reader takes what stands in the variable and returns its value, or raises ValueError with
the rest of a sentence that begins with the variable's name. It never repeats the text, which
may hold a password.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
HOST = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]|\*", re.IGNORECASE)
ORIGIN = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
SENDER = re.compile(r'(("[^"\\]*" *|[^"<>@,;:()\\]*)<)?[^@\s<>,;:"()]+@[\w-]+(\.[\w-]+)*(?(1)>)')
"""An address; or a name, quoted or without signs that mean something, and it in angle brackets."""
RATE = re.compile(r"[1-9]\d{0,8}/(s|sec|m|min|h|hour|d|day)")
SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
PORTS = {"smtp": 25, "smtp+tls": 587, "submission": 587, "smtp+ssl": 465}
MAIL = "django.core.mail.backends."
CACHE = "django.core.cache.backends."
PATIENCE = 0.5
"""Seconds until a cache that does not answer is left alone for a moment."""
PREPARED_AFTER = 5
"""So often a statement is sent to PostgreSQL until it is prepared there: half of what a report's
takes is planning it."""


def text(raw: str) -> str:
    """Return it as it is."""
    return raw


def flag(raw: str) -> bool:
    """Return whether it says yes."""
    if raw.lower() not in YES + NO:
        raise ValueError("must be 1 or 0.")
    return raw.lower() in YES


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within these bounds."""

    def read(raw: str) -> int:
        if not (raw.isascii() and raw.isdecimal() and lowest <= int(raw) <= highest):
            raise ValueError(f"must be a whole number from {lowest:,} to {highest:,}.")
        return int(raw)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def read(raw: str) -> str:
        if raw not in words:
            raise ValueError(f"must be one of: {', '.join(words)}.")
        return raw

    return read


def several(raw: str) -> list[str]:
    """Return words that commas separate."""
    return [part.strip() for part in raw.split(",") if part.strip()]


def hosts(raw: str) -> list[str]:
    """Return host names, without schemes and ports."""
    found = several(raw)
    if not all(HOST.fullmatch(host) for host in found):
        raise ValueError(
            "must be host names separated by commas, such as rung.example.org: "
            "no scheme, no port, no path."
        )
    return found


def origins(raw: str) -> list[str]:
    """Return origins, with their schemes."""
    found = several(raw)
    if not all(ORIGIN.fullmatch(origin) for origin in found):
        raise ValueError(
            "must be origins separated by commas, such as https://rung.example.org: "
            "each with its scheme, without a path."
        )
    return found


def sender(raw: str) -> str:
    """Return an e-mail address, with or without a name before it; "" if there is none."""
    if raw and not (raw.isprintable() and SENDER.fullmatch(raw)):
        raise ValueError(
            "must be one address, such as Rung <rung@example.org> or rung@example.org "
            "(a name with a comma in quotes)."
        )
    return raw


def rate(raw: str) -> str:
    """Return how many requests in which time."""
    if not RATE.fullmatch(raw):
        raise ValueError("must be a number of requests in a time, such as 1200/min.")
    return raw


def zone(raw: str) -> str:
    """Return the name of a time zone that is known here."""
    try:
        ZoneInfo(raw)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Vienna.") from None
    return raw


def database(raw: str) -> dict[str, Any]:
    """Return Django's settings of a PostgreSQL or SQLite database."""
    wrong = ValueError(
        "must look like postgres://user:password@host:5432/name or sqlite:////path/to/file "
        "(special characters of a password as %..)."
    )
    if not raw:
        return {}
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(raw, conn_max_age=60))
    except ValueError:
        raise wrong from None
    if found["ENGINE"] not in (SQLITE, POSTGRESQL) or not found["NAME"]:
        raise wrong
    return _postgresql(found) if found["ENGINE"] == POSTGRESQL else found


def _postgresql(found: dict[str, Any]) -> dict[str, Any]:
    options = {"connect_timeout": 5, **found.get("OPTIONS", {}), "server_side_binding": True}
    if options.pop("pgbouncer", 0):
        # Its connections change between statements; what one of them keeps would be lost.
        found["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        options["prepare_threshold"] = PREPARED_AFTER
    checked = {"ENGINE": "config.postgresql", "CONN_HEALTH_CHECKS": True}
    return {**found, **checked, "OPTIONS": options}


def cache(raw: str) -> dict[str, Any]:
    """Return Django's settings of a cache: Redis, files, or this process alone."""
    wrong = ValueError("must look like redis://host:6379/0, rediss://… or file:///path.")
    if not raw:
        return {}
    try:
        url = urlsplit(raw)
        port = url.port
    except ValueError:
        raise wrong from None
    if url.scheme in ("redis", "rediss") and url.hostname and port != 0:
        if not re.fullmatch(r"/?\d{0,4}", url.path):
            raise wrong
        waits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        return {"BACKEND": f"{CACHE}redis.RedisCache", "LOCATION": raw, "OPTIONS": waits}
    if url.scheme == "file" and not url.netloc and len(url.path) > 1:
        return files(unquote(url.path))
    if raw == "locmem://":
        return {"BACKEND": f"{CACHE}locmem.LocMemCache"}
    raise wrong


def files(folder: str) -> dict[str, Any]:
    """Return Django's settings of a cache of files, which the processes of a machine share."""
    limit = {"MAX_ENTRIES": 20_000}
    return {"BACKEND": f"{CACHE}filebased.FileBasedCache", "LOCATION": folder, "OPTIONS": limit}


def mail(raw: str) -> dict[str, Any]:
    """Return Django's EMAIL_ settings: a server, a folder, or the console."""
    wrong = ValueError(
        "must look like smtp+tls://user:password@host:587 (STARTTLS), smtp+ssl://host:465, "
        "smtp://host:25, file:///folder or console: "
        "(special characters of a password as %..)."
    )
    try:
        url = urlsplit(raw)
        port = url.port
    except ValueError:
        raise wrong from None
    if raw in ("console:", "console://"):
        return {"EMAIL_BACKEND": f"{MAIL}console.EmailBackend"}
    if url.scheme == "file" and not url.netloc and len(url.path) > 1:
        folder = unquote(url.path)
        return {"EMAIL_BACKEND": f"{MAIL}filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    if url.scheme not in PORTS or not url.hostname or port == 0 or url.path not in ("", "/"):
        raise wrong
    return {
        "EMAIL_BACKEND": f"{MAIL}smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or PORTS[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme in ("smtp+tls", "submission"),
        "EMAIL_USE_SSL": url.scheme == "smtp+ssl",
        "EMAIL_TIMEOUT": 10,
    }
