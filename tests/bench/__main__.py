"""``python -m tests.bench``: Rung beside its peers and its floor, in one run.

``--short`` measures Rung and the floor alone, on SQLite, in less than a minute.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg

from . import cold, job, paper, peers, rounds
from .contestants import FOLDER, Contestant, environment, own

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def tell(text: str) -> None:
    """Say on the error stream what is going on."""
    print(f"… {text}", file=sys.stderr, flush=True)


def server_version(address: str) -> str:
    """Return PostgreSQL's version, or nothing where there is none."""
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute("SHOW server_version").fetchone()
            return f"PostgreSQL {str(row[0]).split()[0]}" if row else ""
    except psycopg.Error:
        return ""


def contestants_on(
    kind: str, options: argparse.Namespace
) -> tuple[list[Contestant], dict[str, str]]:
    """Return everyone who can take part, all running, and why the others cannot."""
    running = own(kind, options.postgres, options.port)
    missing: dict[str, str] = {}
    for place, peer in enumerate([] if options.short else peers.PEERS, start=2):
        tell(f"{peer.title} on {kind}")
        try:
            found = peers.contestant(peer, kind, options.postgres, options.port + place)
            found.server.start()
        except (peers.MissingError, RuntimeError) as error:
            missing[peer.name] = f"not measured: {error}"
            continue
        running.append(found)
        missing |= {
            f"{peer.title}, {job.OPERATIONS[name]}": each.missing
            for name, each in found.operations.items()
            if each.missing
        }
    return running, missing


def stopped(contestants: list[Contestant]) -> None:
    """Stop every server."""
    for each in contestants:
        each.server.stop()


def printed(module: str, *arguments: str, address: str = "") -> str:
    """Return what another module of this package prints, on SQLite unless told otherwise."""
    tell(f"{module} {address and 'on PostgreSQL'}")
    env = environment(PYTHONPATH=str(job.ROOT), VAR_DIR=str(FOLDER / "rung"))
    if address:
        env["DATABASE_URL"] = f"{address.rpartition('/')[0]}/bench"
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    done = subprocess.run(command, env=env, cwd=job.ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return done.stdout


def load(options: argparse.Namespace, postgres: str, say: Callable[[list[str]], None]) -> None:
    """Measure over HTTP: the job on each database, then cold starts."""
    kinds = ["sqlite"] if options.short or not postgres else ["sqlite", "postgres"]
    for kind in kinds:
        contestants, missing = contestants_on(kind, options)
        try:
            table = rounds.measure(
                contestants,
                job.OPERATIONS,
                rounds=options.rounds,
                seconds=options.seconds,
                tell=tell,
            )
        finally:
            stopped(contestants)
        say(paper.table_of(kind, table, missing))
        if kind == "sqlite":
            chosen = [each for each in contestants if each.name != "floor"]
            starts = cold.measure(chosen, options.port + 9, 2 if options.short else 7, tell)
            say(paper.cold_of(starts))


def main() -> None:
    """Measure and print; write docs/bench.md when asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="without peers, SQLite only")
    parser.add_argument("--write", action="store_true", help="put the result into docs/bench.md")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0, help="of one turn")
    parser.add_argument("--port", type=int, default=8160, help="the first of ten")
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL") or POSTGRES)
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.short else 7)
    options.seconds = options.seconds or (0.4 if options.short else 0.7)
    begin = time.monotonic()
    postgres = server_version(options.postgres)
    lines: list[str] = []

    def say(more: list[str]) -> None:
        lines.extend(more)
        print("\n".join(more), flush=True)

    say([*paper.machine(postgres), ""])
    load(options, postgres, say)
    short = ["--short"] if options.short else []
    say(paper.block("Pages in process, at two sizes", printed("pages", *short)))
    if not options.short:
        say(paper.block("Plans", printed("plans")))
    if postgres and not options.short:
        group = printed("pages", "--group", address=options.postgres)
        say(paper.block("A group's page, on PostgreSQL", group))
    tell(f"{time.monotonic() - begin:.0f} s in all")
    if options.write:
        paper.write(lines)


if __name__ == "__main__":
    main()
