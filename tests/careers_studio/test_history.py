"""Who changed what in a draft, and bringing it back."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from careers import history
from careers.drafts import compile_draft, is_published
from careers.models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Step,
    StepAfter,
    StepGives,
    Version,
)
from careers.publishing import import_framework
from careers.studio.merging import merge_skills
from tests import frameworks
from tests.conftest import NOW
from tests.html_forms import filled
from tests.queries import counted

pytestmark = pytest.mark.django_db
PAGE = "/studio/box-maker/history/"


def told(career: Career, **options) -> list[tuple]:
    """Return the lines of a draft as (kind, row, changes), newest first."""
    return [
        (line.kind, line.row, [(c.name, c.before, c.after) for c in line.changes])
        for line in history.lines(career, **options)
    ]


def change(model, key: str, **values) -> None:
    """Change a row as a form does."""
    row = model.objects.get(key=key)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def restore(client: Client, line: history.Line):
    """Press the button of a line."""
    return client.post(f"{PAGE}restore/", {"line": line.id, "seen": line.newest}, follow=True)


def test_an_import_writes_one_line_for_the_whole_draft(box_maker: Version):
    """However many rows it has, also when it replaces a draft."""
    import_framework(document=frameworks.tiny(), now=NOW)
    assert told(box_maker.career) == [
        ("imported", "career box-maker", []), ("imported", "career box-maker", []),
    ]  # fmt: skip


def test_a_change_is_told_field_by_field(box_maker: Version):
    """Also the first one after an import, and in the words of the forms."""
    change(Skill, "gluing", title="Bonding", description="With glue.")
    changes = [("Title", "Gluing", "Bonding"), ("Description", "", "With glue.")]
    assert told(box_maker.career)[0] == ("changed", "skill gluing", changes)


def test_what_a_row_names_is_told_by_its_key(box_maker: Version):
    """A number of a database says nothing."""
    head = box_maker.career.skill_groups.get(key="head")
    change(Skill, "gluing", skill_group=head)
    assert told(box_maker.career)[0][2] == [("Skill group", "hands", "head")]


def test_saving_a_row_unchanged_writes_nothing(box_maker: Version):
    """A form that is opened and saved is no event."""
    for model in (Skill, Level, Step, Fact, Requirement):
        for row in model.objects.all():
            row.save()
    assert len(told(box_maker.career)) == 1


def test_the_first_change_after_a_bulk_write_still_tells_what_was_there(box_maker: Version):
    """The values before come from the database, not from the line before."""
    Skill.objects.filter(key="gluing").update(title="Sticking")
    change(Skill, "gluing", title="Bonding")
    assert told(box_maker.career)[0][2] == [("Title", "Sticking", "Bonding")]


def test_a_row_has_one_name_through_imports(box_maker: Version):
    """Its history goes on although the row in the database is another."""
    change(Skill, "gluing", title="Bonding")
    import_framework(document=frameworks.tiny(), now=NOW)
    change(Skill, "gluing", title="Pasting")
    found = told(box_maker.career, row="skill gluing")
    assert [changes for _kind, _row, changes in found] == [
        [("Title", "Gluing", "Pasting")], [("Title", "Gluing", "Bonding")],
    ]  # fmt: skip


def test_the_actor_is_who_was_signed_in(box_maker: Version, edda_client, edda):
    """Through the admin; a command has none, and who is gone is forgotten."""
    row = Requirement.objects.get(level__key="senior", skill__key="gluing")
    address = f"/admin/careers/requirement/{row.pk}/change/"
    data = filled(edda_client.get(address).text, "requirement_form")
    edda_client.post(address, {**data, "rating": "4"})
    line = history.lines(box_maker.career)[0]
    assert (line.by, line.row) == ("edda@example.org", "requirement senior × gluing")
    assert [(c.name, c.before, c.after) for c in line.changes] == [("Rating", "3", "4")]
    edda.delete()
    assert [each.by for each in history.lines(box_maker.career)] == ["", ""]


def test_a_change_is_taken_back(box_maker: Version, emil: Client):
    """The row is as it was, and the history says so."""
    change(Skill, "gluing", title="Bonding")
    change(Skill, "gluing", title="Pasting")
    lines = history.lines(box_maker.career)
    page = restore(emil, lines[1])
    assert "Restored: skill gluing" in page.text
    assert Skill.objects.get(key="gluing").title == "Gluing"
    assert told(box_maker.career)[0] == (
        "restored",
        "skill gluing",
        [("Title", "Pasting", "Gluing")],
    )
    assert history.lines(box_maker.career)[0].by == "emil@example.org"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Requirement, "requirement senior × gluing"),
        (Fact, "fact pay"),
        (Step, "step cut-scraps"),
        (StepAfter, "step after plan-a-day × cut-orders"),
    ],
)
def test_a_deleted_row_comes_back(box_maker: Version, emil: Client, model, name):
    """With everything it held, so that the draft is what was published."""
    rows = [row for row in model.objects.all() if model.row_history.name_of(row) == name]
    rows[0].delete()
    while not is_published(Career.objects.get()):
        gone = [each for each in history.lines(box_maker.career) if each.can_restore]
        before = model.objects.count()
        for line in gone:
            restore(emil, line)
        assert model.objects.count() > before
    assert any(row == name for _kind, row, _changes in told(box_maker.career))


def test_what_a_row_needs_is_restored_first(box_maker: Version, emil: Client):
    """A requirement of a level that is gone says so, and nothing is changed."""
    Level.objects.get(key="junior").delete()
    by_row = {line.row: line for line in history.lines(box_maker.career)}
    refused = restore(emil, by_row["requirement junior × cutting"])
    assert "The level “junior” is no longer in this draft. Restore it first." in refused.text
    restore(emil, by_row["level junior"])
    restore(emil, by_row["requirement junior × cutting"])
    assert Requirement.objects.filter(level__key="junior").count() == 1


def test_a_row_is_restored_into_the_draft_that_replaced_its_own(box_maker: Version, emil: Client):
    """By its name, since the row itself is gone."""
    change(Skill, "gluing", title="Bonding")
    import_framework(document=frameworks.tiny(), now=NOW)
    change(Skill, "gluing", description="Mine.")
    change(Skill, "gluing", title="Third")
    restore(emil, history.lines(box_maker.career, row="skill gluing")[2])
    skill = Skill.objects.get(key="gluing")
    assert (skill.title, skill.description) == ("Gluing", "")


def test_what_breaks_the_draft_is_not_restored(box_maker: Version, emil: Client):
    """Another level took the rank meanwhile."""
    change(Level, "senior", rank=3)
    line = history.lines(box_maker.career)[0]
    change(Level, "junior", rank=2)
    page = restore(emil, line)
    assert "Not restored:" in page.text
    assert sorted(Level.objects.values_list("key", "rank")) == [("junior", 2), ("senior", 3)]


def test_a_row_changed_since_the_page_was_made_is_not_overwritten(box_maker, emil: Client):
    """Who restores saw another row than there is now: they look again."""
    change(Skill, "gluing", title="Bonding")
    line = history.lines(box_maker.career)[0]
    change(Skill, "gluing", title="Theirs")
    assert "Not restored: It was changed meanwhile." in restore(emil, line).text
    assert Skill.objects.get(key="gluing").title == "Theirs"
    unseen = emil.post(f"{PAGE}restore/", {"line": line.id}, follow=True)
    assert "Not restored: It was changed meanwhile." in unseen.text
    restore(emil, history.lines(box_maker.career)[1])
    assert Skill.objects.get(key="gluing").title == "Gluing"


KINDS = {
    "skills": ("gluing", Skill), "levels": ("junior", Level), "steps": ("cut-orders", Step),
    "facts": ("pay", Fact), "guide": ("work", GuideSection), "groups": ("head", SkillGroup),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_retired_row_comes_back_with_what_went_with_it(box_maker, emil: Client, kind):
    """Its requirements, what steps say of it, the facts that speak of it: one button."""
    key, model = KINDS[kind]
    if kind == "groups":
        restorable = Skill.objects.get(key="planning")
        restorable.skill_group = SkillGroup.objects.get(key="hands")
        restorable.save()
    before = compile_draft(Career.objects.get())
    address = f"/studio/box-maker/{kind}/{key}/retire/"
    revision = emil.get(address).context.get("revision")
    assert emil.post(address, {"revision": revision}).status_code == 302
    assert not model.objects.filter(key=key).exists()
    row = model.row_history.name_of(model(key=key))
    line = history.lines(box_maker.career, row=row)[0]
    assert line.kind == "removed"
    page = restore(emil, line)
    assert f"Restored: {row}" in page.text
    assert compile_draft(Career.objects.get()) == before
    kinds = {kind for kind, *_ in told(box_maker.career)[: 1 + restored_others(page.text)]}
    assert kinds == {"restored"}


def restored_others(page: str) -> int:
    """Return how many rows the page says came back with the row."""
    found = re.search(r"and (\d+) rows? that went", page)
    return int(found[1]) if found else 0


def test_what_was_made_anew_meanwhile_is_left_alone(box_maker, emil: Client):
    """A skill of the same key and its requirement, added after the retirement, stay."""
    Skill.objects.filter(key="gluing").update(revision=7)
    page = emil.get("/studio/box-maker/skills/gluing/retire/")
    emil.post("/studio/box-maker/skills/gluing/retire/", {"revision": page.context["revision"]})
    line = history.lines(box_maker.career, row="skill gluing")[0]
    group = SkillGroup.objects.get(key="head")
    Skill.objects.create(career=box_maker.career, key="gluing", title="New", skill_group=group)
    assert "Not restored: It was changed meanwhile." in restore(emil, line).text
    assert Skill.objects.get(key="gluing").title == "New"


def test_restoring_a_merged_skill_takes_the_merge_back(box_maker, emil: Client):
    """Requirements, steps and the other skill are as before; nothing is left to mend."""
    before = compile_draft(Career.objects.get())
    one, two = Skill.objects.get(key="gluing"), Skill.objects.get(key="planning")
    merge_skills(
        career=box_maker.career, source="gluing", into="planning",
        seen_source=one.revision, seen_into=two.revision,
    )  # fmt: skip
    line = history.lines(box_maker.career, row="skill gluing")[0]
    restore(emil, line)
    after = compile_draft(Career.objects.get())
    for name in before:
        rows = (before[name], after[name])
        if name == "requirements":
            rows = tuple(sorted(each, key=lambda r: (r["level"], r["skill"])) for each in rows)
        assert rows[0] == rows[1], name
    assert emil.get("/studio/box-maker/").context["check"].found == ()


def test_a_merged_skill_comes_back_though_the_other_was_edited_since(box_maker, emil: Client):
    """The other keeps its edits, and no longer says that this one went into it."""
    one, two = Skill.objects.get(key="gluing"), Skill.objects.get(key="planning")
    merge_skills(
        career=box_maker.career, source="gluing", into="planning",
        seen_source=one.revision, seen_into=two.revision,
    )  # fmt: skip
    change(Skill, "planning", title="Planning and gluing")
    restore(emil, history.lines(box_maker.career, row="skill gluing")[0])
    other = Skill.objects.get(key="planning")
    assert (other.title, other.merged_from) == ("Planning and gluing", [])
    assert emil.get("/studio/box-maker/").context["check"].errors == 0


def test_restoring_what_the_career_was_called_is_one_more_edit(box_maker, emil: Client):
    """The draft's count of edits goes on, so that open pages stay stale."""
    change(Career, "box-maker", summary="Mine.")
    Career.objects.update(draft_revision=41)
    restore(emil, history.lines(box_maker.career)[0])
    career = Career.objects.get()
    assert (career.summary, career.draft_revision, career.revision) == ("Makes boxes.", 42, 42)


def test_restoring_a_part_of_a_step_makes_its_open_form_stale(box_maker, emil: Client):
    """The form shows what the step gives."""
    StepGives.objects.get(step__key="glue-course").delete()
    revision = Step.objects.get(key="glue-course").revision
    restore(emil, history.lines(box_maker.career)[0])
    assert Step.objects.get(key="glue-course").revision > revision


def test_only_what_changes_of_a_steps_lists_is_told(box_maker, emil: Client):
    """A step saved with one more line writes one more line of history."""
    page = emil.get("/studio/box-maker/steps/cut-orders/")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {k: "\n".join(v) if isinstance(v, list) else v for k, v in data.items()}
    data = {k: v for k, v in data.items() if v is not None and v is not False}
    data["gives"] += "\nGluing: 1"
    assert emil.post("/studio/box-maker/steps/cut-orders/", data).status_code == 302
    assert told(box_maker.career)[:-1] == [("added", "step gives cut-orders × gluing", [])]


def test_deleting_in_the_admin_can_be_taken_back_too(box_maker, edda_client: Client):
    """As one edit, by the list's action as well."""
    before = compile_draft(Career.objects.get())
    skill = Skill.objects.get(key="cutting")
    data = {"action": "delete_selected", "_selected_action": [skill.pk], "post": "yes"}
    assert edda_client.post("/admin/careers/skill/", data).status_code == 302
    assert compile_draft(Career.objects.get()) != before
    restore(edda_client, history.lines(box_maker.career, row="skill cutting")[0])
    assert compile_draft(Career.objects.get()) == before


def test_a_viewer_reads_and_restores_nothing(box_maker: Version, vera: Client):
    """There is no button, and posting finds nothing."""
    change(Skill, "gluing", title="Bonding")
    page = vera.get(PAGE)
    assert "Bonding" in page.text
    assert "Restore as it was" not in page.text
    assert restore(vera, history.lines(box_maker.career)[0]).status_code == 404
    assert Skill.objects.get(key="gluing").title == "Bonding"


@pytest.mark.parametrize("line", ["", "skill-", "skill-0", "user-1", "skill-9999999999", "x" * 500])
def test_a_line_that_is_not_there_is_nothing(box_maker: Version, emil: Client, line):
    """Neither is one of another career, or of no draft at all."""
    assert emil.post(f"{PAGE}restore/", {"line": line}).status_code == 404


def test_a_line_of_another_career_is_nothing(box_maker: Version, emil: Client):
    """Changing the number in the form reaches no other draft."""
    other = {**frameworks.tiny(), "career": {"key": "other", "title": "Other"}}
    career = import_framework(document=other, now=NOW)
    row = Skill.objects.get(career=career, key="gluing")
    row.title = "Theirs"
    row.save()
    line = history.lines(career)[0]
    assert emil.post(f"{PAGE}restore/", {"line": line.id}).status_code == 404
    assert [kind for kind, _row, _changes in told(box_maker.career)] == ["imported"]


def test_the_admins_history_leads_here(box_maker: Version, edda_client: Client):
    """To the row that was asked for."""
    row = Skill.objects.get(key="gluing")
    reply = edda_client.get(f"/admin/careers/skill/{row.pk}/history/")
    assert reply["Location"] == f"{PAGE}?row=skill+gluing"


def test_the_page_takes_the_same_queries_at_any_length(box_maker: Version, vera: Client):
    """Ten changes or seventy; the seventy-first is on the next page."""
    counts = []
    for titles in (range(10), range(10, 70)):
        for number in titles:
            change(Skill, "gluing", title=f"Title {number}")
        with CaptureQueriesContext(connection) as captured:
            page = vera.get(PAGE)
        counts.append(len(counted(captured)))
    assert counts[0] == counts[1] + 2  # the import's line, of another kind, is on the first page
    assert page.text.count('<li class="card">') == history.PAGE
    older = vera.get(f"{PAGE}?start={history.PAGE}").text
    assert older.count('<li class="card">') == 21
