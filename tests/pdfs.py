"""Reading a PDF as assistive technology does: by its tags, in their order.

Knows as much of the format as our own files use; no library for it is among the locked ones.
"""

import re
import zlib
from dataclasses import dataclass, field

REF = re.compile(rb"(\d+) 0 R")
INLINE = ("Span", "Link", "NonStruct", "Figure")


@dataclass
class Tag:
    """One element of the tag tree: its kind, its own and its children's text, its words."""

    kind: str
    alt: str
    parts: "list[Tag | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return all text below, blocks on lines of their own."""
        whole = "".join(each if isinstance(each, str) else each.text for each in self.parts)
        return whole if self.kind in INLINE else f"\n{whole}\n"

    def walk(self) -> "list[Tag]":
        """Return this element and all below it, in reading order."""
        below = [each.walk() for each in self.parts if isinstance(each, Tag)]
        return [self, *(tag for tags in below for tag in tags)]


class Pdf:
    """A PDF's catalogue, title and tag tree."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-1.7")
        self.objects, self.streams = {}, {}
        for number, body in re.findall(rb"(?<!\d)(\d+) 0 obj\n(.*?)endobj", content, re.DOTALL):
            self._keep(int(number), body)
        self.catalog = self._find(b"/Type /Catalog")
        self.info = self._find(b"/Producer")
        self.unicode = self._fonts()
        self.pages = {
            page: self._marked(body)
            for page, body in self.objects.items()
            if re.search(rb"/Type /Page\b(?!s)", body)
        }
        self.root = self._tag(self._ref(b"K", self._find(b"/Type /StructTreeRoot")))

    def _keep(self, number: int, body: bytes) -> None:
        head, _, data = body.partition(b"stream\n")
        self.objects[number] = head
        if not data:
            return
        self.streams[number] = zlib.decompressobj().decompress(data)
        if b"/ObjStm" in head:
            first = int(re.findall(rb"/First (\d+)", head)[0])
            inner = self.streams[number]
            numbers = [int(each) for each in inner[:first].split()]
            starts = [*numbers[1::2], len(inner) - first]
            for place, each in enumerate(numbers[::2]):
                self.objects[each] = inner[first + starts[place] : first + starts[place + 1]]

    def _find(self, sign: bytes) -> bytes:
        (found,) = [body for body in self.objects.values() if sign in body]
        return found

    def _ref(self, key: bytes, body: bytes) -> int:
        return int(re.findall(rb"/%s \[?(\d+) 0 R" % key, body)[0])

    def _fonts(self) -> dict[bytes, dict[bytes, str]]:
        """Return what each code of each font stands for, by the font's name in the pages."""
        found = {}
        for body in self.objects.values():
            name = re.findall(rb"/Subtype /Type0/BaseFont /([A-Z]{6})", body)
            if name:
                cmap = self.streams[self._ref(b"ToUnicode", body)]
                pairs = re.findall(rb"<([0-9a-f]+)> <([0-9a-f]+)>\n", cmap)
                found[name[0]] = {
                    c: bytes.fromhex(u.decode()).decode("utf-16-be") for c, u in pairs
                }
        return found

    def _marked(self, page: bytes) -> dict[int, str]:
        """Return the text of each piece of marked content of a page."""
        stream, marked = self.streams[self._ref(b"Contents", page)], {}
        font: dict[bytes, str] = {}
        number, height = None, b""
        for line in stream.split(b"\n"):
            if found := re.match(rb"<</MCID (\d+)", line):
                number = int(found[1])
                marked[number] = ""
            elif line == b"EMC":
                number = None
            elif (found := re.match(rb"1 0 0 -1 [\d.]+ ([\d.]+) Tm", line)) and number is not None:
                # A line that was broken ends without the space that stood there.
                marked[number] += "" if found[1] == height else " "
                height = found[1]
            elif found := re.match(rb"/([A-Z]{6}) [\d.]+ Tf", line):
                font = self.unicode[found[1]]
            elif line.endswith(b"TJ") and number is not None:
                codes = re.findall(rb"<([0-9a-f]+)>", line)
                marked[number] += "".join(
                    font[run[at : at + 4]] for run in codes for at in range(0, len(run), 4)
                )
        return marked

    def _tag(self, number: int) -> Tag:
        body = self.objects[number]
        kind = re.findall(rb"/S /(\w+)", body)[0].decode()
        alt = re.findall(rb"/Alt (\(.*?\)|<[0-9a-f]+>)/?", body, re.DOTALL)
        tag = Tag(kind, _string(alt[0]) if alt else "")
        kids = re.findall(rb"/K \[(.*?)\]", body)
        for reference, mark in re.findall(rb"(\d+) 0 R|(\d+)", kids[0] if kids else b""):
            if mark:
                tag.parts.append(self.pages[self._ref(b"Pg", body)][int(mark)])
            elif b"/StructElem" in self.objects[int(reference)]:
                tag.parts.append(self._tag(int(reference)))
        return tag

    @property
    def title(self) -> str:
        """Return the document's title."""
        return _string(re.findall(rb"/Title (\(.*?\)|<[0-9a-f]+>)", self.info, re.DOTALL)[0])

    @property
    def text(self) -> str:
        """Return the text in reading order."""
        return clean(self.root.text)


def _utf16(raw: bytes) -> str:
    return bytes.fromhex(raw.decode()).decode("utf-16-be")


def clean(text: str) -> str:
    """Return text without empty lines and doubled spaces."""
    return re.sub(r" *\n\s*", "\n", re.sub(r"[ \xa0]+", " ", text)).strip()


def _string(raw: bytes) -> str:
    if raw.startswith(b"<"):
        return bytes.fromhex(raw[1:-1].decode()).decode("utf-16").removeprefix("\ufeff")
    return raw[1:-1].decode("latin-1")
