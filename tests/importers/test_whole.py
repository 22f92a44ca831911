"""A file is refused or imported whole: nothing is left out without a word, and words explain."""

import codecs
import io
import json
import zipfile

import pytest

from careers import document
from careers.exporters import workbook as exporter
from careers.importers import uploads, workbook
from careers.importers.reading import InputError

from .. import frameworks
from . import releases
from .test_workbook import book_of, csvs_of, packed, parts_of, sheets_of

SAVE = "Open it in a spreadsheet and save it again."
STEPS = "xl/worksheets/sheet9.xml"


def tiny() -> document.Json:
    """Return the tiny career."""
    return document.normal(frameworks.tiny())


def sheets() -> dict[str, list[list]]:
    """Return its sheets."""
    return sheets_of(exporter.write(tiny()))


def csvs() -> dict[str, bytes]:
    """Return its sheets as CSV files by name."""
    return parts_of(csvs_of(sheets()))


def refusals(data: bytes, name: str = "book.xlsx") -> list[str]:
    """Return why the page refuses a file."""
    with pytest.raises(InputError) as refused:
        uploads.read(name, data)
    return [str(fault) for fault in refused.value.faults]


def replaced(part: str, before: bytes, after: bytes, count: int = 1) -> bytes:
    """Return the tiny workbook with something replaced in one of its parts."""
    parts = parts_of(exporter.write(tiny()))
    assert before in parts[part], parts[part][:2000]
    return packed({**parts, part: parts[part].replace(before, after, count)})


# CSV files in a ZIP.


@pytest.mark.parametrize("name", ["Steps.csv", "steps.CSV", "STEPS.csv", "inner/Steps.Csv"])
def test_a_csv_file_is_found_however_its_name_is_capitalised(name):
    files = csvs()
    files[name] = files.pop("steps.csv")
    assert uploads.read("book.zip", packed(files)).documents == (tiny(),)


def test_two_csv_files_of_one_sheet_are_refused():
    files = csvs()
    data = packed({**files, "Steps.csv": files["steps.csv"]})
    assert refusals(data, "book.zip") == ["book.zip: holds steps.csv twice. Leave one of them out."]


def test_files_that_are_none_of_ours_are_noted():
    data = packed({**csvs(), "step.csv": b"key\n", "notes/readme.txt": b"x"})
    reading = uploads.read("book.zip", data)
    assert reading.documents == (tiny(),)
    assert [str(note) for note in reading.notes] == [
        "file notes/readme.txt: is none of ours: left out",
        "file step.csv: is none of ours: left out",
    ]


def test_what_a_desktop_adds_by_itself_is_passed_over():
    """As a Mac packs a folder."""
    files = csvs()
    extra = {f"__MACOSX/{name}": b"\0\5\26\7" for name in files}
    extra |= {"__MACOSX/._skills.csv": b"\0", ".DS_Store": b"\0", "x/._steps.csv": b"\0"}
    reading = uploads.read("book.zip", packed({**extra, **files}))
    assert (reading.documents, reading.notes) == ((tiny(),), ())
    release = packed({**{f"__MACOSX/{n}": b"" for n in releases.onet()}, **releases.onet()})
    assert uploads.read("onet.zip", release, [releases.JUGGLER]).documents


def test_an_empty_csv_file_is_refused():
    assert refusals(packed({**csvs(), "steps.csv": b""}), "book.zip") == [
        "steps, row 1: is empty."
        " Write the heading (key, title, kind, hours, cost, currency) or remove it."
    ]


# Sheets, rows and cells of a workbook.


@pytest.mark.parametrize("name", ["steps ", "STEPS", " Steps"])
def test_two_sheets_of_one_name_are_refused(name):
    found = sheets()
    parts = parts_of(book_of({**found, "other": found["steps"][:1]}))
    names = parts["xl/workbook.xml"].replace(b'name="other"', f'name="{name}"'.encode())
    assert refusals(packed({**parts, "xl/workbook.xml": names})) == [
        "book.xlsx: has two sheets named 'steps'. Rename or remove one of them."
    ]


def test_two_sheets_of_one_part_are_refused():
    data = replaced("xl/_rels/workbook.xml.rels", b"sheet9.xml", b"sheet8.xml")
    assert refusals(data) == [f"book.xlsx: the sheet 'steps' is another one too. {SAVE}"]


def test_a_sheet_whose_part_is_missing_is_refused():
    parts = parts_of(exporter.write(tiny()))
    del parts[STEPS]
    assert refusals(packed(parts)) == [
        f"steps: its part 'xl/worksheets/sheet9.xml' is missing. {SAVE}"
    ]


def test_two_codes_of_one_scheme_are_refused():
    found = sheets()
    row = found["career"][0].index("codes")
    found["career"][1][row] = "onet-soc: 51-1111.00\nonet-soc: 51-2222.00"
    for name, data in (("b.xlsx", book_of(found)), ("b.zip", csvs_of(found))):
        assert refusals(data, name) == [
            "career, row 2, column codes: the code 'onet-soc' stands twice. Keep one of its lines."
        ]


@pytest.mark.parametrize("number", [b"2", b"9", b"0", b"1"])
def test_rows_out_of_order_are_refused(number):
    """The library passes over them."""
    data = replaced(STEPS, b'<row r="3"', b'<row r="%b"' % number)
    [refusal] = refusals(data)
    assert refusal.startswith(
        ("steps, row 0: stands", "steps, row 1: stands", "steps, row 2: stands")
        if number != b"9"
        else ("steps, row 9: the cell", "steps, row 9, column")
    )


def test_rows_without_numbers_are_read():
    """They follow each other."""
    parts = parts_of(exporter.write(tiny()))
    for number in range(1, 9):
        parts[STEPS] = parts[STEPS].replace(b'<row r="%d"' % number, b"<row")
    assert workbook.read("book.xlsx", packed(parts)).documents == (tiny(),)


def test_a_cell_that_stands_twice_is_refused():
    data = replaced(STEPS, b'r="B3"', b'r="A3"')
    assert refusals(data) == [
        f"steps, row 3, column key: the cell A3 stands twice, or in another's place. {SAVE}"
    ]


def test_a_cell_beyond_the_columns_that_are_read_is_refused():
    found = sheets()
    found["steps"][1] += [None] * (40 - len(found["steps"][1])) + ["lost"]
    assert refusals(book_of(found)) == [
        "steps, row 2, column AO: has a cell to the right of the 40 columns that are read."
        " Remove it or move it left."
    ]


def test_a_cell_to_the_right_of_the_headings_is_refused():
    found = sheets()
    found["steps"][1].append("lost")
    assert refusals(book_of(found)) == ["steps, row 2: has a cell without a heading."]


@pytest.mark.parametrize("rows", [b"<sheetData/>", b"<sheetData></sheetData>", b""])
def test_a_sheet_without_rows_is_refused(rows):
    parts = parts_of(exporter.write(tiny()))
    head, mark, rest = parts[STEPS].partition(b"<sheetData>")
    parts[STEPS] = head + rows + rest.partition(b"</sheetData>")[2]
    assert mark
    assert refusals(packed(parts)) == [
        "steps, row 1: is empty."
        " Write the heading (key, title, kind, hours, cost, currency) or remove it."
    ]


def test_a_strict_workbook_is_refused_by_name():
    """Its names are others: the library finds no rows."""
    ours = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    for part in (STEPS, "xl/workbook.xml"):
        data = replaced(part, ours, b"http://purl.oclc.org/ooxml/spreadsheetml/main", -1)
        assert refusals(data) == [
            f"{part}: is in the form “Strict Open XML”, which is not read."
            " Save it as an ordinary Excel workbook (.xlsx)."
        ]


# CASE.


def test_what_is_no_list_is_refused():
    """It would be left out as if it were not there."""
    made = {"CFDocument": {"title": "t"}, "CFItems": [{"identifier": "a", "fullStatement": "s"}]}
    for name, value, fault in (
        (
            "CFAssociations",
            {},
            "p.json, CFAssociations: is no list. Write its rows between [ and ].",
        ),
        (
            "CFRubrics",
            [1],
            "p.json, row 1, column CFRubrics: is no object. Write it between { and }.",
        ),
        ("CFItems", {"a": 1}, "p.json, CFItems: is no list. Write its rows between [ and ]."),
    ):
        assert refusals(json.dumps({**made, name: value}).encode(), "p.json") == [fault]


# Messages.


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (b"<v>8</v>", b"<v>NaN</v>", "row 2: the cell E2"),
        (b"<v>8</v>", b"<v>1e999</v>", "row 2: the cell E2"),
        (b"<v>8</v>", b"<v>%b</v>" % (b"9" * 5000), "row 2: the cell E2"),
        (b'r="E2"', b'r="ZZZZ2"', "row 2: the cell ZZZZ2"),
        (b'r="E2" t="n"', b'r="E2" t="s"', "row 2: the cell E2"),
        (b'r="E2" t="n"', b'r="E2" t="inlineStr"', "row 2: the cell E2"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(before, after, place):
    found = sheets()
    found["steps"][1][4] = 8
    parts = parts_of(book_of(found))
    assert before in parts[STEPS]
    data = packed({**parts, STEPS: parts[STEPS].replace(before, after, 1)})
    assert refusals(data) == [f"steps, {place} cannot be read. Write a plain number or text."]


def test_a_formula_to_the_right_of_the_headings_is_named_by_its_column():
    found = sheets()
    width = len(found["steps"][0])
    found["steps"][1] += [None, "=1+1"]
    letter = chr(ord("A") + width + 1)
    assert refusals(book_of(found)) == [
        f"steps, row 2, column {letter}: is a formula. Paste its value instead."
    ]


def test_a_duration_is_no_text():
    """A spreadsheet shows one as hours."""
    from datetime import timedelta

    found = sheets()
    found["facts"][1][2] = timedelta(hours=30)
    [refusal] = refusals(book_of(found))
    assert refusal == (
        "facts, row 2, column value: 1 day, 6:00:00 is a date or a time. Format the cell as text."
    )


@pytest.mark.parametrize("read", [uploads.read, workbook.read])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EncryptedPackage", "is under a password. Save it without one."),
        ("Workbook", "is in an old format of Office. Save it as .xlsx."),
    ],
)
def test_what_office_encrypts_is_said_to_be_under_a_password(read, name, said):
    """It is no ZIP any more."""
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + name.encode("utf-16-le") + bytes(512)
    with pytest.raises(InputError) as refused:
        read("book.xlsx", data)
    assert str(refused.value) == f"book.xlsx: {said}"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_an_encoding_is_called_by_its_name(encoding):
    kind = encoding[:6].upper()
    mark = getattr(codecs, f"BOM_UTF{encoding[4:].replace('-', '_').upper()}")
    text = mark + "key,title\n".encode(encoding)
    assert refusals(packed({**csvs(), "groups.csv": text}), "book.zip") == [
        f"groups.csv: is {kind}, not UTF-8. Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
    ]
    assert refusals(text, "x.json") == [f"x.json: is {kind}, not UTF-8. Save the file as UTF-8."]


def test_blanks_before_json_do_not_hide_it():
    data = codecs.BOM_UTF8 + b" \r\n\t" * 1000 + document.pretty(tiny()).encode()
    assert uploads.read("x.json", data).documents == (tiny(),)


def test_a_broken_list_of_parts_is_refused():
    """A part whose name there is another, or none, would be taken for one that is not wanted."""
    for before, after in ((b"steps.csv", b"stops.csv"), (b"steps.csv", b"\0teps.csv")):
        head, mark, rest = packed(csvs()).rpartition(before)
        assert mark
        [refusal] = refusals(head + after + rest, "book.zip")
        assert "is broken or was not written to its end" in refusal


def test_the_name_of_a_part_cannot_break_a_message():
    """Neither its line, nor by megabytes."""
    data = packed({**csvs(), "a\n\x1bb.txt": b"", f"{'x' * 5000}.txt": b""})
    notes = [str(note) for note in uploads.read("book.zip", data).notes]
    assert notes == [
        "file a??b.txt: is none of ours: left out",
        f"file {'x' * 195}: is none of ours: left out",
    ]
    broken = data.replace(b"steps.csv", b"ste\ns.csv").replace(
        b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"
    )
    assert all("\n" not in fault for fault in refusals(broken, "book.zip"))


def test_an_archive_packed_in_a_rare_way_is_refused():
    """Some of these take any amount of memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("skills.csv", b"key\n")
    assert refusals(out.getvalue(), "book.zip") == [
        "book.zip: skills.csv is packed in a way that is not read."
        " Pack it again as an ordinary .zip."
    ]
