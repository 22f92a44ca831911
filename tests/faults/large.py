"""Right import files near the limits of an upload, so that time and memory are really near.

Each is made in a process of its own and kept on disk: what makes it takes memory too.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

Made = tuple[bytes, tuple[str, ...]]
"""A file, and the occupations to take of it."""
WORDS = [
    "cut",
    "fold",
    "glue",
    "box",
    "board",
    "paper",
    "edge",
    "line",
    "knife",
    "press",
    "dry",
    "stack",
    "wrap",
    "check",
    "mend",
    "plan",
]


def _prose(dice: random.Random, size: int) -> str:
    """Return a text of about that many characters."""
    return " ".join(dice.choices(WORDS, k=size // 5)).capitalize() + "."


def career(skills: int = 400, items: int = 2_000, size: int = 900) -> Any:
    """Return a document with as many skills and requirements as there may be."""
    dice = random.Random(1)
    levels = [{"key": f"l{n}", "title": f"Level {n}", "rank": n} for n in range(1, 13)]
    sections = [
        {"key": f"part-{n}", "title": "Part", "chapter": "work", "layout": "list", "items": []}
        for n in range(1 + items // 200)
    ]
    for number in range(items):
        sections[number // 200]["items"].append({"text": f"{number} {_prose(dice, size)}"})
    return {
        "format": "rung/1",
        "career": {"key": "large", "title": "Large"},
        "levels": levels,
        "groups": [{"key": "hands", "title": "Hands"}],
        "skills": [
            {
                "key": f"skill-{n}",
                "title": f"Skill {n}",
                "group": "hands",
                "anchors": [f"{rating} {_prose(dice, size)}" for rating in range(5)],
            }
            for n in range(skills)
        ],
        "requirements": [
            {"level": f"l{level}", "skill": f"skill-{n}", "rating": 2, "importance": 3}
            for level in range(1, 13)
            for n in range(skills)
        ],
        "guide": {"sections": [each for each in sections if each["items"]]},
    }


def rung() -> Made:
    """Return a document of nearly 5 MB."""
    return json.dumps(career()).encode(), ()


def case() -> Made:
    """Return a package of nearly 20 MB."""
    dice = random.Random(2)
    items = [
        {"identifier": f"i{n}", "fullStatement": f"{n} {_prose(dice, 3_000)}", "pad": "x" * 44_000}
        for n in range(400)
    ]
    return json.dumps({"CFDocument": {"title": "Large"}, "CFItems": items}).encode(), ()


def book() -> Made:
    """Return a workbook that unpacks to nearly 25 MB, most of it a sheet of somebody's own."""
    from openpyxl import load_workbook

    from careers import document
    from careers.exporters import workbook

    dice = random.Random(3)
    made = load_workbook(io.BytesIO(workbook.write(document.normal(career(200, 200, 300)))))
    page = made.create_sheet("My notes")
    for _row in range(8_000):
        page.append([_prose(dice, 300) for _cell in range(6)])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue(), ()


def onet() -> Made:
    """Return a release with 190,000 ratings and 90,000 titles."""
    from tests.importers import releases

    files = releases.onet()
    codes = [f"{11 + n // 100:02d}-{1000 + n % 100 * 10}.00" for n in range(1_000)]
    files["Occupation Data.txt"] += b"".join(b"%b\tJob\tWork.\r\n" % c.encode() for c in codes)
    rows = [
        (code, f"2.C.{n}", f"Area {n}", scale, "3.00", *"1234", "N", "N", "08/2025", "Analyst")
        for code in codes
        for n in range(95)
        for scale in ("IM", "LV")
    ]
    head, *right = files["Knowledge.txt"].splitlines(keepends=True)
    files["Knowledge.txt"] = head + b"".join(right)
    files["Knowledge.txt"] += releases.table((), rows)[2:]
    titles = [(code, f"Title {n} of {code}", "n/a", "08") for code in codes for n in range(90)]
    files["Job Titles.txt"] += releases.table((), titles)[2:]
    return releases.zip_of(files), (releases.JUGGLER, releases.BAKER)


def esco() -> Made:
    """Return a release whose relations have 290,000 rows and 36 MB."""
    from tests.importers import releases

    files = releases.esco()
    relation = b"http://data.europa.eu/esco/occupation/2,essential,%b,%b\r\n" % (
        b"x" * 40,
        b"http://data.europa.eu/esco/skill/c3",
    )
    files["occupationSkillRelations_en.csv"] += relation * 290_000
    return releases.zip_of(files), ("9999.1", "9999.2")


def padded() -> Made:
    """Return a ZIP of 29 MB, most of it a file that is none of ours."""
    from tests.importers import releases

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in releases.onet().items():
            archive.writestr(name, data)
        archive.writestr("Read this too.bin", random.Random(4).randbytes(29_000_000))
    return out.getvalue(), (releases.JUGGLER, releases.BAKER)


LARGE: dict[str, Callable[[], Made]] = {
    "large.json": rung,
    "large-case.json": case,
    "large.xlsx": book,
    "large-onet.zip": onet,
    "large-esco.zip": esco,
    "padded-onet.zip": padded,
}
