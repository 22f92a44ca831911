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
            'os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts  # where the library looks for it',
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


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "migrate"],
        [
            "-m",
            "gunicorn",
            "config.wsgi",
            "--config",
            "config/gunicorn.py",
            "--bind",
            "127.0.0.1:0",
        ],
    ],
    ids=["check", "migrate", "server"],
)
def test_a_start_that_is_refused_prints_lines_and_no_traceback(command, tmp_path):
    """To the terminal, with status 1; passwords are not repeated."""
    clean = {k: v for k, v in os.environ.items() if k not in environment.NAMES}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    wrong = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"postgres://u:{PRIVATE}@h:port/n"}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=clean | wrong,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    first, *rest = done.stderr.splitlines()
    assert (done.returncode, first) == (1, "Rung does not start:")
    assert [line.split(" ")[0] for line in rest] == ["DATABASE_URL"]
    assert PRIVATE not in done.stderr


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
