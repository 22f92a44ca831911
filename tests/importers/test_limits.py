"""Small files that would take gigabytes or minutes: refused, each in a process of its own.

Half of the 10 seconds that an import may take, for a machine that is half as fast, and the
256 MB of a whole process.
"""

import gzip
import json
import struct
import tarfile
from collections.abc import Callable, Iterable

import pytest

from careers import document
from careers.exporters import workbook as exporter

from .. import frameworks
from . import releases
from .measured import measured
from .test_workbook import packed, parts_of

SHEET = "xl/worksheets/sheet1.xml"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SECONDS, MEGABYTES = 5, 256


def filled(start: bytes, unit: bytes, size: int, end: bytes = b"") -> bytes:
    """Return a file of that size."""
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


def sheet(rows: bytes, after: bytes = b"", **parts: bytes) -> bytes:
    """Return the tiny workbook with other rows in its first sheet, and other parts."""
    written = parts_of(exporter.write(document.normal(frameworks.tiny())))
    content = b"<worksheet %b><sheetData>%b</sheetData>%b</worksheet>" % (SPACE, rows, after)
    return packed({**written, SHEET: content, **parts})


def attributes(form: bytes, count: int) -> bytes:
    """Return attributes of one tag."""
    return b" ".join(form % number for number in range(count))


def listed(entries: int, stated: int) -> bytes:
    """Return a ZIP that is nothing but a list of empty parts, and what it says of their number."""
    directory = (b"PK\x01\x02\x14\x00\x14\x00" + bytes(38)) * entries
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, stated, stated, len(directory), 0, 0)
    return directory + end


def case(items: Iterable[dict], associations: Iterable[dict] = (), **fields: object) -> bytes:
    """Return a CASE package without spaces."""
    made = {
        "CFDocument": {"identifier": "doc", "title": "t", **fields},
        "CFItems": list(items),
        "CFAssociations": list(associations),
    }
    return json.dumps(made, separators=(",", ":")).encode()


def ratings(prefix: str, count: int) -> bytes:
    """Return a file of ratings, each of an element that is in no other."""
    return releases.table(
        releases.RATING_HEAD,
        [
            (releases.JUGGLER, f"{prefix}{n}", "n", "IM", "3", *"1234", "N", "N", "", "")
            for n in range(count)
        ],
    )


def esco(**files: bytes) -> bytes:
    """Return the made-up ESCO release with other files."""
    return releases.zip_of({**releases.esco(), **{f"{k}_en.csv": v for k, v in files.items()}})


def holes() -> bytes:
    """Return a tar whose member has a list of millions of holes in front of it."""
    member = tarfile.TarInfo("x")
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x"}
    member.size = 100_000_000
    head = member.tobuf(tarfile.PAX_FORMAT)
    return gzip.compress(head + b"99999999\n" + b"0\n" * 50_000_000, 1)


def old_holes() -> bytes:
    """Return the same in the older form: heads that say that another one follows."""
    member = tarfile.TarInfo("x")
    member.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    head[482] = 1
    head[148:156] = b"%06o\0 " % (256 + sum(head[:148]) + sum(head[156:512]))
    more = (b"00000000001\0" * 42)[:504] + b"\1" + bytes(7)
    return gzip.compress(bytes(head) + more * 200_000, 1)


def names() -> bytes:
    """Return a tar of nothing but lists of names for all members that follow."""
    member = tarfile.TarInfo("x")
    member.pax_headers = {f"k{number}": "" for number in range(4000)}
    return gzip.compress(member.tobuf(tarfile.PAX_FORMAT) * 1900, 1)


def strings(content: bytes) -> bytes:
    """Return a workbook with a table of texts."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = parts_of(exporter.write(document.normal(frameworks.tiny())))["[Content_Types].xml"]
    named = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%b"/></Types>' % kind
    return sheet(
        b"<row/>",
        **{
            "xl/sharedStrings.xml": b"<sst %b>%b</sst>" % (SPACE, content),
            "[Content_Types].xml": types.replace(b"</Types>", named),
        },
    )


def styles(content: bytes) -> bytes:
    """Return a workbook with styles of its own."""
    return sheet(
        b"<row/>", **{"xl/styles.xml": b"<styleSheet %b>%b</styleSheet>" % (SPACE, content)}
    )


EMOJI = "\U0001f600"
BOMBS: dict[str, Callable[[], bytes]] = {
    # JSON
    "a text that does not end": lambda: filled(b'{"CFDocument":"', b"x", 9_900_000),
    "a larger text that does not end": lambda: filled(b'{"CFDocument":"', b"x", 19_900_000),
    "quoted marks in a text that does not end": lambda: filled(b'{"skills":"', b'\\"', 4_900_000),
    "backslashes": lambda: filled(b'{"skills":"', b"\\", 4_900_000),
    "an emoji, then a fault": lambda: filled(
        b'{"CFDocument":"', b"x", 19_900_000, f'{EMOJI}",NaN'.encode()
    ),
    "keys with an emoji each": lambda: (
        b'{"CFDocument":{'
        + b",".join(b'"%b%b%x":1' % (EMOJI.encode(), b"k" * 30, n) for n in range(395_000))
        + b"}}"
    ),
    "keys with a dash each": lambda: (
        b'{"CFDocument":{'
        + b",".join(b'"%b%b%x":1' % (b"\xe2\x80\x93", b"k" * 35, n) for n in range(395_000))
        + b"}}"
    ),
    "values": lambda: (
        b'{"CFDocument":{' + b",".join(b'"%b%x":1' % (b"k" * 35, n) for n in range(395_000)) + b"}}"
    ),
    "texts side by side": lambda: filled(b'{"CFDocument":', b'" "', 19_900_000),
    "objects": lambda: filled(b'{"CFDocument":[', b'{"a":1},', 19_900_000, b"1]}"),
    "lists": lambda: filled(b'{"CFDocument":[', b"[],", 19_900_000, b"1]}"),
    "numbers": lambda: filled(b'{"CFDocument":[', b"1,", 4_900_000, b"NaN]}"),
    "right rows": lambda: filled(
        b'{"format":"rung/1","requirements":[',
        b'{"level":"a","skill":"b","rating":1,"importance":1},',
        2_400_000,
        b"{}]}",
    ),
    # CASE
    "30,000 items": lambda: case(
        {"identifier": f"i{n}", "fullStatement": "s"} for n in range(30_000)
    ),
    "5,000 levels": lambda: case(
        {"identifier": f"i{n}", "fullStatement": "s", "CFItemType": "Level"} for n in range(4_999)
    ),
    "items below items": lambda: case(
        ({"identifier": f"i{n}", "fullStatement": "s"} for n in range(4_999)),
        (
            {
                "associationType": "isChildOf",
                "originNodeURI": f"i{n}",
                "destinationNodeURI": f"i{n + 1}",
            }
            for n in range(4_998)
        ),
    ),
    "names of a megabyte in notes": lambda: case(
        [{"identifier": n, "fullStatement": "s"} for n in ("z" * 1_000_000, "b")],
        [
            {"associationType": "isChildOf", "originNodeURI": origin, "destinationNodeURI": "b"}
            for origin in ["z" * 1_000_000] * 3
        ],
    ),
    "50,000 things that are not kept": lambda: case(
        [{"identifier": "a", "fullStatement": "s"}],
        (
            {"associationType": f"x{n}", "originNodeURI": "a", "destinationNodeURI": "q"}
            for n in range(50_000)
        ),
    ),
    "a kept document of 40,000 rows": lambda: case(
        [{"identifier": "a", "fullStatement": "s"}],
        extensions={
            "rung": {
                "requirements": [{"level": "a", "skill": "b", "rating": 1, "importance": 1}]
                * 40_000
            }
        },
    ),
    # CSV
    "commas": lambda: packed({"skills.csv": b"," * 24_000_000}),
    "a row over many lines": lambda: packed({"skills.csv": b'a,b\n"' + b'",x,"\n' * 3_000_000}),
    "a row at the end": lambda: packed(
        {"skills.csv": b"a,b\n" + b"x,y\n" * 11_000 + b"b," * 11_000_000}
    ),
    "a wrong byte after millions of rows": lambda: packed(
        {"skills.csv": b"a,b\n" + b"x,y\n" * 6_000_000 + b"\xff"}
    ),
    "cells of many lines": lambda: packed(
        {
            "skills.csv": b"key,title,group,merged_from\n"
            + b'a,b,c,"%b"\n' % (b"ab\n" * 43_000) * 185
        }
    ),
    "rows of every sheet": lambda: packed(
        {
            "skills.csv": b"key,title,group\n" + b"a,b,c\n" * 11_999,
            "requirements.csv": b"level,skill,rating,importance\n" + b"a,b,1,1\n" * 11_999,
            "facts.csv": b"key,kind,value\n" + b"a,pay,1\n" * 11_999,
            "levels.csv": b"key,title,rank\n" + b"a,b,1\n" * 11_999,
            "groups.csv": b"key,title\na,b\n",
            "career.csv": b"key,title\na,b\n",
        }
    ),
    # Archives
    "a list of 600,000 parts": lambda: listed(600_000, 65_535),
    "a list that says it is short": lambda: listed(600_000, 5),
    "line ends in a .zip": lambda: packed({"Essential Skills.txt": b"\n" * 190_000_000}),
    "line ends in a .tar.gz": lambda: releases.tar_of(
        {"Essential Skills.txt": b"\n" * 190_000_000}, "w:gz"
    ),
    "line ends within the limit": lambda: esco(
        occupationSkillRelations=b"a,b,c\n" + b"\n" * 49_000_000
    ),
    "holes": holes,
    "old holes": old_holes,
    "names": names,
    # Releases
    "ratings": lambda: packed(
        {
            **releases.onet(),
            **{f: ratings(f[0], 200_000) for f in ("Knowledge.txt", "Essential Skills.txt")},
        }
    ),
    "labels": lambda: esco(
        occupations=b"conceptUri,code,iscoGroup,preferredLabel,altLabels,description\n"
        + b"".join(b'u%d,%d,1,l,"%b",d\n' % (n, n, b"ab\n" * 43_000) for n in range(180))
    ),
    "emoji": lambda: esco(
        skills=b"conceptUri,skillType,preferredLabel,description\n"
        + b"".join(
            b"s%d,knowledge,l,%b\n" % (n, f"{'x' * 400}{EMOJI}".encode()) for n in range(49_000)
        )
    ),
    # Workbooks
    "one tag of two million attributes": lambda: sheet(
        b"<row><c " + attributes(b'a%d=""', 2_000_000) + b"/></row>"
    ),
    "one tag of 400,000 names": lambda: sheet(
        b"<row><c " + attributes(b'xmlns:a%d="u"', 400_000) + b"/></row>"
    ),
    "signs that end no tag": lambda: sheet(
        b"<row><c " + attributes(b'a%d=">"', 900_000) + b"/></row>"
    ),
    "many tags of many attributes": lambda: sheet(
        (b"<row><c " + attributes(b'a%d=""', 25_000) + b"/></row>") * 80
    ),
    "rows in UTF-16": lambda: sheet(
        b"",
        **{
            SHEET: (
                f'<?xml version="1.0" encoding="utf-16"?><worksheet {SPACE.decode()}><sheetData>'
                f"{'<row><c/></row>' * 600_000}</sheetData></worksheet>"
            ).encode("utf-16")
        },
    ),
    "rows with a prefix": lambda: sheet(
        b"",
        **{
            SHEET: b"<x:worksheet %b><x:sheetData>%b</x:sheetData></x:worksheet>"
            % (SPACE.replace(b"xmlns", b"xmlns:x"), b"<x:row><x:c/></x:row>" * 500_000)
        },
    ),
    "what follows the rows": lambda: sheet(b"<row/>", b"<hyperlink/>" * 1_500_000),
    "texts": lambda: strings(b"<si/>" * 599_000),
    "texts in pieces": lambda: strings(b"<si>" + b"<r><t>a</t></r>" * 149_000 + b"</si>"),
    "texts with an emoji each": lambda: strings(
        f"<si><t>{EMOJI}{'x' * 240_000}</t></si>".encode() * 90
    ),
    "tags within tags": lambda: strings(b"<a>" * 299_000 + b"</a>" * 299_000),
    "styles": lambda: styles(b"<cellXfs>" + b"<xf/>" * 390_000 + b"</cellXfs>"),
    "a long format": lambda: styles(
        b'<numFmts><numFmt numFmtId="200" formatCode="%b"/></numFmts>' % (b"[h" * 120_000)
        + b'<cellXfs><xf numFmtId="200"/></cellXfs>'
    ),
    "many cells": lambda: sheet(
        b"".join(
            b"<row>" + b'<c t="inlineStr"><is><r><t>a</t></r></is></c>' * 16 + b"</row>"
            for _row in range(11_990)
        )
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_takes_neither_memory_nor_time(bomb, tmp_path):
    """Whatever is said of it."""
    path = tmp_path / "file"
    path.write_bytes(BOMBS[bomb]())
    found = measured(path, releases.JUGGLER)
    assert found["megabytes"] <= MEGABYTES, found
    assert found["seconds"] <= SECONDS, found
    assert found["said"] is None or "Error" not in found["said"], found
