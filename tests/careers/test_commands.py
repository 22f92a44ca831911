"""The commands import_framework, export_framework and load_careers."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from careers import document, drafts, publishing
from careers.management.commands import export_framework, load_careers
from careers.models import Career, KeptDraft, Skill, Version

from .. import frameworks
from ..conftest import BUILT_IN, publish


def run(name: str, *arguments, **options) -> str:
    """Run a command and return what it wrote."""
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def refusal(name: str, *arguments, **options) -> str:
    """Run a command that must fail with a message, and return that."""
    with pytest.raises(CommandError) as refused:
        run(name, *arguments, **options)
    return str(refused.value)


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a document to a file."""

    def write(raw, name: str = "career.json"):
        path = tmp_path / name
        path.write_text(raw if isinstance(raw, str) else json.dumps(raw), encoding="utf-8")
        return path

    return write


# import_framework


def test_a_file_comes_in_as_a_draft(db, file):
    """Nothing is published unless asked for."""
    assert run("import_framework", file(frameworks.tiny())) == ("Box Maker: imported as a draft.\n")
    draft = drafts.compile_draft(Career.objects.get())
    assert document.normal(draft) == document.normal(frameworks.tiny())
    assert Version.objects.count() == 0


def test_publish_makes_a_version_with_its_note(db, file):
    path = file(frameworks.tiny())
    assert run("import_framework", path, "--publish", "--note", "The first boxes.") == (
        "Box Maker: published version 1.\n"
    )
    version = Version.objects.get()
    assert (version.number, version.note, version.origin, version.published_by) == (
        1,
        "The first boxes.",
        Version.Origin.EDITORS,
        None,
    )


def test_publishing_the_same_file_again_says_that_nothing_changed(db, file):
    """And succeeds: a script may run it twice."""
    path = file(frameworks.tiny())
    run("import_framework", path, publish=True)
    assert run("import_framework", path, publish=True) == (
        "Box Maker: Nothing has changed since version 1.\n"
    )
    assert Version.objects.count() == 1


def test_an_import_keeps_the_unpublished_draft_it_replaces(box_maker, file):
    Skill.objects.filter(key="cutting").update(title="Sawing")
    run("import_framework", file(frameworks.tiny()))
    assert KeptDraft.objects.get().document["skills"][0]["title"] == "Sawing"
    assert Skill.objects.get(key="cutting").title == "Cutting"


def test_a_broken_file_changes_nothing_and_every_row_is_listed(box_maker, file):
    """All or nothing, also with --publish."""
    raw = frameworks.tiny(colour="red")
    raw["levels"][0]["rank"] = 0
    path = file(raw)
    assert sorted(refusal("import_framework", path, publish=True).split("\n")) == [
        "  levels[0] “junior”.rank: 0 is out of bounds: 1 to 99",
        "  unknown key 'colour'; remove it or correct its name",
        f"{path} was not imported:",
    ]
    assert Version.objects.count() == 1
    assert KeptDraft.objects.count() == 0


def test_an_import_that_cannot_be_published_is_taken_back(box_maker, file, monkeypatch):
    """With --publish it is both or neither."""

    def refuse(**options):
        raise document.DocumentError([document.Problem("level junior", "is not to be")])

    monkeypatch.setattr(publishing, "publish", refuse)
    path = file(frameworks.tiny(steps=[]))
    assert refusal("import_framework", path, publish=True) == (
        f"{path} was not imported:\n  level junior: is not to be"
    )
    assert box_maker.career.steps.count() == 4


def test_errors_of_the_check_are_listed_by_row(db, file):
    raw = frameworks.tiny()
    raw["steps"][0]["after"] = ["plan-a-day"]
    raw["steps"][1]["after"] = ["cut-scraps"]
    path = file(raw)
    assert refusal("import_framework", path).split("\n") == [
        f"{path} was not imported:",
        "  step cut-scraps: waits in a circle for plan-a-day",
        "  step cut-orders: waits in a circle for cut-scraps",
        "  step plan-a-day: waits in a circle for cut-orders",
    ]
    assert Career.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1, column 1: not JSON: Expecting value"),
        (
            '{"format": "rung/1",\n "format": "rung/1"}',
            "line 2, column 2: the key 'format' stands twice in one object (at format)",
        ),
        (" " * (document.MAX_BYTES + 1), "the file is larger than 5,000,000 bytes"),
    ],
    ids=["empty", "a key twice", "too large"],
)
def test_a_file_that_is_no_document_is_refused_in_one_line(db, file, text, problem):
    path = file(text)
    assert refusal("import_framework", path) == f"{path} was not imported:\n  {problem}"


def test_a_missing_file_is_said_to_be_missing(db, tmp_path):
    path = tmp_path / "nowhere.json"
    assert refusal("import_framework", path) == f"{path}: No such file or directory"
    assert refusal("import_framework", tmp_path) == f"{tmp_path}: Is a directory"


# export_framework


def test_the_latest_version_is_written(box_maker):
    """To standard output: the normal form, readable by people, with a final line break."""
    publish(frameworks.tiny(steps=[]))
    text = run("export_framework", "box-maker")
    assert text == document.pretty(document.normal(frameworks.tiny(steps=[])))


def test_an_older_version_is_written_by_its_number(box_maker):
    publish(frameworks.tiny(steps=[]))
    text = run("export_framework", "box-maker", "--version", "1")
    assert document.loads(text) == document.normal(frameworks.tiny())


def test_version_means_the_careers_version_on_the_command_line():
    """Django's own --version would print Django's."""
    parser = export_framework.Command().create_parser("manage.py", "export_framework")
    options = parser.parse_args(["box-maker", "--version", "2"])
    assert (options.career, options.number, options.output) == ("box-maker", 2, None)


def test_a_draft_is_not_exported(db, file):
    """Only what was published has a name."""
    run("import_framework", file(frameworks.tiny()))
    assert refusal("export_framework", "box-maker") == (
        "There is no published version of a career 'box-maker'."
    )


def test_a_missing_career_or_version_is_said_to_be_missing(box_maker):
    assert refusal("export_framework", "baker") == (
        "There is no published version of a career 'baker'."
    )
    assert refusal("export_framework", "box-maker", "--version", "2") == (
        "There is no version 2 of a career 'box-maker'."
    )
    assert refusal("export_framework", "box-maker", "--version", "0") == (
        "There is no version 0 of a career 'box-maker'."
    )


def test_output_writes_a_file_and_nothing_else(box_maker, tmp_path):
    path = tmp_path / "boxes.json"
    assert run("export_framework", "box-maker", "--output", str(path)) == ""
    assert path.read_bytes().decode() == run("export_framework", "box-maker")


def test_a_file_that_cannot_be_written_is_an_error_in_one_line(box_maker, tmp_path):
    """Like one that cannot be read: no traceback."""
    path = tmp_path / "nowhere" / "boxes.json"
    assert refusal("export_framework", "box-maker", output=str(path)) == (
        f"{path}: No such file or directory"
    )


def test_export_and_import_round_trip_exactly(box_maker, tmp_path):
    """Exported, imported and exported again: the same bytes, and nothing new to publish."""
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    run("export_framework", "box-maker", output=str(first))
    assert run("import_framework", first, publish=True) == (
        "Box Maker: Nothing has changed since version 1.\n"
    )
    run("export_framework", "box-maker", output=str(second))
    assert second.read_bytes() == first.read_bytes()


# load_careers


def test_the_built_in_careers_are_published_at_the_first_start(db):
    """And a second start leaves them as they are."""
    assert run("load_careers") == "Production Technician: published version 1.\n"
    assert run("load_careers") == "Production Technician: already loaded.\n"
    version = Version.objects.get()
    assert (version.number, version.origin) == (1, Version.Origin.BUILT_IN)
    assert json.loads(version.document) == document.loads(BUILT_IN.read_bytes())
    assert run("export_framework", "production-technician") == BUILT_IN.read_text("utf-8")


def test_every_file_of_the_folder_is_loaded_in_order_of_name(db, file, tmp_path, monkeypatch):
    """One line for each: what was done, or why nothing was."""
    monkeypatch.setattr(load_careers, "DATA", tmp_path)
    file(frameworks.tiny(), "b.json")
    file(frameworks.of_size(1, 1), "a.json")
    file("no career", "notes.txt")
    assert run("load_careers").splitlines() == [
        "Career of 1: published version 1.",
        "Box Maker: published version 1.",
    ]
    Skill.objects.filter(key="cutting").update(title="Sawing")
    file(frameworks.tiny(steps=[]), "b.json")
    file(frameworks.of_size(2, 1), "a.json")
    assert run("load_careers").splitlines() == [
        "Career of 2: published version 2.",
        "Box Maker: left alone, because its draft has unpublished changes.",
    ]
