"""Made-up O*NET and ESCO releases in the layouts of the real ones, in our own words.

Two occupations are rated, one is not:

    element                 | juggler IM/LV | baker IM/LV
    ------------------------+---------------+-------------
    2.A.1.a Looking Up      | 4.00 / 4.00   | 2.49 / 3.00
    2.A.2.d Watching        | 2.50 / 1.99   | 3.50 / 5.00
    2.B.3.g Minding Ovens   | 1.00 / 0.00 N | 4.50 / 3.50
    2.C.4.a Mathematics     | 3.49 / 2.00 S | 3.00 / 6.00 N
    2.C.10 Carriages        | 3.00 / 4.99   | 1.00 / 1.00

N: not relevant, S: recommended to suppress.
"""

import io
import lzma
import tarfile
import zipfile
from pathlib import Path

JUGGLER, BAKER, IDLER = "99-1111.00", "99-2222.01", "99-3333.00"
SOC = "O*NET-SOC Code"
RATED = {
    ("2.A.1.a", "Looking Up"): {JUGGLER: ("4.00", "4.00"), BAKER: ("2.49", "3.00")},
    ("2.A.2.d", "Watching"): {JUGGLER: ("2.50", "1.99"), BAKER: ("3.50", "5.00")},
    ("2.B.3.g", "Minding Ovens"): {JUGGLER: ("1.00", "0.00", "N", "Y"), BAKER: ("4.50", "3.50")},
    ("2.C.4.a", "Mathematics"): {
        JUGGLER: ("3.49", "2.00", "Y", "N"),
        BAKER: ("3.00", "6.00", "N", "Y"),
    },
    ("2.C.10", "Carriages"): {JUGGLER: ("3.00", "4.99"), BAKER: ("1.00", "1.00")},
}
RATING_HEAD = (
    *(SOC, "Element ID", "Element Name", "Scale ID", "Data Value", "N", "Standard Error"),
    *("Lower CI Bound", "Upper CI Bound", "Recommend Suppress", "Not Relevant"),
    *("Date", "Domain Source"),
)


def rating_rows(*prefixes: str) -> list[tuple[str, ...]]:
    """Return the rows of a rating file whose elements have one of these prefixes."""
    rows = []
    for (element, name), by_code in RATED.items():
        for code, (importance, level, *flags) in by_code.items():
            suppress, irrelevant = flags or ("N", "N")
            for scale, value, flag in (("IM", importance, "n/a"), ("LV", level, irrelevant)):
                unsure = suppress if scale == "LV" else "N"
                rows.append(
                    (
                        *(code, element, name, scale, value, "8", "0.1", "1", "5"),
                        *(unsure, flag, "08/2025", "Analyst"),
                    )
                )
    return [row for row in rows if row[1].startswith(prefixes)]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """Return a table as O*NET writes it: tabs, CRLF, nothing quoted."""
    return "".join("\t".join(row) + "\r\n" for row in [head, *rows]).encode()


def onet(layout: str = "new") -> dict[str, bytes]:
    """Return the files of a release, in the layout up to 30.2 ("old") or from 30.3 ("new")."""
    titles = [
        (JUGGLER, 'Ball "Air" Artist', "n/a", "08"),
        (JUGGLER, "ball keeper", "BK", "08"),
        (JUGGLER, "Ball Keeper", "n/a", "10"),
        (JUGGLER, "Jugglers", "n/a", "10"),
        (IDLER, "Lounger", "n/a", "10"),
    ]
    anchors = [
        ("2.A.1.a", "Looking Up", "LV", "6", "Follow nine balls at dusk"),
        ("2.A.1.a", "Looking Up", "LV", "2", "Follow one ball"),
        ("2.A.1.a", "Looking Up", "LV", "4", "Follow three balls"),
        ("2.C.10", "Carriages", "LV", "1", "Name a cart"),
        ("2.C.10", "Carriages", "LV", "4", "Load a cart"),
        ("2.C.10", "Carriages", "LV", "7", "Plan a railway"),
    ]
    files = {
        "Occupation Data.txt": table(
            (SOC, "Title", "Description"),
            [
                (JUGGLER, "Jugglers", "Keep things in the air."),
                (BAKER, "Bakers of Bread", "Bake bread before others are up."),
                (IDLER, "Idlers, All Other", "Do what nobody measured."),
            ],
        ),
        "Knowledge.txt": table(RATING_HEAD, rating_rows("2.C")),
        "Level Scale Anchors.txt": table(
            ("Element ID", "Element Name", "Scale ID", "Anchor Value", "Anchor Description"),
            anchors,
        ),
        "Content Model Reference.txt": table(
            ("Element ID", "Element Name", "Description"),
            [
                ("2.A", "Skills of Most", "Used nearly everywhere."),
                ("2.A.1.a", "Looking Up", "Seeing what is above."),
            ],
        ),
        "Task Statements.txt": table(
            (SOC, "Task ID", "Task", "Task Type", "Incumbents Responding", "Date", "Domain Source"),
            [
                (JUGGLER, "1", 'Throw "clubs" and catch them.', "Core", "9", "08/2025", "Analyst"),
                (JUGGLER, "2", "Bow.", "Supplemental", "9", "08/2025", "Analyst"),
                (JUGGLER, "3", "Pick up what fell.", "n/a", "n/a", "08/2025", "Analyst"),
            ],
        ),
        "Job Zones.txt": table(
            (SOC, "Job Zone", "Date", "Domain Source"), [(BAKER, "2", "08/2025", "Analyst")]
        ),
        "Job Zone Reference.txt": table(
            ("Job Zone", "Name", "Experience", "Education", "Job Training"),
            [("2", "Zone 2", "A winter of mornings.", "School.", "A year.")],
        ),
    }
    if layout == "old":
        files["Read Me.txt"] = b"O*NET 30.1 Database\r\nDecember 2025 Release\r\n"
        files["Skills.txt"] = table(RATING_HEAD, rating_rows("2.A", "2.B"))
        head = (SOC, "Alternate Title", "Short Title", "Source(s)")
        files["Alternate Titles.txt"] = table(head, titles)
    else:
        files["Read Me.txt"] = b"O*NET 30.3 Database\r\nMay 2026 Release\r\n"
        files["Essential Skills.txt"] = table(RATING_HEAD, rating_rows("2.A"))
        files["Transferable Skills.txt"] = table(RATING_HEAD, rating_rows("2.B"))
        head = (SOC, "Job Title", "Short Title", "Source(s)")
        files["Job Titles.txt"] = table(head, titles)
    return files


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """Write the files to a folder."""
    path.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def tar_of(files: dict[str, bytes], mode: str = "w:xz") -> bytes:
    """Return an archive in which the files lie in a folder of their own."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"release/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """Return the same as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"release/{name}", data)
    return out.getvalue()


def bomb(size: int) -> bytes:
    """Return an xz archive that holds one wanted file of that many zero bytes."""
    packer = lzma.LZMACompressor(preset=0)
    member = tarfile.TarInfo("Knowledge.txt")
    member.size = size
    parts = [packer.compress(member.tobuf())]
    block = bytes(1024 * 1024)
    parts += [packer.compress(block) for _ in range(size // len(block))]
    return b"".join([*parts, packer.flush()])


def esco() -> dict[str, bytes]:
    """Return a made-up ESCO release: jugglers need two things and may use two more.

    catching is essential and optional at once; the idler needs nothing.
    """
    base = "http://data.europa.eu/esco"
    occupations = (
        "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,status,"
        "description,code\r\n"
        f'Occupation,{base}/occupation/1,9999,juggler,"ball keeper\nair artist\njuggler",,released,'
        '"Keeps things\nin the air.",9999.1\r\n'
        f"Occupation,{base}/occupation/2,9999,baker,bread maker | oven keeper,,released,Bakes.,"
        "9999.2\r\n"
        f"Occupation,{base}/occupation/3,9999,idler,,,released,Rests.,9999.3\r\n"
    )
    skills = "conceptType,conceptUri,skillType,preferredLabel,description\r\n" + "".join(
        f"KnowledgeSkillCompetence,{base}/skill/{number},{kind},{label},{text}\r\n"
        for number, kind, label, text in (
            ("a1", "skill/competence", "catch things", "Have them in hand."),
            ("b2", "skill/competence", "throw things", ""),
            ("c3", "knowledge", "gravity", ""),
            ("d4", "", "bow", ""),
            ("e5", "skill/competence", "Bow!", ""),
        )
    )
    relations = "occupationUri,relationType,skillType,skillUri\r\n" + "".join(
        f"{base}/occupation/{occupation},{relation},,{base}/skill/{skill}\r\n"
        for occupation, relation, skill in (
            ("1", "optional", "a1"),
            ("1", "essential", "b2"),
            ("1", "essential", "a1"),
            ("1", "optional", "c3"),
            ("1", "optional", "d4"),
            ("2", "essential", "e5"),
            ("2", "essential", "c3"),
            ("2", "essential", "c3"),
        )
    )
    return {
        "occupations_en.csv": occupations.encode(),
        "skills_en.csv": skills.encode(),
        "occupationSkillRelations_en.csv": relations.encode("utf-8-sig"),
    }
