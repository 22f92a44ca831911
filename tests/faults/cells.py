"""Ten thousand exported cells, typed by people who wish harm: no spreadsheet computes one."""

import csv
import io
import random
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from .ground import Ground, ground, use_here
from .outcome import Outcome, command_line, end, guarded
from .planted import apply

LIVE = re.compile(r"^[\s\0\ufeff\u200b]*[=+\-@＝＋－＠\t\r\n]")
"""How a cell begins that a spreadsheet computes, or comes to compute after what it skips."""
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
STARTS = (
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
)  # fmt: skip
CAREER = "box-maker"


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


def cells_of_csv(content: bytes) -> Iterator[str]:
    """Yield the cells as a spreadsheet reads them."""
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield from row


def live_in_csv(content: bytes) -> tuple[int, list[str]]:
    """Return how many cells there are, and those that would be computed."""
    cells = list(cells_of_csv(content))
    return len(cells), [c for c in cells if LIVE.match(c) and not NUMBER.match(c)]


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


def exports(client: Any, editor: Any, assessments: list[Any]) -> Iterator[tuple[str, str, bytes]]:
    """Yield every table that the site gives away: its kind, its address, its bytes."""
    for assessment in assessments:
        for kind in ("csv", "xlsx"):
            address = f"/assessments/{assessment.pk}/report.{kind}"
            yield kind, address, client.get(address).content
    address = f"/studio/{CAREER}/export.xlsx"
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
    """Export until there are so many cells, and look for one that is live."""
    ground.environment["CACHE_URL"] = "locmem://"
    use_here(ground)
    from django.test import Client

    from accounts.models import User
    from tests.conftest import publish, sign_in

    apply(plant)
    dice, client, editor = random.Random(seed), Client(), Client()
    version = publish(hostile_career(dice))
    sign_in(editor, User.objects.create_superuser("edda@example.org", "a good long passphrase"))
    cells: dict[str, int] = {"csv": 0, "xlsx": 0}
    live: list[str] = []
    files = 0
    while sum(cells.values()) < count:
        found = exports(client, editor, [typed(dice, client, version)])
        for kind, address, content in found:
            number, bad = (live_in_csv if kind == "csv" else live_in_xlsx)(content)
            cells[kind] += number
            files += 1
            live += [f"{address}: {text!r}" for text in bad]
            outcome.expect(number > 20, f"{address}: only {number} cells")
    outcome.figures |= {
        "exported files": files, "cells of CSV": cells["csv"], "cells of XLSX": cells["xlsx"],
        "live formulas": len(live),
    }  # fmt: skip
    outcome.broken += live


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
