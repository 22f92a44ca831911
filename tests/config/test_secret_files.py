"""Secrets in files: read from one place, and refused by name where that place is not right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment, secret_files
from config.environment import SECRETS, RefusedError
from tests.config.test_environment import GOOD, PRIVATE, ROOT

VALUES = {
    "SECRET_KEY": GOOD["SECRET_KEY"],
    "SECRET_KEY_FALLBACKS": f"{GOOD['SECRET_KEY'][::-1]},{GOOD['SECRET_KEY'].swapcase()}",
    "DATABASE_URL": f"postgres://u:{PRIVATE}@h:5432/n",
    "CACHE_URL": f"redis://u:{PRIVATE}@h:6379/0",
    "EMAIL_URL": f"smtp+tls://u:{PRIVATE}@h",
    "METRICS_TOKEN": f"{PRIVATE}-{PRIVATE}",
}
OPEN = {name: value for name, value in GOOD.items() if name not in VALUES}
"""What production needs beside its secrets."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file for each secret, as a store writes them."""
    for name, value in VALUES.items():
        path = tmp_path / name
        path.write_text(f"{value}\n")
        path.chmod(0o400)
    return tmp_path


def files_of(folder: Path) -> dict[str, str]:
    """Return the variables that name the files."""
    return {f"{name}_FILE": str(folder / name) for name in VALUES}


def refused(environ: dict[str, str]) -> str:
    """Return what is said against it, in which no secret and no path of a file stands."""
    with pytest.raises(RefusedError) as found:
        environment.read(environ)
    paths = [value for name, value in environ.items() if name.endswith(("_FILE", "DIRECTORY"))]
    assert [each for each in (PRIVATE, *paths) if each in str(found.value)] == []
    return str(found.value)


def test_every_secret_may_be_in_a_file(folder):
    """Named by a variable or by systemd's folder, and it is as if it had been the variable."""
    assert set(VALUES) == set(SECRETS)
    expected = environment.read(OPEN | VALUES)
    assert environment.read(OPEN | files_of(folder)) == expected
    assert environment.read(OPEN | {"CREDENTIALS_DIRECTORY": str(folder)}) == expected
    assert (expected.SECRET_KEY, expected.DATABASE_URL["PASSWORD"]) == (
        VALUES["SECRET_KEY"],
        PRIVATE,
    )


def test_what_is_not_in_the_folder_is_a_variable_or_unset(folder):
    """One secret by each way."""
    for name in ("EMAIL_URL", "CACHE_URL", "METRICS_TOKEN", "SECRET_KEY_FALLBACKS"):
        (folder / name).unlink()
    given = {"CREDENTIALS_DIRECTORY": str(folder), "EMAIL_URL": VALUES["EMAIL_URL"]}
    found = environment.read(OPEN | given)
    assert (found.METRICS_TOKEN, found.CACHE_URL) == ("", {})
    assert found.EMAIL_URL["EMAIL_HOST_PASSWORD"] == PRIVATE
    plain = {**GOOD, "CREDENTIALS_DIRECTORY": " ", "DATABASE_URL_FILE": " "}
    assert environment.read(plain) == environment.read(GOOD)


@pytest.mark.parametrize("name", ["nowhere", "SECRET_KEY", "SECRET_KEY/below"])
def test_a_folder_of_secrets_that_is_none_is_refused(folder, name):
    """What was expected there would be unset, and the database another one."""
    for given in (GOOD, {}):
        assert refused({**given, "CREDENTIALS_DIRECTORY": str(folder / name)}) == (
            "CREDENTIALS_DIRECTORY must name a folder that exists, or be left out."
        )


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_two_places_is_refused(folder, name):
    """Which of them counts would be a guess."""
    variable, file = {name: VALUES[name]}, {f"{name}_FILE": str(folder / name)}
    ours = {"CREDENTIALS_DIRECTORY": str(folder)}
    start = f"{name} is given more than once: leave it in one of "
    rest = {key: value for key, value in files_of(folder).items() if key not in file}
    assert refused(OPEN | rest | variable | file) == f"{start}{name}, {name}_FILE."
    for other in VALUES.keys() - {name}:
        (folder / other).unlink()
    kept = {other: value for other, value in VALUES.items() if other != name}
    assert refused(OPEN | kept | file | ours) == f"{start}{name}_FILE, CREDENTIALS_DIRECTORY."
    assert refused(OPEN | kept | variable | ours) == f"{start}{name}, CREDENTIALS_DIRECTORY."


def test_a_file_that_is_not_right_is_refused_by_name(folder):
    """All of them at once; a named pipe is not waited for."""
    (folder / "SECRET_KEY").unlink()
    (folder / "SECRET_KEY_FALLBACKS").unlink()
    os.mkfifo(folder / "SECRET_KEY_FALLBACKS", 0o400)
    for name, raw in {
        "DATABASE_URL": b" \n",
        "CACHE_URL": b"\xff\xfe",
        "EMAIL_URL": f"smtp://{PRIVATE}\nsmtp://second".encode(),
        "METRICS_TOKEN": b"x" * (secret_files.MOST_BYTES + 1),
    }.items():
        (folder / name).chmod(0o600)
        (folder / name).write_bytes(raw)
    assert refused(OPEN | files_of(folder)).splitlines() == [
        "SECRET_KEY cannot be read from the file that SECRET_KEY_FILE names: "
        "No such file or directory.",
        "SECRET_KEY_FALLBACKS must be in a regular file: SECRET_KEY_FALLBACKS_FILE names none.",
        "DATABASE_URL is empty in the file that DATABASE_URL_FILE names.",
        "CACHE_URL must be one line of text in the file that CACHE_URL_FILE names.",
        "EMAIL_URL must be one line of text in the file that EMAIL_URL_FILE names.",
        "METRICS_TOKEN must be one line of text in the file that METRICS_TOKEN_FILE names.",
    ]


@pytest.mark.parametrize("mode", [0o404, 0o644, 0o402, 0o401])
def test_production_refuses_a_file_that_is_open_to_everybody(folder, mode):
    """By whichever way it came; on one's own machine that is one's own affair."""
    path = folder / "SECRET_KEY"
    path.chmod(mode)
    for way in (files_of(folder), {"CREDENTIALS_DIRECTORY": str(folder)}):
        named = next(key for key in way if key in ("SECRET_KEY_FILE", "CREDENTIALS_DIRECTORY"))
        assert refused(OPEN | way) == (
            f"SECRET_KEY is open to every user of the machine in the file that {named} names: "
            "let its mode be 0400 or 0440."
        )
        environment.read(OPEN | way | {"PRODUCTION": "0"})
    path.chmod(0o440)
    environment.read(OPEN | files_of(folder))


def test_a_link_is_followed_to_its_file(folder, tmp_path):
    """Kubernetes mounts secrets as links; it is the file that must not be open."""
    place = tmp_path / "mounted"
    place.mkdir()
    (place / "SECRET_KEY").symlink_to(folder / "SECRET_KEY")
    given = GOOD | {"SECRET_KEY": "", "CREDENTIALS_DIRECTORY": str(place)}
    found = environment.read(given)
    assert VALUES["SECRET_KEY"] == found.SECRET_KEY
    (folder / "SECRET_KEY").unlink()
    assert refused(given).startswith("SECRET_KEY cannot be read from the file that CREDENTIALS_")


def test_what_a_file_holds_is_judged_as_the_variable_is(folder):
    """A weak key, an address that is none: the same lines, beginning with the same names."""
    for name, text in {"SECRET_KEY": "x" * 60, "EMAIL_URL": "console:"}.items():
        (folder / name).chmod(0o600)
        (folder / name).write_text(text)
    lines = refused(OPEN | files_of(folder)).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["SECRET_KEY", "EMAIL_URL"]


def started(folder: Path, code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a line of code with production's settings, the secrets in files."""
    clean = {k: v for k, v in os.environ.items() if k not in environment.NAMES}
    clean["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, "-c", code]
    given = {"VAR_DIR": str(folder / "var"), **OPEN, **files_of(folder), **changes}
    return subprocess.run(
        command, cwd=ROOT, env=clean | given, capture_output=True, text=True, check=False
    )


def test_a_process_holds_its_secrets_in_no_variable(folder):
    """What it starts, such as a renderer or a dump, is not handed them."""
    code = (
        "import os; from django.conf import settings; key = settings.SECRET_KEY; "
        "print(len(key), any(key in each for each in os.environ.values()))"
    )
    done = started(folder, code)
    assert (done.stdout, done.stderr) == (f"{len(GOOD['SECRET_KEY'])} False\n", "")


def test_a_file_of_somebody_else_is_refused(folder):
    """It is told which, and that it may not be read; so is a folder that may not be entered."""
    (folder / "SECRET_KEY").chmod(0)
    code = (
        "import os; from config import environment\n"
        "os.geteuid() or os.setuid(65534)\n"
        "with environment.refused_in_one_line(): environment.read(os.environ)"
    )
    key = {"SECRET_KEY_FILE": "", "CREDENTIALS_DIRECTORY": str(folder), **GOOD, "SECRET_KEY": ""}
    for given, named in (({}, "SECRET_KEY_FILE"), (key, "CREDENTIALS_DIRECTORY")):
        done = started(folder, code, **given)
        first, second, *_rest = done.stderr.splitlines()
        assert (done.returncode, first) == (1, "Rung does not start:")
        assert second == (
            f"SECRET_KEY cannot be read from the file that {named} names: Permission denied."
        )
