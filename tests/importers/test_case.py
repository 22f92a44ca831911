"""CASE packages in and out: the tree, what strays, and what cannot be kept."""

import json
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, Phase, given, settings

from careers import check, document, publishing
from careers.drafts import arranged_draft, compile_draft
from careers.exporters import case as exporter
from careers.importers import case
from careers.importers.reading import InputError
from careers.models import Career, Version

from .. import frameworks
from ..careers.test_document import documents
from ..conftest import NOW, publish
from .shared import SHARED, real

WHEN = "2026-11-22T08:00:00+00:00"


def item(identifier: str, **fields) -> dict:
    """Return an item of a package."""
    return {
        "identifier": identifier,
        "uri": f"https://x.example/uri/{identifier}",
        "fullStatement": f"Can do {identifier}.",
        "lastChangeDateTime": WHEN,
        **fields,
    }


def link(origin: str, destination, kind: str = "isChildOf", **fields) -> dict:
    """Return an association; the destination is an identifier or a node as it stands."""
    node = {"title": "", "identifier": destination, "uri": f"https://x.example/{destination}"}
    return {
        "associationType": kind,
        "originNodeURI": f"https://x.example/uri/{origin}",
        "destinationNodeURI": node if isinstance(destination, str) else destination[0],
        **fields,
    }


def package(items: list[dict], associations: list[dict] = (), **document_fields) -> bytes:
    """Return a package."""
    made = {
        "CFDocument": {"identifier": "doc", "title": "Box work", **document_fields},
        "CFItems": items,
        "CFAssociations": list(associations),
    }
    return json.dumps(made).encode()


def read(data: bytes) -> tuple[document.Json, list[str]]:
    """Return the career of a package, checked, and the notes."""
    reading = case.read("p.json", data)
    [made] = reading.documents
    assert document.normal(made) == made
    assert check.errors(made) == []
    return made, [str(note) for note in reading.notes]


def refusals(data: bytes) -> list[str]:
    """Return why a package is refused."""
    with pytest.raises(InputError) as refused:
        case.read("p.json", data)
    return [str(fault) for fault in refused.value.faults]


def test_our_own_export_of_the_largest_career_comes_back():
    """It has every text twice and more brackets than anything else."""
    from tests.faults import large

    made = document.normal(large.career())
    assert 4_000_000 < len(document.pretty(made)) < document.MAX_BYTES
    text = json.dumps(exporter.write(made, changed=WHEN).package, ensure_ascii=False, indent=2)
    assert len(text) > 15_000_000
    assert case.read("p.json", text.encode()).documents == (made,)


DEFAULT = "levels: CASE packages name no levels: one level asks rating 2, importance 3 of all"


def test_items_without_children_are_skills_in_the_group_at_the_top():
    """What stands between them and the top is noted.

    box           group "box"
    ├─ b (2nd)    skill
    └─ a (1st)    heading within a group
       └─ a1      skill
    c             skill, in a group for those without
    """
    made, notes = read(
        package(
            [
                item("box", abbreviatedStatement="Boxes"),
                item("b"),
                item("a", humanCodingScheme="A.0"),
                item("a1", humanCodingScheme="A.1", notes="With\ttape."),
                item("c"),
            ],
            [
                link("box", "doc", sequenceNumber=1),
                link("b", "box", sequenceNumber=2),
                link("a", "box", sequenceNumber=1),
                link("a1", "a"),
                link("c", "doc", sequenceNumber=2),
            ],
            description="How boxes are made.",
            creator="The Box Guild",
        )
    )
    assert made["career"] == {
        "key": "box-work",
        "title": "Box work",
        "summary": "How boxes are made.",
        "alternative_titles": [],
        "codes": {"case": "doc"},
        "credit": "By The Box Guild.",
    }
    assert [(row["key"], row["title"]) for row in made["groups"]] == [
        ("boxes", "Boxes"),
        ("skills", "Skills"),
    ]
    assert [(row["key"], row["group"], row["codes"]) for row in made["skills"]] == [
        ("a-1", "boxes", {"case": "a1", "case-code": "A.1"}),
        ("can-do-b", "boxes", {"case": "b"}),
        ("can-do-c", "skills", {"case": "c"}),
    ]
    assert made["skills"][0]["description"] == "With tape."
    assert {(row["rating"], row["importance"]) for row in made["requirements"]} == {(2, 3)}
    assert notes == [
        "item A.0: is a heading within a group: its skills are kept, it is not",
        DEFAULT,
    ]


def test_an_association_that_leaves_the_package_is_named_and_the_rest_imported():
    """In every dialect: link objects, plain addresses, nothing at all."""
    made, notes = read(
        package(
            [item("a"), item("b", educationalLevel="06"), item("c", educationLevel=["07"])],
            [
                link("a", "far"),
                link("b", ["https://y.example/uri/elsewhere"], "exactMatchOf"),
                link("b", [None], "precedes"),
                link("a", "b", "isRelatedTo"),
                link("a", "c", "isRelatedTo"),
            ],
        )
    )
    assert [row["key"] for row in made["skills"]] == ["can-do-a", "can-do-b", "can-do-c"]
    assert notes == [
        "CFAssociations 1, isChildOf: leaves the package, to https://x.example/far: not kept",
        "CFAssociations 2, exactMatchOf: leaves the package,"
        " to https://y.example/uri/elsewhere: not kept",
        "CFAssociations 3, precedes: leaves the package, to nothing: not kept",
        "CFAssociations: 2 of the type isRelatedTo are not kept",
        "CFItems: educationLevel of 1 items is not kept",
        "CFItems: educationalLevel of 1 items is not kept",
        DEFAULT,
    ]


def test_skill_levels_become_levels():
    """By hasSkillLevel alone, with the default ratings."""
    made, _notes = read(
        package([item("a"), item("one")], [link("a", "one", "hasSkillLevel"), link("a", "doc")])
    )
    assert [row["key"] for row in made["levels"]] == ["can-do-one"]
    assert made["requirements"] == [
        {
            "level": "can-do-one",
            "skill": "can-do-a",
            "rating": 2,
            "importance": 3,
            "essential": False,
        }
    ]


def test_a_second_parent_is_noted():
    """A tree has one."""
    _made, notes = read(
        package([item("a"), item("b"), item("c")], [link("c", "a"), link("c", "b")])
    )
    assert notes[0] == "CFAssociations 2, isChildOf: c has a parent already: not kept"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "p.json, row 1, column 1: not JSON: Expecting value."),
        (b"[]", "p.json: is no CFPackage. It is one object with CFDocument and CFItems."),
        (
            b"{}",
            "p.json, CFDocument: is missing or no object. Give a CFPackage, not one part of it.",
        ),
        (
            b"[" * 100_000,
            "p.json, row 1, column 101: nested too deeply: more than 100"
            " (at [0][0][0][0][0][0][0][0][0][0]).",
        ),
        (
            b'{"CFDocument": ' * 100_000,
            "p.json, row 1, column 1501: nested too deeply: more than 100"
            " (at CFDocument.CFDocument.CFDocument.CFDocument.CFDocument.CFDocument.CFDocument"
            ".CFDocument.CFDocument.CFDocument).",
        ),
        (
            package([item("a")], title=" "),
            "p.json, CFDocument.title: is missing. Write one.",
        ),
        (
            package([]),
            "p.json, CFItems: there is no item. A career needs one skill at least.",
        ),
        (
            package([item("a"), item("b", fullStatement=None)]),
            "p.json, row 2, column CFItems fullStatement: b has no statement. Write one.",
        ),
        (
            package([item("a"), item("a")]),
            "p.json, row 2, column CFItems identifier: a stands twice. Keep one of the items.",
        ),
        (
            package([item("a"), "b"]),
            "p.json, row 2, column CFItems identifier: is missing. Give every item one.",
        ),
        (
            package([item("a"), item("b")], [link("a", "b"), link("b", "a")]),
            "p.json, CFAssociations[0]: the item a is its own ancestor."
            " Remove one of these isChildOf.",
        ),
        (
            '{"CFDocument": {"title": "é"}}'.encode("latin-1"),
            "p.json, row 1, column 27: the byte 0xe9 is not UTF-8; save the file as UTF-8.",
        ),
    ],
)
def test_a_broken_package_is_refused(data, fault):
    """By list, place and field."""
    assert refusals(data) == [fault]


def test_a_career_goes_out_as_1_0_and_comes_back_to_an_empty_place():
    """Keys, titles, groups, anchors, levels and requirements; the rest is told."""
    made = document.normal(frameworks.tiny())
    out = exporter.write(made, changed=WHEN, version="1.0")
    back, notes = read(json.dumps(out.package).encode())
    assert notes == []
    for skill in back["skills"]:
        assert UUID(skill["codes"].pop("case"))
        skill["codes"].pop("case-code")
    for name in ("levels", "groups", "skills", "requirements"):
        assert back[name] == made[name], name
    assert out.lost == (
        ("alternative titles", 1),
        ("codes", 1),
        ("training steps", 4),
        ("facts", 1),
        ("guide sections", 1),
        ("sources", 1),
    )


def there_and_back(made: document.Json, version: str = "1.1", draft_of=case.no_draft):
    """Write a document as a package and read it again."""
    out = exporter.write(made, changed=WHEN, version=version)
    [back] = case.read("p.json", json.dumps(out.package).encode(), draft_of).documents
    return back


@settings(
    max_examples=30,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
)
@given(documents())
def test_any_career_comes_back_unchanged_from_1_1(raw):
    """By the hash of its content: the extension holds what CASE has no place for."""
    made = document.normal(raw)
    if check.errors(made):
        return
    assert exporter.write(made, changed=WHEN).lost == ()
    assert there_and_back(made) == made


@settings(
    max_examples=30,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
)
@given(documents())
def test_any_career_comes_back_unchanged_from_1_0_over_its_own_draft(raw):
    """What CASE 1.0 lacks stays as it is in the draft."""
    made = document.normal(raw)
    if check.errors(made):
        return
    assert there_and_back(made, "1.0", lambda _key, _identifier: (made, True)) == made


def test_the_built_in_career_comes_back_unchanged():
    path = Path(document.__file__).parent / "data" / "production-technician.json"
    made = document.loads(path.read_bytes())
    for version in exporter.VERSIONS:
        back = there_and_back(made, version, lambda _key, _identifier: (made, True))
        assert document.content_hash(back) == document.content_hash(made)


def test_what_another_tool_changed_in_our_package_wins():
    """A renamed skill, a new one and a removed one; what names that is left out, and told."""
    made = document.normal(frameworks.tiny())
    package_ = exporter.write(made, changed=WHEN).package
    cutting, gluing = (
        next(each for each in package_["CFItems"] if each["humanCodingScheme"] == key)
        for key in ("cutting", "gluing")
    )
    cutting["fullStatement"] = "Sawing"
    package_["CFItems"].remove(gluing)
    package_["CFItems"].append(item("new", fullStatement="Folding"))
    reading = case.read("p.json", json.dumps(package_).encode())
    [back] = reading.documents
    assert check.errors(back) == []
    assert [(row["key"], row["title"]) for row in back["skills"]][-1] == ("folding", "Folding")
    assert {row["key"]: row["title"] for row in back["skills"]}["cutting"] == "Sawing"
    assert "gluing" not in json.dumps([back["requirements"], back["skills"], back["steps"]])
    assert back["facts"] == made["facts"]
    assert any("mentions of skills" in str(note) for note in reading.notes)


def test_an_extension_that_is_no_framework_is_told_and_left_out():
    made, notes = read(package([item("a")], extensions={"rung": {"format": "rung/1"}}))
    assert [row["key"] for row in made["skills"]] == ["can-do-a"]
    assert notes[-1].startswith("CFDocument.extensions.rung: is not kept: ")


def test_a_package_empties_nothing_of_the_draft_that_it_replaces(db, tmp_path):
    """A package without levels, ratings and anchors: those that editors set stay."""
    path = tmp_path / "p.json"
    path.write_bytes(package([item("a"), item("b")]))
    run("import_case", path)
    career = Career.objects.get()
    raw = arranged_draft(compile_draft(career))
    raw["levels"] = [
        {"key": "one", "title": "One", "rank": 1},
        {"key": "two", "title": "Two", "rank": 2},
    ]
    raw["requirements"] = [
        {"level": "one", "skill": "can-do-a", "rating": 1, "importance": 5, "essential": True},
        {"level": "two", "skill": "can-do-b", "rating": 4, "importance": 1},
    ]
    raw["skills"][0]["anchors"] = ["0", "1", "2", "3", "4"]
    raw["facts"] = frameworks.tiny()["facts"]
    raw["facts"][0].pop("level", None)
    publishing.import_framework(document=raw, now=NOW)
    path.write_bytes(package([item("a"), item("b", fullStatement="Does b."), item("c")]))
    lines = run("import_case", path, dry_run=True)
    assert "draft: what CASE has no place for stays as in the draft box-work" in lines
    assert not [line for line in lines if "removed" in line]
    run("import_case", path)
    now = arranged_draft(compile_draft(Career.objects.get()))
    assert [row["key"] for row in now["levels"]] == ["one", "two"]
    asked = [(r["level"], r["skill"], r["rating"], r["importance"]) for r in now["requirements"]]
    assert asked == [
        ("one", "can-do-a", 1, 5),
        ("two", "can-do-b", 4, 1),
        ("one", "can-do-c", 2, 3),
    ]
    titles = {row["key"]: row["title"] for row in now["skills"]}
    assert titles["can-do-b"] == "Does b."  # the key is that of the item, not of its words
    assert now["skills"][0]["anchors"] == ["0", "1", "2", "3", "4"]
    assert len(now["facts"]) == 1


def test_a_package_has_what_the_specification_requires():
    """Every node with identifier, uri and date, identifiers being UUIDs; 1.1 says so."""
    out = exporter.write(document.normal(frameworks.tiny()), changed=WHEN).package
    nodes = [out["CFDocument"], *out["CFItems"], *out["CFAssociations"], *out["CFRubrics"]]
    assert len({node["identifier"] for node in nodes}) == len(nodes)
    for node in nodes:
        assert (str(UUID(node["identifier"])), node["uri"], node["lastChangeDateTime"]) == (
            node["identifier"],
            f"urn:uuid:{node['identifier']}",
            WHEN,
        )
    assert out["CFDocument"]["caseVersion"] == "1.1"
    old = exporter.write(document.normal(frameworks.tiny()), changed=WHEN, version="1.0").package
    assert "caseVersion" not in old["CFDocument"]


def test_a_package_that_came_in_goes_out_with_its_own_identifiers():
    root, skill = "a33fc64e-5c40-11e7-82c4-3d54268aa9ee", "3d8cdec5-83d6-49b4-9300-91a824c59758"
    made, _notes = read(package([item(skill)], identifier=root))
    out = exporter.write(made, changed=WHEN).package
    assert out["CFDocument"]["identifier"] == root
    assert skill in {each["identifier"] for each in out["CFItems"]}


# The commands.


def run(name: str, *arguments, **options) -> list[str]:
    """Run a command and return the lines it wrote."""
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=out, verbosity=0, **options)
    return out.getvalue().splitlines()


def test_a_dry_run_reports_what_leaves_the_package_and_changes_nothing(db, tmp_path):
    path = tmp_path / "p.json"
    path.write_bytes(package([item("a")], [link("a", "far")]))
    lines = run("import_case", path, dry_run=True)
    assert lines[0] == (
        "CFAssociations 1, isChildOf: leaves the package, to https://x.example/far: not kept"
    )
    assert lines[-1] == "A dry run: nothing was imported."
    assert Career.objects.count() == 0


def test_the_commands_write_and_read_a_package(db, tmp_path):
    """What CASE has no place for is told."""
    publish(frameworks.tiny())
    path = tmp_path / "boxes.json"
    old = run("export_case", "box-maker", output=str(path), case_version="1.0")
    assert old[0] == "Not kept: 1 alternative titles."
    assert run("import_case", path, publish=True)[-1] == "Published: 0 new versions."
    assert run("export_case", "box-maker", output=str(path)) == []
    assert run("import_case", path, publish=True)[-1] == "Published: 0 new versions."
    assert Version.objects.count() == 1


def test_a_package_that_is_cut_off_changes_nothing(db, tmp_path):
    path = tmp_path / "p.json"
    path.write_bytes(package([item("a")])[:-30])
    with pytest.raises(CommandError, match=r"p.json, row 1, column \d+: not JSON: "):
        run("import_case", path)
    assert Career.objects.count() == 0


# The real packages.


def test_every_real_package_is_imported(db):
    """With the one that strays on purpose: 21 associations leave it, each is named."""
    real("case")
    counts = {}
    for path in sorted((SHARED / "case").glob("*.json")):
        made, notes = read(path.read_bytes())
        leaving = [note for note in notes if "leaves the package" in note]
        counts[path.stem] = (len(made["skills"]), len(made["groups"]), len(leaving))
        assert run("import_case", path, publish=True)[-1] == "Published: 1 new versions."
    assert counts == {
        "opensalt-AdoptedTestFramework": (1, 1, 0),
        "opensalt-ItemTypeTestFramework": (1, 1, 0),
        "opensalt-MarkdownFramework": (2, 1, 0),
        "opensalt-Ordering": (24, 1, 0),
        "opensalt-SequenceNumberFramework": (2, 1, 0),
        "opensalt-SmartLevelFramework": (12, 2, 0),
        "opensalt-Utf8TestFramework": (1, 1, 0),
        "opensalt-framework-20c5134f": (12, 2, 21),
    }
