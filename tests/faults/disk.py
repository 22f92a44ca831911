"""The order of things on disk: an answer is there before "saved" is said. SQLite, traced."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from .ground import Ground, Server, ground
from .outcome import Outcome, command_line, end, guarded
from .visitor import Visitor

CALLS = "fsync,fdatasync,sendto,write,writev,recvfrom,read"
LEVEL = "production-technician"
LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
"""Process, call, and what it was given or, where another process was printed between, returned."""


def replies(trace: Path) -> Iterator[tuple[bool, bool]]:
    """Yield, for each autosave that was answered 200, whether the log was synced before.

    The second says whether it was synced between reading the request and the first byte of
    the reply, in the same process.
    """
    asked: dict[str, bool] = {}
    for line in trace.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        pid, call, given = found.groups()
        if call in ("recvfrom", "read") and "POST /assessments/" in given and "/ratings/" in given:
            asked[pid] = False
        elif call in ("fsync", "fdatasync") and "sqlite3-wal" in given and pid in asked:
            asked[pid] = True
        elif call in ("sendto", "write", "writev") and "HTTP/1.1 200" in given and pid in asked:
            yield True, asked.pop(pid)


def try_it(outcome: Outcome, ground: Ground, *, saves: int, plant: str) -> None:
    """Save that many answers under strace and read the trace."""
    trace = ground.folder / "trace"
    before = ("strace", "-f", "-y", "-s", "120", "-e", f"trace={CALLS}", "-o", str(trace))
    server = Server(ground, plant=plant, before=before)
    try:
        server.start()
        visitor = Visitor(server.port)
        skills = [row["key"] for row in visitor.document()["skills"]]
        assessment = visitor.start(LEVEL)
        statuses = [
            visitor.save(
                assessment, skills[n % len(skills)], str(n % 5), f"answer {n}", n // len(skills)
            ).status
            for n in range(saves)
        ]
    finally:
        server.stop()
    found = list(replies(trace))
    synced = sum(is_synced for _answered, is_synced in found)
    outcome.figures |= {"saves": saves, "traced": len(found), "synced before the reply": synced}
    outcome.expect(statuses == [200] * saves, f"not all were saved: {statuses}")
    outcome.expect(len(found) == saves, f"{len(found)} of {saves} replies are in the trace")
    outcome.expect(synced == saves, f"{saves - synced} replies went before the sync")


def main() -> None:
    """Run it by itself. Where strace is missing, it fails."""
    parser = command_line("disk", saves=50)
    given = parser.parse_args()
    outcome = Outcome("fsync before the reply", "sqlite")
    if not shutil.which("strace"):
        outcome.broken.append("strace is missing (Debian: strace)")
        end(outcome)
    with ground("sqlite") as where:
        guarded(outcome, lambda: try_it(outcome, where, saves=given.saves, plant=given.plant))
    end(outcome)


if __name__ == "__main__":
    main()
