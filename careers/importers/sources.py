"""Opening what is imported: a folder, a .zip, a .tar.xz or a .tar.gz, without unpacking it.

Nothing is written to disk. Members are found by their file name alone, whatever folder
they lie in and however it is capitalised, and read into memory under caps on members and
uncompressed bytes, so that a small archive cannot unpack to gigabytes.
"""

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Self, TypeVar

from .reading import InputError, refuse
from .zips import CHUNK, MAX_MEMBERS, is_litter, open_zip

MAX_FILE_BYTES = 40_000_000
"""Largest archive or single file that is opened; the largest real one has 22 million."""
MAX_BYTES = 200_000_000
"""Uncompressed bytes of a whole archive; the largest real release has 60 million."""
MAX_WANTED_BYTES = 50_000_000
"""The same of the files that are read, which are held at once; real ones have 33 million."""
XZ_MEMORY = 70 * 1024 * 1024
"""What xz takes for its strongest setting, -9."""
MAX_NAME_BYTES = 4_000_000
"""Of all members' names in a tar, with what else their heads carry."""
NAME_TYPES = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
"""Members of a tar that only carry the name of the next, and are read whole for it."""
ARCHIVES = XZ, GZIP, ZIP = b"\xfd7zXZ\x00", b"\x1f\x8b", b"PK"
"""How archives that can be read begin."""
Member = TypeVar("Member")

_BROKEN_BY = (
    *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError),
    RecursionError,  # names of names of names
)
_BROKEN = "is broken or was not written to its end"
_FETCH_AGAIN = "Fetch or copy the file again."


def read_path(path: Path, wanted: Iterable[str]) -> dict[str, bytes]:
    """Return the wanted files of a folder or archive, by file name.

    Raises InputError naming the file when it is missing, broken or too large.
    """
    if path.is_dir():
        return _read_folder(path, set(wanted))
    return read_archive(path.name, read_file(path), wanted)


def read_file(path: Path) -> bytes:
    """Return a file's bytes. Raises InputError when it is missing or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refuse(str(path), str(error.strerror), "Check the path.") from error
    if len(data) > MAX_FILE_BYTES:
        raise refuse(path.name, f"is larger than {MAX_FILE_BYTES:,} bytes")
    return data


def read_archive(name: str, data: bytes, wanted: Iterable[str]) -> dict[str, bytes]:
    """Return the wanted members of an archive, by file name without folders."""
    names = set(wanted)
    try:
        if data.startswith(XZ):
            return _read_tar(name, io.BufferedReader(_Xz(data)), names)
        if data.startswith(GZIP):
            with gzip.open(io.BytesIO(data)) as stream:
                return _read_tar(name, stream, names)
        if data.startswith(ZIP):
            return _read_zip(name, data, names)
    except InputError:
        raise
    except _BROKEN_BY as error:
        raise refuse(name, _BROKEN, _FETCH_AGAIN) from error
    except (OSError, RuntimeError, NotImplementedError, ValueError, OverflowError) as error:
        # An exotic archive, gzip's complaint about its checksum, or places that cannot be.
        raise refuse(name, f"cannot be read ({error})", _FETCH_AGAIN) from error
    raise refuse(name, "is no archive", "Give a folder, .zip, .tar.xz or .tar.gz.")


def _read_folder(path: Path, wanted: set[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for name in sorted(wanted):
        member = path / name
        if member.is_file():
            files[name] = read_file(member)
            total += len(files[name])
            if total > MAX_WANTED_BYTES:
                raise _too_large(path.name, MAX_WANTED_BYTES)
    return files


class _Xz(io.RawIOBase):
    """Decompresses xz under a limit of memory, and notices a missing end."""

    def __init__(self, data: bytes) -> None:
        self._source = io.BytesIO(data)
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = b""
        while not data and not self._decompressor.eof:
            fed = self._source.read(CHUNK) if self._decompressor.needs_input else b""
            if not fed and self._decompressor.needs_input:
                raise EOFError(_BROKEN)
            data = self._decompressor.decompress(fed, len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Limited(io.RawIOBase):
    """Passes a stream on up to MAX_BYTES, whatever the archive within says of its size."""

    def __init__(self, name: str, stream: IO[bytes] | gzip.GzipFile) -> None:
        self._name, self._stream, self._left = name, stream, MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._name, MAX_BYTES)
        buffer[: len(data)] = data
        return len(data)


class _Member(tarfile.TarInfo):
    """A member; one that takes memory before its size is known is refused unread.

    Names of megabytes, and files with holes, whose list of pieces may have millions.
    """

    left = 2 * MAX_MEMBERS
    """Heads of members that may still come; those that carry names are counted here alone."""
    bytes_left = MAX_NAME_BYTES

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        cls.left -= 1
        cls.bytes_left -= found.size if found.type in NAME_TYPES else 0
        if min(cls.left, cls.bytes_left) < 0 or found.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError(_BROKEN)
        return found

    def _proc_gnusparse_10(self, *_given: object) -> None:
        raise tarfile.ReadError(_BROKEN)


def _read_tar(name: str, packed: IO[bytes] | gzip.GzipFile, wanted: set[str]) -> dict[str, bytes]:
    files = _Found(name, wanted)
    stream = _Limited(name, packed)
    kind = type("_Counted", (_Member,), {})  # its counts are this archive's
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=kind) as archive:
        for member in _counted(name, archive, lambda each: (each.name, each.size)):
            found = archive.extractfile(member) if member.isfile() else None
            if found is not None and (base := files.take(member.name, member.size)):
                files.read[base] = found.read(member.size)
    while stream.read(CHUNK):  # to the end, where the checksum is
        pass
    return files.read


def _read_zip(name: str, data: bytes, wanted: set[str]) -> dict[str, bytes]:
    files = _Found(name, wanted)
    with open_zip(name, data) as archive:
        members = archive.infolist()
        for member in _counted(name, members, lambda each: (each.filename, each.file_size)):
            base = "" if member.is_dir() else files.take(member.filename, member.file_size)
            # Opened even when it is not wanted: its name may be broken in the list alone.
            with archive.open(member) as file:
                if base:
                    files.read[base] = _whole(file, member.file_size)
            if base and len(files.read[base]) > member.file_size:
                raise refuse(name, f"{base} is larger than the archive says")
    return files.read


def _whole(file: IO[bytes], size: int) -> bytes:
    """Return what a file holds, and one byte more than its size when that lies.

    In pieces: read at once, it is held twice for a moment.
    """
    out = io.BytesIO()
    while piece := file.read(min(CHUNK, size + 1 - out.tell())):
        out.write(piece)
    return out.getvalue()


class _Found:
    """The wanted files of an archive, by their names as they are wanted."""

    def __init__(self, archive: str, wanted: set[str]) -> None:
        self._archive = archive
        self._wanted = {name.casefold(): name for name in wanted}
        self._total = 0
        self.read: dict[str, bytes] = {}

    def take(self, path: str, size: int) -> str:
        """Return the name of a wanted member that comes to be read, "" for others.

        Raises InputError when it came before, or when all would be too large.
        """
        base = self._wanted.get(PurePosixPath(path.replace("\\", "/")).name.casefold(), "")
        if not base or is_litter(path):
            return ""
        if base in self.read:
            raise refuse(self._archive, f"holds {base} twice", "Leave one of them out.")
        self._total += size
        if self._total > MAX_WANTED_BYTES:
            raise _too_large(self._archive, MAX_WANTED_BYTES)
        return base


def _counted(
    name: str, members: Iterable[Member], measure: Callable[[Member], tuple[str, int]]
) -> Iterator[Member]:
    total = 0
    for number, member in enumerate(members, 1):
        path, size = measure(member)
        total += size
        parts = PurePosixPath(path.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise refuse(name, f"{path!r} points outside the archive")
        if number > MAX_MEMBERS:
            raise refuse(name, f"holds more than {MAX_MEMBERS:,} files")
        if total > MAX_BYTES:
            raise _too_large(name, MAX_BYTES)
        yield member


def _too_large(name: str, most: int) -> InputError:
    return refuse(name, f"unpacks to more than {most:,} bytes")
