"""The files of deploy/: they name settings that exist, and what install.sh installs."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from config import environment
from config.environment import RefusedError

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
THEIRS = {"PYTHONUNBUFFERED"}
"""Read by Python itself."""


def names(text: str) -> set[str]:
    """Return the variables that lines of an env file set, commented ones too."""
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def test_every_setting_that_is_set_exists():
    """In the example, the units, the image and compose."""
    compose = (DEPLOY / "compose.yaml").read_text()
    app = compose[compose.index("x-app:") : compose.index("\nservices:")]
    found = names((DEPLOY / "example.env").read_text())
    found |= set(re.findall(r"^    ([A-Z_]+):", app, re.MULTILINE))
    for unit in SERVICES:
        for line in re.findall(r"^Environment=(.*)$", unit.read_text(), re.MULTILINE):
            found |= {each.split("=")[0] for each in line.split()}
    found |= set(re.findall(r"\b([A-Z_]+)=", (DEPLOY / "Dockerfile").read_text())) - {"PATH"}
    assert {"CREDENTIALS_DIRECTORY", "CACHE_URL", "VAR_DIR", "TASKS"} <= found
    assert found - set(environment.NAMES) - THEIRS == set()


def test_the_example_is_refused_until_it_is_filled_in():
    """By the names of what is to be filled in."""
    lines = (DEPLOY / "example.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line[:1].isalpha())
    with pytest.raises(RefusedError) as refused:
        environment.read(given)
    found = [line.split(" ")[0] for line in str(refused.value).splitlines()]
    assert found == ["SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL"]


def test_no_secret_stands_in_a_file_of_settings():
    """None in the example, a unit or compose, but an address without a password."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    given = {name: each.get("environment", {}) for name, each in compose["services"].items()}
    assert given["web"]["CACHE_URL"] == "redis://redis:6379/0"
    found = {name for each in given.values() for name in each} - {"CACHE_URL"}
    for path in (DEPLOY / "example.env", *SERVICES):
        found |= names(path.read_text())
        found |= set(re.findall(r"^Environment=(.*)$", path.read_text(), re.MULTILINE))
    secret = (*environment.SECRETS, "POSTGRES_PASSWORD")
    assert [each for each in found if re.search(rf"\b({'|'.join(secret)})\b", each)] == []
    for ignored in (".gitignore", ".dockerignore"):
        lines = (ROOT / ignored).read_text().splitlines()
        assert "deploy/secrets" in {line.strip("/") for line in lines}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_handed_the_secrets_that_it_uses(unit):
    """Encrypted, each under its name; counts are the server's alone. By hand it is the same."""
    found = re.findall(r"^LoadCredentialEncrypted=(.*)$", unit.read_text(), re.MULTILINE)
    served = unit.name == "rung.service"
    expected = [each for each in environment.SECRETS if served or each != "METRICS_TOKEN"]
    assert found == [f"{name}:rung.{name}" for name in expected]
    assert "/etc/credstore.encrypted/rung.[A-Z]*" in (DEPLOY / "rung").read_text()


def test_compose_hands_over_files():
    """Where the app looks for them, and readable by the image's user, whose number is told."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    listed = {name: each["file"] for name, each in compose["secrets"].items()}
    assert listed == {name: f"secrets/{name}" for name in listed}
    for name in ("setup", "web", "worker", "nightly"):
        app = compose["services"][name]
        assert app["environment"]["CREDENTIALS_DIRECTORY"] == "/run/secrets"
        assert app["secrets"] == [each for each in environment.SECRETS if each in listed]
    number = re.search(r"--uid (\d+)", (DEPLOY / "Dockerfile").read_text())
    assert number
    told = (ROOT / "docs" / "running.md").read_text()
    assert f"chown {number[1]} deploy/secrets/*" in told
    assert f"({number[1]})" in (DEPLOY / "compose.yaml").read_text()


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_can_do_nothing_but_its_work(unit):
    """Its own folder, no capabilities, no other user."""
    parsed = configparser.RawConfigParser(strict=False, delimiters="=")
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # names are as written
    parsed.read(unit)
    service = parsed["Service"]
    expected = {
        "User": "rung", "ProtectSystem": "strict", "ProtectHome": "true", "PrivateTmp": "true",
        "NoNewPrivileges": "true", "CapabilityBoundingSet": "", "UMask": "0077",
        "StateDirectory": "rung", "StateDirectoryMode": "0700",
    }  # fmt: skip
    assert {name: service.get(name) for name in expected} == expected
    program = service["ExecStart"].split()[0]
    assert program.startswith("/opt/rung/current/bin/")
    assert (DEPLOY / Path(program).name).is_file()


def test_nothing_of_the_image_is_done_outside_the_script():
    """So what CI runs on the bare machine is what the image holds."""
    steps = [
        line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if line.startswith("RUN ")
    ]
    step = "RUN /src/deploy/install.sh /opt/rung --user rung --uid 10001 --packages \\"
    assert steps == [step]


def test_the_database_of_compose_is_no_newer_than_the_images_pg_dump():
    """Both come from one Debian: its client programs must be of the server's version or newer."""
    image = re.search(r"^FROM python:\S+-(\w+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    served = re.search(r"image: postgres:(\d+)-(\w+)", (DEPLOY / "compose.yaml").read_text())
    assert image
    assert served
    assert (served[2], int(served[1])) == (image[1], {"bookworm": 15, "trixie": 17}[image[1]])


@pytest.mark.parametrize("script", ["install.sh", "rung", "nightly", "try.sh"])
def test_the_scripts_can_be_read(script):
    """By the shell that runs them."""
    path = DEPLOY / script
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()
    assert path.stat().st_mode & 0o111
    done = subprocess.run([*shell, "-n", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_install_writes_into_an_empty_folder_only(tmp_path):
    """An installation is never changed under a running server."""
    (tmp_path / "something").touch()
    for arguments, status in (([str(tmp_path)], 1), ([], 2), (["--user"], 2)):
        done = subprocess.run(
            [str(DEPLOY / "install.sh"), *arguments], capture_output=True, text=True, check=False
        )
        assert (done.returncode, bool(done.stderr)) == (status, True)
    assert [path.name for path in tmp_path.iterdir()] == ["something"]


def test_the_command_reads_its_file_of_settings(tmp_path):
    """Lines NAME=value, taken as they stand; what is no such line is refused."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "app").mkdir()
    command = shutil.copy(DEPLOY / "rung", tmp_path / "bin" / "rung")
    python = tmp_path / "venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$EMAIL_FROM|$STATIC_DIR|$*"\n')
    python.chmod(0o755)
    file = tmp_path / "rung.env"
    file.write_text("# a note\n\nEMAIL_FROM=Rung <rung@example.org> $HOME 'x'")
    done = subprocess.run(
        [command, "migrate", "--plan"], env={"RUNG_ENV": str(file), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    sent = f"Rung <rung@example.org> $HOME 'x'|{tmp_path}/static|manage.py migrate --plan\n"
    assert (done.stdout, done.stderr) == (sent, "")
    done = subprocess.run(
        [command, "check"], capture_output=True, text=True, check=False,
        env={"RUNG_ENV": str(file), "PATH": "/usr/bin:/bin", "EMAIL_FROM": "Mine"},
    )  # fmt: skip
    assert done.stdout == f"Mine|{tmp_path}/static|manage.py check\n"
    file.write_text("export SECRET_KEY=x")
    done = subprocess.run(
        [command, "check"], env={"RUNG_ENV": str(file), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, f"{file}: a line is not NAME=value\n")
