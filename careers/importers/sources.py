"""Opening what is imported: a folder, a .zip, a .tar.xz or a .tar.gz, without unpacking it.

Nothing is written to disk. Members are found by their file name alone, whatever folder
they lie in, and read into memory under caps on members and uncompressed bytes, so that
a small archive cannot unpack to gigabytes.
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

MAX_FILE_BYTES = 120_000_000
"""Largest archive or single file that is opened."""
MAX_BYTES = 200_000_000
"""Uncompressed bytes of a whole archive; the largest real release has 60 million."""
MAX_MEMBERS = 1_000
XZ_MEMORY = 128 * 1024 * 1024
CHUNK = 1024 * 1024
ENCRYPTED = 0x1
NAME_TYPES = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
"""Members of a tar that only carry the name of the next, and are read whole for it."""
ARCHIVES = XZ, GZIP, ZIP = b"\xfd7zXZ\x00", b"\x1f\x8b", b"PK"
"""How archives that can be read begin."""
Member = TypeVar("Member")

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
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError) as error:
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
            if total > MAX_BYTES:
                raise refuse(path.name, f"holds more than {MAX_BYTES:,} bytes")
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
            raise _too_large(self._name)
        buffer[: len(data)] = data
        return len(data)


class _Member(tarfile.TarInfo):
    """A member; one whose name alone takes megabytes is refused before it is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type in NAME_TYPES and found.size > CHUNK:
            raise tarfile.ReadError(_BROKEN)
        return found


def _read_tar(name: str, packed: IO[bytes] | gzip.GzipFile, wanted: set[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    stream = _Limited(name, packed)
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
        for member in _counted(name, archive, lambda each: (each.name, each.size)):
            found = archive.extractfile(member) if member.isfile() else None
            base = PurePosixPath(member.name).name
            if found is not None and base in wanted:
                _once(name, base, files)
                files[base] = found.read()
    while stream.read(CHUNK):  # to the end, where the checksum is
        pass
    return files


def _read_zip(name: str, data: bytes, wanted: set[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        for member in _counted(name, members, lambda each: (each.filename, each.file_size)):
            base = PurePosixPath(member.filename).name
            if base in wanted and not member.is_dir():
                _once(name, base, files)
                if member.flag_bits & ENCRYPTED:
                    raise refuse(name, f"{base} is under a password", "Save it without one.")
                with archive.open(member) as file:
                    # The size in the directory may lie: never read past it.
                    files[base] = file.read(member.file_size + 1)
                if len(files[base]) > member.file_size:
                    raise refuse(name, f"{base} is larger than the archive says")
    return files


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
            raise _too_large(name)
        yield member


def _too_large(name: str) -> InputError:
    return refuse(name, f"unpacks to more than {MAX_BYTES:,} bytes")


def _once(name: str, base: str, files: dict[str, bytes]) -> None:
    if base in files:
        raise refuse(name, f"holds {base} twice", "Leave one of them out.")
