"""Writing what was measured: docs/bench.md between its marks, and the same on the screen."""

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from . import job
from .cold import Cold, ratio
from .peers import PEERS
from .rounds import Cell, Table, times_faster, times_work

PAGE = job.ROOT / "docs" / "bench.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
NAMES = {
    "rung": "**Rung**",
    "floor": "floor",
    "bare": "bare Django project",
    "rung_alive": "**Rung**, until `/livez` answers",
    **{peer.name: peer.title for peer in PEERS},
}
OWN = ("rung", "floor")
NO_ACCOUNTS = ("competence",)
"""Who does not ask who is asking; the best of the others is named, too."""


def machine(postgres: str) -> list[str]:
    """Return what it was measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h of %cs"], cwd=job.ROOT, capture_output=True, text=True
    ).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "gunicorn", "psycopg"))
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return [
        f"- {os.cpu_count()} cores of {model}, {platform.system()} {platform.release()};"
        f" load before the run: {load}",
        f"- Python {platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version},"
        f" {postgres or 'no PostgreSQL'}",
        f"- Rung at {commit}; run with `python {' '.join(sys.orig_argv[1:])}`",
    ]


def table_of(kind: str, table: Table, missing: dict[str, str]) -> list[str]:
    """Return the tables of one database, and who could not take part."""
    lines = [f"### {'SQLite' if kind == 'sqlite' else 'PostgreSQL'}", ""]
    for operation, cells in table.items():
        lines += [
            f"**{job.OPERATIONS[operation].capitalize()}**",
            "",
            "| | requests/s | p95 ms | server ms | bytes sent | bytes of page | statements |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        for name, cell in cells.items():
            lines.append(
                f"| {NAMES[name]} | {cell.rate:,.1f} | {cell.p95:.1f} | {cell.work:.2f}"
                f" | {cell.sent_bytes:,} | {cell.page_bytes:,} | {cell.queries} |"
            )
        lines += ["", compared(cells), ""]
    lines += [f"- {NAMES.get(name, name)}: {why}" for name, why in missing.items()]
    return [*lines, ""]


def best_peer(cells: dict[str, Cell], without: tuple[str, ...] = ()) -> str | None:
    """Return the peer with the most requests per second."""
    peers = [name for name in cells if name not in (*OWN, *without)]
    return max(peers, key=lambda name: cells[name].rate) if peers else None


def compared(cells: dict[str, Cell]) -> str:
    """Return Rung's ratios to the floor and to the best peers in a few sentences."""
    rung, floor = cells["rung"], cells["floor"]
    text = (
        f"Rung takes {times_faster(floor, rung):.2f} times the floor's time"
        f" ({times_work(rung, floor):.2f} times its processor time)."
    )
    found = {best_peer(cells), best_peer(cells, without=NO_ACCOUNTS)} - {None}
    if not found:
        return f"{text} No peer does this."
    for name in sorted(str(each) for each in found):
        text += (
            f" It answers {times_faster(rung, cells[name]):.1f} times as often as {NAMES[name]},"
            f" which takes {times_work(cells[name], rung):.1f} times its processor time."
        )
    return text


def cold_of(found: Sequence[Cold]) -> list[str]:
    """Return the table of cold starts."""
    bare = found[0]
    lines = [
        "### Cold start",
        "",
        "| | seconds to the first reply | × bare | processor seconds | × bare |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {NAMES[each.name]} | {statistics.median(each.clock):.2f}"
        f" | {ratio(each.clock, bare.clock):.2f}"
        f" | {statistics.median(each.processor):.2f}"
        f" | {ratio(each.processor, bare.processor):.2f} |"
        for each in found
    ]
    return [*lines, ""]


def block(title: str, text: str) -> list[str]:
    """Return what another module printed, as it is."""
    return [f"### {title}", "", "```text", text.strip(), "```", ""]


def write(lines: Sequence[str]) -> None:
    """Put the lines between the marks of docs/bench.md."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text("\n".join([before + BEGIN, "", *lines, END + after]), encoding="utf-8")
