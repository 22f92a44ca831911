"""The last look before publishing: what changed, what is wrong, and no surprise at the button."""

import pytest
from django.test import Client

from careers import document, publishing
from careers.drafts import compile_draft
from careers.models import Career, Requirement, Skill, Version
from tests import frameworks
from tests.conftest import NOW, sign_in

REVIEW = "/studio/box-maker/review/"
NOTE = "Glue matters more.\nSee the survey."


def draft_hash() -> str:
    """Return the SHA-256 of the draft as it is stored now."""
    return document.content_hash(document.normal(compile_draft(Career.objects.get())))


def change(**cells) -> None:
    """Change what senior asks of gluing."""
    Requirement.objects.filter(level__key="senior", skill__key="gluing").update(**cells)


def publish(client: Client, **fields: str):
    """Press the button of a review that was opened now, or of an older one."""
    return client.post(REVIEW, {"note": NOTE, "draft": draft_hash(), **fields})


def rows(response) -> list[tuple[str, str, str, str, str]]:
    """Return every changed cell that a review shows."""
    return [
        (row.label, row.title, cell.label, cell.before, cell.after)
        for each in response.context["review"].changes.lists
        for row in each.rows
        for cell in row.cells
    ]


def test_changes_are_shown_cell_by_cell_in_words(paula, box_maker):
    """Titles instead of keys, before and after."""
    change(rating=4, essential=True)
    Skill.objects.filter(key="cutting").update(anchor_3="Saws round a knot.")
    assert rows(paula.get(REVIEW)) == [
        (
            "changed",
            "Cutting",
            "3 Fix problems",
            "Cutting: what 3 looks like.",
            "Saws round a knot.",
        ),
        ("changed", "Gluing · Senior Box Maker", "Required rating", "3", "4"),
        ("changed", "Gluing · Senior Box Maker", "Essential", "no", "yes"),
    ]


def test_publishing_makes_the_next_version_with_its_note(paula, box_maker):
    """Who, why and what; the browser lands on the version's page."""
    change(rating=4)
    reviewed = paula.get(REVIEW).context["review"].sha256
    response = publish(paula, draft=reviewed)
    assert (response.status_code, response["Location"]) == (302, "/studio/box-maker/versions/2/")
    version = Version.objects.get(number=2)
    assert (version.note, version.sha256, str(version.published_by)) == (
        NOTE.replace("\n", "\n"),
        reviewed,
        "paula@example.org",
    )
    assert Career.objects.get().latest == version


@pytest.mark.parametrize("note", ["", "   ", "x" * 4001])
def test_a_note_is_asked_for_and_nothing_typed_is_lost(paula, box_maker, note):
    """An empty or endless one is refused, named, and shown again."""
    change(rating=4)
    response = publish(paula, note=note)
    assert response.status_code == 400
    assert sorted(response.context["form"].errors) == ["note"]
    assert response.context["form"]["note"].value() == note
    assert Version.objects.count() == 1


def test_a_draft_that_changed_since_it_was_reviewed_is_shown_again(paula, box_maker):
    """Nothing is published; the note is kept; the second press publishes what is shown now."""
    change(rating=4)
    reviewed = draft_hash()
    change(importance=5)
    response = publish(paula, draft=reviewed)
    assert response.status_code == 409
    assert Version.objects.count() == 1
    assert response.text.count("the draft was changed while you looked at it") == 1
    assert response.text.count("Glue matters more.\nSee the survey.</textarea>") == 1
    assert [cell[2:] for cell in rows(response)] == [
        ("Required rating", "3", "4"),
        ("Importance", "3", "5"),
    ]
    shown = response.context["review"].sha256
    assert response.text.count(f'name="draft" value="{shown}"') == 1
    assert publish(paula, draft=shown).status_code == 302
    assert Version.objects.get(number=2).sha256 == shown


@pytest.mark.parametrize("draft", ["", "0" * 64, "nonsense"])
def test_a_review_that_names_no_draft_publishes_nothing(paula, box_maker, draft):
    """Nobody publishes what they have not seen."""
    change(rating=4)
    assert publish(paula, draft=draft).status_code == 409
    assert Version.objects.count() == 1


def test_the_second_of_two_publishers_is_told(paula, box_maker):
    """Both looked at the same draft; it becomes one version."""
    change(rating=4)
    reviewed = draft_hash()
    publishing.publish(career=box_maker.career, now=NOW, note="first")
    response = publish(paula, draft=reviewed)
    assert response.status_code == 409
    assert response.text.count("Nothing was published: this is version 2 already.") == 1
    assert response.context["head"].latest == 2
    assert response.text.count("Glue matters more.\nSee the survey.</textarea>") == 1
    assert Version.objects.count() == 2


def test_errors_stop_publishing_and_are_listed(paula, box_maker):
    """With no button; what is posted all the same is refused and kept."""
    reviewed = draft_hash()
    Requirement.objects.filter(level__key="junior").delete()
    page = paula.get(REVIEW)
    found = page.context["review"].check.found
    assert [(each.title, each.message) for each in found if each.is_error] == [
        ("Junior Box Maker", "has no requirement; add one or remove the level")
    ]
    assert page.text.count('name="draft"') == 0
    response = publish(paula, draft=reviewed)
    assert response.status_code == 409
    assert response.text.count("Nothing was published: errors stop it.") == 1
    assert response.text.count("See the survey.</textarea>") == 1
    assert Version.objects.count() == 1


def test_warnings_do_not_stop_publishing(paula, box_maker):
    """They are listed, and the button is there."""
    Requirement.objects.update(essential=False)
    page = paula.get(REVIEW)
    found = page.context["review"].check.found
    assert [each.message for each in found].count("has no essential skill") == 2
    assert not any(each.is_error for each in found)
    assert page.text.count("has no essential skill") == 2
    assert publish(paula).status_code == 302


def test_an_unchanged_draft_has_no_button(paula, box_maker):
    """And says why."""
    page = paula.get(REVIEW)
    assert page.context["review"].is_unchanged
    assert page.text.count('name="draft"') == 0
    assert page.text.count("there is nothing to publish") == 1


def test_a_first_version_has_nothing_to_compare_with(paula, db):
    """And is published like any other."""
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    page = paula.get(REVIEW)
    assert page.context["review"].changes is None
    assert page.text.count("The first version") == 1
    assert publish(paula).status_code == 302
    assert Version.objects.get().number == 1


def test_only_publishers_review(emil, mara, box_maker):
    """An editor finds nothing there, and publishes nothing."""
    change(rating=4)
    assert emil.get(REVIEW).status_code == 404
    assert publish(emil).status_code == 404
    assert mara.get(REVIEW)["Location"].endswith(f"?next={REVIEW}")
    assert Version.objects.count() == 1


def test_who_is_signed_out_meanwhile_keeps_the_note(mara, box_maker):
    """The page that says so holds what was typed, ready to be sent again."""
    change(rating=4)
    response = publish(mara)
    assert response.status_code == 403
    assert response.text.count("See the survey.") >= 1
    assert Version.objects.count() == 1


def test_a_page_that_was_open_too_long_keeps_the_note(box_maker, edda):
    """The failed check shows what was typed, ready to be sent again."""
    change(rating=4)
    careful = Client(enforce_csrf_checks=True)
    sign_in(careful, edda)
    response = publish(careful)
    assert response.status_code == 403
    assert dict(response.context["fields"]) == {"note": NOTE, "draft": draft_hash()}
    assert Version.objects.count() == 1


def test_what_editors_type_is_shown_as_text(paula, box_maker):
    """No markup of theirs becomes markup of the page."""
    Skill.objects.filter(key="cutting").update(title="<script>alert(1)</script>")
    response = publish(paula, note="")
    assert response.text.count("<script>alert") == 0
    assert response.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 1
