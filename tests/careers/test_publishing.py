"""Publishing: drafts become numbered versions that never change; imports and built-in careers."""

import copy
import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from careers import catalogue, document, drafts, publishing
from careers.document import DocumentError, Json
from careers.models import Career, KeptDraft, Level, Requirement, Skill, Version

from .. import frameworks
from ..conftest import NOW, publish
from .test_document import documents

BUILT_IN = Version.Origin.BUILT_IN
EDITORS = Version.Origin.EDITORS


def normal(**changes) -> Json:
    return document.normal(frameworks.tiny(**changes))


def renamed(title: str) -> Json:
    """Return the tiny career under another title."""
    raw = frameworks.tiny()
    raw["career"]["title"] = title
    return raw


def export(key: str = "box-maker", **options) -> str:
    out = StringIO()
    call_command("export_framework", key, stdout=out, **options)
    return out.getvalue()


# Publishing a draft.


def test_the_first_version_holds_the_draft(box_maker):
    """Number, content, hash and everything that lists show without opening it."""
    assert json.loads(box_maker.document) == normal()
    assert box_maker.document.encode() == document.canonical(normal())
    assert box_maker.sha256 == sha256(box_maker.document.encode()).hexdigest()
    assert {
        name: getattr(box_maker, name)
        for name in ("number", "title", "summary", "skill_count", "level_count", "origin", "note")
    } == {
        "number": 1,
        "title": "Box Maker",
        "summary": "Makes boxes.",
        "skill_count": 3,
        "level_count": 2,
        "origin": EDITORS,
        "note": "",
    }
    assert (box_maker.published_at, box_maker.published_by) == (NOW, None)
    assert Career.objects.get().latest == box_maker


def test_skills_that_no_level_requires_are_not_counted(db):
    """They are not asked either."""
    version = publish(
        frameworks.tiny(
            skills=[*frameworks.tiny()["skills"], frameworks.skill("folding", "hands")],
        )
    )
    assert version.skill_count == 3


def test_a_changed_draft_becomes_the_next_version(box_maker, edda):
    """Version 1 stays as it was, to explain the reports made with it."""
    before = box_maker.document
    Skill.objects.filter(key="cutting").update(title="Sawing")
    later = NOW + timedelta(days=1)
    second = publishing.publish(career=box_maker.career, now=later, note="Sawing it is.", by=edda)
    assert (second.number, second.note, second.published_by, second.published_at) == (
        2,
        "Sawing it is.",
        edda,
        later,
    )
    assert catalogue.framework(second).skills()["cutting"].title == "Sawing"
    assert Version.objects.get(number=1).document == before
    assert catalogue.framework(Version.objects.get(number=1)).skills()["cutting"].title == "Cutting"
    assert Career.objects.get().latest == second


def test_unchanged_content_is_not_published_again(box_maker):
    """Whatever the note: number and note are not part of the content."""
    with pytest.raises(publishing.UnchangedError) as refused:
        publishing.publish(career=box_maker.career, now=NOW, note="again")
    assert str(refused.value) == "Nothing has changed since version 1."
    assert refused.value.latest == box_maker
    assert Version.objects.count() == 1


def test_going_back_to_older_content_is_a_new_version_of_the_same_hash(box_maker):
    """Only the latest version counts as unchanged; its content alone names a version."""
    publish(renamed("Crate Maker"))
    third = publish(frameworks.tiny())
    assert (third.number, third.sha256) == (3, box_maker.sha256)


def test_a_stale_copy_of_the_career_cannot_reuse_a_number(db):
    """Who publishes second from an old page gets the next number, or is told."""
    first_editor = publishing.import_framework(document=normal(), now=NOW)
    second_editor = Career.objects.get()
    publishing.publish(career=first_editor, now=NOW)
    with pytest.raises(publishing.UnchangedError):
        publishing.publish(career=second_editor, now=NOW)
    Career.objects.update(title="Crate Maker")
    assert publishing.publish(career=second_editor, now=NOW).number == 2
    Career.objects.update(title="Box Maker")
    assert publishing.publish(career=second_editor, now=NOW).number == 3


def test_a_broken_draft_is_not_published_and_every_error_is_told(box_maker):
    """Nothing is stored, and the latest version stays."""
    Level.objects.create(career=box_maker.career, key="boss", title="Boss", rank=3, position=2)
    Requirement.objects.filter(level__key="senior").delete()
    with pytest.raises(DocumentError) as refused:
        publishing.publish(career=box_maker.career, now=NOW)
    assert str(refused.value).split("\n") == [
        "level senior: has no requirement; add one or remove the level",
        "level boss: has no requirement; add one or remove the level",
    ]
    assert list(Version.objects.all()) == [box_maker]
    assert Career.objects.get().latest == box_maker


def test_a_draft_of_the_wrong_shape_is_refused_by_its_row(box_maker):
    """Rows hold what a document may not, such as a control character typed into a title."""
    Skill.objects.filter(key="gluing").update(title="Glu\u0007ing")
    with pytest.raises(DocumentError) as refused:
        publishing.publish(career=box_maker.career, now=NOW)
    assert str(refused.value) == (
        "skills[1] “gluing”.title: 'Glu\\x07ing' has control characters; remove them"
    )


def test_line_breaks_as_a_browser_sends_them_are_plain_ones(box_maker):
    """A form turns every line break into two characters; the text is the same, and no error."""
    texts = {"summary": "One box.\n\nThen two."}
    Level.objects.filter(key="junior").update(**texts)
    version = publishing.publish(career=box_maker.career, now=NOW)
    Level.objects.filter(key="junior").update(summary=texts["summary"].replace("\n", "\r\n"))
    assert drafts.is_published(Career.objects.get())
    Skill.objects.filter(key="gluing").update(anchor_3="Mends\r\nwhat came apart.")
    third = publishing.publish(career=box_maker.career, now=NOW)
    assert catalogue.framework(version).levels[0].summary == texts["summary"]
    assert catalogue.framework(third).levels[0].summary == texts["summary"]
    assert catalogue.framework(third).skills()["gluing"].anchors[3] == "Mends\nwhat came apart."


def test_an_empty_draft_cannot_be_published(db):
    """Each missing list is named."""
    career = Career.objects.create(key="idler", title="Idler")
    with pytest.raises(DocumentError) as refused:
        publishing.publish(career=career, now=NOW)
    assert str(refused.value).split("\n") == [
        f"{name}: has 0 entries; at least 1"
        for name in ("levels", "groups", "skills", "requirements")
    ]
    assert Version.objects.count() == 0


def test_verify_tells_errors_of_shape_before_errors_of_reference():
    """And returns the normal form of what may be published."""
    assert publishing.verify(frameworks.tiny()) == normal()
    broken = frameworks.tiny(groups=[{"key": "hands", "title": "Hands"}])
    with pytest.raises(DocumentError) as refused:
        publishing.verify(broken)
    assert str(refused.value) == "skill planning: there is no group 'head'"
    broken["levels"][0]["rank"] = 0
    with pytest.raises(DocumentError) as refused:
        publishing.verify(broken)
    assert str(refused.value) == "levels[0] “junior”.rank: 0 is out of bounds: 1 to 99"


def test_warnings_do_not_stop_publishing(db):
    """A career without steps and sources may be published."""
    raw = frameworks.tiny(steps=[])
    raw["facts"][0]["source"] = ""
    assert publish(raw).number == 1


# Importing.


def test_an_import_is_a_draft_and_publishes_nothing(db):
    """Its rows compile to the document again."""
    career = publishing.import_framework(document=frameworks.tiny(), now=NOW)
    assert document.normal(drafts.compile_draft(career)) == normal()
    assert (career.latest, Version.objects.count()) == (None, 0)


def test_the_rows_of_a_draft_keep_their_place_in_their_list(db):
    """So that editors can put one between two others."""
    career = publishing.import_framework(document=frameworks.tiny(), now=NOW)
    lists = ("levels", "skill_groups", "skills", "steps", "facts", "guide_sections", "sources")
    assert {
        name: list(getattr(career, name).values_list("position", flat=True)) for name in lists
    } == {
        "levels": [0, 1],
        "skill_groups": [0, 1],
        "skills": [0, 1, 2],
        "steps": [0, 1, 2, 3],
        "facts": [0],
        "guide_sections": [0],
        "sources": [0],
    }
    requirements = Requirement.objects.values_list("position", flat=True)
    assert list(requirements) == [0, 1, 2, 3, 4]
    career.skills.filter(key="planning").update(position=0)
    career.skills.filter(key="cutting").update(position=2)
    assert [row["key"] for row in drafts.compile_draft(career)["skills"]] == [
        "planning",
        "gluing",
        "cutting",
    ]


def test_an_import_replaces_the_whole_draft(box_maker):
    """What the document does not name is gone; the published version is not touched."""
    small = frameworks.of_size(1, 1, pages=1, key="box-maker")
    career = publishing.import_framework(document=small, now=NOW)
    assert document.normal(drafts.compile_draft(career)) == document.normal(small)
    assert Career.objects.get().latest == box_maker


def test_an_import_with_an_error_changes_nothing(box_maker):
    """Neither a row nor a kept draft."""
    with pytest.raises(DocumentError) as refused:
        publishing.import_framework(document=frameworks.tiny(groups=[]), now=NOW)
    assert str(refused.value) == "groups: has 0 entries; at least 1"
    assert document.normal(drafts.compile_draft(Career.objects.get())) == normal()
    assert KeptDraft.objects.count() == 0


def test_an_import_leaves_other_careers_alone(box_maker):
    publishing.import_framework(document=frameworks.of_size(1, 1), now=NOW)
    assert document.normal(drafts.compile_draft(box_maker.career)) == normal()


def test_a_replaced_draft_with_unpublished_work_is_kept(box_maker):
    """To be restored; a draft that is published already needs no keeping."""
    publishing.import_framework(document=renamed("Crate Maker"), now=NOW)
    assert KeptDraft.objects.count() == 0
    publishing.import_framework(document=renamed("Carton Maker"), now=NOW)
    kept = KeptDraft.objects.get()
    assert (kept.career, kept.kept_at) == (box_maker.career, NOW)
    assert document.normal(kept.document) == document.normal(renamed("Crate Maker"))


def test_a_draft_that_was_never_published_is_kept_too(db):
    publishing.import_framework(document=renamed("Crate Maker"), now=NOW)
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    assert document.normal(KeptDraft.objects.get().document) == document.normal(
        renamed("Crate Maker")
    )


def test_a_broken_draft_is_kept_too(box_maker):
    """Half-finished work is work."""
    Requirement.objects.filter(level__key="junior").delete()
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    assert [row["level"] for row in KeptDraft.objects.get().document["requirements"]] == [
        "senior"
    ] * 3


def test_an_empty_draft_is_not_worth_keeping(db):
    Career.objects.create(key="box-maker", title="Box Maker")
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    assert KeptDraft.objects.count() == 0


def test_a_draft_that_so_far_holds_only_facts_is_kept(db):
    """Whoever began with the facts has worked on it as well."""
    career = Career.objects.create(key="box-maker", title="Box Maker")
    career.facts.create(key="pay", kind="pay", value="30000")
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    assert [row["key"] for row in KeptDraft.objects.get().document["facts"]] == ["pay"]


def test_the_draft_counts_as_published_exactly_while_it_is(box_maker):
    """Changed, it is not; changed back, it is again; broken, it is not."""
    career = Career.objects.get()
    states = [drafts.is_published(career)]
    for title in ("Sawing", "Cutting", ""):
        Skill.objects.filter(key="cutting").update(title=title)
        states.append(drafts.is_published(career))
    assert states == [True, False, True, False]


# The built-in careers, on every start.


def load(raw: Json) -> str:
    return publishing.load_built_in(document=raw, now=NOW)


def versions() -> list[tuple[int, str, str]]:
    return list(Version.objects.order_by("number").values_list("number", "title", "origin"))


def test_a_built_in_career_is_published_at_the_first_start(db):
    assert load(renamed("Crate Maker")) == "Crate Maker: published version 1."
    assert versions() == [(1, "Crate Maker", BUILT_IN)]


def test_a_second_start_changes_nothing(db):
    load(frameworks.tiny())
    assert load(frameworks.tiny()) == "Box Maker: already loaded."
    assert versions() == [(1, "Box Maker", BUILT_IN)]


def test_an_upgrade_publishes_the_newer_built_in_career(db):
    """Latest is the older built-in one, and the draft is untouched."""
    load(frameworks.tiny())
    assert load(renamed("Crate Maker")) == "Crate Maker: published version 2."
    assert versions() == [(1, "Box Maker", BUILT_IN), (2, "Crate Maker", BUILT_IN)]
    assert KeptDraft.objects.count() == 0
    assert drafts.compile_draft(Career.objects.get())["career"]["title"] == "Crate Maker"


def test_an_upgrade_leaves_a_draft_with_unpublished_changes_alone(db):
    load(frameworks.tiny())
    Skill.objects.filter(key="cutting").update(title="Sawing")
    assert load(renamed("Crate Maker")) == (
        "Crate Maker: left alone, because its draft has unpublished changes."
    )
    assert versions() == [(1, "Box Maker", BUILT_IN)]
    assert Skill.objects.get(key="cutting").title == "Sawing"


def test_an_upgrade_leaves_what_editors_published_alone(db):
    load(frameworks.tiny())
    publish(renamed("Our Maker"))
    assert load(renamed("Crate Maker")) == (
        "Crate Maker: left alone, because editors published their own version."
    )
    assert versions() == [(1, "Box Maker", BUILT_IN), (2, "Our Maker", EDITORS)]


def test_a_career_that_editors_made_themselves_is_left_alone(box_maker):
    """Also when it is word for word the built-in one."""
    for raw in (frameworks.tiny(), renamed("Crate Maker")):
        assert load(raw).endswith(": left alone, because editors published their own version.")
    assert versions() == [(1, "Box Maker", EDITORS)]


def test_an_older_built_in_career_does_not_come_back(db):
    """After an upgrade an old process that starts once more finds its version loaded."""
    load(frameworks.tiny())
    load(renamed("Crate Maker"))
    assert load(frameworks.tiny()) == "Box Maker: already loaded."
    assert [number for number, _, _ in versions()] == [1, 2]


def test_a_draft_of_the_same_key_is_left_alone_and_the_reason_is_true(db):
    """Nobody has published anything: it is the draft that stands in the way."""
    publishing.import_framework(document=renamed("Our Maker"), now=NOW)
    assert load(frameworks.tiny()) == (
        "Box Maker: left alone, because its draft has unpublished changes."
    )
    assert Version.objects.count() == 0
    assert Career.objects.get().title == "Our Maker"


def test_a_broken_built_in_career_is_refused_whole(db):
    with pytest.raises(DocumentError):
        load(frameworks.tiny(groups=[]))
    assert Career.objects.count() == 0


# Round trips.


def test_what_is_exported_is_what_was_imported(box_maker):
    """In its normal form, indented, with a final line break."""
    assert export() == json.dumps(normal(), ensure_ascii=False, indent=2) + "\n"


def published_and_exported(raw: Json) -> tuple[str, str, str]:
    """Publish a document, note its hash, content and export, and take all of it back."""
    with transaction.atomic():
        version = publish(raw)
        stored = Version.objects.get(pk=version.pk)
        result = (stored.sha256, stored.document, export(stored.career.key))
        transaction.set_rollback(True)
    return result


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(raw=documents())
def test_publishing_exporting_and_importing_gives_the_same_hash_and_bytes(db, raw):
    """Whatever a document holds, rows and back lose nothing and add nothing."""
    given_document = copy.deepcopy(raw)
    first = published_and_exported(raw)
    assert raw == given_document
    assert first[:2] == (
        document.content_hash(document.normal(raw)),
        document.canonical(document.normal(raw)).decode(),
    )
    assert published_and_exported(json.loads(first[2])) == first
