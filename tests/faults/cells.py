"""Ten thousand exported cells, typed by people who wish harm: no spreadsheet computes one."""

import csv
import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .ground import Ground, ground, use_here
from .outcome import Outcome, command_line, end, guarded
from .planted import apply

LIVE = re.compile(r"^[\s\0\ufeff\u200b]*[=+\-@＝＋－＠\t\r\n]")
"""How a cell begins that a spreadsheet computes, or comes to compute after what it skips."""
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
"""Where spreadsheets part cells: it depends on the reader's locale, not on the file."""
STARTS = (
    "fine",
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\u200b=",
    "'=",
    "\ufeff=",
)
TAILS = (
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","click")', "SUM(A1:A9)*2",
    'IMPORTXML("http://evil.example","//a")', "2+5+cmd|'/C calc'!A0", "WEBSERVICE(A1)", "A1",
    'DDE("cmd";"/C calc";"x")', "1;2,3\n=4", '"=1+1', "-2+3", "rung",
    ";=1+1", "; @SUM(A1)", ';"=1+1', "\t=1+1", "\t\uff0b1", 'no "quotes";=1;"', "\n=1+1", "\n;-2+3",
)  # fmt: skip
CAREER = "box-maker"
LEVELS = tuple(f"level-{number}" for number in range(1, 6))
TABLES = ("csv", "xlsx")
ENOUGH = 5
"""How many people there must be before all reports of a career may be seen together."""


def hostile(dice: random.Random) -> str:
    """Return a text that looks like a formula."""
    return dice.choice(STARTS) + dice.choice(TAILS)


def in_line(dice: random.Random) -> str:
    """Return one that a framework may hold: documents refuse control characters."""
    return re.sub(r"[\t\r\n]", " ", hostile(dice)).strip()


def hostile_career(dice: random.Random) -> dict[str, Any]:
    """Return a career whose every text looks like a formula."""
    from tests import frameworks

    document = frameworks.of_size(24, 5, key=CAREER)
    document["career"]["title"] = in_line(dice)
    for rows in ("levels", "groups", "skills", "steps"):
        for number, row in enumerate(document[rows]):
            row["title"] = f"{in_line(dice)} {number}"
    for row in document["skills"]:
        row["description"] = in_line(dice)
        row["anchors"] = [f"{in_line(dice)} {n}" for n in range(5)]
    for row in document["steps"]:
        row["provider"] = in_line(dice)
    return document


def cells_of_csv(content: bytes, separator: str = ",") -> Iterator[str]:
    """Yield the cells as a spreadsheet reads them that parts them there.

    A quotation mark within a cell is then a letter: what it enclosed is parted, too.
    """
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    for row in csv.reader(text, delimiter=separator):
        yield from row


def live_in_csv(content: bytes) -> tuple[int, list[str]]:
    """Return how many cells hold something, and those that would be computed, for any reader."""
    bad = [
        cell if separator == "," else f"parted at {name}: {cell}"
        for separator, name in SEPARATORS.items()
        for cell in cells_of_csv(content, separator)
        if LIVE.match(cell) and not NUMBER.match(cell)
    ]
    return sum(bool(cell) for cell in cells_of_csv(content)), bad


def live_in_xlsx(content: bytes) -> tuple[int, list[str]]:
    """Return how many cells there are, and those that are formulas, links out, or become one.

    A text that begins like a formula must carry the mark that keeps it a text when edited.
    """
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        raw = b"".join(archive.read(name) for name in names if name.startswith("xl/worksheets/"))
    bad = [n for n in names if "externalLink" in n or "vbaProject" in n or "connections" in n]
    bad += [m.decode() for m in re.findall(rb"<f[ >][^<]*", raw)]
    count = 0
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None:
                    continue
                count += 1
                is_text = isinstance(cell.value, str)
                if cell.data_type == "f" or cell.hyperlink:
                    bad.append(str(cell.value))
                elif is_text and LIVE.match(cell.value) and not cell.quotePrefix:
                    bad.append(f"would become one when edited: {cell.value}")
    return count, bad


@dataclass
class Coached:
    """A coach, and groups of hostile names whose members have hostile names, at every level."""

    coach: Any
    stranger: Any
    groups: dict[str, str]
    codes: dict[str, str]
    members: Counter[str] = field(default_factory=Counter)
    member: Any = None

    @classmethod
    def made(cls, dice: random.Random, coach: Any, stranger: Any) -> "Coached":
        """Make the groups by the page."""
        from assessments.groups.models import Group

        for level in LEVELS:
            names = {"name": hostile(dice)[:80], "coach": hostile(dice)[:80]}
            asked = {"career": CAREER, "version": "1", "level": level, **names}
            reply = coach.post("/groups/new/", asked)
            assert reply.status_code == 302, (names, reply.status_code)
        rows = list(Group.objects.filter(owner__isnull=False))
        return cls(
            coach, stranger, {row.level: str(row.pk) for row in rows},
            {row.level: row.shown_code for row in rows},
        )  # fmt: skip

    def let_in(self, dice: random.Random, client: Any) -> None:
        """Let somebody join one of the groups by name, with the report they have."""
        level = LEVELS[self.members.total() % len(LEVELS)]
        name = f"{hostile(dice)[:70]} {self.members.total()}"
        agreed = {"shown": "name", "name": name, "report": "newest"}
        reply = client.post(f"/groups/join/{self.codes[level]}/", agreed)
        assert reply.status_code == 302, (name, reply.status_code)
        self.members[level] += 1
        self.member = client

    def addresses(self) -> list[tuple[str, str]]:
        """Return each table of each group that has members: its kind and its address."""
        return [
            (kind, f"/groups/{self.groups[level]}/export.{kind}")
            for level in self.members
            for kind in TABLES
        ]


def exports(client: Any, assessment: Any) -> Iterator[tuple[str, str, bytes]]:
    """Yield every table of a report: its kind, its address, its bytes."""
    for kind in TABLES:
        address = f"/assessments/{assessment.pk}/report.{kind}"
        yield kind, address, client.get(address).content


def exports_of_all(coached: Coached, editor: Any) -> Iterator[tuple[str, str, bytes]]:
    """Yield the tables of the groups, of all reports of the career, and of the career itself."""
    for kind, address in coached.addresses():
        yield kind, address, coached.coach.get(address).content
    for level in LEVELS:
        for kind in TABLES:
            address = f"/studio/{CAREER}/reports.{kind}?level={level}"
            yield kind, address, editor.get(address).content
    for address in (f"/studio/{CAREER}/export.xlsx", f"/studio/{CAREER}/versions/1.xlsx"):
        yield "xlsx", address, editor.get(address).content


def typed(dice: random.Random, client: Any, version: Any) -> Any:
    """Return a finished assessment whose evidence looks like formulas."""
    from django.utils import timezone

    from assessments import actions
    from careers.catalogue import framework
    from tests.conftest import start

    assessment = start(client, version, f"level-{dice.randint(1, 5)}")
    answers = {
        key: actions.Answer(dice.choice((None, 0, 1, 2, 3, 4)), hostile(dice), 0)
        for key in framework(version).skills()
    }
    actions.save_ratings(assessment=assessment, answers=answers, now=timezone.now())
    client.post(f"/assessments/{assessment.pk}/finish/")
    return assessment


def try_it(outcome: Outcome, ground: Ground, *, count: int, seed: int, plant: str) -> None:
    """Export reports until there are so many cells, then all groups; look for one that is live."""
    ground.environment["CACHE_URL"] = "locmem://"
    use_here(ground)
    from django.test import Client

    from accounts.models import User
    from tests.conftest import publish, sign_in

    apply(plant)
    dice, editor, coach, stranger = random.Random(seed), Client(), Client(), Client()
    version = publish(hostile_career(dice))
    sign_in(editor, User.objects.create_superuser("edda@example.org", "a good long passphrase"))
    sign_in(coach, User.objects.create_user("cora@example.org"))
    sign_in(stranger, User.objects.create_user("otto@example.org"))
    coached = Coached.made(dice, coach, stranger)
    cells: Counter[str] = Counter()
    files = 0

    def look(name: str, kind: str, address: str, content: bytes) -> None:
        number, bad = (live_in_csv if kind == "csv" else live_in_xlsx)(content)
        cells[f"cells of {kind.upper()}, {name}"] += number
        outcome.broken += [f"{address}: {text!r}" for text in bad]
        outcome.expect(number > 20, f"{address}: only {number} cells")

    while cells.total() < count or coached.members.total() < 2 * ENOUGH:
        client = Client()
        for table in exports(client, typed(dice, client, version)):
            look("reports", *table)
            files += 1
        coached.let_in(dice, client)
    for table in exports_of_all(coached, editor):
        name = "groups" if "/groups/" in table[1] else "the studio"
        look(name, *table)
        files += 1
    live = len(outcome.broken)
    refused = refusals(outcome, coached)
    outcome.figures |= {
        "exported files": files, **cells, "groups": len(coached.groups),
        "members": coached.members.total(), "live formulas": live,
        "refused to a member and a stranger": refused,
    }  # fmt: skip


def refusals(outcome: Outcome, coached: Coached) -> int:
    """Ask for the groups' tables as one of the members, as somebody else, and without a name."""
    from django.test import Client

    people = {"a member": coached.member, "a stranger": coached.stranger, "nobody": Client()}
    found = 0
    for who, client in people.items():
        for _kind, address in coached.addresses():
            status = client.get(address).status_code
            outcome.expect(status in (302, 404), f"{address} is given to {who}: {status}")
            found += status in (302, 404)
    return found


def main() -> None:
    """Run it by itself."""
    parser = command_line("cells", count=10_000, seed=6)
    given = parser.parse_args()
    outcome = Outcome("exported cells", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(outcome, where, count=given.count, seed=given.seed, plant=given.plant),
        )
    end(outcome)


if __name__ == "__main__":
    main()
