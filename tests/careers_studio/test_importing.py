"""The studio's import page: upload, dry run, confirmation, and the export beside it."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from careers import document, drafts
from careers.exporters import workbook
from careers.importers import uploads
from careers.models import Career, KeptDraft, PendingImport, Requirement, Skill, Version
from careers.studio import pending
from config import uploads as config_uploads
from tests import frameworks
from tests.conftest import NOW, with_permissions
from tests.importers import releases

IMPORT = "/studio/import/"
INTO = "/studio/box-maker/import/"


def upload(client, data: bytes, address: str = IMPORT, name: str = "boxes.json", **fields):
    """Send a file through the form."""
    return client.post(address, {"file": SimpleUploadedFile(name, data), **fields})


def rung(**changes) -> bytes:
    """Return the tiny career as an export."""
    return document.pretty(document.normal(frameworks.tiny(**changes))).encode()


def faults(response) -> list[str]:
    """Return what the page says is wrong."""
    assert response.status_code == 400
    return [str(fault) for fault in response.context["faults"]]


# Upload, dry run, confirmation.


def test_a_new_career_is_shown_then_imported_as_a_draft(emil, db):
    """Nothing is there before it is confirmed."""
    shown = upload(emil, rung())
    assert shown.status_code == 302
    page = emil.get(shown["Location"])
    [career] = page.context["dry_run"].careers
    assert (career.title, career.status, career.count("added")) == ("Box Maker", "added", 19)
    assert Career.objects.count() == 0
    done = emil.post(shown["Location"])
    assert (done.status_code, done["Location"]) == (302, "/studio/box-maker/")
    assert document.normal(drafts.compile_draft(Career.objects.get())) == document.normal(
        frameworks.tiny()
    )
    assert (Version.objects.count(), PendingImport.objects.count()) == (0, 0)


def test_a_draft_that_changed_since_the_dry_run_is_looked_at_again(emil, box_maker):
    """Nothing is imported, the page shows what would change now, and then it can be."""
    shown = upload(emil, rung(), INTO)["Location"]
    seen = emil.get(shown).context["seen"]
    Skill.objects.filter(key="cutting").update(title="Sawing")
    refused = emil.post(shown, {"seen": seen})
    assert refused.status_code == 409
    assert "Somebody changed a draft meanwhile" in refused.text
    assert Skill.objects.get(key="cutting").title == "Sawing"
    assert emil.post(shown, {"seen": refused.context["seen"]}).status_code == 302
    assert Skill.objects.get(key="cutting").title == "Cutting"


def test_the_dry_run_shows_what_is_added_changed_and_removed(emil, box_maker):
    """In words, list by list, against the draft."""
    raw = frameworks.tiny(steps=frameworks.tiny()["steps"][:3])
    raw["skills"][0]["title"] = "Sawing"
    raw["facts"].append({**raw["facts"][0], "key": "pay-2"})
    page = emil.get(upload(emil, json.dumps(raw).encode(), INTO)["Location"])
    [(_career, changes)] = page.context["careers"]
    rows = [(row.kind, row.title) for each in changes.lists for row in each.rows]
    assert rows == [
        ("changed", "Sawing"),
        ("removed", "Plan a day"),
        ("added", "Median pay by level · pay-2"),
    ]
    assert "Cutting" in page.text
    assert Skill.objects.get(key="cutting").title == "Cutting"


def test_work_that_would_be_replaced_is_named_and_kept(emil, box_maker):
    Requirement.objects.filter(skill__key="gluing").update(importance=1)
    Career.objects.update(draft_revision=5)
    shown = upload(emil, rung())["Location"]
    assert "They would be kept aside" in emil.get(shown).text
    emil.post(shown)
    assert KeptDraft.objects.count() == 1
    assert set(Requirement.objects.filter(skill__key="gluing").values_list("importance")) == {(3,)}


def test_an_import_of_what_is_there_changes_nothing(emil, box_maker):
    shown = upload(emil, rung())["Location"]
    assert "The draft holds this already." in emil.get(shown).text
    rows = list(Skill.objects.values_list("pk", flat=True))
    emil.post(shown)
    assert list(Skill.objects.values_list("pk", flat=True)) == rows


def test_a_publisher_may_publish_at_once_with_a_note(paula, db):
    """Without a note the page asks for one."""
    shown = upload(paula, rung())["Location"]
    asked = paula.post(shown, {"publish": "on", "note": " "})
    assert asked.status_code == 400
    assert "Write what is new" in asked.text
    paula.post(shown, {"publish": "on", "note": "Boxes."})
    version = Version.objects.get()
    assert (version.note, version.published_by.email) == ("Boxes.", "paula@example.org")


def test_an_editor_who_may_not_publish_imports_a_draft_whatever_is_posted(emil, db):
    shown = upload(emil, rung())["Location"]
    assert 'name="publish"' not in emil.get(shown).text
    emil.post(shown, {"publish": "on", "note": "Boxes."})
    assert (Career.objects.count(), Version.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("name", "make", "occupations", "keys"),
    [
        ("b.xlsx", lambda: workbook.write(document.normal(frameworks.tiny())), "", ["box-maker"]),
        (
            *("onet.tar.xz", lambda: releases.tar_of(releases.onet())),
            *("99-1111.00, 99-2222.01", ["onet-99-1111-00", "onet-99-2222-01"]),
        ),
        (
            *("onet.zip", lambda: releases.zip_of(releases.onet("old")), "99-1111.00"),
            ["onet-99-1111-00"],
        ),
        ("esco.zip", lambda: releases.zip_of(releases.esco()), "9999.2", ["esco-9999-2"]),
        (
            "case.json",
            lambda: json.dumps(
                {
                    "CFDocument": {"identifier": "d", "title": "Box work"},
                    "CFItems": [{"identifier": "a", "fullStatement": "Cut."}],
                }
            ).encode(),
            "",
            ["box-work"],
        ),
    ],
)
def test_every_kind_of_file_is_told_by_its_content(emil, db, name, make, occupations, keys):
    """The name is not trusted."""
    shown = upload(emil, make(), name=f"x-{name[::-1]}", occupations=occupations)
    page = emil.get(shown["Location"])
    assert [each.key for each in page.context["dry_run"].careers] == keys
    emil.post(shown["Location"])
    assert sorted(Career.objects.values_list("key", flat=True)) == keys


def test_a_workbook_of_one_sheet_leaves_the_others_as_they_are(emil, box_maker):
    """On the page of its career."""
    out = io.BytesIO(workbook.write(document.normal(frameworks.tiny())))
    book = load_workbook(out)
    for sheet in book.sheetnames:
        if sheet != "skills":
            del book[sheet]
    book["skills"]["B2"] = "Sawing"
    out = io.BytesIO()
    book.save(out)
    assert faults(upload(emil, out.getvalue(), name="b.xlsx")) == [
        "b.xlsx: has no sheet career, levels, groups, requirements. Export a career to see one."
    ]
    emil.post(upload(emil, out.getvalue(), INTO, name="b.xlsx")["Location"])
    assert Skill.objects.get(key="cutting").title == "Sawing"
    assert box_maker.career.steps.count() == 4


# Bad input.


def test_faults_are_listed_by_file_row_and_column_and_the_codes_are_kept(emil, db):
    """What was typed is still there."""
    files = releases.onet()
    files["Knowledge.txt"] = files["Knowledge.txt"].replace(b"IM\t3.49", b"IM\tmuch")
    response = upload(emil, releases.zip_of(files), name="onet.zip", occupations="99-1111.00")
    assert faults(response) == [
        "Knowledge.txt, row 2, column Data Value: 'much' is no value of the scale IM."
        " Write a number from 1 to 5, such as 3.25."
    ]
    assert 'value="99-1111.00"' in response.text
    assert PendingImport.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            b"key,title\r\n",
            "x: is neither JSON nor an archive."
            " Give Rung JSON, a workbook, an O*NET or ESCO release, or a CASE package."
            " Put the sheets of a workbook, as CSV files, into a .zip.",
        ),
        (
            b'{"CFItems": []}',
            "x, CFDocument: is missing or no object. Give a CFPackage, not one part of it.",
        ),
        ("{}".encode("utf-16"), "x: is UTF-16, not UTF-8. Save the file as UTF-8."),
        (
            b"[" * 100_000,
            f"x, row 1, column 101: nested too deeply: more than 100 (at {'[0]' * 10}).",
        ),
        (b"PK\x03\x04 half", "x: is broken or was not written to its end. Send it again."),
        (
            releases.tar_of({"a.txt": b"1"}),
            "x: holds nothing that can be imported."
            " Give Rung JSON, a workbook, an O*NET or ESCO release, or a CASE package.",
        ),
        (
            releases.tar_of(releases.onet()),
            "x: no occupation of this release is chosen."
            " Write up to 20 codes; the commands import_onet, import_esco take all.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(emil, db, data, fault):
    assert faults(upload(emil, data, name="x")) == [fault]


@pytest.mark.parametrize("lacking", ["Occupation Data.txt", "occupations_en.csv"])
def test_a_release_that_lacks_its_occupations_is_still_told_as_one(emil, db, lacking):
    """Not taken for a workbook that has no sheets."""
    whole = releases.onet() if lacking in releases.onet() else releases.esco()
    data = releases.zip_of({name: file for name, file in whole.items() if name != lacking})
    [fault] = faults(upload(emil, data, name="x", occupations=releases.JUGGLER))
    assert fault.startswith("x: ")
    assert f"{lacking} is missing" in fault


def test_errors_of_the_check_are_listed(emil, db):
    """A framework that could not be published is not imported."""
    raw = frameworks.tiny()
    raw["steps"][0]["after"] = ["cut-scraps"]
    assert faults(upload(emil, json.dumps(raw).encode())) == [
        "boxes.json, column step cut-scraps: waits in a circle for cut-scraps."
    ]
    assert PendingImport.objects.count() == 0


def test_another_careers_file_is_refused_on_a_careers_page(emil, box_maker):
    raw = frameworks.of_size(2, 1)
    assert faults(upload(emil, json.dumps(raw).encode(), INTO)) == [
        "boxes.json: holds the career “made-up”, not “box-maker”. Import it from the studio’s list."
    ]


def test_a_file_that_is_missing_or_too_large_is_refused_by_the_form(emil, db, monkeypatch):
    assert "Choose a file." in emil.post(IMPORT, {}).text
    monkeypatch.setattr("careers.studio.import_forms.MAX_BYTES", 5_000_000)
    response = upload(emil, b" " * 5_000_001)
    assert response.status_code == 400
    assert "This file is larger than 5 MB." in response.text


def test_a_request_that_says_it_is_too_large_is_not_read(emil, db, monkeypatch):
    monkeypatch.setattr(config_uploads, "MOST_BYTES", 500)
    monkeypatch.setattr(config_uploads, "MAX_REQUEST_BYTES", 1000)
    assert upload(emil, b" " * 2000).status_code == 413


# Who, and for how long.


@pytest.mark.parametrize("address", [IMPORT, INTO])
def test_only_who_may_change_drafts_may_import(vera, stranger, box_maker, address):
    assert vera.get(address).status_code == 404
    assert upload(vera, rung(), address).status_code == 404
    assert stranger.get(address)["Location"].startswith("/admin/login/") or stranger.get(address)[
        "Location"
    ].endswith(f"?next={address}")


def test_a_pending_import_is_its_owners_alone(emil, db):
    shown = upload(emil, rung())["Location"]
    other = with_permissions("other@example.org", "view_career", "change_career")
    assert other.get(shown).status_code == 404
    assert other.post(shown).status_code == 404
    assert Career.objects.count() == 0


def test_a_new_upload_takes_the_place_of_the_last(emil, db):
    first = upload(emil, rung())["Location"]
    upload(emil, json.dumps(frameworks.of_size(2, 1)).encode())
    assert emil.post(first).status_code == 404
    assert PendingImport.objects.count() == 1


def test_old_pending_imports_are_forgotten(emil, edda, db):
    upload(emil, rung())
    PendingImport.objects.update(uploaded_at=NOW - timedelta(days=2))
    [kept] = PendingImport.objects.all()
    reading = uploads.read("x.json", rung())
    pending.keep(reading=reading, file_name="x.json", owner=edda, now=NOW)
    assert not PendingImport.objects.filter(pk=kept.pk).exists()


def test_a_pending_import_holds_something(edda):
    """The database refuses an empty one."""
    with pytest.raises(IntegrityError), transaction.atomic():
        PendingImport.objects.create(owner=edda, documents="", uploaded_at=NOW)


def test_one_person_has_one_pending_import(edda):
    PendingImport.objects.create(owner=edda, documents="[]", uploaded_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        PendingImport.objects.create(owner=edda, documents="[]", uploaded_at=NOW)


# The export.


def test_the_draft_is_exported_as_a_workbook_that_changes_nothing_when_imported(
    emil, vera, box_maker
):
    """To whoever may look at it."""
    response = vera.get("/studio/box-maker/export.xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="box-maker.xlsx"'
    shown = upload(emil, response.content, INTO, name="box-maker.xlsx")["Location"]
    [career] = emil.get(shown).context["dry_run"].careers
    assert career.status == "unchanged"


def test_a_version_is_exported_as_a_workbook_too(emil, vera, box_maker):
    """What the draft became since is not in it: importing it takes that back."""
    response = vera.get("/studio/box-maker/versions/1.xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="box-maker-1.xlsx"'
    assert vera.get("/studio/box-maker/versions/9.xlsx").status_code == 404
    assert "/studio/box-maker/versions/1.xlsx" in vera.get("/studio/box-maker/versions/1/").text

    def status() -> str:
        shown = upload(emil, response.content, INTO, name="box-maker-1.xlsx")["Location"]
        return emil.get(shown).context["dry_run"].careers[0].status

    assert status() == "unchanged"
    Skill.objects.filter(key="gluing").update(title="Pasting")
    assert status() == "changed"
