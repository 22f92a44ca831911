"""Ask what is known against the libraries that Rung runs on, and how old they are: ``make audit``.

pip-audit asks for weaknesses of every library in the locks, npm for those of ``static/vendor``,
and uv compiles the requirements as of DAYS ago: what is locked must not be older. An answer that
does not come, or leaves a library out, fails as a finding does: silence is not "nothing found".
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from packaging.version import Version

from scripts.sbom import ROOT, libraries

DAYS = 60
"""A release that fits is taken this soon (SECURITY.md)."""
LOCKS = {"requirements.txt": "requirements.in", "requirements-dev.txt": "requirements-dev.in"}
Run = Callable[[list[str], str, Path], tuple[str, str]]


class NotAskedError(Exception):
    """There is no answer, or not about everything; the message says of what."""


def run(command: list[str], given: str, folder: Path) -> tuple[str, str]:
    """Run a program; return what it printed, and as what it failed."""
    try:
        done = subprocess.run(  # noqa: S603 (a program named below)
            command, cwd=folder, input=given, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return "", f"{command[0]}: {error.strerror}"
    return done.stdout, done.stderr.strip()


def pinned(lock: str) -> dict[str, str]:
    """Return the versions of a lock's libraries."""
    return {str(each["name"]): str(each["version"]) for each in libraries(lock)}


def weaknesses(locked: dict[str, str], service: str, ask: Run = run) -> list[str]:
    """Return a line for each known weakness of these libraries. Raises NotAskedError."""
    # Without hashes and markers: what other systems install is asked for, too.
    wanted = "".join(f"{name}=={version}\n" for name, version in locked.items())
    out, err = ask(
        [sys.executable, "-m", "pip_audit", "--requirement", "/dev/stdin", "--no-deps",
         "--disable-pip", "--strict", "--format=json", "--progress-spinner=off",
         f"--vulnerability-service={service}"], wanted, ROOT,
    )  # fmt: skip
    try:
        answers = {each["name"]: each for each in json.loads(out)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        raise NotAskedError(f"weaknesses of libraries: {_last(err)}") from None
    missing = [name for name in locked if "vulns" not in answers.get(name, {})]
    if missing:
        raise NotAskedError(f"weaknesses of {', '.join(missing)}")
    return [
        f"{name} {locked[name]} has {weak['id']}; mended in "
        f"{', '.join(weak.get('fix_versions', [])) or 'no release'}"
        for name in locked
        for weak in answers[name]["vulns"]
    ]


def weak_files(ask: Run = run) -> list[str]:
    """Return a line for each known weakness of what ``static/vendor`` is made of."""
    command = ["npm", "audit", "--package-lock-only", "--json"]
    out, err = ask(command, "", ROOT / "scripts" / "vendor")
    try:
        found = json.loads(out)["vulnerabilities"]
        return [f"{name} ({row['severity']}) in static/vendor" for name, row in found.items()]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAskedError(f"weaknesses of static/vendor: {_last(err)}") from None


def late(name: str, until: str, ask: Run = run) -> list[str]:
    """Return a line for each library of a lock of which a newer release fits since that day."""
    # The development lock is compiled from the other's sources here: its pins are newer than that.
    source = (ROOT / LOCKS[name]).read_text().replace("-r requirements.txt", "-r requirements.in")
    out, err = ask(
        [str(Path(sys.executable).parent / "uv"), "pip", "compile", "-", "--quiet", "--refresh",
         "--upgrade", "--universal", "--python-version=3.11", "--no-header", "--no-annotate",
         f"--exclude-newer={until}"], source, ROOT,
    )  # fmt: skip
    could, locked = pinned(out), pinned((ROOT / name).read_text())
    if not could:
        raise NotAskedError(f"newer releases for {name}: {_last(err)}")
    return [
        f"{each} {locked[each]} is behind: {version} is there since {until} or longer"
        for each, version in could.items()
        if each in locked and Version(version) > Version(locked[each])
    ]


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if "complete log" not in line]  # npm's last
    return (lines or ["no answer"])[-1][:300]


def audit(until: str, service: str, ask: Run = run) -> tuple[list[str], list[str]]:
    """Return what was found, and what could not be asked."""
    found, silent = [], []
    # It holds every pin of the other one; a test says so.
    everything = pinned((ROOT / "requirements-dev.txt").read_text())
    for question in (
        lambda: weaknesses(everything, service, ask),
        lambda: weak_files(ask),
        *(lambda name=name: late(name, until, ask) for name in LOCKS),
    ):
        try:
            found += question()
        except NotAskedError as error:
            silent.append(str(error))
    return list(dict.fromkeys(found)), silent


def main(service: str = "pypi") -> int:
    """Print both; return 0 only when everything was asked and nothing found."""
    until = (datetime.now(UTC) - timedelta(days=DAYS)).date().isoformat()
    found, silent = audit(until, service)
    lines = [*found, *(f"NOT ASKED: {each}" for each in silent)]
    if not lines:
        lines = [f"All libraries asked for: no known weakness, none behind by {DAYS} days."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found or silent else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
