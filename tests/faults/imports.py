"""Mutated import files: each is refused with a clear error or imported whole.

    python -m tests.faults.imports --count 500 --seed 1

Takes right files of every format, small ones and some near the limits of an upload, changes
their bytes or their structure, and gives them to what the studio's page and the commands use,
on a database of its own. What is not refused with a message is imported, compared with the
file as ``whole`` reads it on its own, and rolled back. Each has 10 seconds of the processor,
so that a busy machine fails nothing, and 256 MB. First every right file has to be imported,
unchanged, and the files of ``test_limits`` go through: small ones made to take gigabytes.

Prints what failed, with the number that makes it again (--only), and one line. It also fails
when less than LEAST of the mutated files were refused or imported: then it tried nothing.
"""

import argparse
import builtins
import gzip
import io
import json
import lzma
import os
import pickle
import re
import signal
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from . import large, whole
from .planted import apply

MOST_SECONDS = 10
MOST_MEGABYTES = 256
LEAST = {"refused": 0.5, "imported": 0.08}
"""Shares of the mutated files, once there are a hundred; 0.85 and 0.14 are usual."""
LARGE_SHARE = 0.004
"""Of the mutated files, those made of one near the limits: each takes some seconds."""
RAISED = "|".join(
    name
    for name, each in vars(builtins).items()
    if isinstance(each, type) and issubclass(each, BaseException)
)
SPEAKS_PYTHON = re.compile(
    rf"\b({RAISED}|\w+Error|Traceback|NoneType|KeyError)\b|object has no|<class |<\w+ object"
)
"""What no message to an editor says."""
FAULT = re.compile(r"\S[^\n]*: \S[^\n]*\.", re.DOTALL)
"""Where, then what is wrong, as a sentence."""
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 10**30, 1.5, -0.0, "", " ", "x" * 5000, "\x00", "\x1b[0m"),
    *("=1+1", "\u202e", "\ud83d\ude00", [], {}, [[]], {"key": []}, "../../etc/passwd", "n/a"),
)
ODD_CELLS = (
    *("", " ", "\t", "n/a", "NaN", "-1", "9" * 400, "=HYPERLINK(1)", '"', "'", ";", "é", "\x00"),
    *("TRUE", "1e999", "x" * 5000, "\ud83d\ude00", "&lol;", "2020-01-01", "Y", "\u2028"),
)
ODD_BYTES = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"<", b"]]>", b"&x;")
NO_STRUCTURE = (
    *(ValueError, LookupError, TypeError, EOFError, OSError, RecursionError, RuntimeError),
    *(NotImplementedError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error),
)
"""What reading a file raises that an earlier mutation left without the structure it had."""
Seed = tuple[str, bytes, tuple[str, ...]]
"""File name, bytes, and the occupations to take."""


def main() -> int:
    """Run; return 1 if an input failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one input, to see it fail again")
    parser.add_argument("--plant", default="", help="plant this defect first; it must be found")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of zipfile, when a mutation doubles a part
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder)
        apply(options.plant)
        tries = Tries()
        seeds = small_seeds()
        made = (
            _large_seeds(Path(folder)) if options.count >= MANY or options.only is not None else {}
        )
        if options.only is None:
            _try_seeds(tries, seeds, made)
        numbers = range(options.count) if options.only is None else [options.only]
        for number in numbers:
            dice = Random(f"{options.seed}-{number}")
            if made and dice.random() < LARGE_SHARE:
                read = made[dice.choice(sorted(made))]
                tries.apart(f"input {number}", partial(_mutated_large, dice, read))
            else:
                tries.here(f"input {number}", _mutated(dice, seeds))
        if options.only is None:
            tries.expect_shares()
    print(tries.line(options.seed))
    return int(tries.failed > 0)


MANY = 100
"""Mutated files from which on the large ones are made and shares are expected."""


class Tries:
    """Counts what came of the files, and prints what failed."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.failed = 0
        self.slowest, self.longest, self.largest = 0.0, 0.0, 0

    def here(
        self, what: str, made: Seed, *, must: str = "", like: tuple[Any, ...] | None = None
    ) -> None:
        """Try a file in this process; ``like`` are the documents that it has to give."""
        started = time.perf_counter()
        came = _tried(*made, like)
        self._take(what, made[0], len(made[1]), came, time.perf_counter() - started, must)

    def apart(self, what: str, make: Callable[[], Seed], *, must: str = "") -> None:
        """Try a file in a process of its own, so that making it counts for nothing."""
        with tempfile.NamedTemporaryFile() as file:

            def written() -> tuple[str, int, tuple[str, ...]]:
                name, data, occupations = make()
                Path(file.name).write_bytes(data)
                return name, len(data), occupations

            name, size, occupations = _forked(written)
            started = time.perf_counter()
            came = _forked(lambda: _tried(name, Path(file.name).read_bytes(), occupations))
            self._take(what, name, size, came, time.perf_counter() - started, must)

    def _take(self, what: str, name: str, size: int, came: Any, clock: float, must: str) -> None:
        outcome, seconds, megabytes = came
        self.longest = max(self.longest, clock)
        self.slowest, self.largest = max(self.slowest, seconds), max(self.largest, megabytes)
        kind = outcome.partition(":")[0]
        (self.counts if what.startswith("input") else self.others)[kind] += 1
        if kind not in ("refused", "imported") or (must and kind != must):
            self.failed += 1
            print(f"{what} ({name}, {size} bytes): {outcome}")

    def expect_shares(self) -> None:
        """Fail when hardly any file was refused, or imported."""
        for kind, least in LEAST.items():
            share = self.counts[kind] / (self.counts.total() or 1)
            if self.counts.total() >= MANY and share < least:
                self.failed += 1
                print(f"only {share:.0%} were {kind}, less than {least:.0%}")

    def line(self, seed: int) -> str:
        """Return all in one line."""
        return (
            f"imports: {self.counts.total()} mutated files (seed {seed}):"
            f" {self.counts['refused']} refused, {self.counts['imported']} imported whole,"
            f" {self.failed} failed; {self.others.total()} right and hostile ones;"
            f" slowest {self.slowest:.1f} s of the processor, {self.longest:.1f} s by the clock,"
            f" most memory {self.largest} MB"
        )


def _try_seeds(tries: Tries, seeds: list[Seed], made: dict[str, Callable[[], Seed]]) -> None:
    """Try the right files, which must be imported, and those made to take gigabytes."""
    from careers.importers import uploads

    expected = _expected()
    for seed in seeds:
        like = expected.get(seed[0])
        tries.here("right file", seed, must="imported", like=like)
        with suppress(Exception):  # what fails was printed
            like = like or uploads.read(*seed).documents
            for anew in _written_anew(seed):
                tries.here("right file, written anew", anew, must="imported", like=like)
    for read in made.values():
        tries.apart("right file", read, must="imported")
    if made:
        from tests.importers import test_limits

        for name, make in test_limits.BOMBS.items():
            tries.apart(f"hostile file, {name}", partial(_hostile, make))


def _expected() -> dict[str, tuple[Any, ...]]:
    """Return the documents of right files that were made from them."""
    from careers import document
    from tests import frameworks

    tiny = (document.normal(frameworks.tiny()),)
    return dict.fromkeys(("tiny.json", "book.xlsx", "sheets.zip"), tiny)


def _written_anew(seed: Seed) -> Iterator[Seed]:
    """Yield a file in other forms that mean the same."""
    name, data, occupations = seed
    if name.endswith(".json"):
        for indent, escaped in ((None, True), (4, False)):
            text = json.dumps(json.loads(data), indent=indent, ensure_ascii=escaped)
            yield name, f"\ufeff \n {text}\n".encode(), occupations
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [(each, archive.read(each)) for each in archive.namelist()]
        for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", kind) as archive:
                for member, content in reversed(files):
                    archive.writestr(member, content)
                archive.writestr("__MACOSX/._x", b"\0")
            yield name, out.getvalue(), occupations
    else:
        yield name, gzip.compress(lzma.decompress(data)), occupations


def _hostile(make: Callable[[], bytes]) -> Seed:
    return "hostile", make(), ("99-1111.00",)


def _mutated_large(dice: Random, read: Callable[[], Seed]) -> Seed:
    return _mutated(dice, [read()])


def _large_seeds(folder: Path) -> dict[str, Callable[[], Seed]]:
    """Return what reads each of the large files, which wait on disk."""
    found: dict[str, Callable[[], Seed]] = {}
    for name, make in large.LARGE.items():

        def written(path: Path = folder / name, make: Any = make) -> tuple[str, ...]:
            data, occupations = make()
            path.write_bytes(data)
            return tuple(occupations)

        chosen = _forked(written)
        path = folder / name
        found[name] = lambda name=name, path=path, chosen=chosen: (  # type: ignore[misc]
            name, path.read_bytes(), chosen,
        )  # fmt: skip
    return found


def _forked(work: Callable[[], Any]) -> Any:
    """Return what a process of its own returns. Raises RuntimeError when that dies."""
    from django.db import connections

    connections.close_all()  # no two processes may share one
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "wb") as out:
                pickle.dump(work(), out)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    if not told:
        raise RuntimeError("a process of its own died")
    return pickle.loads(told)  # noqa: S301 (our own)


def _set_up(folder: str) -> None:
    """Make a database that nobody else has, in a folder that goes away."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(VAR_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def small_seeds() -> list[Seed]:
    """Return right files of every format."""
    from careers import document
    from careers.exporters import case, workbook
    from tests import frameworks
    from tests.importers import releases

    tiny = document.normal(frameworks.tiny())
    built_in = Path(document.__file__).parent / "data" / "production-technician.json"
    package = case.write(tiny, changed="2026-11-22T08:00:00+00:00").package
    rated, needed = (releases.JUGGLER, releases.BAKER), ("9999.1", "9999.2")
    return [
        ("tiny.json", document.pretty(tiny).encode(), ()),
        ("built-in.json", built_in.read_bytes(), ()),
        ("case.json", json.dumps(package).encode(), ()),
        ("book.xlsx", workbook.write(tiny), ()),
        ("sheets.zip", _csvs(workbook.write(tiny)), ()),
        ("onet-30.3.zip", releases.zip_of(releases.onet()), rated),
        ("onet-30.1.zip", releases.zip_of(releases.onet("old")), rated),
        ("onet-30.3.tar.xz", releases.tar_of(releases.onet()), rated),
        ("esco.zip", releases.zip_of(releases.esco()), needed),
    ]


def _csvs(book: bytes) -> bytes:
    """Return a workbook's sheets as CSV files in a ZIP."""
    import csv

    from openpyxl import load_workbook

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for page in load_workbook(io.BytesIO(book)).worksheets:
            text = io.StringIO(newline="")
            csv.writer(text).writerows(page.iter_rows(values_only=True))
            archive.writestr(f"{page.title}.csv", text.getvalue())
    return out.getvalue()


# Mutations.


def _mutated(random: Random, seeds: list[Seed]) -> Seed:
    name, data, occupations = random.choice(seeds)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        change = random.choice((_bytes, _structure, _structure))
        with suppress(*NO_STRUCTURE):
            data = change(random, name, data)
    return name, data, occupations


def _bytes(random: Random, name: str, data: bytes) -> bytes:
    """Flip, cut, double, insert or blank bytes."""
    at = random.randrange(len(data) + 1)
    to = min(len(data), at + random.choice((1, 1, 2, 8, 64, 1000)))
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: data[:at] + random.randbytes(to - at) + data[to:],
        lambda: data[:at],
        lambda: data[:at] + data[to:],
        lambda: data[:to] + data[at:],
        lambda: data[:at] + random.choice(ODD_BYTES) + data[at:],
        lambda: data[:at] + bytes(to - at) + data[to:],
        lambda: data[:at] + data[at:to] * 50 + data[to:],
    )
    return random.choice(changes)()


def _structure(random: Random, name: str, data: bytes) -> bytes:
    """Change what the format means: a value, a cell, a row, a column, a member."""
    if name.endswith(".json"):
        return _json(random, data)
    if data.startswith(b"PK"):
        return _members(random, name, data)
    from tests.importers import releases

    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {
            each.name: found.read() for each in archive if (found := archive.extractfile(each))
        }
    chosen = random.choice(sorted(files))
    files[chosen] = _table(random, files[chosen], "\t")
    return releases.tar_of(files)


def _json(random: Random, data: bytes) -> bytes:
    """Replace, drop, double or nest one value, or write it as no JSON has it."""
    value = json.loads(data)
    node, place = value, None
    parent: Any = None
    for _ in range(random.randrange(1, 8)):
        if not (isinstance(node, dict | list) and node):
            break
        parent = node
        place = random.choice(list(node) if isinstance(node, dict) else range(len(node)))
        node = node[place]
    match random.randrange(6):
        case 0:
            parent[place] = random.choice(ODD_VALUES)
        case 1:
            del parent[place]
        case 2 if isinstance(parent, list):
            parent.insert(0, node)
        case 3:
            parent[place] = [node]
        case 4 if isinstance(parent, dict):
            parent[random.choice(("extra", "key", "key ", ""))] = node
        case _:
            text = json.dumps(value)
            wrong = random.choice(("NaN", "1e999", '"\\ud800"', "[" * 5000, '{"a":1,"a":2}', "01"))
            return text.replace(json.dumps(node), wrong, 1).encode()
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _members(random: Random, name: str, data: bytes) -> bytes:
    """Change, drop, double or rename one member of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [(each, archive.read(each)) for each in archive.namelist()]
    at = random.randrange(len(files))
    member, content = files[at]
    match random.randrange(10):
        case 0:
            del files[at]
        case 1:
            files.append((member, content))
        case 2:
            files[at] = (random.choice(("../x.csv", "/etc/x", "a/" * 50, member.upper())), content)
        case 3:
            files[at] = (member, _bytes(random, member, content))
        case _ if member.endswith((".xml", ".rels")):
            files[at] = (member, _markup(random, content))
        case _:
            files[at] = (member, _table(random, content, "," if b"," in content else "\t"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files:
            with suppress(UserWarning):
                archive.writestr(member, content)
    return out.getvalue()


def _markup(random: Random, content: bytes) -> bytes:
    """Change one tag, attribute or text of a part."""
    text = content.decode("utf-8", "replace")
    pieces = text.split("<")
    at = random.randrange(len(pieces))
    match random.randrange(6):
        case 0:
            pieces[at] = random.choice(pieces)
        case 1:
            del pieces[at]
        case 2:
            pieces[at] = pieces[at].replace('"', random.choice(('"9', "'", "")), 1)
        case 3:
            pieces[at] += random.choice(ODD_CELLS)
        case 4:
            pieces[at:at] = [pieces[at]] * random.choice((2, 500, 30_000))
        case _:
            entity = '!DOCTYPE x [<!ENTITY lol "lol">]>'
            pieces.insert(1, entity)
    return "<".join(pieces).encode("utf-8", "surrogatepass")


def _table(random: Random, content: bytes, delimiter: str) -> bytes:
    """Change one cell, row or column of a table of text, or its encoding."""
    text = content.decode("utf-8", "replace")
    rows = [line.split(delimiter) for line in text.splitlines()]
    if not rows:
        return content
    row = random.choice(rows)
    at = random.randrange(len(row))
    match random.randrange(9):
        case 0 | 1 | 2:
            row[at] = random.choice(ODD_CELLS)
        case 3:
            rows.insert(random.randrange(len(rows) + 1), list(row))
        case 4:
            rows.remove(row)
        case 5:
            rows = [each[:at] + each[at + 1 :] for each in rows]
        case 6:
            row.append("extra")
        case 7:
            random.shuffle(rows)
        case _:
            return text.encode(random.choice(("utf-16", "latin-1", "cp037")), "replace")
    joined = "\r\n".join(delimiter.join(each) for each in rows)
    return joined.encode("utf-8", "surrogatepass")


# What happens to a file.


class _TooSlowError(BaseException):
    """Ten seconds are over; no importer may catch this."""


def _ring(*_arguments: object) -> None:
    raise _TooSlowError


def _tried(
    name: str, data: bytes, occupations: tuple[str, ...], like: tuple[Any, ...] | None = None
) -> tuple[str, float, int]:
    """Return what came of a file, the seconds it took and the most megabytes."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
    started = time.process_time()
    signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    reading = None
    try:
        outcome, reading = _imported(name, data, occupations)
    except _TooSlowError:
        outcome = "too slow"
    except Exception:
        outcome = f"traceback: {traceback.format_exc()[-1200:]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds, megabytes = time.process_time() - started, _peak()
    if megabytes > MOST_MEGABYTES and outcome in ("refused", "imported"):
        outcome = f"too much memory: {megabytes} MB"
    if outcome == "imported" and like and reading.documents != like:
        outcome = "not whole: it gives another document than before"
    elif outcome == "imported" and (lost := _lost(data, occupations, reading)):
        outcome = f"not whole: {lost}"
    return outcome, seconds, megabytes


def _lost(data: bytes, occupations: tuple[str, ...], reading: Any) -> str:
    try:
        return whole.missing(data, occupations, reading)
    except Exception:  # what was imported can be read in the simplest way too
        return f"cannot be read again: {traceback.format_exc()[-1200:]}"


def _peak() -> int:
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(status.split()[0]) // 1024


def _imported(name: str, data: bytes, occupations: tuple[str, ...]) -> tuple[str, Any]:
    from django.db import transaction
    from django.utils import timezone

    from careers import document, drafts, intake
    from careers.importers import uploads
    from careers.importers.reading import InputError
    from careers.models import Career

    try:
        reading = uploads.read(name, data, occupations)
        dry_run = intake.propose(reading)
    except InputError as error:
        return refusal([str(fault) for fault in error.faults]), None
    except document.DocumentError as error:
        return refusal([f"{name}: {problem}." for problem in error.problems]), None
    with transaction.atomic():
        intake.take_in(dry_run, now=timezone.now(), publish=True)
        for each in dry_run.careers:
            career = Career.objects.get(key=each.key)
            if drafts.arranged_draft(drafts.compile_draft(career)) != each.document:
                return f"not whole: {each.key}", None
        transaction.set_rollback(True)
    return "imported", reading


def refusal(faults: list[str]) -> str:
    """Return "refused" when the faults say where something is wrong, and what, in words."""
    if not faults:
        return "no reason given"
    for fault in faults:
        if found := SPEAKS_PYTHON.search(fault):
            return f"no clear reason: {found[0]!r} in {fault[:200]!r}"
        if not FAULT.match(fault):
            return f"no clear reason: {fault[:200]!r}"
    return "refused"


if __name__ == "__main__":
    sys.exit(main())
