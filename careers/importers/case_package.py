"""A 1EdTech CASE 1.0 or 1.1 package: its items, their tree, and what strays.

https://www.imsglobal.org/spec/case/v1p1. Packages in the wild give link objects as plain
strings, misspell fields and name nodes that they do not hold; the tree is read as far as
it goes, and what cannot be followed is noted.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from careers.document import Json

from .reading import Fault, Faults, InputError, Notes, load_json, refuse

MAX_BYTES = 20_000_000
"""Of one package; our own export of the largest document, 5 MB, has 17."""
MAX_ITEMS = 5_000
LISTS = ("CFItems", "CFAssociations", "CFRubrics")
CHILD = "isChildOf"
SKILL_LEVEL = "hasSkillLevel"
KEPT_FIELDS = {
    *("identifier", "uri", "fullStatement", "abbreviatedStatement", "humanCodingScheme", "notes"),
    *("CFItemType", "CFItemTypeURI", "CFDocumentURI", "CFItemAssociationURI"),
    *("lastChangeDateTime", "language", "listEnumeration"),
}


@dataclass(slots=True, eq=False)
class Item:
    """One item; ``parent`` is another item's identifier, "" under the document."""

    identifier: str
    statement: str
    short: str
    code: str
    notes: str
    kind: str
    parent: str = ""
    order: float = 0
    by: str = ""
    """The association that says what its parent is."""
    children: list["Item"] = field(default_factory=list)


@dataclass(slots=True)
class Package:
    """A package: items by identifier in the order of the tree, and skills at levels."""

    document: Json
    items: dict[str, Item]
    at_levels: list[tuple[str, str]]
    rubrics: list[Json]
    notes: Notes

    def top(self) -> list[Item]:
        """Return the items right under the document."""
        return [item for item in self.items.values() if not item.parent]


def read_package(name: str, data: bytes) -> Package:
    """Return the package. Raises InputError by list, place and field."""
    raw = _loaded(name, data)
    faults = Faults()
    document = raw.get("CFDocument")
    if not isinstance(document, dict):
        remedy = "Give a CFPackage, not one part of it."
        raise InputError([Fault(name, None, "CFDocument", "is missing or no object", remedy)])
    if not clean(document.get("title")):
        faults.add(name, None, "CFDocument.title", "is missing", "Write one.")
    _refuse_no_lists(name, raw, faults)
    faults.raise_any()
    items = _items(name, raw, faults)
    faults.raise_any()
    package = Package(document, items, [], _list(raw, "CFRubrics"), Notes())
    _associate(package, raw)
    _refuse_circles(name, package)
    _note_fields(package, raw)
    _order(package)
    return package


def _loaded(name: str, data: bytes) -> Json:
    if len(data) > MAX_BYTES:
        raise refuse(name, f"is larger than {MAX_BYTES:,} bytes", "Give a package of one career.")
    raw = load_json(name, data)
    if not isinstance(raw, dict):
        raise refuse(name, "is no CFPackage", "It is one object with CFDocument and CFItems.")
    return raw


def _refuse_no_lists(name: str, raw: Json, faults: Faults) -> None:
    """Refuse what would be left out because it is not where it has to be, and too many items."""
    for part in LISTS:
        rows = raw.get(part)
        if rows is None:
            continue
        if not isinstance(rows, list):
            faults.add(name, None, part, "is no list", "Write its rows between [ and ].")
            continue
        if part == "CFItems":  # each of them is looked at by ``_items``
            if len(rows) > MAX_ITEMS:
                message = f"holds {len(rows):,} items; at most {MAX_ITEMS:,} are read"
                faults.add(name, None, part, message, "Give a package of one career.")
            continue
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                faults.add(name, number, part, "is no object", "Write it between { and }.")


def _list(raw: Json, name: str) -> list[Json]:
    rows = raw.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def clean(value: Any) -> str:
    """Return a text without control characters, whatever it was."""
    if not isinstance(value, str):
        return ""
    plain = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL.sub("", plain).strip()


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


def _items(name: str, raw: Json, faults: Faults) -> dict[str, Item]:
    items: dict[str, Item] = {}
    rows = raw.get("CFItems")
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        identifier = clean(row.get("identifier")) if isinstance(row, dict) else ""
        if not identifier:
            faults.add(name, number, "CFItems identifier", "is missing", "Give every item one.")
            continue
        if identifier in items:
            message = f"{identifier} stands twice"
            faults.add(name, number, "CFItems identifier", message, "Keep one of the items.")
        statement = clean(row.get("fullStatement"))
        if not statement:
            message = f"{identifier} has no statement"
            faults.add(name, number, "CFItems fullStatement", message, "Write one.")
        items[identifier] = Item(
            identifier=identifier,
            statement=statement,
            short=clean(row.get("abbreviatedStatement")),
            code=clean(row.get("humanCodingScheme")),
            notes=clean(row.get("notes")),
            kind=clean(row.get("CFItemType")),
        )
    if not items:
        faults.add(name, None, "CFItems", "there is no item", "A career needs one skill at least.")
    return items


def _associate(package: Package, raw: Json) -> None:
    """Build the tree; note each association that leaves the package, count the others."""
    nodes = _Nodes(raw)
    others: Counter[str] = Counter()
    for number, row in enumerate(_list(raw, "CFAssociations"), 1):
        kind = clean(row.get("associationType"))
        ends = [nodes.find(row.get(f"{end}NodeURI")) for end in ("origin", "destination")]
        where = f"CFAssociations {number}, {kind or 'no type'}"
        outside = [text for identifier, text in ends if not identifier]
        if outside:
            message = f"leaves the package, to {', '.join(outside)[:300]}: not kept"
            package.notes.add(where, message)
            continue
        origin, destination = ends[0][0], ends[1][0]
        if kind == CHILD and origin in package.items:
            _adopt(package, origin, destination, {**row, "number": number}, where)
        elif kind == SKILL_LEVEL and {origin, destination} <= package.items.keys():
            package.at_levels.append((origin, destination))
        else:
            others[kind] += 1
    for kind, count in sorted(others.items()):
        package.notes.add("CFAssociations", f"{count} of the type {kind or 'none'} are not kept")


def _adopt(package: Package, origin: str, parent: str, row: Json, where: str) -> None:
    item = package.items[origin]
    if item.parent:
        package.notes.add(where, f"{origin} has a parent already: not kept")
        return
    item.parent = parent if parent in package.items else ""
    item.by = f"CFAssociations[{int(row['number']) - 1}]"
    order = row.get("sequenceNumber")
    item.order = order if isinstance(order, int | float) and not isinstance(order, bool) else 0


class _Nodes:
    """Finds nodes of the package by link objects, plain addresses or identifiers."""

    def __init__(self, raw: Json) -> None:
        self._known: dict[str, str] = {}
        for row in (raw["CFDocument"], *_list(raw, "CFItems")):
            identifier = clean(row.get("identifier"))
            for name in (identifier, clean(row.get("uri"))):
                if name:
                    self._known.setdefault(name, identifier)

    def find(self, node: Any) -> tuple[str, str]:
        """Return (identifier, as written); no identifier for what is not in the package."""
        names: list[Any] = [node] if isinstance(node, str) else []
        if isinstance(node, dict):
            names = [node.get("identifier"), node.get("uri")]
        texts = [clean(name) for name in names if clean(name)]
        for text in (*texts, *(text.rstrip("/").rpartition("/")[2] for text in texts)):
            if text in self._known:
                return self._known[text], text
        return "", (texts[-1] if texts else "nothing")


def _refuse_circles(name: str, package: Package) -> None:
    sound: set[str] = set()
    for start in package.items:
        seen = {start}
        at = package.items[start].parent
        while at and at not in sound:
            if at in seen:
                remedy = "Remove one of these isChildOf."
                message = f"the item {at[:200]} is its own ancestor"
                raise InputError([Fault(name, None, package.items[at].by, message, remedy)])
            seen.add(at)
            at = package.items[at].parent
        sound |= seen


def _note_fields(package: Package, raw: Json) -> None:
    fields = Counter(
        name
        for row in _list(raw, "CFItems")
        for name, value in row.items()
        if name not in KEPT_FIELDS and value not in ("", None, [], {})
    )
    for name, count in sorted(fields.items()):
        package.notes.add("CFItems", f"{name} of {count} items is not kept")


def _order(package: Package) -> None:
    """Put the items into the order of the tree, siblings by sequenceNumber."""
    for item in package.items.values():
        if item.parent:
            package.items[item.parent].children.append(item)
    top = package.top()
    package.items = {item.identifier: item for item in _walk(top)}


def _walk(items: list[Item]) -> Iterator[Item]:
    stack = _last_first(items)
    while stack:
        item = stack.pop()
        yield item
        stack += _last_first(item.children)


def _last_first(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.order)[::-1]
