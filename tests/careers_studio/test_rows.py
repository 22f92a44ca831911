"""Skills, groups, levels, steps and facts beside the matrix: add, change, move, retire."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers.drafts import compile_draft
from careers.models import Career, Fact, Level, Requirement, Skill, SkillGroup, Step
from careers.publishing import import_framework
from tests import frameworks
from tests.conftest import NOW
from tests.html_forms import filled
from tests.queries import counted

pytestmark = pytest.mark.django_db
STUDIO = "/studio/box-maker"
KINDS = ("skills", "groups", "levels", "steps", "facts", "guide", "sources")


def form_data(client, address: str, **changes: str) -> dict[str, str]:
    """Return what the page's form would send as it stands, with changes."""
    page = client.get(f"{STUDIO}/{address}/")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields if name != "revision"}
    data = {k: "\n".join(v) if isinstance(v, list) else v for k, v in data.items()}
    data = {k: str(v) for k, v in data.items() if v is not None and v is not False}
    return {**data, "revision": str(page.context["revision"]), **changes}


def post(client, address: str, data: dict[str, str]):
    """Send a form."""
    return client.post(f"{STUDIO}/{address}/", data)


def document() -> dict:
    """Return the draft as a document."""
    return compile_draft(Career.objects.get(key="box-maker"))


def keys(kind: str) -> list[str]:
    """Return the keys of one list of the draft's document, in its order."""
    return [row["key"] for row in document()[kind]]


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("skills/gluing", "anchor_3", "I mend what the glue got wrong."),
        ("groups/hands", "title", "By hand"),
        ("levels/junior", "summary", "a box\nand a lid"),
        ("steps/glue-course", "hours", "12"),
        ("facts/pay", "value", "31000"),
    ],
)
def test_a_row_is_changed_and_nothing_else(emil, box_maker, address, field, value):
    """Sending a form back as it came, but for one field, changes that field only."""
    before = document()
    response = post(emil, address, form_data(emil, address, **{field: value}))
    assert response.status_code == 302
    kind, key = address.split("/")
    assert response["Location"] == f"{STUDIO}/{kind}/#row-{key}"
    after = document()
    changed = [
        (old, new)
        for name in before
        if isinstance(before[name], list)
        for old, new in zip(before[name], after[name], strict=True)
        if old != new
    ]
    assert len(changed) == 1
    old, new = changed[0]
    assert [name for name in old if old[name] != new[name]] in ([field], ["anchors"])
    assert str(value) in str(new.get(field, new.get("anchors")))


@pytest.mark.parametrize("address", ["skills/gluing", "steps/plan-a-day", "levels/junior"])
def test_a_form_sent_back_as_it_came_is_no_edit(emil, box_maker, address):
    """The draft counts no edit, and the document stays what it was."""
    before = document()
    response = post(emil, address, form_data(emil, address))
    assert response.status_code == 302, response.context["form"].errors
    assert document() == before
    assert Career.objects.get().draft_revision == 1


def test_a_stale_form_comes_back_with_both_values(emil, paula, box_maker):
    """What the second editor typed stands in the fields; what is stored is told beside it."""
    mine = form_data(paula, "skills/gluing", title="Glueing", description="Glue.")
    post(emil, "skills/gluing", form_data(emil, "skills/gluing", title="Sticking"))
    page = post(paula, "skills/gluing", mine)
    assert page.status_code == 409
    assert page.context["differences"] == [("Title", "Sticking"), ("Description", "")]
    assert 'value="Glueing"' in page.text
    assert '<input type="hidden" name="revision" value="2">' in page.text
    assert Skill.objects.get(key="gluing").title == "Sticking"
    assert post(paula, "skills/gluing", {**mine, "revision": "2"}).status_code == 302
    assert Skill.objects.get(key="gluing").title == "Glueing"


def test_a_stale_step_shows_its_lists_too(emil, paula, box_maker):
    """What a step gives is part of what two editors may change at once."""
    mine = form_data(paula, "steps/glue-course", gives="Gluing: 2")
    post(emil, "steps/glue-course", form_data(emil, "steps/glue-course", gives="Gluing: 4"))
    page = post(paula, "steps/glue-course", mine)
    assert page.status_code == 409
    assert page.context["differences"] == [("Gives", "Gluing: 4")]


def test_a_form_of_a_row_retired_meanwhile_can_be_saved_anew(emil, paula, box_maker):
    """Nothing typed is lost, and the row comes back under its key."""
    mine = form_data(paula, "skills/planning", title="Planning ahead")
    post(emil, "skills/planning/retire", {"revision": "1"})
    page = post(paula, "skills/planning", mine)
    assert page.status_code == 409
    assert "somebody retired this meanwhile" in page.text
    assert 'value="Planning ahead"' in page.text
    assert not Skill.objects.filter(key="planning").exists()
    assert post(paula, "skills/new", {**mine, "key": "planning"}).status_code == 302
    assert Skill.objects.get(key="planning").title == "Planning ahead"


@pytest.mark.parametrize(
    ("kind", "data", "key"),
    [
        ("skills", {"title": "Cutting", "skill_group": "head"}, "cutting-2"),
        ("skills", {"title": "Fold & score", "skill_group": "head"}, "fold-score"),
        ("groups", {"title": "With the feet"}, "with-the-feet"),
        ("levels", {"title": "Chief"}, "chief"),
        (
            "steps",
            {"title": "Read", "kind": "course", "hours": "2", "cost": "0", "currency": "USD"},
            "read",
        ),
        ("facts", {"kind": "outlook", "value": "-14", "region": "Boxland"}, "outlook-boxland-14"),
        ("skills", {"title": "箱", "key": "box", "skill_group": "head"}, "box"),
    ],
)
def test_a_new_row_comes_last_under_a_key_of_its_own(emil, box_maker, kind, data, key):
    """The key is made from the title unless one is given."""
    if "skill_group" in data:
        data = {**data, "skill_group": SkillGroup.objects.get(key=data["skill_group"]).pk}
    before = keys(kind)
    assert post(emil, f"{kind}/new", {**data, "revision": "0"}).status_code == 302
    assert keys(kind) == [*before, key]


def test_a_new_level_is_the_highest(emil, box_maker):
    """One rank above the last."""
    post(emil, "levels/new", {"title": "Chief", "revision": "0"})
    assert Level.objects.get(key="chief").rank == 3


@pytest.mark.parametrize(
    ("kind", "data", "field", "expected"),
    [
        ("groups", {"title": " "}, "title", "This field is required."),
        ("groups", {"title": "x", "key": "hands"}, "key", "“hands” is in use. Choose another."),
        ("groups", {"title": "x", "key": "new"}, "key", "“new” is in use. Choose another."),
        ("groups", {"title": "x", "key": "A b"}, "key", "Use lower-case words joined by hyphens."),
        ("groups", {"title": "箱"}, "key", "No key can be made from the title. Write one."),
        (
            "levels",
            {"title": "x", "years_from": "4", "years_to": "2"},
            "years_to",
            "Write a year not before the first, or leave it empty.",
        ),
        (
            "steps",
            {"gives": "Gluing: 5"},
            "gives",
            "Write each line as “skill: rating”, 1 to 4; this is not: Gluing: 5",
        ),
        ("steps", {"gives": "Sawing: 2"}, "gives", "There is no skill “Sawing” in this draft."),
        (
            "steps",
            {"requires": "gluing: 2\nGLUING: 3"},
            "requires",
            "“GLUING” stands twice; keep one line.",
        ),
        ("steps", {"after": "Sleep"}, "after", "There is no step “Sleep”."),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(
    emil, box_maker, kind, data, field, expected
):
    """The error stands at its field; nothing is added."""
    step = {"title": "Read", "kind": "course", "hours": "2", "cost": "0", "currency": "USD"}
    sent = {**(step if kind == "steps" else {}), "revision": "0", **data}
    page = post(emil, f"{kind}/new", sent)
    assert page.status_code == 400
    assert page.context["form"].errors == {field: [expected]}
    assert {name: page.context["form"][name].value() for name in data} == data
    assert Career.objects.get().draft_revision == 1


def test_a_step_is_written_with_titles_and_kept_by_keys(emil, box_maker):
    """Lists of skills and steps in the order they were typed."""
    lists = {"requires": "Planning: 1", "gives": "gluing: 4\nCutting: 2", "after": "Cut scraps"}
    post(emil, "steps/glue-course", form_data(emil, "steps/glue-course", **lists))
    step = next(row for row in document()["steps"] if row["key"] == "glue-course")
    assert (step["requires"], step["gives"], step["after"]) == (
        [{"skill": "planning", "rating": 1}],
        [{"skill": "gluing", "rating": 4}, {"skill": "cutting", "rating": 2}],
        ["cut-scraps"],
    )


@pytest.mark.parametrize(
    ("kind", "key", "direction", "expected"),
    [
        ("steps", "glue-course", "up", ["cut-scraps", "glue-course", "cut-orders", "plan-a-day"]),
        ("steps", "plan-a-day", "down", ["cut-scraps", "cut-orders", "glue-course", "plan-a-day"]),
        ("groups", "hands", "down", ["head", "hands"]),
        ("skills", "gluing", "up", ["gluing", "cutting", "planning"]),
        ("skills", "gluing", "down", ["cutting", "gluing", "planning"]),
    ],
)
def test_a_row_moves_among_its_neighbours(emil, box_maker, kind, key, direction, expected):
    """At the end it stays; a skill stays in its group."""
    response = post(emil, f"{kind}/{key}/move", {"direction": direction})
    assert response["Location"] == f"{STUDIO}/{kind}/?moved={direction}-{key}#row-{key}"
    assert keys(kind) == expected


def test_moving_a_level_changes_the_ladder(emil, box_maker):
    """Ranks are swapped; requirements stay with their level."""
    post(emil, "levels/senior/move", {"direction": "down"})
    post(emil, "levels/senior/move", {"direction": "up"})
    page = emil.get(f"{STUDIO}/levels/")
    shown = [row.key for group in page.context["groups"] for row in group.rows]
    assert shown == ["senior", "junior"]
    ranks = dict(Level.objects.values_list("key", "rank"))
    assert ranks == {"senior": 1, "junior": 2}
    assert keys("levels") == ["senior", "junior"]


def test_a_move_leaves_open_forms_fresh(emil, paula, box_maker):
    """Its place is in no form, so nothing was overwritten."""
    mine = form_data(paula, "skills/gluing", title="Glueing")
    post(emil, "skills/gluing/move", {"direction": "up"})
    assert post(paula, "skills/gluing", mine).status_code == 302
    assert keys("skills") == ["gluing", "cutting", "planning"]


def test_the_button_that_moved_a_row_can_be_pressed_again(emil, box_maker):
    """The keyboard stays on it; at the end, on the other one."""
    address = f"{STUDIO}/steps/?moved=up-glue-course"
    assert 'value="up" aria-label="Move up: Glue course" autofocus>' in emil.get(address).text
    address = f"{STUDIO}/steps/?moved=up-cut-scraps"
    assert 'value="down" aria-label="Move down: Cut scraps" autofocus>' in emil.get(address).text


def test_retiring_a_skill_takes_all_that_names_it(emil, box_maker):
    """The page says what goes with it first; the published version keeps it."""
    page = emil.get(f"{STUDIO}/skills/gluing/retire/")
    assert page.context["weight"] == ["2 requirements", "its mention in 1 step"]
    assert post(emil, "skills/gluing/retire", {"revision": "1"}).status_code == 302
    assert keys("skills") == ["cutting", "planning"]
    assert not Requirement.objects.filter(skill__key="gluing").exists()
    assert '"gluing"' in box_maker.document


def test_a_group_with_skills_is_not_retired(emil, box_maker):
    """Its skills would have no page of the questionnaire."""
    page = post(emil, "groups/hands/retire", {"revision": "1"})
    assert page.status_code == 409
    assert "2 skills are still in this group: move or retire them first." in page.text
    Skill.objects.filter(skill_group__key="head").delete()
    assert post(emil, "groups/head/retire", {"revision": "1"}).status_code == 302
    assert keys("groups") == ["hands"]


@pytest.mark.parametrize("revision", ["0", "2", "", "x", "9" * 30])
def test_a_row_changed_meanwhile_is_not_retired(emil, box_maker, revision):
    """Whoever retires a row has seen it as it is."""
    page = post(emil, "steps/plan-a-day/retire", {"revision": revision})
    assert page.status_code == 409
    assert "It was changed meanwhile." in page.text
    assert Step.objects.filter(key="plan-a-day").exists()


def test_a_retired_fact_a_guide_still_shows_is_an_error_of_the_check(emil, box_maker):
    """The panel says where it is still named."""
    assert post(emil, "facts/pay/retire", {"revision": "1"}).status_code == 302
    assert not Fact.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_lists_take_as_many_queries_for_many_rows_as_for_few(emil, box_maker, kind):
    """The check beside them included."""

    def queries(career: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert emil.get(f"/studio/{career}/{kind}/").status_code == 200
        return len(counted(context))

    large = frameworks.of_size(40, 5, key="large")
    large["facts"] = [
        {"key": f"fact-{n}", "kind": "outlook", "value": str(n), "level": "level-1"}
        for n in range(30)
    ]
    import_framework(document=large, now=NOW)
    assert queries("large") == queries("box-maker")


@pytest.mark.parametrize("kind", KINDS)
def test_a_viewer_reads_the_lists_and_changes_nothing(vera, box_maker, kind):
    """No button, no form."""
    page = vera.get(f"{STUDIO}/{kind}/")
    assert page.status_code == 200
    assert page.text.count("<form") == 0
    assert vera.get(f"{STUDIO}/{kind}/new/").status_code == 404


@pytest.mark.parametrize(
    "address", ["skills/nothing", "kinds", "skills/nothing/retire", "skills/nothing/merge"]
)
def test_what_is_not_there_is_not_found(emil, box_maker, address):
    """Neither a row nor a kind of row."""
    assert emil.get(f"{STUDIO}/{address}/").status_code == 404


def test_a_move_in_no_direction_is_refused(emil, box_maker):
    """Only up and down."""
    assert post(emil, "skills/gluing/move", {"direction": "left"}).status_code == 404


def guide() -> list[dict]:
    """Return the entries of the one section of the guide."""
    return document()["guide"]["sections"][0]["items"]


def test_a_section_of_the_guide_is_edited_entry_by_entry(emil, box_maker):
    """What is filled in is kept, what is emptied goes; two empty entries wait for more."""
    data = form_data(emil, "guide/work")
    assert data["items_0_text"] == "Cut, fold, glue."
    fields = emil.get(f"{STUDIO}/guide/work/").context["form"].fields
    assert [name for name in fields if name.endswith("_text")] == [
        "items_0_text", "items_1_text", "items_2_text",
    ]  # fmt: skip
    data |= {
        "items_1_term": "Pay", "items_1_facts": "pay", "items_1_codes": "onet-soc: 51-9999.00",
        "items_2_text": "Stack.",
    }  # fmt: skip
    assert post(emil, "guide/work", data).status_code == 302
    assert guide() == [
        {"text": "Cut, fold, glue.", "source": "box-survey"},
        {"term": "Pay", "facts": ["pay"], "codes": {"onet-soc": "51-9999.00"}},
        {"text": "Stack."},
    ]
    data = form_data(emil, "guide/work", items_0_text="", items_0_source="")
    assert post(emil, "guide/work", data).status_code == 302
    assert [item.get("text", "") for item in guide()] == ["", "Stack."]


def test_an_entry_names_the_fact_that_is_not_there(emil, box_maker):
    """At its own field; what was typed stays."""
    data = form_data(emil, "guide/work", items_1_facts="pay\nluck", items_1_term="Luck")
    response = post(emil, "guide/work", data)
    assert response.status_code == 400
    assert response.context["form"].errors == {
        "items_1_facts": ["There is no fact “luck” in this draft."]
    }
    assert 'href="#id_items_1_facts"' in response.text
    assert 'value="Luck"' in response.text


def test_a_stale_section_of_the_guide_shows_both(emil, paula, box_maker):
    """Also where the other editor took the entry out."""
    mine = form_data(emil, "guide/work", items_0_text="Mine.")
    theirs = form_data(paula, "guide/work", items_0_text="", items_0_source="", text="Theirs.")
    assert post(paula, "guide/work", theirs).status_code == 302
    response = post(emil, "guide/work", mine)
    assert response.status_code == 409
    assert ("Text", "Theirs.") in response.context["differences"]
    assert response.context["form"]["items_0_text"].value() == "Mine."
    assert guide() == []


def test_what_a_career_is_called_is_edited_in_the_studio(emil, box_maker):
    """Titles, codes and summary; its key stays."""
    data = form_data(emil, "about", summary="Builds boxes.", codes="onet-soc: 1\nesco: 2",
                     alternative_titles="Carton Builder\nFolder")  # fmt: skip
    assert post(emil, "about", data).status_code == 302
    career = document()["career"]
    assert career["key"] == "box-maker"
    assert career["summary"] == "Builds boxes."
    assert career["alternative_titles"] == ["Carton Builder", "Folder"]
    assert career["codes"] == {"onet-soc": "1", "esco": "2"}


@pytest.mark.parametrize("how", ["form", "admin", "import"])
def test_a_stale_form_about_the_career_is_refused(emil, paula, edda_client, box_maker, how):
    """Whoever was quicker, in whatever way."""
    mine = form_data(emil, "about", summary="Mine.")
    if how == "form":
        assert post(paula, "about", form_data(paula, "about", summary="Theirs.")).status_code == 302
    elif how == "admin":
        address = f"/admin/careers/career/{box_maker.career_id}/change/"
        data = filled(edda_client.get(address).text, "career_form")
        assert edda_client.post(address, {**data, "summary": "Theirs."}).status_code == 302
    else:
        raw = frameworks.tiny()
        raw["career"]["summary"] = "Theirs."
        import_framework(document=raw, now=NOW)
    response = post(emil, "about", mine)
    assert response.status_code == 409
    assert ("Summary", "Theirs.") in response.context["differences"]
    assert document()["career"]["summary"] == "Theirs."


@pytest.mark.parametrize(
    ("address", "field", "typed", "error"),
    [
        ("about", "codes", "no colon", "this is not: no colon"),
        ("about", "codes", "No Key: 1", "this is not: No Key: 1"),
        ("levels/junior", "checks", "luck: a lot", "this is not: luck: a lot"),
        ("levels/junior", "checks", "experience:", "this is not: experience:"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(emil, box_maker, address, field, typed, error):
    """And stays on the page."""
    response = post(emil, address, form_data(emil, address, **{field: typed}))
    assert response.status_code == 400
    assert error in response.context["form"].errors[field][0]
    assert response.context["form"][field].value() == typed


def test_what_is_asked_for_beside_skills_is_written_as_lines(emil, box_maker):
    """Kind, text, and a source where there is one."""
    lines = "experience: Two years | box-survey\ncertificate: Knife licence"
    data = form_data(emil, "levels/junior", checks=lines)
    assert post(emil, "levels/junior", data).status_code == 302
    assert document()["levels"][0]["checks"] == [
        {"kind": "experience", "text": "Two years", "source": "box-survey"},
        {"kind": "certificate", "text": "Knife licence"},
    ]
    assert form_data(emil, "levels/junior")["checks"] == lines


def test_texts_that_lines_cannot_hold_stay_as_they_are(emil, box_maker):
    """A focus of two lines is one line in the form; saving another field leaves it whole."""
    Level.objects.filter(key="junior").update(focus=["one\ntwo", "three"])
    data = form_data(emil, "levels/junior", summary="changed")
    assert data["focus"] == "one two\nthree"
    assert post(emil, "levels/junior", data).status_code == 302
    assert document()["levels"][0]["focus"] == ["one\ntwo", "three"]


def test_a_merged_skill_that_is_back_is_taken_out_of_the_other(emil, box_maker):
    """The field is there where there is something in it, and says what to do."""
    assert "merged_from" not in form_data(emil, "skills/cutting")
    Skill.objects.filter(key="cutting").update(merged_from=["gluing", "sawing"])
    data = form_data(emil, "skills/cutting")
    response = post(emil, "skills/cutting", data | {"title": "Slicing"})
    assert response.context["form"].errors == {
        "merged_from": ["The skill “gluing” is in this draft: take its line out."]
    }
    assert post(emil, "skills/cutting", data | {"merged_from": "sawing"}).status_code == 302
    assert document()["skills"][0]["merged_from"] == ["sawing"]
