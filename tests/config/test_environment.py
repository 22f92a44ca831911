"""Settings: one table of them, and what is refused, by name and without a traceback."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command

from config import environment, reading, refusals
from config.environment import Environment, RefusedError

ROOT = Path(__file__).parents[2]
GOOD = {
    "PRODUCTION": "1",
    "SECRET_KEY": "Zq3v8Jt1xWc5nB7mK0pLsD2fGhR4yUeIaO6iTjVb9QwErXlCMx8Nf3",
    "ALLOWED_HOSTS": "rung.example.org",
    "EMAIL_URL": "smtp+tls://rung:pass@mail.example.org",
}
PRIVATE = "hunter2-is-private"


def test_the_page_of_settings_is_made_from_the_code(capsys):
    """``manage.py settings_table > docs/settings.md`` renews it."""
    call_command("settings_table")
    assert (ROOT / "docs" / "settings.md").read_text() == capsys.readouterr().out


def reads_of(path: Path) -> set[int]:
    """Return the lines on which a module looks at environment variables."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        named = isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
        bare = isinstance(node, ast.ImportFrom | ast.Import) and any(
            name.name.split(".")[0] in ("environ", "environs", "decouple", "getenv")
            for name in node.names
        )
        module = isinstance(node, ast.ImportFrom) and node.module == "environs"
        if named or bare or module:
            found.add(node.lineno)
    return found


def test_no_variable_is_read_that_is_not_declared():
    """Only the settings and the server's own file look at the environment, and whole."""
    looks = {}
    for path in (ROOT / "manage.py", *(p for a in APPS for p in (ROOT / a).rglob("*.py"))):
        lines = path.read_text().splitlines()
        for number in sorted(reads_of(path)):
            looks.setdefault(str(path.relative_to(ROOT)), []).append(lines[number - 1].strip())
    setting = 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")'
    assert looks == {
        "manage.py": [setting],
        "config/wsgi.py": [setting],
        "config/settings.py": ["ENV = environment.read(os.environ)"],
        "config/backups/postgres.py": ["ours = {**os.environ, **_connection(settings or {})}"],
        "config/gunicorn.py": [
            "ENV = environment.read(os.environ)",
            "DOUBTS = [*refusals.doubts(ENV), *environment.misspelt(os.environ)]",
            'os.environ["PROMETHEUS_MULTIPROC_DIR"] = COUNTS  # where the library looks for it',
        ],
    }


APPS = ("accounts", "assessments", "careers", "config")


def names_of(environ: dict[str, str]) -> list[str]:
    """Return the names at the head of each fault."""
    with pytest.raises(RefusedError) as refused:
        environment.read(environ)
    return [line.split(" ")[0].split("=")[0] for line in str(refused.value).splitlines()]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"SECRET_KEY": ""}, ["SECRET_KEY"]),
        ({"SECRET_KEY": GOOD["SECRET_KEY"][:49]}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "x" * 60}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "0123456789abcdef" * 5}, ["SECRET_KEY"]),
        ({"SECRET_KEY": f"django-insecure-{GOOD['SECRET_KEY']}"}, ["SECRET_KEY"]),
        ({"SECRET_KEY": f"change-me-{GOOD['SECRET_KEY']}"}, ["SECRET_KEY"]),
        ({"ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": " , "}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": "*"}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": "rung.example.org,*"}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": "rung.example.org,.com"}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": ".com."}, ["ALLOWED_HOSTS"]),
        ({"SECRET_KEY_FALLBACKS": "abc"}, ["SECRET_KEY_FALLBACKS"]),
        ({"SECRET_KEY_FALLBACKS": f"{GOOD['SECRET_KEY'][::-1]},{'x' * 60}"},
         ["SECRET_KEY_FALLBACKS"]),
        *(({"CSRF_TRUSTED_ORIGINS": f"https://a.example.org,{each}"}, ["CSRF_TRUSTED_ORIGINS"])
          for each in ("http://a.example.org", "HTTP://a.example.org", "https://*", "https://*.*",
                       "https://*.org", "https://*.org:8443", "https://*org.example.com",
                       "https://*.*.example.org", "https://*.org.")),
        ({"VAR_DIR": "var/rung"}, ["VAR_DIR"]),
        ({"DATABASE_URL": "sqlite:///rung.sqlite3"}, ["DATABASE_URL"]),
        ({"EMAIL_URL": ""}, ["EMAIL_URL"]),
        ({"EMAIL_URL": "console:"}, ["EMAIL_URL"]),
        ({"DEBUG": "1"}, ["DEBUG"]),
        ({"SECOND_FACTOR": "nobody"}, ["SECOND_FACTOR"]),
        ({"CACHE_URL": "locmem://"}, ["CACHE_URL"]),
        ({"DATABASE_URL": "sqlite://:memory:"}, ["DATABASE_URL"]),
        ({"METRICS_TOKEN": "short"}, ["METRICS_TOKEN"]),
        ({"SECRET_KEY": "", "ALLOWED_HOSTS": "", "EMAIL_URL": ""},
         ["SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL"]),
    ],
)  # fmt: skip
def test_production_refuses_what_is_missing_or_weak_by_name(changed, names):
    """All of it at once, so that one restart is enough."""
    environment.read(GOOD)
    assert names_of(GOOD | changed) == names


@pytest.mark.parametrize(
    "changed",
    [
        {"ALLOWED_HOSTS": ".example.org,localhost,[::1]"},
        {"SECRET_KEY_FALLBACKS": GOOD["SECRET_KEY"][::-1]},
        {"CSRF_TRUSTED_ORIGINS": "https://a.example.org,https://*.example.org:8443"},
        {"VAR_DIR": "/var/lib/rung", "DATABASE_URL": "sqlite:////var/lib/rung/rung.sqlite3"},
        {"EMAIL_FROM": "rung@example.org"},
        {"EMAIL_FROM": '"Rung, the office" <rung@mail>'},
    ],
)
def test_production_takes_what_is_meant_so(changed):
    """The neighbours of what it refuses."""
    environment.read(GOOD | changed)


MISSPELT = {
    "DATABASE_URI": "DATABASE_URL", "SECRETKEY_FILE": "SECRET_KEY_FILE",
    "METRICS_TOKENS": "METRICS_TOKEN", "ALLOWED_HOST": "ALLOWED_HOSTS", "TIMEZONE": "TIME_ZONE",
    "CREDENTIAL_DIRECTORY": "CREDENTIALS_DIRECTORY", "SECOND_FACTORS": "SECOND_FACTOR",
}  # fmt: skip
OTHERS = """
    PATH HOME LANG LANGUAGE LC_ALL LC_CTYPE LC_TIME TZ TERM SHELL USER LOGNAME PWD OLDPWD SHLVL
    HOSTNAME EDITOR PAGER DISPLAY TMPDIR MAIL PYTHONPATH PYTHONHOME PYTHONUNBUFFERED
    PYTHONHASHSEED PYTHON_VERSION VIRTUAL_ENV DJANGO_SETTINGS_MODULE DJANGO_DEBUG
    DJANGO_SECRET_KEY RUNG_ENV GUNICORN_CMD_ARGS GUNICORN_PID GUNICORN_FD LISTEN_FDS LISTEN_PID
    NOTIFY_SOCKET INVOCATION_ID JOURNAL_STREAM STATE_DIRECTORY RUNTIME_DIRECTORY CACHE_DIRECTORY
    LOGS_DIRECTORY CONFIGURATION_DIRECTORY POSTGRES_URL POSTGRES_DB POSTGRES_USER
    POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE POSTGRES_HOST PGDATABASE PGHOST PGUSER PGPASSWORD
    PGOPTIONS REDIS_URL REDIS_HOST DATABASE_HOST DATABASE_PORT DATABASE_NAME DATABASE_USER
    DATABASE_SERVICE_HOST CACHE_HOST CACHE_PORT CACHE_DIR EMAIL_HOST EMAIL_PORT
    EMAIL_HOST_PASSWORD EMAIL_USE_TLS STATIC_URL STATIC_ROOT MEDIA_ROOT METRICS_PORT API_KEY
    API_TOKEN SECRET_KEY_BASE LOG_LEVEL LOG_FILE TIMEFORMAT XDEBUG DEBUG_MODE TASK PRODUCT
    XDG_DATA_DIRS XDG_RUNTIME_DIR SSH_AUTH_SOCK KUBERNETES_SERVICE_HOST KUBERNETES_PORT
    RUNG_PORT WEB_PORT HTTP_PROXY HTTPS_PROXY NO_PROXY CI CHROMIUM PORT
"""


def test_a_name_that_is_nearly_a_settings_is_told():
    """With the one that may be meant; what it holds is not repeated."""
    found = environment.misspelt(dict.fromkeys(MISSPELT, PRIVATE))
    assert found == [
        f"{name} is no setting and is not read: is {meant} meant?"
        for name, meant in sorted(MISSPELT.items())
    ]
    both = {"DATABASE_URI": "another program's", "DATABASE_URL": "ours"}
    assert environment.misspelt(both) == []


def test_no_other_programs_variable_is_taken_for_a_setting():
    """Nor any of this machine's, nor our own."""
    assert environment.misspelt(dict.fromkeys((*OTHERS.split(), *environment.NAMES), "x")) == []
    assert environment.misspelt(dict.fromkeys(OTHERS.split(), "x")) == []
    assert environment.misspelt(os.environ) == []


SHARED = {"DATABASE_URL": "postgres://u:p@h/n", "BEHIND_PROXY": "1"}


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"BEHIND_PROXY": "1"}, []),
        ({}, ["BEHIND_PROXY"]),
        (SHARED, ["CACHE_URL"]),
        (SHARED | {"CACHE_URL": "file:///var/cache/rung"}, []),
        (SHARED | {"CACHE_URL": "redis://h"}, []),
        ({"BEHIND_PROXY": "1", "EMAIL_URL": "smtp://mail.example.org"}, ["EMAIL_URL"]),
        ({"BEHIND_PROXY": "1", "EMAIL_URL": "smtp://localhost"}, []),
        ({"BEHIND_PROXY": "1", "EMAIL_URL": "file:///var/mail"}, []),
        ({"PRODUCTION": "0"}, []),
    ],
)
def test_production_warns_of_what_may_be_a_mistake(changed, names):
    """It starts all the same: it may be meant."""
    found = refusals.doubts(environment.read(GOOD | changed))
    assert [line.split(" ")[0] for line in found] == names


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("PRODUCTION", ["maybe", "2"]),
        ("DEBUG", ["ja"]),
        ("ALLOWED_HOSTS", ["https://a.example", "a.example:443", "a.example/x", "a b"]),
        ("CSRF_TRUSTED_ORIGINS", ["a.example", "https://a.example/x", "ftp://a.example"]),
        ("DATABASE_URL", ["x", "mysql://a/b", "postgres://u:p@h:port/n", "postgres://h:5432/",
                          "postgres://[::1/n", "postgres//h/n"]),
        ("CACHE_URL", ["x", "redis://", "redis://h:port/0", "redis://h/name", "memcached://h",
                       "file://h/x", "file://", "redis://[::1"]),
        ("EMAIL_URL", ["x", "smtp://", "smtp+tls://h:port", "gmail://h", "smtp://[::1", "file:"]),
        ("EMAIL_FROM", ["x", "rung@", "@example.org", "Rung rung@example.org>", "a@b.org, c@d.org",
                        "Rung, office <rung@example.org>", "Rung <rung@exa mple.org>",
                        "Rung\nBcc: a@b.org <rung@example.org>", "<rung@@example.org>"]),
        ("CREDENTIALS_DIRECTORY", ["/nowhere/at/all", __file__]),
        ("TIME_ZONE", ["Mars/Olympus", "../etc/passwd", "CET+x"]),
        ("API_RATE", ["many", "0/min", "10", "10/fortnight", "-1/s"]),
        ("TOKEN_MISSES", ["0", "-1", "1.5", "many", "²", "9999999999999999999999"]),
        ("WEB_CONCURRENCY", ["0", "two", "100000"]),
        ("LOG_FORMAT", ["xml", "JSON"]),
        ("SECOND_FACTOR", ["0", "Everyone", "staff,everyone"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(name, values):
    """Whether in production or not."""
    for value in values:
        assert (value, names_of({name: value})) == (value, [name])


def test_without_any_variable_it_serves_this_machine():
    """And an empty variable is an unset one."""
    unset = environment.read({})
    assert unset == environment.read(dict.fromkeys(Environment.__dataclass_fields__, " "))
    assert (unset.PRODUCTION, unset.SECOND_FACTOR, unset.TOKEN_MISSES) == (False, "staff", 60)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+tls://u:p%40ss@h", ("h", 587, "u", "p@ss", True, False)),
        ("smtp+ssl://u:p@h", ("h", 465, "u", "p", False, True)),
        ("smtp://h:2525", ("h", 2525, "", "", False, False)),
    ],
)
def test_mail_is_sent_as_its_address_says(url, expected):
    """STARTTLS where it is asked for: a password must not go in the clear."""
    found = reading.mail(url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(found[f"EMAIL_{name}"] for name in names) == expected


@pytest.mark.parametrize("ending", ["", "?pgbouncer=1", "?pgbouncer=1&sslmode=require"])
def test_behind_pgbouncer_no_cursor_is_kept_on_the_server(ending):
    """Its connections change between statements; what is not libpq's is not handed to it."""
    found = reading.database(f"postgres://u:p@h:5432/n{ending}")
    assert found.get("DISABLE_SERVER_SIDE_CURSORS", False) is bool(ending)
    assert "pgbouncer" not in found.get("OPTIONS", {})
    assert found.get("OPTIONS", {}).get("sslmode") == ("require" if "ssl" in ending else None)


@pytest.mark.parametrize("url", ["redis://u:p@127.0.0.1:1/3", "rediss://127.0.0.1:1"])
def test_a_connection_to_redis_takes_our_options(url):
    """An option that it does not know would fail at the first request."""
    params = reading.cache(url)
    pool = RedisCache(params["LOCATION"], params)._cache._get_connection_pool(write=True)
    connection = pool.make_connection()
    assert (connection.socket_timeout, connection.username) == (0.5, "u" if "u:" in url else None)


SERVER = ["--config", "config/gunicorn.py", "--bind", "127.0.0.1:0"]


def started(given: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these variables of ours and no others."""
    clean = {k: v for k, v in os.environ.items() if k not in environment.NAMES}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=clean | given,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "migrate"],
        ["-m", "gunicorn", "config.wsgi", *SERVER],
    ],
    ids=["check", "migrate", "server"],
)
def test_a_start_that_is_refused_prints_lines_and_no_traceback(command, tmp_path):
    """To the terminal, with status 1; passwords are not repeated."""
    wrong = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"postgres://u:{PRIVATE}@h:port/n"}
    done = started(wrong, *command)
    first, *rest = done.stderr.splitlines()
    assert (done.returncode, first) == (1, "Rung does not start:")
    assert [line.split(" ")[0] for line in rest] == ["DATABASE_URL"]
    assert PRIVATE not in done.stderr


@pytest.mark.parametrize("place", ["file", "file/var"])
def test_the_server_counts_in_a_folder_or_says_why_not(tmp_path, place):
    """It looks for it before the settings are read."""
    (tmp_path / "file").touch()
    given = {"VAR_DIR": str(tmp_path / place), "METRICS_TOKEN": "a-word-of-more-than-twenty"}
    done = started(given, "-m", "gunicorn", "config.wsgi", *SERVER)
    assert (done.returncode, done.stderr) == (
        1,
        "Rung does not start:\nVAR_DIR holds no folder for counts: Not a directory.\n",
    )


def test_the_server_warns_of_a_name_that_is_misspelt(tmp_path):
    """Its value, which may hold a password, is not repeated."""
    given = {"VAR_DIR": str(tmp_path), "DATABASE_URI": f"postgres://{PRIVATE}"}
    code = "from config import gunicorn; print(*gunicorn.DOUBTS)"
    done = started(given, "-c", code)
    assert (done.stdout, done.stderr) == (
        "DATABASE_URI is no setting and is not read: is DATABASE_URL meant?\n",
        "",
    )


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """Here a file lies in its place."""
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True,
        check=False, env=os.environ | {"VAR_DIR": str(tmp_path / "file" / "var")},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "Rung does not start:\nVAR_DIR cannot be made: Not a directory.\n",
    )
