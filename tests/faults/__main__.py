"""Run every fault on every database and collect the lines.

``--short`` is what CI runs, ``--soak`` only the load, ``--planted`` shows that each defect is
found, ``--write FILE`` keeps the lines with the machine and the versions.
"""

import argparse
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from .cluster import Cluster
from .ground import ROOT, TEMPLATES, make_templates, remove_templates
from .outcome import TIMES_TOLD

BOTH = ("sqlite", "postgresql")
NUMBER = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
"""That of an assessment, which tells nothing and is another each time."""
MOST_TOLD = 160
BEGIN, END = "<!-- figures of {} -->", "<!-- end of {} -->"


@dataclass(frozen=True)
class Defect:
    """A defect that can be planted, and what the module must say when it finds it.

    A module that fails for another reason has not found it. ``short`` stands for the fault's
    own short form where that is too much, or too little to see it.
    """

    name: str
    found: str
    short: str | None = None


@dataclass(frozen=True)
class Fault:
    """A module, its arguments in full and in short, its databases, and defects it must find."""

    module: str
    full: str = ""
    short: str = ""
    plants: tuple[Defect, ...] = ()
    databases: tuple[str, ...] = BOTH
    alone: bool = False
    """Whether its figures are times, so that in full nothing else may run beside it."""


FAULTS = (
    Fault(
        "kills", "--times 200", "--times 10 --up-seconds 6",
        (
            Defect("reply-before-commit", r"\d acknowledged, .* there"),
            Defect("dies-saving", "no save was acknowledged"),
        ),
        alone=True,
    ),
    Fault(
        "kills", "--times 10 --database-kills 10", "--times 1 --database-kills 2 --up-seconds 6",
        (Defect("quick-commit", r"\d acknowledged, .* there"),), ("postgresql",), alone=True,
    ),
    Fault(
        "disk", "--saves 50", "--saves 50",
        (Defect("quick-disk", "replies went before the sync"),), ("sqlite",),
    ),
    Fault(
        "saves", "--count 10000", "--count 400",
        (Defect("last-write-wins", r"became the same revision|after \d+ acknowledged saves"),),
    ),
    Fault(
        "finishes", "--assessments 50 --parallel 20", "--assessments 5 --parallel 10",
        (
            Defect("finish-again", "finishing again changed it"),
            Defect("saves-count-twice", "what was repeated counts once"),
        ),
    ),
    Fault(
        "publishing", "--running 100 --versions 30", "--running 12 --versions 4",
        (Defect("newest-version", r"version \d+: \[|another version than it began with"),),
    ),
    Fault(
        "outages",
        plants=(
            Defect("false-saved", r"\d said", "--only disk"),
            Defect("cache-must-answer", r"Redis \w+: .* answered 5\d\d", "--only redis"),
        ),
    ),
    Fault(
        "inputs", "--count 10000", "--count 300",
        (
            Defect("trusting-numbers", r"autosave .*ValueError: invalid literal"),
            Defect("sleeps-once", r"autosave .* took 1\d\.\d s"),
            Defect("fails-after-commit", r"broken: form .*: the log is not emptied"),
        ),
    ),
    Fault(
        "imports", "--count 10000 --seed 6", "--count 200 --seed 6",
        (Defect("importer-raises", "KeyError"),), ("sqlite",),
    ),
    Fault(
        "cells", "--count 10000", "--count 500",
        (
            Defect("formulas-live", r"report\.csv: .(?!parted)"),
            Defect("formulas-parted", r"report\.csv: .parted at a (semicolon|tab)"),
        ),
    ),
    Fault(
        "proxy",
        plants=(
            Defect("public-reports", r"/report/: \w+ gets \[.*canary.*\] made for \w+"),
            Defect("tokens-kept", r": \w+ gets \[.*a form's token.*\] made for \w+"),
        ),
    ),
    Fault(
        "migrations", "--reports 10000", "--reports 60",
        (
            Defect("figures-rewritten", r"broken: \S+: frozen figures changed"),
            Defect("ready-sooner", "computed otherwise today"),
        ),
    ),
)  # fmt: skip
SOAK = Fault(
    "soak", "--seconds 600 --rate 60", "--seconds 30 --rate 60 --p95-ms 500",
    (
        Defect("slow-saves", r"p95 is \d+ ms", "--seconds 20 --rate 15 --p95-ms 500"),
        Defect("leak", r"memory grew by \d+"),
    ), alone=True,
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One module on one database."""

    fault: Fault
    database: str
    arguments: str
    defect: Defect | None = None

    def command(self) -> list[str]:
        """Return the command as anyone can repeat it."""
        given = [*self.arguments.split()]
        if self.fault.module != "imports":
            given += ["--database", self.database]
        if self.defect:
            given += ["--plant", self.defect.name]
        return [sys.executable, "-m", f"tests.faults.{self.fault.module}", *given]

    def shown(self) -> str:
        """Return it without this machine's paths."""
        return " ".join(["python", *self.command()[1:]])


def perform(run: Run) -> tuple[bool, str]:
    """Run one; return whether it is as it should be, and its line."""
    begin = time.monotonic()
    done = subprocess.run(run.command(), cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begin
    lines = done.stdout.strip().splitlines()
    line = lines[-1] if lines else f"{run.fault.module} · {run.database} · printed nothing"
    good = done.returncode == 0
    if run.defect:
        seen = finding(run.defect, done.stdout + done.stderr)
        good = done.returncode != 0 and bool(seen)
        verdict = f"found: {seen}" if good else "NOT FOUND"
        line = f"planted {run.defect.name} · {run.fault.module} · {run.database} · {verdict}"
    print(f"{line} · took {seconds:.0f} s", flush=True)
    if not good:
        print(f"  {run.shown()}\n{done.stderr[-3000:]}", flush=True)
    return good, line


def finding(defect: Defect, printed: str) -> str:
    """Return the line that a defect had to bring about, or nothing."""
    told = (line.strip() for line in printed.splitlines())
    found = next((line for line in told if re.search(defect.found, line)), "")
    return NUMBER.sub("…", found.removeprefix("broken: "))[:MOST_TOLD]


def runs(faults: tuple[Fault, ...], databases: list[str], *, short: bool) -> Iterator[Run]:
    """Yield every module on each of its databases."""
    for fault in faults:
        for database in databases:
            if database in fault.databases:
                yield Run(fault, database, fault.short if short else fault.full)


def planted(faults: tuple[Fault, ...], databases: list[str]) -> Iterator[Run]:
    """Yield every defect, in the short form."""
    for run in runs(faults, databases, short=True):
        for defect in run.fault.plants:
            arguments = run.arguments if defect.short is None else defect.short
            yield Run(run.fault, run.database, arguments, defect)


def in_order(
    every: list[Run], workers: int, *, times_count: bool
) -> Iterator[tuple[Run, bool, str]]:
    """Perform them side by side; where times count, those whose figures are times alone."""
    alone = [each for each in every if each.fault.alone and times_count]
    for run in alone:
        yield run, *perform(run)
    beside = [each for each in every if each not in alone]
    with ThreadPoolExecutor(workers) as pool:
        for run, (good, line) in zip(beside, pool.map(perform, beside), strict=True):
            yield run, good, line


@contextmanager
def set_up(databases: list[str]) -> Iterator[None]:
    """Make the databases once that every module copies, and a PostgreSQL if there is none."""
    with tempfile.TemporaryDirectory(prefix="rung-faults-templates-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if "postgresql" in databases and not os.environ.get("DATABASE_URL"):
            with Cluster.made(folder / "cluster") as cluster:
                os.environ["DATABASE_URL"] = cluster.url
                yield from _templates(folder, databases)
            return
        yield from _templates(folder, databases)


def _templates(folder: Path, databases: list[str]) -> Iterator[None]:
    templates = folder / "templates"
    templates.mkdir(mode=0o755)
    make_templates(templates, databases)
    os.environ[TEMPLATES] = str(templates)
    try:
        yield
    finally:
        remove_templates(templates)


def machine() -> str:
    """Return the machine and the versions on which the figures were made."""
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    names = ("Django", "gunicorn", "psycopg")
    parts = [
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in names),
    ]  # fmt: skip
    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        with psycopg.connect(url) as connection:
            parts.append(f"PostgreSQL {connection.info.server_version // 10000}")
    return "; ".join(parts)


def write(path: Path, name: str, date: str, found: list[tuple[Run, str]]) -> None:
    """Put the lines between the marks of that name, with how each was made."""
    begin, end = BEGIN.format(name), END.format(name)
    rows = "\n".join(f"{run.shown()}\n    {line}" for run, line in found)
    text = path.read_text(encoding="utf-8")
    before, _mark, rest = text.partition(begin)
    _old, _mark, after = rest.partition(end)
    made = f"{before}{begin}\n{date}. {machine()}.\n\n```\n{rows}\n```\n{end}{after}"
    path.write_text(made, encoding="utf-8")


def missing(only: str) -> list[str]:
    """Return what is asked for and not listed, and modules that are listed and not there."""
    listed = [each.module for each in (*FAULTS, SOAK)]
    unknown = [name for name in only.split(",") if name not in listed] if only else []
    gone = [name for name in dict.fromkeys(listed) if find_spec(f"tests.faults.{name}") is None]
    return [*unknown, *gone]


def main() -> None:
    """Run what is asked for; fail when anything was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="what CI runs")
    parser.add_argument("--soak", action="store_true", help="only the load")
    parser.add_argument("--planted", action="store_true", help="plant each defect: it is found")
    parser.add_argument("--only", default="", help="modules, separated by commas")
    parser.add_argument("--database", choices=BOTH, action="append")
    parser.add_argument("--workers", type=int, default=1, help="how many run side by side")
    parser.add_argument("--write", type=Path, help="the page that keeps the lines")
    parser.add_argument("--date", default="", help="the day to write with them")
    given = parser.parse_args()
    if unknown := missing(given.only):
        parser.error(f"no such module: {', '.join(unknown)}")
    databases = given.database or list(BOTH)
    faults = (SOAK,) if given.soak else (*FAULTS, SOAK) if given.short or given.planted else FAULTS
    if given.only:
        faults = tuple(each for each in (*FAULTS, SOAK) if each.module in given.only.split(","))
    times_count = given.planted or not given.short
    if not times_count:
        os.environ[TIMES_TOLD] = "1"
    if not shutil.which("strace"):
        print("strace is missing (Debian: strace): fsync cannot be traced", file=sys.stderr)
    with set_up(databases):
        every = list(
            planted(faults, databases)
            if given.planted
            else runs(faults, databases, short=given.short)
        )
        done = list(in_order(every, given.workers, times_count=times_count))
        if given.write:
            name = "make soak" if given.soak else "make faults"
            name = "the planted defects" if given.planted else name
            write(given.write, name, given.date, [(run, line) for run, _good, line in done])
    wrong = [run for run, good, _line in done if not good]
    print(f"{len(done)} run, {len(wrong)} not as they should be", flush=True)
    sys.exit(1 if wrong or not done else 0)


if __name__ == "__main__":
    main()
