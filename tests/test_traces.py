"""What one person wrote is found nowhere else; after they delete it, nowhere at all.

On a running server, in the bytes of its files: database, log of the database, caches, logs. Where
the tests run on PostgreSQL (DATABASE_URL), in what pg_dump writes, and in Redis at REDIS_URL: CI
does both. Where one of these is missing there, the test is skipped, or fails as CI wants it.
"""

import base64
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
import redis
from django.core import signing

from .browsers import Plain
from .journeys.conftest import Server, serving
from .pdfs import Pdf

MARA = "mara-canary@example.org"
PASSWORD = "twelve rungs and a ladder"  # noqa: S105 (of a server that lives for one test)
WORDS = {
    word: f"canary-{word}-zqx"
    for word in ("evidence", "before", "label", "person", "rater", "note", "answer")
}
KINDS = ("pdf", "xlsx", "csv", "json")


REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")
IN_REDIS = urlsplit(REDIS)._replace(path="/11").geturl()
"""A database of Redis for these tests alone: others empty theirs meanwhile."""


def missing(what: str) -> None:
    """Skip a test, or fail it where nothing may be skipped."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def server() -> Iterator[Server]:
    """Rung with messages as files, not on its console; on PostgreSQL also with Redis."""
    is_large = os.environ.get("DATABASE_URL", "").startswith("postgres")
    cache = {"CACHE_URL": IN_REDIS} if is_large else {}
    if cache:
        try:
            redis.Redis.from_url(IN_REDIS, socket_connect_timeout=3).flushdb()
        except redis.RedisError:
            missing("Redis does not answer at REDIS_URL: traces in it are not searched")
    with TemporaryDirectory() as mail, serving(EMAIL_URL=f"file://{mail}", **cache) as running:
        running.manage(
            "createsuperuser", "--noinput", "--email", MARA, DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        yield running


MOST_UNPACKED = 1_000_000
"""Larger than any file of a report or value of a cache; a database packs nothing."""


def found_in(content: bytes) -> set[str]:
    """Return which of the words stand in these bytes, packed or not, in UTF-8 or UTF-16."""
    text = content
    if content.startswith(b"%PDF"):  # its letters are numbers of a font's signs
        text = re.sub(r"\s", "", Pdf(content).text).encode()
    elif len(content) < MOST_UNPACKED:
        text += b"".join(unpacked(content))
    text += b"".join(sessions(content))
    words = {**WORDS, "address": MARA}
    return {
        name
        for name, word in words.items()
        if word.encode() in text or word.encode("utf-16-be") in text
    }


def unpacked(content: bytes) -> Iterator[bytes]:
    """Return whatever in these bytes is packed: files of a workbook, values of a cache."""
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(content[start.start() :])
    for start in re.finditer(rb"PK\x03\x04.{22}(..)(..)", content, re.DOTALL):
        at = start.end() + sum(int.from_bytes(each, "little") for each in start.groups())
        with suppress(zlib.error):
            yield zlib.decompressobj(-15).decompress(content[at:])


def sessions(content: bytes) -> Iterator[bytes]:
    """Return what sessions in these bytes hold: Django packs those that are long enough."""
    for packed in re.findall(rb"(?<![\w-])eJ[\w-]{30,}", content):
        with suppress(zlib.error, ValueError):
            yield zlib.decompress(base64.urlsafe_b64decode(packed + b"=" * (-len(packed) % 4)))
    for plain in re.findall(rb"(?<![\w-])eyJ[\w-]{30,}", content):
        with suppress(ValueError):
            yield base64.urlsafe_b64decode(plain + b"=" * (-len(plain) % 4))


def in_database(server: Server) -> set[str]:
    """Return which words a copy of the database holds: the files' bytes, or a dump's."""
    url = server.environment.get("DATABASE_URL", "")
    if not url:
        files = Path(server.environment["VAR_DIR"]).glob("rung.sqlite3*")
        return set[str]().union(*(found_in(each.read_bytes()) for each in files))
    if shutil.which("pg_dump") is None:
        missing("pg_dump is not installed: traces in a dump are not searched")
    dump = subprocess.run(["pg_dump", f"--dbname={url}"], capture_output=True, check=True)
    return found_in(dump.stdout)


def elsewhere(server: Server) -> dict[str, set[str]]:
    """Return which words stand in which other file, and in the shared cache."""
    folder = Path(server.environment["VAR_DIR"])
    kept = {
        str(each.relative_to(folder)): found_in(each.read_bytes())
        for each in folder.rglob("*")
        if each.is_file() and "static" not in each.parts and "sqlite3" not in each.name
    }
    url = server.environment.get("CACHE_URL", "")
    if url.startswith("redis"):
        cache = redis.Redis.from_url(url)
        for key in cache.scan_iter():
            # As it was given: DUMP packs what is long. Django's cache has nothing but strings.
            kept[repr(key)] = found_in(key + bytes(cache.get(key) or b""))
    return {name: words for name, words in kept.items() if words}


def report_with_words(mara: Plain) -> tuple[str, str, str]:
    """Make a report with every word in it; return its address and those of its two links."""
    mara.get("/careers/production-technician/")
    mara.post("/careers/production-technician/start/", level="senior-production-technician")
    one = mara.url.partition("/rate/")[0]
    skill = re.findall(r'name="rating-([\w-]+)"', mara.text)[0]
    for revision, word in enumerate(("before", "evidence")):
        mara.post(
            f"{one}/ratings/{skill}/", rating="3", evidence=WORDS[word], revision=str(revision)
        )
        assert mara.status == 200
        mara.get(f"{one}/finish/")
    mara.post(f"{one}/finish/")
    mara.get(f"{one}/sharing/").post(f"{one}/sharing/", label=WORDS["label"], days="7")
    (shared,) = re.findall(r"http://\S+/shared/[\w-]+/", mara.text)[:1]
    mara.get(f"{one}/second/")
    mara.post(f"{one}/second/", person=WORDS["person"], rater=WORDS["rater"])
    (second,) = re.findall(r"http://\S+/second/[\w-]{30,}/", mara.text)[:1]
    mentor = Plain(mara.address).get(second)
    assert found_in(mentor.content) == {"person"}
    pages = re.findall(r'href="(/second/[^"]+/rate/[^"]+)"', mentor.text)
    mentor.get(pages[0]).post(pages[0], **{f"rating-{skill}": "0", "go": "review"})
    assert found_in(mentor.content) <= {"person", "rater"}
    mentor.post(f"{second}finish/")
    mentor.post(f"{second}notes/", **{f"note-{skill}": WORDS["note"]})
    assert found_in(mentor.get(second).content) - {"rater"} == {"person", "note"}
    mara.get(f"{one}/second/")
    (number,) = re.findall(r"/second/(\d+)/notes/", mara.text)[:1]
    mara.post(f"{one}/second/{number}/notes/", **{f"note-{skill}": WORDS["answer"]})
    assert mara.status == 200
    return one, shared, second


def test_the_search_looks_into_sessions():
    """Packed or not, as Django stores them."""
    for data in ({"email": MARA}, {"email": MARA, "more": "x" * 500}):
        assert found_in(signing.dumps(data, compress=True).encode()) == {"address"}


def test_words_are_where_they_belong_and_leave_no_trace(server: Server):
    """Seen by the person and the invited; by no reader, cache or log; and gone when deleted."""
    mara = Plain(server.address)
    mara.get("/account/login/").post("/account/login/", login=MARA, password=PASSWORD)
    one, shared, second = report_with_words(mara)
    own = [found_in(mara.get(f"{one}/report.{kind}").content) for kind in KINDS]
    assert own == [{"evidence"}, {"evidence"}, {"evidence"}, set()]
    assert found_in(mara.get(f"{one}/report/").content) == {"evidence"}
    assert found_in(mara.get("/account/data/").content) == {"address", *WORDS} - {"before"}

    reader = Plain(server.address)
    public = ("/", "/careers/", "/assessments/", "/credits/", "/api/v1/careers")
    files = [f"{shared}report.{kind}" for kind in KINDS]
    for page in (*public, shared, *files, f"{shared}verify/", f"{one}/report/", "/shared/x/"):
        assert (page, found_in(reader.get(page).content)) == (page, set())
    mara.get(f"{one}/report.pdf?level={MARA}")
    for page in (f"/shared/{WORDS['note']}/", f"/{MARA}/", f"/?q={WORDS['note']}"):
        reader.get(page)
    reader.get("/account/login/").post("/account/login/", login=MARA, password=WORDS["note"])
    assert in_database(server) >= {"address", *WORDS} - {"before"}
    assert elsewhere(server) == {}

    mara.get("/account/delete/").post("/account/delete/", email=MARA)
    assert "Everything about you is deleted" in mara.text
    gone = [reader.get(page).status for page in (shared, second, f"{one}/report/")]
    assert gone == [404, 404, 404]
    assert in_database(server) == set()
    assert elsewhere(server) == {}
