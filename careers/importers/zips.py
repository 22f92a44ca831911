"""Opening a ZIP, without listing or unpacking more than any real one has.

Every reader of ZIPs begins here: Python's own lists all parts before anything can be counted,
some of its kinds of packing take any amount of memory, and a Mac adds files of its own.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from .reading import InputError, refuse

MAX_MEMBERS = 1_000
MAX_DIRECTORY = 1_000_000
"""Bytes of the list of parts; one takes about a hundred."""
CHUNK = 1024 * 1024
ENCRYPTED = 0x1
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How spreadsheets, desktops and releases pack; the others may ask for gigabytes."""
_BROKEN = (zipfile.BadZipFile, EOFError, ValueError, OSError, RuntimeError, zlib.error)
"""What zipfile raises of an archive that is broken, or stranger than it can read."""
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


class _Data(io.BytesIO):
    """The bytes of a ZIP; a list of parts that is too long is refused before it is read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._size = len(data)
        self.is_listed = False

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self.tell())
        size = left if size is None or size < 0 else min(size, left)
        if size > MAX_DIRECTORY and not self.is_listed:
            raise _TooManyError
        return super().read(size)


class _TooManyError(Exception):
    """The list of parts is longer than is read."""


@contextmanager
def open_zip(name: str, data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive; what is broken raises what zipfile raises, see ``told_when_broken``.

    Raises InputError for too many parts or two of one name, a password or odd packing.
    """
    source = _Data(data)
    try:
        archive = zipfile.ZipFile(source)
    except _TooManyError as error:
        raise _too_many(name) from error
    source.is_listed = True
    with archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            raise _too_many(name)
        seen: set[str] = set()
        for member in archive.infolist():
            if member.filename in seen:  # one of them would be passed over
                message = f"holds {shown(member.filename)} twice"
                raise refuse(name, message, "Leave one of them out.")
            seen.add(member.filename)
            if not member.filename:
                raise zipfile.BadZipFile("a part has no name")
            base = shown(PurePosixPath(member.filename).name)
            if member.flag_bits & ENCRYPTED:
                raise refuse(name, f"{base} is under a password", "Save it without one.")
            if member.compress_type not in PLAIN:
                message = f"{base} is packed in a way that is not read"
                raise refuse(name, message, "Pack it again as an ordinary .zip.")
        yield archive


@contextmanager
def told_when_broken(name: str, message: str, remedy: str) -> Iterator[None]:
    """Raise InputError for what zipfile raises within, and let that of others through."""
    try:
        yield
    except InputError:
        raise
    except _BROKEN as error:
        raise refuse(name, message, remedy) from error


def shown(name: str) -> str:
    """Return a part's name for a message: in a broken list it may be anything."""
    return "".join(each if each.isprintable() else "?" for each in name[:200])


def _too_many(name: str) -> InputError:
    return refuse(name, f"holds more than {MAX_MEMBERS:,} files")


def is_litter(path: str) -> bool:
    """Tell what desktops leave in archives by themselves, beside what was packed."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith(("._", *_LITTER)))
