"""Edda edits the draft in the admin and publishes it."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from careers import catalogue
from careers.models import (
    Career,
    KeptDraft,
    Level,
    Requirement,
    Skill,
    Step,
    StepAfter,
    Version,
)
from careers.publishing import import_framework

from .. import frameworks
from ..conftest import NOW, answer, sign_in, start


def publish_page(version: Version) -> str:
    """Return the address of the page that checks and publishes."""
    return reverse("admin:careers_career_publish", args=[version.career_id])


@pytest.mark.parametrize(
    "name",
    [
        "career", "level", "skillgroup", "skill", "requirement", "step", "fact",
        "guidesection", "source", "version", "keptdraft",
    ],
)  # fmt: skip
def test_every_kind_of_row_has_a_list(edda_client, box_maker, name):
    """The list names the draft's rows."""
    response = edda_client.get(reverse(f"admin:careers_{name}_changelist"))
    assert response.status_code == 200
    shown = response.context["cl"].result_count
    assert shown == {
        "career": 1, "level": 2, "skillgroup": 2, "skill": 3, "requirement": 5, "step": 4,
        "fact": 1, "guidesection": 1, "source": 1, "version": 1, "keptdraft": 0,
    }[name]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["career", "level", "skillgroup", "skill", "step", "fact", "guidesection", "source"]
)
def test_saving_a_row_unchanged_changes_nothing(edda_client, box_maker, name):
    """Opening a form and pressing Save leaves the draft as it was published."""
    from django.apps import apps

    from careers.drafts import is_published

    row = apps.get_model("careers", name).objects.first()
    address = reverse(f"admin:careers_{name}_change", args=[row.pk])
    form = edda_client.get(address).context["adminform"].form
    data = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    data = {key: "" if value is None else value for key, value in data.items()}
    for formset in edda_client.get(address).context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
        for inline in formset.formset.forms:
            for bound in inline:
                value = bound.value()
                if value is not None and value is not False:
                    data[bound.html_name] = getattr(value, "pk", value)
    response = edda_client.post(address, data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert is_published(Career.objects.get(pk=box_maker.career_id))


def test_an_edited_requirement_becomes_the_next_version(edda_client, edda, box_maker):
    """Edit in the list, publish with a note: version 2 holds it, version 1 does not."""
    row = Requirement.objects.get(level__key="senior", skill__key="gluing")
    address = reverse("admin:careers_requirement_changelist")
    rows = list(edda_client.get(address).context["cl"].result_list)
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, each in enumerate(rows):
        data[f"form-{number}-id"] = each.pk
        data[f"form-{number}-rating"] = 4 if each.pk == row.pk else each.rating
        data[f"form-{number}-importance"] = each.importance
        if each.essential:
            data[f"form-{number}-essential"] = "on"
    assert edda_client.post(address, data).status_code == 302

    page = edda_client.get(publish_page(box_maker))
    assert [(c.kind, c.where, c.fields) for c in page.context["changes"]] == [
        ("changed", "requirement senior × gluing", (("rating", 3, 4),))
    ]
    assert edda_client.post(publish_page(box_maker), {"note": "Glue matters"}).status_code == 302

    latest = catalogue.latest("box-maker")
    assert (latest.number, latest.note, latest.published_by) == (2, "Glue matters", edda)
    wanted = {
        v.number: {(r.level, r.skill): r.rating for r in catalogue.framework(v).requirements}
        for v in (box_maker, latest)
    }
    assert wanted[1]["senior", "gluing"] == 3
    assert wanted[2]["senior", "gluing"] == 4


def test_publishing_leaves_work_and_reports_alone(edda_client, mara, box_maker):
    """What Mara started and finished stays on version 1, to the byte."""
    finished = start(mara, box_maker, "senior")
    answer(finished, cutting=3, gluing=1)
    mara.post(f"/assessments/{finished.pk}/finish/")
    under_way = start(mara, box_maker, "junior")
    answer(under_way, cutting=1)
    before = mara.get(f"/assessments/{finished.pk}/report.json").content

    Requirement.objects.filter(skill__key="cutting").update(rating=4, importance=1)
    Skill.objects.get(key="gluing").delete()
    Skill.objects.filter(key="cutting").update(title="Slicing")
    assert edda_client.post(publish_page(box_maker)).status_code == 302

    assert mara.get(f"/assessments/{finished.pk}/report.json").content == before
    assert b"Gluing" in mara.get(f"/assessments/{under_way.pk}/rate/hands/").content
    under_way.refresh_from_db()
    assert under_way.version.number == 1
    assert start(mara, catalogue.latest("box-maker"), "senior").version.number == 2


def test_a_broken_draft_is_refused_row_by_row(edda_client, box_maker):
    """Every broken row is named, with a link to it, and nothing is published."""
    Requirement.objects.filter(level__key="junior").delete()
    first, second = Step.objects.get(key="cut-scraps"), Step.objects.get(key="plan-a-day")
    StepAfter.objects.create(step=Step.objects.get(key="cut-orders"), other=second)
    Step.objects.filter(pk=first.pk).update(currency="EUR")
    response = edda_client.post(publish_page(box_maker), {"note": "my note"})
    junior = Level.objects.get(key="junior")
    assert [(row.where, row.message) for row in response.context["problems"]] == [
        ("step cut-orders", "waits in a circle for plan-a-day"),
        ("step plan-a-day", "waits in a circle for cut-orders"),
        ("level junior", "has no requirement; add one or remove the level"),
        ("steps", "use one currency; found EUR, USD"),
    ]
    assert reverse("admin:careers_level_change", args=[junior.pk]) in response.text
    assert "my note" in response.text
    assert Version.objects.count() == 1


def test_a_text_out_of_bounds_is_refused_with_its_row(edda_client, box_maker):
    """A shape error links to the row it names."""
    skill = Skill.objects.get(key="gluing")
    Skill.objects.filter(pk=skill.pk).update(title=" ", anchor_2="a\x07bell")
    response = edda_client.post(publish_page(box_maker))
    assert [row.where for row in response.context["problems"]] == [
        "skills[1] “gluing”.title",
        "skills[1] “gluing”.anchors[2]",
    ]
    address = reverse("admin:careers_skill_change", args=[skill.pk])
    assert response.text.count(f'href="{address}"') == 2


def test_publishing_nothing_new_makes_no_version(edda_client, box_maker):
    """The same content is not published again."""
    response = edda_client.post(publish_page(box_maker), follow=True)
    assert "Nothing has changed since version 1." in response.text
    assert Version.objects.count() == 1


def test_choices_come_from_the_same_career(edda_client, box_maker):
    """A skill can only be put in a group of its own career."""
    other = {**frameworks.tiny(), "career": {"key": "other", "title": "Other"}}
    import_framework(document=other, now=NOW)
    skill = Skill.objects.get(career=box_maker.career, key="gluing")
    page = edda_client.get(reverse("admin:careers_skill_change", args=[skill.pk]))
    groups = page.context["adminform"].form.fields["skill_group"].queryset
    assert {group.career_id for group in groups} == {box_maker.career_id}


def test_a_requirement_across_careers_is_refused(edda_client, box_maker):
    """The form names the field that belongs elsewhere."""
    other = {**frameworks.tiny(), "career": {"key": "other", "title": "Other"}}
    import_framework(document=other, now=NOW)
    data = {
        "level": Level.objects.get(career=box_maker.career, key="junior").pk,
        "skill": Skill.objects.get(career__key="other", key="planning").pk,
        "rating": 1,
        "importance": 1,
        "position": 0,
    }
    response = edda_client.post(reverse("admin:careers_requirement_add"), data)
    assert "skill" in response.context["adminform"].form.errors
    assert Requirement.objects.count() == 10


def test_versions_can_be_read_and_exported_but_not_changed(edda_client, box_maker):
    """The admin offers no way to change, add or delete a version."""
    change = reverse("admin:careers_version_change", args=[box_maker.pk])
    assert edda_client.post(change, {"number": 9}).status_code == 403
    assert edda_client.get(reverse("admin:careers_version_add")).status_code == 403
    delete = reverse("admin:careers_version_delete", args=[box_maker.pk])
    assert edda_client.post(delete, {"post": "yes"}).status_code == 403
    export = edda_client.get(reverse("admin:careers_version_export", args=[box_maker.pk]))
    assert json.loads(export.content)["career"]["key"] == "box-maker"


def test_a_career_with_versions_cannot_be_deleted(edda_client, box_maker):
    """Reports need their version for ever."""
    address = reverse("admin:careers_career_delete", args=[box_maker.career_id])
    edda_client.post(address, {"post": "yes"})
    assert Career.objects.filter(pk=box_maker.career_id).exists()


def test_a_replaced_draft_can_be_restored(edda_client, box_maker):
    """An import over unpublished work keeps that work."""
    Skill.objects.filter(key="gluing").update(title="Gluing, unpublished")
    import_framework(document=frameworks.tiny(), now=NOW)
    assert Skill.objects.get(key="gluing").title == "Gluing"
    kept = KeptDraft.objects.get()
    data = {"action": "restore", "_selected_action": [kept.pk]}
    edda_client.post(reverse("admin:careers_keptdraft_changelist"), data)
    assert Skill.objects.get(key="gluing").title == "Gluing, unpublished"


def test_codes_and_lists_are_written_as_lines(edda_client, box_maker):
    """A line without a colon is refused and stays on the page."""
    address = reverse("admin:careers_career_change", args=[box_maker.career_id])
    data = {"title": "Box Maker", "alternative_titles": "A\n\n B ", "codes": "no colon here"}
    response = edda_client.post(address, data)
    assert "no colon here" in response.context["adminform"].form.errors["codes"][0]
    assert "no colon here</textarea>" in response.text
    edda_client.post(address, {**data, "codes": "onet-soc: 1\nesco : 2"})
    career = Career.objects.get(pk=box_maker.career_id)
    assert career.alternative_titles == ["A", "B"]
    assert career.codes == {"onet-soc": "1", "esco": "2"}


def test_nobody_else_gets_into_the_admin(mara, box_maker):
    """Without a staff account the admin asks to sign in and publishes nothing."""
    response = mara.post(publish_page(box_maker), {"note": ""})
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_staff_without_permission_cannot_publish(box_maker, django_user_model):
    """Being staff alone is not enough."""
    viewer = django_user_model.objects.create_user("vera@example.org", "x", is_staff=True)
    client = Client()
    sign_in(client, viewer)
    Skill.objects.filter(key="gluing").update(title="Glueing")
    assert client.post(publish_page(box_maker)).status_code == 403
    assert Version.objects.count() == 1


def test_a_form_of_the_admin_that_is_out_of_date_is_refused_once(edda_client, box_maker):
    """What somebody else stored is named; what was typed stays, and sending again replaces."""
    row = Requirement.objects.get(level__key="senior", skill__key="gluing")
    address = reverse("admin:careers_requirement_change", args=[row.pk])
    opened = edda_client.get(address).context["adminform"].form["opened"].value()
    typed = {
        "level": row.level_id, "skill": row.skill_id, "rating": 4, "importance": row.importance,
        "position": row.position,
    }  # fmt: skip
    saved = edda_client.post(address, {**typed, "rating": 2, "opened": opened})
    assert saved.status_code == 302
    late = edda_client.post(address, {**typed, "opened": opened})
    assert late.status_code == 200
    assert "Somebody else changed this meanwhile; stored is " in late.text
    row.refresh_from_db()
    assert row.rating == 2
    form = late.context["adminform"].form
    assert form["rating"].value() == "4"
    assert edda_client.post(address, {**typed, "opened": form["opened"].value()}).status_code == 302
    row.refresh_from_db()
    assert row.rating == 4
