"""Mutated import files: each is refused with a clear error or imported whole.

    python -m tests.faults.imports --count 500 --seed 1

Takes small right files of every format, changes their bytes or their structure, and gives
them to what the studio's page and the commands use, on a database of its own. What is not
refused with a message is imported and compared, then rolled back. Each has 10 seconds of
the processor, so that a busy machine fails nothing, and 256 MB. Prints what failed, with
the number that makes it again (--only), and one line.
"""

import argparse
import io
import json
import lzma
import os
import signal
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from .planted import apply

MOST_SECONDS = 10
MOST_MEGABYTES = 256
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
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder)
        apply(options.plant)
        seeds = _seeds()
        numbers = range(options.count) if options.only is None else [options.only]
        counts: Counter[str] = Counter()
        slowest, longest, largest = 0.0, 0.0, 0
        for number in numbers:
            made = _mutated(Random(f"{options.seed}-{number}"), seeds)
            started = time.perf_counter()
            outcome, seconds, megabytes = _tried(*made)
            longest = max(longest, time.perf_counter() - started)
            slowest, largest = max(slowest, seconds), max(largest, megabytes)
            counts[outcome.partition(":")[0]] += 1
            if outcome not in ("refused", "imported"):
                print(f"input {number} ({made[0]}, {len(made[1])} bytes): {outcome}")
        failed = counts.total() - counts["refused"] - counts["imported"]
    print(
        f"imports: {counts.total()} mutated files (seed {options.seed}):"
        f" {counts['refused']} refused, {counts['imported']} imported whole, {failed} failed;"
        f" slowest {slowest:.1f} s of the processor, {longest:.1f} s by the clock,"
        f" most memory {largest} MB"
    )
    return int(failed > 0)


def _set_up(folder: str) -> None:
    """Make a database that nobody else has, in a folder that goes away."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(VAR_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _seeds() -> list[Seed]:
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


def _tried(name: str, data: bytes, occupations: tuple[str, ...]) -> tuple[str, float, int]:
    """Return what came of a file, the seconds it took and the most megabytes."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
    started = time.process_time()
    signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        outcome = _imported(name, data, occupations)
    except _TooSlowError:
        outcome = "too slow"
    except Exception:
        outcome = f"traceback: {traceback.format_exc()[-1200:]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    megabytes = _peak()
    if megabytes > MOST_MEGABYTES and outcome in ("refused", "imported"):
        outcome = f"too much memory: {megabytes} MB"
    return outcome, time.process_time() - started, megabytes


def _peak() -> int:
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(status.split()[0]) // 1024


def _imported(name: str, data: bytes, occupations: tuple[str, ...]) -> str:
    from django.db import transaction
    from django.utils import timezone

    from careers import document, drafts, intake
    from careers.importers import uploads
    from careers.importers.reading import InputError
    from careers.models import Career

    try:
        reading = uploads.read(name, data, occupations)
        dry_run = intake.propose(reading)
    except (InputError, document.DocumentError) as error:
        lines = str(error).splitlines()
        return "refused" if lines and all(line.strip() for line in lines) else "no reason given"
    with transaction.atomic():
        intake.take_in(dry_run, now=timezone.now(), publish=True)
        for each in dry_run.careers:
            career = Career.objects.get(key=each.key)
            if drafts.arranged_draft(drafts.compile_draft(career)) != each.document:
                return f"not whole: {each.key}"
        transaction.set_rollback(True)
    return "imported"


if __name__ == "__main__":
    sys.exit(main())
