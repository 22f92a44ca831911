"""Edda edits the draft in the admin and publishes it."""

import json

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from careers import catalogue
from careers.drafts import is_published
from careers.models import (
    Career,
    KeptDraft,
    Level,
    Requirement,
    Skill,
    SkillGroup,
)
from careers.publishing import import_framework

from .. import frameworks
from ..conftest import NOW, answer, sign_in, start
from ..html_forms import filled


def publish(client: Client, note: str) -> None:
    """Publish the draft where the admin's career leads to."""
    page = client.get("/studio/box-maker/review/")
    data = {"note": note, "draft": page.context["review"].sha256}
    assert client.post("/studio/box-maker/review/", data).status_code == 302


def opened(client: Client, name: str, pk: int) -> tuple[str, dict[str, str]]:
    """Return the address of a row's form, and what a browser would send for it."""
    address = reverse(f"admin:careers_{name}_change", args=[pk])
    return address, filled(client.get(address).text, f"{name}_form")


def listed(client: Client) -> tuple[str, dict[str, str]]:
    """Return the address of the list of requirements, and what a browser would send for it."""
    address = reverse("admin:careers_requirement_changelist")
    return address, filled(client.get(address).text, "changelist-form") | {"_save": "Save"}


def place_of(data: dict[str, str], row: Requirement) -> str:
    """Return the prefix of a requirement's fields in what the list sends."""
    ids = {value: name for name, value in data.items() if name.endswith("-id")}
    return ids[str(row.pk)].removesuffix("-id")


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
    row = apps.get_model("careers", name).objects.first()
    address, data = opened(edda_client, name, row.pk)
    response = edda_client.post(address, data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert is_published(Career.objects.get(pk=box_maker.career_id))


def test_an_edited_requirement_becomes_the_next_version(edda_client, edda, box_maker):
    """Edit in the list, publish with a note: version 2 holds it, version 1 does not."""
    row = Requirement.objects.get(level__key="senior", skill__key="gluing")
    address, data = listed(edda_client)
    data[f"{place_of(data, row)}-rating"] = "4"
    assert edda_client.post(address, data).status_code == 302
    publish(edda_client, "Glue matters")

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
    publish(edda_client, "Slicing, not cutting")

    assert mara.get(f"/assessments/{finished.pk}/report.json").content == before
    assert b"Gluing" in mara.get(f"/assessments/{under_way.pk}/rate/hands/").content
    under_way.refresh_from_db()
    assert under_way.version.number == 1
    assert start(mara, catalogue.latest("box-maker"), "senior").version.number == 2


def test_a_career_leads_to_its_rows_and_to_publishing(edda_client, box_maker):
    """There is one place that publishes: the studio's, which asks for a note."""
    page = edda_client.get(reverse("admin:careers_career_change", args=[box_maker.career_id]))
    assert 'href="/studio/box-maker/review/"' in page.text
    assert f"/admin/careers/skill/?career__id__exact={box_maker.career_id}" in page.text


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
    address, data = opened(edda_client, "career", box_maker.career_id)
    data |= {"alternative_titles": "A\n\n B ", "codes": "no colon here"}
    response = edda_client.post(address, data)
    assert "no colon here" in response.context["adminform"].form.errors["codes"][0]
    assert "no colon here</textarea>" in response.text
    edda_client.post(address, {**data, "codes": "onet-soc: 1\nesco : 2"})
    career = Career.objects.get(pk=box_maker.career_id)
    assert career.alternative_titles == ["A", "B"]
    assert career.codes == {"onet-soc": "1", "esco": "2"}


def test_nobody_else_gets_into_the_admin(mara, box_maker):
    """Without a staff account the admin asks to sign in."""
    response = mara.get(reverse("admin:careers_career_change", args=[box_maker.career_id]))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_staff_without_permission_see_no_way_to_publish(box_maker, django_user_model, role_groups):
    """Being staff alone, or an editor, is not enough."""
    editor = django_user_model.objects.create_user("vera@example.org", "x", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editor"))
    client = Client()
    sign_in(client, editor)
    page = client.get(reverse("admin:careers_career_change", args=[box_maker.career_id]))
    assert page.status_code == 200
    assert "/review/" not in page.text


def gluing() -> Requirement:
    """Return what a senior is asked of gluing, as it is stored now: 3, importance 3."""
    return Requirement.objects.get(level__key="senior", skill__key="gluing")


def test_a_form_of_the_admin_that_is_out_of_date_is_refused_once(edda_client, box_maker):
    """What somebody else stored is named; what was typed stays, and sending again replaces."""
    address, data = opened(edda_client, "requirement", gluing().pk)
    assert edda_client.post(address, {**data, "rating": "2"}).status_code == 302
    late = edda_client.post(address, {**data, "rating": "4"})
    assert late.status_code == 200
    assert "Not saved: somebody else changed this meanwhile. Stored is now Rating: 2." in late.text
    assert gluing().rating == 2
    again = filled(late.text, "requirement_form")
    assert again["rating"] == "4"
    assert edda_client.post(address, again).status_code == 302
    assert gluing().rating == 4


@pytest.mark.parametrize(
    ("name", "key", "field", "mine", "theirs"),
    [
        ("career", "box-maker", "summary", "Mine.", "Theirs."),
        ("career", "box-maker", "alternative_titles", "Mine", "Theirs"),
        ("level", "junior", "years_from", "1", "2"),
        ("skillgroup", "hands", "title", "Mine", "Theirs"),
        ("skill", "gluing", "anchor_3", "Mine.", "Theirs."),
        ("skill", "gluing", "codes", "a: mine", "a: theirs"),
        ("step", "glue-course", "cost", "81.00", "82.00"),
        ("step", "glue-course", "estimated", "on", ""),
        ("fact", "pay", "value", "30001", "30002"),
        ("guidesection", "work", "items", '[{"text": "Mine."}]', '[{"text": "Theirs."}]'),
        ("source", "box-survey", "title", "Mine", "Theirs"),
    ],
)
def test_no_form_of_the_admin_overwrites_silently(
    edda_client, box_maker, name, key, field, mine, theirs
):
    """Whatever the kind of row; the second of two editors is told."""
    model = apps.get_model("careers", name)
    row = model.objects.get(**{"name" if name == "source" else "key": key})
    address, data = opened(edda_client, name, row.pk)
    their = {**data, field: theirs or "on"}
    if not theirs:  # a box that the one ticks, while the other ticks it and changes the cost
        their["cost"] = "99.00"
    assert edda_client.post(address, their).status_code == 302
    stored = model.objects.filter(pk=row.pk).values().get()
    late = edda_client.post(address, {**data, field: mine})
    assert "Not saved: somebody else changed this meanwhile." in late.text
    assert model.objects.filter(pk=row.pk).values().get() == stored


def test_a_list_edited_in_place_leaves_what_somebody_else_changed(edda_client, box_maker):
    """Rows that the editor did not touch are not written back as they once were."""
    address, data = listed(edda_client)
    Requirement.objects.filter(pk=gluing().pk).update(rating=1, importance=1)
    cutting = Requirement.objects.get(level__key="senior", skill__key="cutting")
    data[f"{place_of(data, cutting)}-rating"] = "4"
    assert edda_client.post(address, data).status_code == 302
    cutting.refresh_from_db()
    assert (cutting.rating, gluing().rating, gluing().importance) == (4, 1, 1)


def test_a_list_edited_in_place_refuses_what_both_changed_once(edda_client, box_maker):
    """With what is stored in the row; nothing of the list is saved, and nothing typed is lost."""
    address, data = listed(edda_client)
    place = place_of(data, gluing())
    Requirement.objects.filter(pk=gluing().pk).update(rating=1)
    data[f"{place}-importance"] = "5"
    late = edda_client.post(address, data)
    assert late.status_code == 200
    assert "Stored is now Rating: 1. Save again to replace it." in late.text
    assert (gluing().rating, gluing().importance) == (1, 3)
    again = filled(late.text, "changelist-form") | {"_save": "Save"}
    assert (again[f"{place}-rating"], again[f"{place}-importance"]) == ("3", "5")
    assert edda_client.post(address, again).status_code == 302
    assert (gluing().rating, gluing().importance) == (3, 5)


def test_rows_below_a_row_are_not_overwritten_either(edda_client, box_maker):
    """A skill's form sends its requirements along: untouched ones stay as others left them."""
    skill = Skill.objects.get(key="gluing")
    address, data = opened(edda_client, "skill", skill.pk)
    Requirement.objects.filter(pk=gluing().pk).update(rating=1)
    assert edda_client.post(address, {**data, "title": "Bonding"}).status_code == 302
    assert gluing().rating == 1

    address, data = opened(edda_client, "skill", skill.pk)
    place = next(n for n, value in data.items() if value == str(gluing().pk) and n.endswith("-id"))
    Requirement.objects.filter(pk=gluing().pk).update(rating=2)
    late = edda_client.post(address, {**data, place.replace("-id", "-rating"): "4"})
    assert "Stored is now Rating: 2." in late.text
    assert gluing().rating == 2


def test_a_form_that_does_not_say_what_was_seen_is_refused(edda_client, box_maker):
    """As a program might send it: it could overwrite anything."""
    address = reverse("admin:careers_skillgroup_change", args=[SkillGroup.objects.first().pk])
    response = edda_client.post(address, {"title": "Other", "position": "0"})
    assert "Not saved: it is unknown which state you saw." in response.text
    assert SkillGroup.objects.first().title == "With the hands"


@pytest.mark.parametrize("posted", ["unsure", "\ufffd", "9" * 25, "\u00b2", "-1", "\0"])
def test_a_requirement_of_nothing_is_refused_by_its_form(edda_client, box_maker, posted):
    """What was posted is no row: an error beside the field, nothing stored."""
    before = Requirement.objects.count()
    fields = {"level": posted, "skill": posted, "rating": 2, "importance": 2, "position": 0}
    reply = edda_client.post("/admin/careers/requirement/add/", fields)
    assert reply.status_code == 200
    assert set(reply.context["adminform"].errors) == {"level", "skill"}
    assert Requirement.objects.count() == before
