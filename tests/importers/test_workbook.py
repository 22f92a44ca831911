"""Workbooks: exported and imported unchanged, and errors by sheet, row and column."""

import csv
import io
import os
import subprocess
import sys
import time
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart

from careers import check, document
from careers.exporters import workbook as exporter
from careers.importers import uploads, workbook
from careers.importers.reading import InputError
from careers.models import Career, Version
from careers.sheets import SHEETS

from .. import frameworks
from ..careers.test_document import documents
from ..conftest import BUILT_IN, publish

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", " padded ", "two\nlines", "_x0041_", "7", "TRUE"]


def tiny() -> document.Json:
    """Return the tiny career with every optional part of a document in it."""
    raw = frameworks.tiny()
    raw["career"]["credit"] = "=HYPERLINK()\n\nsecond"
    raw["levels"][0] |= {
        "years": [0, 2],
        "focus": ["one\nmore", "two"],
        "checks": [{"kind": "education", "text": "school", "source": "box-survey"}],
    }
    raw["levels"][1]["years"] = [2, None]
    raw["skills"][0] |= {"codes": {"onet-element": "2.A: x", "a-b": " y"}, "merged_from": ["old"]}
    raw["skills"][1]["anchors"] = NASTY[:5]
    raw["skills"][2]["anchors"] = NASTY[5:]
    raw["facts"][0]["value"] = "47430"
    raw["guide"]["sections"][0]["items"] += [
        {"term": "t", "codes": {"isco": "7212"}, "facts": ["pay"]},
        {"text": "-"},
    ]
    return document.normal(raw)


def sheets_of(data: bytes) -> dict[str, list[list]]:
    """Return the cells of a workbook."""
    book = load_workbook(io.BytesIO(data))
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book}


def book_of(sheets: dict[str, list[list]]) -> bytes:
    """Return a workbook of cells, formulas and all."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csvs_of(sheets: dict[str, list[list]], **options) -> bytes:
    """Return CSV files in a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, rows in sheets.items():
            text = StringIO()
            csv.writer(text, **options).writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue())
    return out.getvalue()


def changed(sheet: str, row: int, column: str, value) -> bytes:
    """Return the tiny workbook with one cell replaced; rows count from 1."""
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value
    return book_of(sheets)


def refusals(data: bytes, **options) -> list[str]:
    """Return why a workbook is refused."""
    with pytest.raises(InputError) as refused:
        workbook.read("book.xlsx", data, **options)
    return [str(fault) for fault in refused.value.faults]


# Round trips.


@pytest.mark.parametrize(
    "made",
    [tiny, lambda: document.loads(BUILT_IN.read_bytes())],
    ids=["every optional part", "the built-in career"],
)
def test_a_career_comes_back_unchanged(made):
    """Byte for byte: the import has the hash of the version."""
    [back] = workbook.read("book.xlsx", exporter.write(made())).documents
    assert document.canonical(back) == document.canonical(made())


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30
)


TRICKY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "'=1", "7", "007", "1.0", "1e5", "TRUE", "false", "n/a"),
    *("2024-01-02", "1/2", "12:30", "50%", " padded ", "two words", "_x0041_", "#REF!", "NULL"),
    *('a "quoted" word', "'", '"', ",", ";", "a;b,c", "\\t", "<b>&amp;</b>", "a\u2028b", "\ufeffa"),
)
"""One line each; what spreadsheets and CSV files like to take for something else."""
FREE = frozenset({"title", "summary", "description", "anchors", "focus", "text", "term", "value"})


def tricked(raw, draw, field: str = ""):
    """Return a document with some of its texts replaced by tricky ones."""
    if isinstance(raw, dict):
        return {name: tricked(each, draw, name) for name, each in raw.items()}
    if isinstance(raw, list):
        return [tricked(each, draw, field) for each in raw]
    if field not in FREE or not isinstance(raw, str) or not draw(st.booleans()):
        return raw
    if field in ("anchors", "description", "text", "focus"):
        return "\n".join(draw(st.lists(st.sampled_from(TRICKY), min_size=1, max_size=3)))
    return draw(st.sampled_from(TRICKY))


@settings(
    max_examples=60,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)
@given(st.data())
def test_any_career_comes_back_unchanged(data):
    """By the hash of its content, as a workbook and as CSV files in a ZIP."""
    made = document.normal(tricked(data.draw(documents()), data.draw))
    if check.errors(made):
        return
    book = exporter.write(made)
    for name, file in (("book.xlsx", book), ("book.zip", csvs_of(sheets_of(book)))):
        [back] = workbook.read(name, file).documents
        assert document.content_hash(back) == document.content_hash(made), name


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXT, min_size=5, max_size=5), TEXT)
def test_any_text_comes_back_unchanged(anchors, description):
    raw = frameworks.tiny()
    raw["skills"][0] |= {"anchors": anchors, "description": description}
    made = document.normal(raw)
    assert workbook.read("book.xlsx", exporter.write(made)).documents == (made,)


def test_csv_files_in_a_zip_are_read_too():
    """With commas, the semicolons that spreadsheets write elsewhere, or tabs; any line end."""
    made = tiny()
    made["career"]["alternative_titles"] = ["Cutter, folder", "one; two"]
    sheets = sheets_of(exporter.write(made))
    for delimiter in ",;\t":
        for end in ("\r\n", "\n", "\r"):
            quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
            data = csvs_of(sheets, delimiter=delimiter, lineterminator=end, quoting=quoting)
            assert workbook.read("book.zip", data).documents == (made,), (delimiter, end)


def test_nothing_exported_is_a_formula():
    """What begins with = + - @ is a text, and stays one when it is edited."""
    book = load_workbook(io.BytesIO(exporter.write(tiny())))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n", "b"}
    [cell] = [cell for cell in cells if cell.value == "=1+1"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_sheets_that_are_missing_are_taken_from_the_draft():
    """An editor may keep the skills alone in a spreadsheet."""
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["skills"][1][1] = "Sawing"
    data = book_of({"skills": sheets["skills"], "My notes": [["x"]]})
    assert refusals(data) == [
        "book.xlsx: has no sheet career, levels, groups, requirements. Export a career to see one."
    ]
    reading = workbook.read("book.xlsx", data, document.normal(frameworks.tiny()))
    wanted = document.normal(frameworks.tiny())
    wanted["skills"][0]["title"] = "Sawing"
    assert reading.documents == (wanted,)
    assert [str(note) for note in reading.notes] == ["sheet my notes: is none of ours: left out"]


def test_what_a_spreadsheet_makes_of_cells_is_understood():
    """Numbers as text and text as numbers, ticks, blank rows and headings in capitals."""
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["requirements"][0] = [name.upper() for name in sheets["requirements"][0]]
    sheets["requirements"][1][2:] = ["1", 5.0, "x"]
    sheets["requirements"].insert(2, [None] * 5)
    sheets["facts"][1][2] = 30000
    sheets["steps"][3][5] = 80
    back = workbook.read("book.xlsx", book_of(sheets)).documents
    assert back == (document.normal(frameworks.tiny()),)


# Bad input.


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "fault"),
    [
        (
            *("requirements", 3, "rating", 5),
            "requirements, row 3, column rating: 5 is out of bounds: 1 to 4.",
        ),
        (
            *("requirements", 3, "rating", "two"),
            "requirements, row 3, column rating: 'two' is no whole number. Write one such as 3.",
        ),
        (
            *("requirements", 3, "skill", "sawing"),
            "requirements, row 3, column skill: there is no skill 'sawing'.",
        ),
        (
            *("requirements", 3, "skill", "cutting"),
            "requirements, row 3: stands 2 times; keep one.",
        ),
        (
            *("requirements", 3, "essential", "perhaps"),
            "requirements, row 3, column essential: 'perhaps' is neither yes nor no."
            " Write yes, no or nothing.",
        ),
        (*("skills", 4, "key", "gluing"), "skills, row 4, column key: stands 2 times; keep one."),
        (
            *("skills", 2, "key", "Cut It"),
            "skills, row 2, column key: 'Cut It' is no key: use lower-case words joined by"
            " hyphens.",
        ),
        (*("skills", 2, "title", None), "skills, row 2, column title: missing 'title'."),
        (*("skills", 2, "group", "feet"), "skills, row 2, column group: there is no group 'feet'."),
        (
            *("skills", 2, "anchor_3", "x" * 4001),
            "skills, row 2, column anchor_3: longer than 4000 characters.",
        ),
        (
            *("steps", 3, "requires", "cutting"),
            "steps, row 3, column requires: 'cutting' is no skill at a rating."
            " Write the skill's key and a rating, such as cutting 2.",
        ),
        (
            *("steps", 3, "requires", "sawing 1"),
            "steps, row 3, column requires: there is no skill 'sawing'.",
        ),
        (
            *("steps", 5, "after", "cut-trees"),
            "steps, row 5, column after: there is no step 'cut-trees'.",
        ),
        (
            *("steps", 4, "cost", "eighty"),
            "steps, row 4, column cost: 'eighty' is no amount. Write it like 120.00.",
        ),
        (
            *("facts", 2, "value", "=1+1"),
            "facts, row 2, column value: is a formula. Paste its value instead.",
        ),
        (
            *("guide_items", 2, "section", "play"),
            "guide_items, row 2, column section: there is no section 'play'. See the sheet guide.",
        ),
        (
            *("skills", 1, "title", "name"),
            "skills, row 1, column name: unknown column. Known are: key, title, group,"
            " description, anchor_0, anchor_1, anchor_2, anchor_3, anchor_4, codes, merged_from.",
        ),
        (
            *("career", 2, "codes", "51-4121"),
            "career, row 2, column codes: '51-4121' is no code."
            " Write it like onet-soc: 51-4121.00.",
        ),
        (*("levels", 3, "rank", 1), "levels, row 3, column key: stands 2 times; keep one."),
    ],
)
def test_a_broken_cell_is_named_by_sheet_row_and_column(sheet, row, column, value, fault):
    assert refusals(changed(sheet, row, column, value))[0] == fault


def test_every_fault_is_told_at_once():
    """Not one import for each."""
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["requirements"][1][2] = "one"
    sheets["requirements"][2][3] = "two"
    sheets["steps"][1][4] = "three"
    assert len(refusals(book_of(sheets))) == 3


def test_a_missing_column_is_named():
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["skills"] = [row[1:] for row in sheets["skills"]]
    assert refusals(book_of(sheets)) == [
        "skills, row 1, column key: this column is missing. Add it to the heading."
    ]


def test_a_workbook_of_two_careers_is_refused_at_the_second():
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["career"].append(sheets["career"][1])
    assert refusals(book_of(sheets)) == [
        "career, row 3: the sheet has to have one row. One workbook is one career."
    ]


def test_a_half_written_workbook_is_refused():
    data = exporter.write(tiny())
    for kept in (0.2, 0.9):
        assert refusals(data[: int(len(data) * kept)]) == [
            "book.xlsx: is no workbook, or was not written to its end."
            " Save it again as .xlsx, or as CSV files in a .zip."
        ]


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """Return a workbook of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def test_a_sheet_that_is_a_chart_is_left_out():
    """With a chart on it or without one."""
    book = load_workbook(io.BytesIO(exporter.write(document.normal(frameworks.tiny()))))
    chart = book.create_chartsheet("figures")
    book.save(empty := io.BytesIO())
    chart.add_chart(BarChart())
    book.save(drawn := io.BytesIO())
    for data in (empty, drawn):
        reading = workbook.read("book.xlsx", data.getvalue())
        assert reading.documents == (document.normal(frameworks.tiny()),)


def test_xml_entities_are_refused():
    """Neither expanded nor fetched."""
    parts = parts_of(exporter.write(tiny()))
    name = "xl/worksheets/sheet2.xml"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    head, mark, rest = parts[name].partition(b"<worksheet")
    parts[name] = head + bomb + mark + rest
    assert refusals(packed(parts)) == [
        "book.xlsx: declares XML entities. Open it in a spreadsheet and save it again."
    ]


def test_a_bomb_is_refused_before_it_is_parsed():
    """A hundred kilobytes that unpack to a hundred megabytes."""
    parts = parts_of(exporter.write(tiny()))
    for name, limit in (("xl/worksheets/sheet2.xml", "25,000,000"), ("xl/styles.xml", "")):
        data = packed({**parts, name: b" " * 100_000_000 if limit else b" " * 3_000_000})
        assert len(data) < 200_000
        started = time.process_time()
        said = refusals(data)
        assert time.process_time() - started < 1
        assert said == [
            "book.xlsx: unpacks to more than 25,000,000 bytes. Remove what is no data."
            if limit
            else "book.xlsx: its part xl/styles.xml unpacks to more than 2,000,000 bytes."
            " Remove pictures and formats."
        ]


def test_a_million_rows_are_refused_at_the_limit():
    """And quickly."""
    parts = parts_of(exporter.write(tiny()))
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1, 1_000_001))
    name = "xl/worksheets/sheet2.xml"
    head, mark, _rest = parts[name].partition(b"<sheetData>")
    data = packed({**parts, name: head + mark + rows + b"</sheetData></worksheet>"})
    started = time.process_time()
    assert refusals(data) == [
        f"{name}, row 12001: the sheet has more than 12,000 rows. Remove what is no data."
    ]
    assert time.process_time() - started < 5


def test_a_million_rows_with_values_are_refused_before_they_are_parsed():
    """As a spreadsheet or a CSV file writes them; the row is named in both."""
    parts = parts_of(exporter.write(tiny()))
    name = "xl/worksheets/sheet2.xml"
    head, mark, _rest = parts[name].partition(b"<sheetData>")
    rows = b"<row><c><v>1</v></c></row>" * 1_000_000
    book = packed({**parts, name: head + mark + rows + b"</sheetData></worksheet>"})
    sheets = packed(
        {"skills.csv": b"key,title,group\r\n" + b"cutting,Cutting,hands\r\n" * 1_500_000}
    )
    says = "row 12001: the sheet has more than 12,000 rows. Remove what is no data."
    assert refusals(book) == [f"{name}, {says}"]
    assert refusals(sheets) == [f"skills.csv, {says}"]


def stuffed(part: str, mark: bytes, filling: bytes) -> bytes:
    """Return the tiny workbook with something put after a mark of one of its parts."""
    parts = parts_of(exporter.write(tiny()))
    head, found, rest = parts[part].partition(mark)
    assert found
    return packed({**parts, part: head + mark + filling + rest})


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (
            lambda: stuffed(
                "xl/worksheets/sheet2.xml",
                b"<sheetData>",
                b'<row r="1">' + b"<c/>" * 300_000 + b"</row>",
            ),
            "xl/worksheets/sheet2.xml, row 1: holds more than 20,000 tags in one row. "
            "Remove empty rows, columns and formats.",
        ),
        (
            lambda: stuffed(
                "xl/worksheets/sheet2.xml",
                b"<sheetData>",
                b"".join(
                    b'<row r="%d">' % (number + 2) + b"<c><v>1</v></c>" * 30 + b"</row>"
                    for number in range(7_000)
                ),
            ),
            "alternative_titles, row 6668: brings the workbook to more than 200,000 cells. "
            "Remove what is no data.",
        ),
        (
            lambda: packed(
                {
                    **parts_of(exporter.write(tiny())),
                    "xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 700_000 + b"</sst>",
                }
            ),
            "xl/sharedStrings.xml: holds more than 600,000 tags. "
            "Remove empty rows, columns and formats.",
        ),
    ],
    ids=["one wide row", "many cells", "many strings"],
)
def test_a_small_file_that_would_take_long_is_refused(data, refusal):
    """Each unpacks to a few megabytes and would keep a server busy for long."""
    started = time.process_time()
    assert refusals(data()) == [refusal]
    assert time.process_time() - started < 10


def test_an_error_of_the_spreadsheet_is_no_value():
    """What shows as #REF! is not imported as a text."""
    book = load_workbook(io.BytesIO(exporter.write(tiny())))
    book["facts"].cell(2, 3).value = "#REF!"
    data = io.BytesIO()
    book.save(data)
    (refusal,) = refusals(data.getvalue())
    assert refusal.endswith("is an error of the spreadsheet. Paste its value instead.")


def test_a_row_far_below_is_refused_without_those_between():
    parts = parts_of(exporter.write(tiny()))
    name = "xl/worksheets/sheet2.xml"
    head, mark, _rest = parts[name].partition(b"<sheetData>")
    row = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    data = packed({**parts, name: head + mark + row + b"</sheetData></worksheet>"})
    assert refusals(data) == [
        "alternative_titles, row 12001: the sheet has more than 12,000 rows."
        " Remove what is no data."
    ]


def test_csv_in_another_encoding_is_named_with_row_and_column():
    """The column is counted by what stands in quotation marks, commas and all."""
    sheets = sheets_of(exporter.write(document.normal(frameworks.tiny())))
    sheets["skills"][2][:2] = ["a,b,c,d", "Glüing"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, rows in sheets.items():
            text = StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue().encode("latin-1"))
    assert refusals(out.getvalue()) == [
        "skills.csv, row 3, column title: the byte 0xfc is not UTF-8."
        " Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    ]


# The commands.


def run(name: str, *arguments, **options) -> list[str]:
    """Run a command and return the lines it wrote."""
    out = StringIO()
    call_command(name, *arguments, stdout=out, verbosity=0, **options)
    return out.getvalue().splitlines()


def test_a_published_career_goes_out_and_comes_in_without_change(db, tmp_path):
    """The import publishes nothing, because nothing is new."""
    publish(tiny())
    path = tmp_path / "boxes.xlsx"
    run("export_workbook", "box-maker", output=str(path))
    assert run("import_workbook", path, publish=True) == [
        "Careers: 0 added, 0 changed, 1 unchanged.",
        "Published: 0 new versions.",
    ]
    assert Version.objects.count() == 1


def test_a_broken_workbook_changes_nothing(db, tmp_path):
    path = tmp_path / "boxes.xlsx"
    path.write_bytes(changed("requirements", 3, "skill", "sawing"))
    with pytest.raises(CommandError) as refused:
        run("import_workbook", path)
    assert str(refused.value) == (
        f"{path} was not imported:\n"
        "  requirements, row 3, column skill: there is no skill 'sawing'."
    )
    assert Career.objects.count() == 0


def test_the_sheets_name_every_part_of_the_schema():
    """A part that is added to the schema and not to the sheets would be lost."""
    schema = document._validator().schema["properties"]
    lists = {sheet.name: {column.name for column in sheet.columns} for sheet in SHEETS}
    for name in ("groups", "requirements", "steps", "facts", "sources"):
        assert set(schema[name]["items"]["properties"]) == lists[name]
    skills = set(schema["skills"]["items"]["properties"]) - {"anchors"}
    assert skills == {name for name in lists["skills"] if not name.startswith("anchor_")}
    levels = set(schema["levels"]["items"]["properties"]) - {"years", "focus", "checks"}
    assert levels == lists["levels"] - {"years_from", "years_to"}
    career = set(schema["career"]["properties"]) - {"alternative_titles"}
    assert career == lists["career"]
    section = schema["guide"]["properties"]["sections"]["items"]["properties"]
    assert set(section) - {"items"} == lists["guide"]
    assert set(section["items"]["items"]["properties"]) == lists["guide_items"] - {"section"}


def test_spreadsheets_are_loaded_only_where_used():
    """Start-up stays quick."""
    code = (
        "import django, sys; django.setup(); import config.urls, careers.importers.workbook;"
        "print([name for name in ('openpyxl', 'tqdm') if name in sys.modules])"
    )
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


@pytest.mark.parametrize("name", ["sheets.zip", "sheets.xlsx"])
def test_an_archive_of_a_later_kind_is_refused(name):
    """One that says it needs a newer reader: zipfile raises what is no error of a broken file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("skills.csv", "key,title\n")
    data = bytearray(stream.getvalue())
    data[data.index(b"PK\x01\x02") + 6] = 90
    with pytest.raises(InputError, match=r"broken|no workbook"):
        uploads.read(name, bytes(data))
    with pytest.raises(InputError, match="no workbook"):
        workbook.read(name, bytes(data), None)
