"""The report's files: the page's figures to the last decimal, for every reader, safely."""

import csv
import io
import itertools
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client

from assessments import pdf as pdf_module
from assessments import progress
from assessments.models import Assessment
from careers.catalogue import framework
from careers.models import Version
from tests import frameworks
from tests.conftest import publish
from tests.pdfs import Pdf, clean

from .test_report import (
    ANSWERS,
    BANDS,
    MIXED,
    expected,
    finished,
    json_of,
    one,
    page_of,
    printed,
    section,
)

Json = dict[str, Any]
CODES = {words.partition(" ")[2]: code for words, code in BANDS.items()}
HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    " =1+1",
    "\u200b=1+1",
    "\ufeff =1",
)
KINDS = ("pdf", "xlsx", "csv")


def file_of(client: Client, assessment: Assessment, kind: str, query: str = "") -> HttpResponse:
    """Return a file of the report."""
    reply: HttpResponse = client.get(f"/assessments/{assessment.pk}/report.{kind}{query}")
    return reply


def csv_rows(content: bytes) -> dict[str, list[dict[str, str]]]:
    """Return a CSV's rows by table."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        found.setdefault(row["table"], []).append(row)
    return found


def xlsx_rows(content: bytes) -> dict[str, list[dict[str, str]]]:
    """Return a workbook's rows by sheet, numbers in the format that the cell shows them in."""
    keys = {
        "levels": ("level", "title", "low", "high", "band", "target"),
        "skills": (
            "skill", "title", "group", "required", "rating", "importance", "essential",
            "lost_points", "evidence",
        ),
        "plan": (
            "place", "step", "title", "kind", "hours", "cost", "currency", "raises", "gain",
            "low_after",
        ),
        "about": ("name", "title", "value"),
    }  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == list(keys)
    return {
        name: [
            dict(zip(keys[name], map(shown, row), strict=True))
            for row in book[name].iter_rows(min_row=2)
        ]
        for name in keys
    }


def shown(cell: Any) -> str:
    """Return a cell as a spreadsheet shows it."""
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    decimals = len(cell.number_format.partition(".")[2])
    return f"{cell.value:.{decimals}f}"


def from_tables(tables: Mapping[str, list[dict[str, str]]]) -> Json:
    """Return the figures of a CSV or a workbook in the form of ``comparable``."""
    about = {row["name"]: row["value"] for row in tables["about"]}
    return {
        **{name: about[name] for name in ("low", "high", "cautious")},
        "band": CODES[about["band"]],
        "reached": about["reached_level"],
        "unmet_essentials": about["unmet_essentials"],
        "turning_points": about["turning_points"],
        "widest_unknown": about["widest_unknown"],
        "sha256": about["report_sha256"],
        "levels": [
            (row["level"], row["low"], CODES[row["band"]]) for row in reversed(tables["levels"])
        ],
        "skills": {
            row["skill"]: {
                "required": row["required"],
                "importance": row["importance"],
                "essential": row["essential"] == "yes",
                "rating": row["rating"] if row["rating"].isdigit() else None,
                "lost_points": row["lost_points"],
            }
            for row in tables["skills"]
        },
        "plan": [
            (row["title"], row["gain"], row["hours"]) for row in tables.get("plan", [])
        ],
    }  # fmt: skip


def from_pdf(found: Pdf, titles: Json) -> Json:
    """Return the figures that a PDF says in its reading order, in the form of ``comparable``."""
    text = found.text
    low = one(r"YOUR READINESS\n([\d.]+)%", text)
    hangs_on = text.partition("What the result hangs on\n")[2].split("\n")
    skills = {}
    keys = {title: key for key, title in titles["skills"].items()}
    for tag in found.root.walk():
        head, _, rest = clean(tag.text).partition(" · ")
        if tag.kind != "LI" or head not in keys:
            continue
        summary = rest.partition("\n")[0]
        skills[keys[head]] = {
            "required": one(r"This level needs (\d)", rest),
            "importance": one(r"importance (\d) of 5", rest),
            "essential": "· essential" in summary,
            "rating": one(r"(\d) (?:Not yet|With help|On my own|Fix problems|Teach it)", summary)
            or None,
            "lost_points": one(r"([\d.]+) pts", summary) or "0.0",
        }
    rows = [clean(tag.text) for tag in found.root.walk() if tag.kind == "TR"]
    rungs = [re.findall(r"^(.+)\n([\d.]+)%, (.+)\n.$", row)[0] for row in rows]
    levels = list(titles["levels"])[::-1]
    assert len(rungs) == len(levels)
    return {
        "low": low,
        "high": one(r"up to ([\d.]+)% with the skills", text) or low,
        "cautious": one(r"Cautious reading: ([\d.]+)%", text),
        "band": BANDS[one(r"%\n(. (?:Ready|Nearly ready|Building|Starting out))", text)],
        "reached": one(r"You are ready for (.+?) now\.", text),
        "unmet_essentials": one(r"whatever the percentage\. ([^\n]+)\n", text),
        "turning_points": one(r"you would not be “.+?”: (.+)\. Be sure", "\n".join(hangs_on)),
        "widest_unknown": one(r"Find out first: (.+?)\. Knowing", "\n".join(hangs_on)),
        "sha256": one(r"SHA-256 of its figures: ([0-9a-f]{64})", text),
        "levels": [
            (key, low, CODES[band])
            for key, (_title, low, band) in zip(levels, rungs, strict=True)
        ],
        "skills": skills,
        "plan": re.findall(r"\n\d+\.(.*?) · ?\+([\d.]+) .+? · (\d+) h", text),
    }  # fmt: skip


def comparable(figures: Json, titles: Json, plan: list[tuple[str, str, str]]) -> Json:
    """Return the figures of the page or of the reply with titles in place of keys."""
    skills = titles["skills"]
    return {
        **figures,
        "reached": figures["reached"] or "",
        "unmet_essentials": ", ".join(skills[key] for key in figures["unmet_essentials"]),
        "turning_points": ", ".join(skills[key] for key in figures["turning_points"]),
        "widest_unknown": figures["widest_unknown"] or "",
        "plan": plan,
    }


def plan_of(page: str) -> list[tuple[str, str, str]]:
    """Return the steps of the page's fastest plan: title, gain and hours."""
    return re.findall(
        r'class="step-title"[^>]*>([^<]+)</a><span class="chip chip-met">\+([\d.]+)</span>'
        r'<span class="step-text">[^<]+? · (\d+) h',
        section(page, "start-title"),
    )


def all_five(client: Client, assessment: Assessment, query: str = "") -> dict[str, Json]:
    """Return the figures of every format."""
    reply, page = json_of(client, assessment, query), page_of(client, assessment, query)
    titles, plan = reply["titles"], plan_of(page)
    contents = {kind: file_of(client, assessment, kind, query).content for kind in KINDS}
    return {
        "json": comparable(expected(reply), titles, plan),
        "html": comparable(printed(page), titles, plan),
        "pdf": from_pdf(Pdf(contents["pdf"]), titles),
        "xlsx": from_tables(xlsx_rows(contents["xlsx"])),
        "csv": from_tables(csv_rows(contents["csv"])),
    }


@pytest.mark.parametrize("values", ANSWERS.values(), ids=ANSWERS)
def test_all_five_formats_hold_the_same_figures(mara, box_maker, values):
    """HTML, PDF, XLSX, CSV and JSON: at the target and at another level, figure by figure."""
    assessment = finished(mara, box_maker, "senior", values, "a box")
    for query in ("", "?level=junior"):
        found = all_five(mara, assessment, query)
        assert found == dict.fromkeys(found, found["json"])


@pytest.mark.parametrize("seed", range(4))
def test_all_five_formats_agree_whatever_is_answered(mara, db, seed):
    """Random answers, importances, needs and hours; at every level, with thirds and sevenths."""
    chance = random.Random(seed)  # noqa: S311 (of a test)
    raw = frameworks.of_size(chance.randint(3, 9), 3)
    for row in raw["requirements"]:
        row["rating"], row["importance"] = chance.randint(1, 4), chance.randint(1, 5)
        row["essential"] = chance.random() < 0.2
    for row in raw["steps"]:
        row["hours"], row["gives"][0]["rating"] = chance.randint(1, 90), chance.randint(2, 4)
    values = {
        each["key"]: chance.choice((None, 0, 1, 2, 3, 4))
        for each in raw["skills"]
        if chance.random() < 0.9
    }
    evidence = chance.choice(("", "a box"))
    assessment = finished(mara, publish(raw), "level-2", values, evidence)
    for query in ("", *(f"?level={level['key']}" for level in raw["levels"])):
        found = all_five(mara, assessment, query)
        assert found == dict.fromkeys(found, found["json"]), query


def test_all_five_formats_of_the_built_in_career_agree(mara, production_technician):
    """Thirty skills, five levels, thirds and halves, and a plan of several steps."""
    skills = progress.asked(production_technician)
    values = {skill: (None, 0, 1, 2, 3, 4)[n % 6] for n, skill in enumerate(skills)}
    assessment = finished(mara, production_technician, "lead-production-technician", values)
    found = all_five(mara, assessment)
    assert found == dict.fromkeys(found, found["json"])
    assert (len(found["pdf"]["skills"]), len(found["pdf"]["levels"])) == (30, 5)
    assert len(found["pdf"]["plan"]) > 3


def steps_of(page: str, version: Version, low: float) -> list[dict[str, str]]:
    """Return the table of the plan as the page's words say it, from where one stands."""
    currencies = {step.key: step.currency for step in framework(version).steps}
    found = []
    for place, row in enumerate(re.findall(r'<li class="step">(.*?)</li>', page), start=1):
        kind, hours, cost, *raises = unescape(one(r'step-text">(.+?)</span>', row)).split(" · ")
        key = one(r'href="#step-([\w-]+)"', row)
        gain = one(r">\+([\d.]+)<", row)
        low += float(gain)
        found.append(
            {
                "place": str(place),
                "step": key,
                "title": one(r'step-title"[^>]*>([^<]+)<', row),
                "kind": kind,
                "hours": hours.removesuffix(" h"),
                "cost": "0.00" if cost == "free" else f"{cost.lstrip('$').replace(',', '')}.00",
                "currency": currencies[key],
                "raises": ", ".join(raises),
                "gain": gain,
                "low_after": f"{low:.1f}",
            }
        )
    return found


def tables_of(reply: Json, page: str, version: Version, answered: Mapping[str, Any]) -> Json:
    """Return what every cell of the files must say: the evidence is "Ö" where one answered."""
    titles, whole = reply["titles"], framework(version)
    groups = {skill.key: group.title for group in whole.skill_groups for skill in group.skills}
    names = {code: words for words, code in CODES.items()}
    listed = ", ".join
    about = {
        "career": titles["career"],
        "level": titles["levels"][reply["level"]],
        **{name: f"{reply[name]:.1f}" for name in ("low", "high", "cautious")},
        "confirmed": "",
        "band": names[reply["band"]],
        "reached_level": titles["levels"].get(reply["reached_level"], ""),
        "unmet_essentials": listed(titles["skills"][key] for key in reply["unmet_essentials"]),
        "turning_points": listed(titles["skills"][key] for key in reply["turning_points"]),
        "widest_unknown": titles["skills"].get(reply["widest_unknown"], ""),
        "finished_at": reply["finished_at"],
        "version": str(reply["version"]),
        "framework_sha256": reply["framework_sha256"],
        "report_sha256": reply["report_sha256"],
    }
    return {
        "levels": [
            {
                "level": row["level"],
                "title": titles["levels"][row["level"]],
                "low": f"{row['low']:.1f}",
                "high": f"{row['high']:.1f}",
                "band": names[row["band"]],
                "target": "yes" if row["level"] == reply["level"] else "",
            }
            for row in reply["levels"]
        ],
        "skills": {
            row["skill"]: {
                "skill": row["skill"],
                "title": titles["skills"][row["skill"]],
                "group": groups[row["skill"]],
                "required": str(row["required"]),
                "rating": ("Not sure" if row["skill"] in answered else "")
                if row["rating"] is None
                else str(row["rating"]),
                "importance": str(row["importance"]),
                "essential": "yes" if row["essential"] else "",
                "lost_points": f"{row['lost_points']:.1f}",
                "evidence": "Ö" if row["skill"] in answered else "",
            }
            for row in reply["skills"]
        },
        "plan": steps_of(section(page, "start-title"), version, reply["low"]),
        "about": about,
    }


def told(tables: Mapping[str, list[dict[str, str]]]) -> Json:
    """Return a file's tables in the form of ``tables_of``."""
    return {
        **tables,
        "skills": {row["skill"]: row for row in tables["skills"]},
        "about": {row["name"]: row["value"] for row in tables["about"]},
    }


def test_every_column_of_every_table_is_what_the_other_formats_say(mara, production_technician):
    """Cell by cell, with one skill left out; page and PDF list skills and steps in that order."""
    skills = progress.asked(production_technician)
    values = {skill: (None, 0, 1, 2, 3, 4)[n % 6] for n, skill in enumerate(skills) if n != 7}
    assessment = finished(mara, production_technician, "lead-production-technician", values, "Ö")
    page = page_of(mara, assessment)
    tables = tables_of(json_of(mara, assessment), page, production_technician, values)
    workbook = xlsx_rows(file_of(mara, assessment, "xlsx").content)
    assert told(workbook) == tables
    assert one(r"Then ([\d.]+)%", page) == workbook["plan"][-1]["low_after"]
    columns = {name: rows[0].keys() for name, rows in workbook.items()}
    text = csv_rows(file_of(mara, assessment, "csv").content)
    assert {
        name: [{key: row[key] for key in columns[name]} for row in rows]
        for name, rows in text.items()
    } == workbook
    beside = {
        cell
        for name, rows in text.items()
        for row in rows
        for key, cell in row.items()
        if key not in ("table", *columns[name])
    }
    assert beside == {""}

    lines = [line_of(row) for row in workbook["skills"]]
    steps = [step_of(row) for row in workbook["plan"]]
    paper = Pdf(file_of(mara, assessment, "pdf").content)
    items = [clean(tag.text) for tag in paper.root.walk() if tag.kind == "LI"]
    assert [
        words(each.partition("\n")[0]) for each in items if "\nThis level needs" in each
    ] == lines
    assert [words(each) for each in items if re.match(r"\d+\.", each)] == steps
    heads = re.findall(r'id="skill-[\w-]+"><details><summary>(.+?)</summary>', page)
    assert [words(each) for each in heads] == lines
    plan = re.findall(r'<li class="step">(.+?)</li>', section(page, "start-title"))
    assert [words(each) for each in plan] == steps


def words(text: str) -> str:
    """Return a line of page or PDF without tags, dots and blanks between its parts."""
    bare = re.sub(r"[\s·]+", "", unescape(re.sub(r"<.+?>", "", text)))
    return re.sub(r"^(\d+)\.", r"\1", bare)


def line_of(row: Mapping[str, str]) -> str:
    """Return a row of the skills as the report's lines say it."""
    labels = ("Not yet", "With help", "On my own", "Fix problems", "Teach it")
    needed, points = row["required"], f"{row['lost_points']} pts"
    head = row["title"] + row["group"] + ("essential" if row["essential"] else "")
    if not row["rating"].isdigit():
        said = "? Not sure" if row["rating"] else "No answer"
        return words(f"{head}{said}→{needed}up to {points}")
    said = f"{row['rating']}{labels[int(row['rating'])]}"
    surplus = int(row["rating"]) - int(needed)
    if surplus < 0:
        return words(f"{head}{said}→{needed}{points}")
    return words(f"{head}{said}needed{needed}met,+{surplus}" if surplus else f"{head}{said}met")


def step_of(row: Mapping[str, str]) -> str:
    """Return a row of the plan as the report's lines say it."""
    cost = "free" if float(row["cost"]) == 0 else f"${float(row['cost']):,.0f}"
    return words(
        f"{row['place']}{row['title']}+{row['gain']}{row['kind']}{row['hours']}h{cost}"
        + re.sub(r"(→\d), ", r"\1·", row["raises"])
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_says_what_it_is_and_is_kept_by_no_cache(mara, box_maker, kind):
    """Named by its level, to be saved and not to be shown; kept nowhere on the way."""
    reply = file_of(mara, finished(mara, box_maker, "senior", MIXED), kind)
    assert (reply.status_code, reply["Content-Disposition"]) == (
        200,
        f'attachment; filename="readiness-senior.{kind}"',
    )
    assert "no-store" in reply["Cache-Control"]
    assert reply["Content-Type"].partition(";")[0] in (
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/csv",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_file_before_the_report(mara, assessment, kind):
    """It leads to what is unanswered, like the page."""
    reply = file_of(mara, assessment, kind)
    assert (reply.status_code, reply["Location"]) == (302, f"/assessments/{assessment.pk}/finish/")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_an_unknown_level_is_not_found(mara, box_maker, kind):
    """As on the page."""
    assessment = finished(mara, box_maker, "senior", MIXED)
    assert file_of(mara, assessment, kind, "?level=astronaut").status_code == 404


def test_the_page_leads_to_its_files_at_the_level_it_shows(mara, box_maker):
    """Each link keeps the level."""
    assessment = finished(mara, box_maker, "senior", MIXED)
    links = {
        query: re.findall(r'href="([^"]+/report\.\w+[^"]*)"', page_of(mara, assessment, query))
        for query in ("", "?level=junior")
    }
    assert links == {
        query: [
            f"/assessments/{assessment.pk}/report.{kind}{query}" for kind in (*KINDS, "json")
        ]
        for query in ("", "?level=junior")
    }  # fmt: skip


@pytest.fixture
def report_as_pdf(mara, production_technician) -> Pdf:
    """A report with evidence and every kind of answer, as PDF."""
    skills = progress.asked(production_technician)
    values = {skill: (None, 0, 1, 2, 3, 4)[n % 6] for n, skill in enumerate(skills)}
    level = "senior-production-technician"
    assessment = finished(mara, production_technician, level, values, "Signed off first pieces")
    return Pdf(file_of(mara, assessment, "pdf").content)


def test_the_pdf_is_tagged_titled_and_in_a_language(report_as_pdf):
    """What PDF/UA-1 asks of a document as a whole, and that it claims to keep it."""
    catalog = report_as_pdf.catalog
    assert b"/MarkInfo <</Marked true>>" in catalog
    assert b"/DisplayDocTitle true" in catalog
    assert re.findall(rb"/Lang \((.*?)\)", catalog) == [b"en"]
    assert re.findall(rb"/StructTreeRoot \d+ 0 R", catalog) != []
    assert report_as_pdf.title == "Readiness for Senior Production Technician · Rung"
    (claim,) = [text for text in report_as_pdf.streams.values() if b"pdfuaid" in text]
    assert re.findall(rb"pdfuaid:part[^0-9]*(\d)", claim)[0] == b"1"


def test_every_figure_of_the_pdf_has_words(report_as_pdf):
    """Bars and blocks say what they show."""
    figures = [tag.alt for tag in report_as_pdf.root.walk() if tag.kind == "Figure"]
    assert len(figures) == 1 + 5 + 29 + 2
    assert [alt for alt in figures if not alt] == []


def test_the_pdfs_headings_go_down_one_step_at_a_time(report_as_pdf):
    """One first heading, and no level left out below it."""
    levels = [int(tag.kind[1]) for tag in report_as_pdf.root.walk() if tag.kind in "H1 H2 H3"]
    assert levels.count(1) == 1
    assert levels[0] == 1
    jumps = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
    assert jumps == []


def test_the_pdfs_table_has_row_headers(report_as_pdf):
    """Each level of the ladder is the header of its row."""
    rows = [tag for tag in report_as_pdf.root.walk() if tag.kind == "TR"]
    assert len(rows) == 5
    assert {row.parts[0].kind for row in rows} == {"TH"}


def test_all_text_of_the_pdf_is_tagged(report_as_pdf):
    """Nothing is drawn that a screen reader could not say or is not told to skip."""
    loose = []
    for page in report_as_pdf.pages:
        reference = report_as_pdf._ref(b"Contents", report_as_pdf.objects[page])
        depth = 0
        for line in report_as_pdf.streams[reference].split(b"\n"):
            depth += line in (b"BDC", b"BMC")
            depth -= line == b"EMC"
            loose += [line] if line.endswith(b"TJ") and not depth else []
    assert loose == []


def test_the_pdf_uses_the_sites_own_font(report_as_pdf):
    """Inter, embedded in two weights; another only where Inter lacks a sign."""
    names = {
        name.decode()
        for body in report_as_pdf.objects.values()
        for name in re.findall(rb"/Type0/BaseFont /[A-Z]{6}\+([\w-]+)", body)
    }
    assert {"Inter", "Inter-Bold"} <= names


def test_the_pdf_loads_nothing_that_the_report_names(mara, box_maker, monkeypatch):
    """Evidence is text: no picture, style or file of anywhere gets into it."""
    asked = []

    def fetch(self: object, url: str, headers: object = None) -> None:
        asked.append(url)

    _style, _fonts, fetcher = pdf_module._house()
    monkeypatch.setattr(type(fetcher), "fetch", fetch)
    hostile = '<img src="file:///etc/passwd"><link rel=stylesheet href="http://a.example/x.css">'
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, hostile)
    text = Pdf(file_of(mara, assessment, "pdf").content).text
    assert hostile.replace(" ", "") in re.sub(r"\s", "", text)
    assert asked == []


def test_without_pango_the_page_says_how_to_print(mara, box_maker, monkeypatch):
    """The import fails with OSError there; the figures can be had on paper all the same."""
    monkeypatch.setattr(pdf_module, "_house", broken_house)
    reply = file_of(mara, finished(mara, box_maker, "senior", MIXED), "pdf", "?level=junior")
    text = reply.content.decode()
    assert reply.status_code == 503
    assert "Print the report instead" in text
    assert re.findall(r'button-main" href="[^"]*(/report/[^"]*)"', text) == [
        "/report/?level=junior"
    ]


def broken_house() -> None:
    """Behave as where WeasyPrint's libraries are missing."""
    raise pdf_module.MissingLibraryError


def test_a_missing_library_is_told_from_other_errors(monkeypatch):
    """OSError at the import becomes our own error, and nothing is remembered of it."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    pdf_module._house.cache_clear()

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(pdf_module.MissingLibraryError):
        pdf_module._house()
    assert pdf_module._house.cache_info().currsize == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_formula_is_text_in_the_csv(mara, box_maker, text):
    """An apostrophe stands before it, as spreadsheets understand."""
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, text)
    rows = csv_rows(file_of(mara, assessment, "csv").content)["skills"]
    kept = text.replace("\r", "\n").replace("\t=", "\t'=").replace("\n=", "\n'=")
    assert [row["evidence"] for row in rows if row["skill"] == "cutting"] == [f"'{kept}"]


@pytest.mark.parametrize("between", [";", "; ", "\t", "\n", ";\u200b", ';"', "a\n;"])
@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "＝1"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_no_cell_is_a_formula_where_another_sign_parts_cells(
    mara, box_maker, between, text, separator
):
    """Spreadsheets of Germany or France open the same file, and part it at semicolons."""
    evidence = f"made{between}{text}{between}boxes"
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, evidence)
    content = file_of(mara, assessment, "csv").content.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    cells = [cell.strip(' \u200b"\n') for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@＝"))] == []
    assert evidence in content.replace(f"'{text}", text).replace('""', '"')


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_formula_is_text_in_the_workbook(mara, box_maker, text):
    """A string cell, which stays one when it is edited."""
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, text)
    book = openpyxl.load_workbook(io.BytesIO(file_of(mara, assessment, "xlsx").content))
    (cell,) = [row[-1] for row in book["skills"].iter_rows(min_row=2) if row[0].value == "cutting"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text.replace("\r", "\n"), "s", True)


def test_titles_that_look_like_formulas_are_text_too(mara, db):
    """An editor's words are no safer than a person's."""
    raw = frameworks.tiny()
    raw["skills"][0]["title"] = "=HYPERLINK(1)"
    raw["levels"][1]["title"] = "@senior"
    assessment = finished(mara, publish(raw), "senior", MIXED)
    book = openpyxl.load_workbook(io.BytesIO(file_of(mara, assessment, "xlsx").content))
    assert [
        c.coordinate for sheet in book for row in sheet for c in row if c.data_type == "f"
    ] == []
    rows = csv_rows(file_of(mara, assessment, "csv").content)
    cells = [cell for table in rows.values() for row in table for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@"))] == []
    assert "'=HYPERLINK(1)" in cells


def test_the_csv_is_one_table_with_a_byte_order_mark(mara, box_maker):
    """Excel needs the mark to read UTF-8; every row has the same columns, by RFC 4180."""
    assessment = finished(mara, box_maker, "senior", MIXED, "Ö, “a”\nbox")
    content = file_of(mara, assessment, "csv").content
    assert content.startswith(b"\xef\xbb\xbftable,level,title,low,high,band,target,skill,")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert content.count(b"\r\n") == len(rows)
    assert "Ö, “a”\nbox" in {cell for row in rows for cell in row}


def test_control_characters_do_not_break_a_file(mara, box_maker):
    """Stored by whatever way, they are left out."""
    assessment = finished(mara, box_maker, "senior", {"cutting": 1}, "a\x0bb\x1fc")
    assert xlsx_rows(file_of(mara, assessment, "xlsx").content)["skills"][0]["evidence"] == "abc"
    assert csv_rows(file_of(mara, assessment, "csv").content)["skills"][0]["evidence"] == "abc"


def test_no_start_pays_for_the_files():
    """WeasyPrint and openpyxl are imported where a file is made."""
    code = (
        "import django, sys; django.setup(); import config.urls;"
        "print([m for m in ('weasyprint', 'openpyxl', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
