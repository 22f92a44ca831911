"""Opening folders and archives: what is wanted, under caps, and nothing on disk."""

import gzip
import io
import lzma
import tarfile
import time
import tracemalloc
import zipfile

import pytest

from careers.importers import sources
from careers.importers.reading import InputError

from . import releases

FILES = {"one.txt": b"1\n" * 50_000, "two.txt": b"2", "other.txt": b"3"}
WANTED = ("one.txt", "two.txt", "absent.txt")
FOUND = {name: FILES[name] for name in ("one.txt", "two.txt")}
AGAIN = "Fetch or copy the file again."


def refusal(data: bytes, wanted=WANTED) -> str:
    """Return why an archive is refused."""
    with pytest.raises(InputError) as refused:
        sources.read_archive("a", data, wanted)
    return str(refused.value)


def test_a_folder_gives_the_wanted_files(tmp_path):
    """And no others; what is missing is for the importer to miss."""
    assert sources.read_path(releases.folder(tmp_path, FILES), WANTED) == FOUND


@pytest.mark.parametrize("kind", ["zip", "xz", "gz"])
def test_archives_give_the_wanted_files_whatever_folder_they_lie_in(tmp_path, kind):
    """The kind is told by the content, not by the name."""
    data = releases.zip_of(FILES) if kind == "zip" else releases.tar_of(FILES, f"w:{kind}")
    path = tmp_path / "release.bin"
    path.write_bytes(data)
    assert sources.read_path(path, WANTED) == FOUND
    assert sorted(each.name for each in tmp_path.iterdir()) == ["release.bin"]


@pytest.mark.parametrize("kind", ["zip", "xz", "gz"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.999])
def test_a_half_written_archive_is_refused_by_name(kind, kept):
    """Wherever it was cut."""
    data = releases.zip_of(FILES) if kind == "zip" else releases.tar_of(FILES, f"w:{kind}")
    assert refusal(data[: int(len(data) * kept)]) in (
        f"a: is broken or was not written to its end. {AGAIN}",
        f"a: cannot be read (Compressed file ended before the end-of-stream marker was reached)."
        f" {AGAIN}",
    )


def test_a_damaged_archive_is_refused():
    """A flipped byte breaks a checksum."""
    for data in (releases.zip_of(FILES), releases.tar_of(FILES), releases.tar_of(FILES, "w:gz")):
        broken = bytearray(data)
        broken[70] ^= 0xFF
        assert refusal(bytes(broken)).startswith("a: ")


def test_what_is_no_archive_is_refused():
    assert refusal(b"hello") == "a: is no archive. Give a folder, .zip, .tar.xz or .tar.gz."


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(InputError) as refused:
        sources.read_path(tmp_path / "nowhere.zip", WANTED)
    assert str(refused.value) == (
        f"{tmp_path / 'nowhere.zip'}: No such file or directory. Check the path."
    )


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_does(monkeypatch):
    """By the sizes it states, and no further than these when they lie."""
    monkeypatch.setattr(sources, "MAX_BYTES", 60_000)
    for data in (releases.zip_of(FILES), releases.tar_of(FILES)):
        assert refusal(data) == "a: unpacks to more than 60,000 bytes."


def test_a_bomb_is_refused_before_it_unpacks():
    """70 kilobytes that claim to unpack to half a gigabyte, and would."""
    data = releases.bomb(500_000_000)
    assert len(data) < 100_000
    started = time.process_time()
    assert refusal(data, ["Knowledge.txt"]) == "a: unpacks to more than 200,000,000 bytes."
    assert time.process_time() - started < 1


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_what_follows_an_archive_is_read_no_further_than_the_limit(monkeypatch, pack):
    """A few megabytes of nothing may unpack to gigabytes that no member accounts for."""
    monkeypatch.setattr(sources, "MAX_BYTES", 3_000_000)
    assert refusal(pack(bytes(4_000_000))) == "a: unpacks to more than 3,000,000 bytes."
    assert sources.read_archive("a", pack(bytes(2_000_000)), ["x"]) == {}


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_member_whose_name_takes_megabytes_is_refused_unread(kind):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo("x")
        member.type, member.size = kind, 50_000_000
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    tracemalloc.start()
    assert refusal(out.getvalue()) == (
        "a: is broken or was not written to its end. Fetch or copy the file again."
    )
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_zip_whose_sizes_lie_is_read_no_further():
    """The directory says one byte, the content has more."""
    data = bytearray(releases.zip_of({"two.txt": b"2" * 5000}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark) + offset
        data[at : at + 4] = (1).to_bytes(4, "little")
    assert refusal(bytes(data)).startswith("a: ")


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(sources, "MAX_MEMBERS", 2)
    for data in (releases.zip_of(FILES), releases.tar_of(FILES)):
        assert refusal(data) == "a: holds more than 2 files."


@pytest.mark.parametrize("name", ["../two.txt", "/etc/two.txt", "x/../../two.txt", "..\\two.txt"])
def test_a_member_that_points_outside_is_refused(name):
    """Although nothing is ever written to disk."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert refusal(out.getvalue()) == f"a: {name!r} points outside the archive."


def test_links_are_not_followed():
    """A symbolic link with a wanted name is no file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        link = tarfile.TarInfo("two.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert sources.read_archive("a", out.getvalue(), WANTED) == {}


def test_a_wanted_file_that_lies_in_two_folders_is_refused():
    """Which one is meant cannot be guessed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/two.txt", "1")
        archive.writestr("b/two.txt", "2")
    assert refusal(out.getvalue()) == "a: holds two.txt twice. Leave one of them out."


def test_a_zip_under_a_password_is_refused():
    data = bytearray(releases.zip_of({"two.txt": b"2"}))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(mark) + offset] |= 1
    assert refusal(bytes(data)) == "a: two.txt is under a password. Save it without one."


def test_an_archive_whose_parts_point_before_its_start_is_refused():
    """The list at the end of a .zip says where each part is; cut at the front, it lies."""
    data = releases.zip_of({"Knowledge.txt": b"1"})
    with pytest.raises(InputError, match=r"^x: cannot be read \(negative seek value"):
        sources.read_archive("x", b"PK" + data[40:], ["Knowledge.txt"])
