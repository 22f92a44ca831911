"""Every environment variable that Rung reads: its name, default and meaning, in one table.

A new setting is a field of ``Environment``; ``manage.py settings_table`` prints the table, and
docs/settings.md is that print. Nothing else in the code may read a variable (a test says so).
What production refuses is in ``refusals``; how secrets come in files, in ``secret_files``.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured

from . import reading, refusals, secret_files

BASE_DIR = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class RefusedError(ImproperlyConfigured):
    """Rung does not start with these settings: one line each, beginning with its name."""


def variable(
    read: Callable[[str], T], default: str, meaning: str, shown: str = "", *, secret: bool = False
) -> T:
    """Declare a variable: how it is read, and what is read when it is unset or empty.

    ``shown`` stands in the table where the default is found at the start. A ``secret`` may be in
    a file instead.
    """
    told = {"read": read, "default": default, "meaning": meaning, "shown": shown or f"`{default}`"}
    declared: T = field(metadata={**told, "secret": secret})
    return declared


@dataclass(frozen=True)
class Environment:
    """The values of all variables, in the order of the table."""

    PRODUCTION: bool = variable(
        reading.flag,
        "0",
        "HTTPS, secure cookies and logs as JSON; demands what is needed for that, by name.",
    )
    SECRET_KEY: str = variable(
        reading.text,
        "",
        "At least 50 random characters. Signs sessions and links; the same on every machine. "
        "Demanded in production.",
        "made at the first start, in `VAR_DIR`",
        secret=True,
    )
    SECRET_KEY_FALLBACKS: list[str] = variable(
        reading.several,
        "",
        "Earlier keys, separated by commas, whose sessions and second factors still open. Run "
        "`manage.py encrypt_factors` after a change of the key, before the old one goes.",
        "none",
        secret=True,
    )
    ALLOWED_HOSTS: list[str] = variable(
        reading.hosts,
        "",
        "Host names under which people reach it, separated by commas. Demanded in production.",
        "`localhost`, `127.0.0.1`, `[::1]`",
    )
    CSRF_TRUSTED_ORIGINS: list[str] = variable(
        reading.origins,
        "",
        "Other origins whose forms are taken, separated by commas. In production each is "
        "`https://` and a name, or `https://*.example.org` for all below one.",
        "none",
    )
    BEHIND_PROXY: bool = variable(
        reading.flag,
        "0",
        "A proxy stands in front: trust its `X-Forwarded-Proto`, the last address of its "
        "`X-Forwarded-For`, and its `X-Request-ID`.",
    )
    DATABASE_URL: dict[str, Any] = variable(
        reading.database,
        "",
        "`postgres://user:password@host:5432/name` (with `?pgbouncer=1` behind PgBouncer) or "
        "`sqlite:////path`.",
        "`rung.sqlite3` in `VAR_DIR`",
        secret=True,
    )
    CACHE_URL: dict[str, Any] = variable(
        reading.cache,
        "",
        "`redis://host:6379/0`, or `file:///path`. All machines must share it: attempts to "
        "sign in are counted in it.",
        "files in `VAR_DIR`",
        secret=True,
    )
    EMAIL_URL: dict[str, Any] = variable(
        reading.mail,
        "console:",
        "`smtp+tls://user:password@host:587` (STARTTLS), `smtp+ssl://host:465`, `smtp://host:25` "
        "or `file:///folder`. Demanded in production, and not the console there.",
        secret=True,
    )
    EMAIL_FROM: str = variable(
        reading.sender,
        "",
        "The sender, such as `Rung <rung@example.org>`.",
        "`rung@` and the first of `ALLOWED_HOSTS`",
    )
    TASKS: str = variable(
        reading.one_of("immediate", "database"),
        "immediate",
        "Who sends e-mails: `immediate`, the request itself; or `database`, a worker that reads a "
        "queue in the database and tries again where the mail server fails. Then "
        "`manage.py db_worker` must run; `/readyz` and the log tell of messages that wait.",
    )
    SECOND_FACTOR: str = variable(
        reading.one_of("staff", "everyone", "nobody"),
        "staff",
        "Who must show a second factor: the `staff`; `everyone` with an account, before anything "
        "of theirs opens (who works without an account is asked for nothing); or `nobody`, to try "
        "things on one's own machine, which is refused in production.",
    )
    TIME_ZONE: str = variable(reading.zone, "UTC", "For the dates on pages; stored times are UTC.")
    API_RATE: str = variable(
        reading.rate, "1200/min", "Requests from one address to `/api/v1/` in a time."
    )
    TOKEN_MISSES: int = variable(
        reading.whole(1, 1_000_000),
        "60",
        "Wrong links from one address in a minute before it has to wait.",
    )
    START_RATE: int = variable(
        reading.whole(1, 1_000_000),
        "600",
        "Assessments that one address may start in a minute before it has to wait.",
    )
    VAR_DIR: str = variable(
        reading.text,
        str(BASE_DIR / "var"),
        "Where the database, the key, the cache and collected static files lie, unless they are "
        "elsewhere by a setting of their own. In production it must begin with `/`.",
        "`var` beside `manage.py`",
    )
    STATIC_DIR: str = variable(
        reading.text, "", "Where `collectstatic` puts static files.", "`static` in `VAR_DIR`"
    )
    WEB_CONCURRENCY: int = variable(
        reading.whole(1, 1024),
        str(max(2, os.cpu_count() or 1)),
        "gunicorn's workers.",
        "one per core, at least 2",
    )
    LOG_FORMAT: str = variable(
        reading.one_of("line", "json", "auto"),
        "auto",
        "`line` for people or `json` for machines; `auto` is `json` in production.",
    )
    METRICS_TOKEN: str = variable(
        reading.text,
        "",
        "Opens `/metrics` to who sends `Authorization: Bearer …` with it; at least 20 "
        "characters. Without it there is no such page and nothing is counted.",
        "off",
        secret=True,
    )
    PROMETHEUS_MULTIPROC_DIR: str = variable(
        reading.text,
        "",
        "Where the workers of one server keep their counts. The server sets it; leave it alone.",
        "in `VAR_DIR`, while it runs",
    )
    DEBUG: bool = variable(
        reading.flag, "0", "Pages that show what failed, for development. Refused in production."
    )

    @property
    def log_form(self) -> str:
        """Return how lines are written: "line" or "json"."""
        form = self.LOG_FORMAT
        return ("json" if self.PRODUCTION else "line") if form == "auto" else form


SECRETS = tuple(f.name for f in fields(Environment) if f.metadata["secret"])
NAMES = (
    *(f.name for f in fields(Environment)),
    *(f"{name}{secret_files.ENDING}" for name in SECRETS),
    secret_files.FOLDER,
)
"""Every variable that is looked at."""
ALIKE, LONG = 0.9, 7
"""From which likeness (0 to 1) a name is taken for one of ours, if that has so many letters.

DATABASE_URI is 0.92 like DATABASE_URL, and DATABASE_USER, which may well be there, 0.88. XDEBUG
is 0.91 like DEBUG, so short names are left out.
"""


def declared() -> list[tuple[str, str, str]]:
    """Return name, default as shown, and meaning of every variable but those of files."""
    return [(f.name, f.metadata["shown"], f.metadata["meaning"]) for f in fields(Environment)]


def read(environ: Mapping[str, str]) -> Environment:
    """Return the values, or raise RefusedError with every fault found."""
    values: dict[str, Any] = {}
    faults = secret_files.fault_of_folder(environ)
    for each in fields(Environment):
        try:
            raw = environ.get(each.name, "").strip()
            if each.metadata["secret"]:
                raw = secret_files.text_of(
                    each.name, environ, guarded=values.get("PRODUCTION", True)
                )
            values[each.name] = each.metadata["read"](raw or each.metadata["default"])
        except ValueError as error:
            faults.append(f"{each.name} {error}")
    if not faults:
        faults = refusals.of(Environment(**values))
    if faults:
        raise RefusedError("\n".join(faults))
    return Environment(**values)


def misspelt(environ: Mapping[str, str]) -> list[str]:
    """Return one line for each variable that is none of ours, and is spelt nearly as one is.

    It starts all the same: the variable may be another program's. One that is set as well is
    not asked for.
    """
    missing = [name for name in NAMES if len(name) >= LONG and not environ.get(name)]
    return [
        f"{name} is no setting and is not read: is {meant} meant?"
        for name in sorted(environ.keys() - set(NAMES))
        for meant in get_close_matches(name, missing, n=1, cutoff=ALIKE)
    ]


@contextmanager
def refused_in_one_line() -> Iterator[None]:
    """Turn refused settings into lines on the terminal and an end with status 1."""
    try:
        yield
    except RefusedError as error:
        sys.exit(f"Rung does not start:\n{error}")
