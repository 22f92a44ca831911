"""What the names in source fields stand for, edited beside the matrix."""

import pytest

from careers import history
from careers.models import Career, Source
from careers.studio import rows

from .test_rows import STUDIO, document, form_data, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(box_maker) -> str:
    """The address of the one source's form, without the studio."""
    return f"sources/{Source.objects.get().pk}"


def add(client, **data: str):
    return post(client, "sources/new", {"title": "A title", "revision": "0", **data})


def test_a_source_is_changed_and_renamed(emil, survey):
    """The draft's document holds what was typed."""
    data = form_data(
        emil, survey, name="survey / 2026", url="https://boxes.example/s", note="Ours."
    )
    response = post(emil, survey, data)
    assert response["Location"] == f"{STUDIO}/sources/#row-{Source.objects.get().pk}"
    assert document()["sources"] == [
        {
            "name": "survey / 2026", "title": "The box survey", "date": "2025",
            "url": "https://boxes.example/s", "note": "Ours.",
        }
    ]  # fmt: skip
    assert "survey / 2026 · 2025 · https://boxes.example/s" in emil.get(f"{STUDIO}/sources/").text


def test_a_source_is_added_moved_and_retired(emil, survey):
    """A new one comes last; the list and the page of retiring name it."""
    assert add(emil, name="Box news").status_code == 302
    new = Source.objects.get(name="Box news")
    assert [row["name"] for row in document()["sources"]] == ["box-survey", "Box news"]
    post(emil, f"sources/{new.pk}/move", {"direction": "up"})
    assert [row["name"] for row in document()["sources"]] == ["Box news", "box-survey"]
    page = emil.get(f"{STUDIO}/{survey}/retire/")
    assert "Retire “The box survey”?" in page.text
    post(emil, f"{survey}/retire", {"revision": page.context["revision"]})
    assert [row["name"] for row in document()["sources"]] == ["Box news"]
    line = history.lines(Career.objects.get(), row="source box-survey")[0]
    emil.post(f"{STUDIO}/history/restore/", {"line": line.id, "seen": line.newest})
    assert {row["name"] for row in document()["sources"]} == {"box-survey", "Box news"}


def test_no_two_sources_have_one_name(emil, survey):
    """Neither a new one nor one renamed; what was typed stays."""
    response = add(emil, name="box-survey", note="Typed.")
    assert response.status_code == 400
    assert "“box-survey” is in use. Choose another." in response.text
    assert "Typed." in response.text
    add(emil, name="Box news")
    renamed = post(emil, survey, form_data(emil, survey, name="Box news"))
    assert renamed.status_code == 400
    assert Source.objects.get(title="The box survey").name == "box-survey"


def test_a_name_taken_a_moment_ago_is_refused(emil, survey, monkeypatch):
    """Between the form's look and the save, somebody else was faster."""
    from careers.studio.row_forms import SourceForm

    add(emil, name="Box news")
    data = form_data(emil, survey, name="Box news")
    monkeypatch.setattr(SourceForm, "clean_name", lambda form: form.cleaned_data["name"])
    for response in (add(emil, name="box-survey"), post(emil, survey, data)):
        assert response.status_code == 400
        assert "This was taken a moment ago. Choose another." in response.text
    with pytest.raises(rows.KeyTakenError):
        rows.add_row(career=Career.objects.get(), row=Source(name="Box news", title="x"))


def test_a_stale_source_shows_both_values(emil, paula, survey):
    """Nothing is overwritten silently, and nothing typed is lost."""
    mine = form_data(emil, survey, note="Mine.")
    assert post(paula, survey, form_data(paula, survey, note="Theirs.")).status_code == 302
    response = post(emil, survey, mine)
    assert response.status_code == 409
    assert "Mine." in response.text
    assert "Theirs." in response.text
    assert Source.objects.get().note == "Theirs."


def test_a_source_retired_meanwhile_can_be_saved_anew(emil, survey):
    """Its form comes back as that of a new one."""
    mine = form_data(emil, survey, note="Mine.")
    Source.objects.all().delete()
    response = post(emil, survey, mine)
    assert response.status_code == 409
    assert f'action="{STUDIO}/sources/new/"' in response.text
    assert add(emil, **mine).status_code == 302
    assert Source.objects.get().note == "Mine."


@pytest.mark.parametrize("key", ["0", "box-survey", "9" * 30, "١"])
def test_an_address_of_no_source_is_nothing(emil, survey, key):
    """No number of this draft's, or no number."""
    assert emil.get(f"{STUDIO}/sources/{key}/").status_code == 404
