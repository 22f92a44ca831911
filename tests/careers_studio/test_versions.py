"""Versions have a page each, can be compared, exported, and started from again."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers import document, drafts, publishing
from careers.models import Career, KeptDraft, Requirement, Skill, Version
from tests import frameworks
from tests.conftest import NOW
from tests.queries import counted

STUDIO = "/studio/box-maker/"


@pytest.fixture
def three_versions(box_maker, edda) -> Version:
    """Gluing at senior over the versions of the box maker.

    version | title   | rating | note
    --------+---------+--------+-------------------
    1       | Gluing  |   3    |
    2       | Gluing  |   4    | Glue holds.
    3       | Pasting |   4    | Paste is the word.
    """
    Requirement.objects.filter(level__key="senior", skill__key="gluing").update(rating=4)
    later = NOW + timedelta(days=1)
    publishing.publish(career=box_maker.career, now=later, note="Glue holds.", by=edda)
    Skill.objects.filter(key="gluing").update(title="Pasting")
    later += timedelta(days=1)
    return publishing.publish(career=box_maker.career, now=later, note="Paste is the word.")


def cells(comparison) -> list[tuple[str, str, str]]:
    """Return every changed cell: row, before, after."""
    return [
        (row.title, cell.before, cell.after)
        for each in comparison.changes.lists
        for row in each.rows
        for cell in row.cells
    ]


def test_versions_are_listed_newest_first(vera, three_versions):
    """With number, note, who, and the beginning of the hash."""
    response = vera.get(f"{STUDIO}versions/")
    listed = [(each.number, each.note) for each in response.context["versions"]]
    assert listed == [(3, "Paste is the word."), (2, "Glue holds."), (1, "")]
    assert response.text.count("edda@example.org") == 1
    assert response.text.count(three_versions.sha256[:12]) == 1


def test_a_version_has_a_page_with_its_own_content(vera, three_versions):
    """Version 2 still glues, whatever came after."""
    response = vera.get(f"{STUDIO}versions/2/")
    assert response.text.count("Gluing") > 0
    assert response.text.count("Pasting") == 0
    sha256 = Version.objects.get(number=2).sha256
    for words in ("Glue holds.", "edda@example.org", sha256, "23 November 2026"):
        assert response.text.count(words) == 1, words
    assert response.context["comparison"] is None


@pytest.mark.parametrize(
    ("number", "other", "found"),
    [
        (3, 2, [("Pasting", "Gluing", "Pasting")]),
        (2, 3, [("Gluing", "Pasting", "Gluing")]),
        (
            3, 1,
            [("Pasting", "Gluing", "Pasting"), ("Pasting · Senior Box Maker", "3", "4")],
        ),
        (2, 2, []),
    ],
)  # fmt: skip
def test_any_two_versions_can_be_compared(vera, three_versions, number, other, found):
    """From the one that is named to the one whose page it is, either way."""
    response = vera.get(f"{STUDIO}versions/{number}/?with={other}")
    comparison = response.context["comparison"]
    assert (comparison.before, comparison.after) == (other, number)
    assert cells(comparison) == found


def test_the_draft_is_compared_with_the_latest_or_with_any(vera, three_versions):
    """What is not published yet, as a reader may see it too."""
    Career.objects.update(title="Crate Maker")
    assert cells(vera.get(f"{STUDIO}compare/").context["comparison"]) == [
        ("Career", "Box Maker", "Crate Maker")
    ]
    with_2 = vera.get(f"{STUDIO}compare/?with=2").context["comparison"]
    assert cells(with_2)[0] == ("Career", "Box Maker", "Crate Maker")
    assert cells(with_2)[1] == ("Pasting", "Gluing", "Pasting")
    Requirement.objects.filter(level__key="junior").delete()
    broken = vera.get(f"{STUDIO}compare/")
    assert [str(problem) for problem in broken.context["problems"]] == [
        "level junior: has no requirement; add one or remove the level"
    ]


@pytest.mark.parametrize(
    "address", ["versions/9/", "versions/9.json", "versions/1/?with=9", "versions/1/?with=x",
                "versions/1/?with=-1", "compare/?with=9", "compare/?with=" + "9" * 5000,
                "versions/1/?with=" + "9" * 12]
)  # fmt: skip
def test_what_is_not_there_is_not_found(vera, box_maker, address):
    """Neither a version of that number nor one to compare with."""
    assert vera.get(STUDIO + address).status_code == 404


def test_a_version_is_exported_as_it_imports(vera, three_versions):
    """The file's content has the version's hash."""
    response = vera.get(f"{STUDIO}versions/1.json")
    assert response["Content-Disposition"] == 'attachment; filename="box-maker-1.json"'
    exported = json.loads(response.content)
    assert exported == document.normal(frameworks.tiny())
    assert document.content_hash(exported) == Version.objects.get(number=1).sha256


def test_a_draft_can_start_from_any_version_and_the_old_one_is_kept(emil, three_versions):
    """Unpublished work is listed and comes back whole; versions stay as they are."""
    Career.objects.update(title="Crate Maker")
    work = drafts.compile_draft(Career.objects.get())
    response = emil.post(f"{STUDIO}versions/1/draft/", follow=True)
    assert response.redirect_chain == [(f"{STUDIO}versions/", 302)]
    assert response.text.count("The draft now starts from version 1.") == 1
    assert response.text.count("What it replaced is kept below.") == 1
    assert document.normal(drafts.compile_draft(Career.objects.get())) == document.normal(
        frameworks.tiny()
    )
    kept = KeptDraft.objects.get()
    assert emil.post(f"{STUDIO}kept/{kept.pk}/").status_code == 302
    assert drafts.compile_draft(Career.objects.get()) == work
    assert Career.objects.get().latest == three_versions
    # What the restored draft replaced was unpublished as well, so now that one is kept.
    assert [each.document["career"]["title"] for each in KeptDraft.objects.all()] == ["Box Maker"]


def test_a_published_draft_is_not_kept(emil, three_versions):
    """It is version 3 already."""
    response = emil.post(f"{STUDIO}versions/1/draft/", follow=True)
    assert response.text.count("What it replaced is kept below.") == 0
    assert KeptDraft.objects.count() == 0


def test_a_broken_draft_is_restored_as_broken_as_it_was(emil, box_maker):
    """Half-finished work is work."""
    Requirement.objects.filter(level__key="junior").delete()
    Skill.objects.filter(key="gluing").update(title="", anchor_1="")
    work = drafts.compile_draft(Career.objects.get())
    emil.post(f"{STUDIO}versions/1/draft/")
    emil.post(f"{STUDIO}kept/{KeptDraft.objects.get().pk}/")
    assert drafts.compile_draft(Career.objects.get()) == work
    assert KeptDraft.objects.count() == 0


def test_only_editors_start_and_restore_drafts(vera, mara, box_maker):
    """A viewer finds nothing there and sees no button; a link cannot do it at all."""
    Career.objects.update(title="Crate Maker")
    kept = KeptDraft.objects.create(career=box_maker.career, document={}, kept_at=NOW)
    for address in ("versions/1/draft/", f"kept/{kept.pk}/"):
        assert vera.post(STUDIO + address).status_code == 404
        assert vera.get(STUDIO + address).status_code == 405
    for address in ("versions/", "versions/1/"):
        assert vera.get(STUDIO + address).text.count('method="post"') == vera.get(
            "/careers/"
        ).text.count('method="post"')
    assert Career.objects.get().title == "Crate Maker"


def test_a_kept_draft_of_another_career_is_not_found(emil, box_maker):
    """The address names both."""
    other = publishing.import_framework(document=frameworks.of_size(2, 1), now=NOW)
    kept = KeptDraft.objects.create(career=other, document={}, kept_at=NOW)
    assert emil.post(f"{STUDIO}kept/{kept.pk}/").status_code == 404


def test_the_lists_take_the_same_queries_for_one_version_and_for_many(vera, three_versions):
    """At three versions and at twelve; none of them fetches a document but to compare."""
    counts = []
    for more in (0, 9):
        for number in range(more):
            Career.objects.update(title=f"Box Maker {number}")
            publishing.publish(career=three_versions.career, now=NOW)
        KeptDraft.objects.create(
            career=three_versions.career, document={}, kept_at=NOW + timedelta(days=more)
        )
        for address in ("versions/", "versions/2/", "versions/2/?with=1", "compare/"):
            vera.get(STUDIO + address)
            with CaptureQueriesContext(connection) as captured:
                vera.get(STUDIO + address)
            counts.append(len(counted(captured)))
    assert counts[:4] == counts[4:]
    assert max(counts) <= 16
