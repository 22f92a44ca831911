"""A coach's pages and a member's, through the browser: what is said, asked, refused, exported."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from assessments.groups import actions as group_actions
from assessments.groups.models import Group, Membership, Reading
from assessments.models import Assessment, Rating
from careers.models import Version
from tests import frameworks
from tests.conftest import publish, sign_in
from tests.queries import counted

from .people import coach, join, make_group, named, people_counted, rate, report

pytestmark = pytest.mark.django_db
CANARY = "canary-what-only-mara-wrote"
READY: dict[str, int | None] = {"cutting": 3, "gluing": 3, "planning": 2}
MIXED: dict[str, int | None] = {"cutting": 2, "gluing": None, "planning": 2}
BY_NAME = {"shown": "name", "name": "Mara"}


@pytest.fixture
def cora(db) -> User:
    """The coach."""
    return coach()


@pytest.fixture
def cora_client(cora) -> Client:
    """Her browser."""
    client = Client()
    client.force_login(cora)
    return client


@pytest.fixture
def group(box_maker, cora) -> Group:
    """Her group, at senior."""
    return make_group(box_maker, owner=cora)


def joining(group: Group) -> str:
    """Return the address at which people join."""
    return f"/groups/join/{group.shown_code}/"


def finish(client: Client, values: dict[str, int | None]) -> Assessment:
    """Answer and finish what this browser has under way, with a note."""
    browser = client.session["browser"]
    assert browser
    assessment = Assessment.objects.with_version().get(finished_at=None)
    Rating.objects.bulk_create(
        Rating(assessment=assessment, skill=skill, value=value, evidence=CANARY)
        for skill, value in values.items()
    )
    client.post(f"/assessments/{assessment.pk}/finish/")
    return assessment


# Making a group.


def test_a_group_is_made_at_the_latest_version_unless_another_is_chosen(cora_client, box_maker):
    """The page of the only career opens at once; a code is there."""
    second = publish({**frameworks.tiny(), "facts": []})
    page = cora_client.get("/groups/new/").text
    assert page.index("Version 2") < page.index("Version 1")
    data = {"career": "box-maker", "name": " Evening\tclass ", "coach": "Cora", "level": "senior"}
    reply = cora_client.post("/groups/new/", data)
    made = Group.objects.get()
    assert reply["Location"] == f"/groups/{made.pk}/invite/"
    assert (made.name, made.version, made.level, made.is_open) == (
        "Evening class", second, "senior", True,
    )  # fmt: skip
    cora_client.post("/groups/new/", {**data, "version": "1"})
    assert Group.objects.get(version=box_maker).level == "senior"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Give the group a name."),
        ({"name": "\x00"}, "name", ""),
        ({"name": " \t "}, "name", "Give the group a name."),
        ({"name": "\u200b\u202e\u200d\u2063"}, "name", "Give the group a name."),
        ({"name": "n" * 81}, "name", "at most 80"),
        ({"level": ""}, "level", "Choose the level"),
        ({"level": "boss"}, "level", "Choose one of this career"),
        ({"version": "7"}, "version", "Choose one of this career"),
        ({"version": "9" * 40}, "version", "Choose one of this career"),
        ({"version": "x"}, "version", "Choose one of this career"),
    ],
)
def test_what_is_wrong_with_a_new_group_is_named_and_what_was_typed_stays(
    cora_client, box_maker, changes, field, words
):
    """Nothing is made."""
    data = {"career": "box-maker", "name": "Evening", "coach": "Cora L.", "level": "senior"}
    reply = cora_client.post("/groups/new/", {**data, **changes})
    assert reply.status_code == 400
    assert list(reply.context["form"].errors) == [field]
    assert words in reply.text
    assert 'value="Cora L."' in reply.text
    assert not Group.objects.exists()


@pytest.mark.parametrize("career", ["nothing", "../x", "", "\x00"])
def test_a_group_of_a_career_that_is_not_there_is_refused(cora_client, box_maker, career):
    """With the careers that are."""
    reply = cora_client.post("/groups/new/", {"career": career, "name": "x", "level": "senior"})
    assert reply.status_code == 400
    assert "Box Maker" in reply.text


def test_nobody_makes_a_group_for_somebody_else(cora_client, cora, box_maker, edda):
    """Owner, code, id and times are not the form's to say."""
    data = {
        "career": "box-maker", "name": "Evening", "level": "senior", "owner": edda.pk,
        "owner_id": edda.pk, "code": "AAAAAA", "id": "0" * 32, "is_open": "", "created_at": "1970",
    }  # fmt: skip
    cora_client.post("/groups/new/", data)
    made = Group.objects.get()
    assert (made.owner, made.is_open) == (cora, True)
    assert made.code != "AAAAAA"
    assert made.created_at.year > 2000


# The coach's own.


def test_somebody_elses_group_is_nowhere(cora_client, group, edda_client):
    """For a superuser too, byte for byte like a random address."""
    paths = ("", "invite/", "settings/", "delete/", "export.xlsx", "export.csv", "members/1/")
    nowhere = edda_client.get("/groups/6e2d0f3e-0000-4000-8000-000000000000/")
    for path in paths:
        reply = edda_client.get(f"/groups/{group.pk}/{path}")
        assert (reply.status_code, reply.content) == (404, nowhere.content)
    assert edda_client.post(f"/groups/{group.pk}/renew/").status_code == 404
    assert edda_client.post(f"/groups/{group.pk}/settings/", {"name": "mine"}).status_code == 404
    assert cora_client.get(f"/groups/{group.pk}/").status_code == 200
    assert Group.objects.get().name == "Evening class"


def test_the_group_of_all_reports_belongs_to_nobody(cora_client, edda_client, box_maker):
    """It is no address under /groups/, for anybody."""
    report(box_maker, "mara", READY)
    of_all = Group.objects.get(owner=None)
    for client in (cora_client, edda_client):
        assert client.get(f"/groups/{of_all.pk}/").status_code == 404


def test_a_renewed_code_ends_the_old_one(cora_client, group, mara):
    """And closing ends any."""
    old = joining(group)
    assert mara.get(old).status_code == 200
    cora_client.post(f"/groups/{group.pk}/renew/")
    group.refresh_from_db()
    assert [mara.get(each).status_code for each in (old, joining(group))] == [404, 200]
    cora_client.post(f"/groups/{group.pk}/settings/", {"name": "Day class", "coach": ""})
    assert mara.get(joining(group)).status_code == 404
    assert mara.post(joining(group), BY_NAME).status_code == 404
    assert Group.objects.get().name == "Day class"
    cora_client.post(f"/groups/{group.pk}/settings/", {"name": "Day class", "is_open": "on"})
    assert mara.get(joining(group)).status_code == 200


def test_the_code_is_shown_with_an_address_and_a_drawing_that_the_policy_allows(cora_client, group):
    """Inline SVG, without any style or script in it."""
    page = cora_client.get(f"/groups/{group.pk}/invite/").text
    assert group.shown_code in page
    assert f'value="http://testserver/groups/join/{group.shown_code}/"' in page
    drawing = page[page.index("<svg", page.index("invite-drawing")) :].partition("</svg>")[0]
    assert "<path" in drawing
    assert "style" not in drawing


def test_deleting_a_group_keeps_everybodys_reports(cora_client, group, mara):
    """The button alone deletes."""
    mara.post(joining(group), BY_NAME)
    finish(mara, READY)
    cora_client.get(f"/groups/{group.pk}/delete/")
    assert Membership.objects.count() == 1
    cora_client.post(f"/groups/{group.pk}/delete/")
    assert Group.objects.filter(owner__isnull=False).count() == 0
    assert (Membership.objects.count(), Assessment.objects.count()) == (0, 1)


# Joining.


@pytest.mark.parametrize("typed", ["{}", " {} ", "without a dash", "lower", "blank"])
def test_a_code_is_taken_however_it_is_typed(group, mara, typed):
    """Case, dashes and blanks are forgiven."""
    code, shown = group.code, group.shown_code
    ways = {"lower": shown.lower(), "blank": f" {code[:2]} {code[2:]}", "without a dash": code}
    text = ways.get(typed, typed.format(shown))
    assert mara.post("/groups/join/", {"code": text})["Location"] == joining(group)
    assert mara.get(f"/groups/join/{code.lower()}/").status_code == 200


@pytest.mark.parametrize(
    "typed", ["", "ABC-DEF", "K7P-4QDX", "<script>", "\x00", "é" * 40, "x" * 99]
)
def test_a_wrong_code_is_named_and_stays_on_the_page(group, mara, typed):
    """It counts as a miss, like a guessed address."""
    reply = mara.post("/groups/join/", {"code": typed})
    assert reply.status_code == 400
    assert list(reply.context["form"].errors) == ["code"]
    assert typed.replace("<", "&lt;").replace(">", "&gt;").replace("\x00", "") in reply.text


def test_guessing_codes_is_limited_for_right_and_wrong_ones_alike(group, mara, settings):
    """By the form and by the address together."""
    settings.TOKEN_MISSES = 4
    for wrong in ("AAA-AAA", "BBB-BBB"):
        mara.post("/groups/join/", {"code": wrong})
        mara.get(f"/groups/join/{wrong}/")
    assert mara.get(joining(group)).status_code == 429
    assert mara.post("/groups/join/", {"code": group.code}).status_code == 429


def test_the_page_says_who_the_coach_is_and_chooses_nothing(group, mara):
    """Both answers are explained; neither is chosen before."""
    page = mara.get(joining(group)).text
    assert "Cora looks after this group" in page
    assert "Senior Box Maker" in page
    assert page.count('type="radio"') == 2
    assert "checked" not in page
    Group.objects.update(coach="")
    assert "cora@example.org looks after this group" in mara.get(joining(group)).text


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "shown"),
        ({"shown": "all"}, "shown"),
        ({"shown": "name"}, "name"),
        ({"shown": "name", "name": " \t"}, "name"),
        ({"shown": "name", "name": "n" * 81}, "name"),
        ({"shown": "name", "name": "a\x00b"}, "name"),
    ],
)
def test_without_a_clear_answer_nobody_joins(group, mara, data, field):
    """The field is named, and what was typed stays."""
    reply = mara.post(joining(group), data)
    assert reply.status_code == 400
    assert list(reply.context["form"].errors) == [field]
    assert not Membership.objects.exists()
    assert not Assessment.objects.exists()


def test_without_an_account_and_without_a_report_the_questions_come_next(group, mara):
    """At the group's level and version; the list shows the group."""
    reply = mara.post(joining(group), BY_NAME)
    made = Assessment.objects.get()
    assert reply["Location"] == f"/assessments/{made.pk}/"
    assert (made.level, made.version, made.owner) == ("senior", group.version, None)
    assert "shown by name as Mara" in mara.get("/assessments/").text
    member = Membership.objects.get()
    assert mara.get(joining(group))["Location"] == f"/groups/in/{member.pk}/"
    assert "have begun and not finished" in mara.get(f"/groups/in/{member.pk}/").text


def test_a_report_that_is_there_is_named_and_used_only_if_it_is_said(group, mara, box_maker):
    """A browser's may be somebody else's."""
    mara.post("/careers/box-maker/start/", {"level": "junior"})
    old = finish(mara, READY)
    page = mara.get(joining(group)).text
    assert "Junior Box Maker" in page
    assert "Use it only if it is yours." in page
    assert mara.post(joining(group), BY_NAME).status_code == 400
    reply = mara.post(joining(group), {**BY_NAME, "report": "newest"})
    member = Membership.objects.get()
    assert reply["Location"] == f"/groups/in/{member.pk}/"
    assert (member.assessment, people_counted(group)) == (old, 1)
    assert "Your name, Mara, and your report" in mara.get(reply["Location"]).text


def test_rating_afresh_leaves_the_old_report_out(group, mara, box_maker):
    """Nothing of it is counted."""
    mara.post("/careers/box-maker/start/", {"level": "junior"})
    finish(mara, READY)
    mara.post(joining(group), {**BY_NAME, "report": "afresh"})
    assert Membership.objects.get().assessment.finished_at is None
    assert people_counted(group) == 0


def test_an_account_joins_with_its_own_and_not_with_what_the_browser_holds(group, mara, cora):
    """Nor does it look at it."""
    mara.post("/careers/box-maker/start/", {"level": "junior"})
    finish(mara, READY)
    mara.force_login(User.objects.create_user("mara@example.org"))
    assert "Which report?" not in mara.get(joining(group)).text
    mara.post(joining(group), BY_NAME)
    assert Membership.objects.get().assessment.owner.email == "mara@example.org"


def test_ids_in_the_body_change_nothing(group, mara, stranger, box_maker):
    """Somebody else's assessment or membership cannot be named."""
    stranger.post("/careers/box-maker/start/", {"level": "senior"})
    theirs = Assessment.objects.get()
    data = {**BY_NAME, "assessment": theirs.pk, "assessment_id": theirs.pk, "group": "x", "id": 7,
            "is_listed": "1", "joined_at": "1970-01-01"}  # fmt: skip
    mara.post(joining(group), data)
    member = Membership.objects.get()
    assert member.assessment != theirs
    assert member.joined_at.year > 2000


# What is shown of a member.


def test_a_member_changes_what_is_shown_and_leaves(group, mara, cora_client):
    """At once, on the coach's page too."""
    mara.post(joining(group), BY_NAME)
    finish(mara, READY)
    member = Membership.objects.get()
    address = f"/groups/in/{member.pk}/"
    assert "Mara" in cora_client.get(f"/groups/{group.pk}/").text
    mara.post(address, {"shown": "count", "name": "Mara"})
    page = cora_client.get(f"/groups/{group.pk}/").text
    assert "Mara" not in page
    assert "No figures yet" in page
    assert cora_client.get(f"/groups/{group.pk}/members/{member.pk}/").status_code == 404
    assert "Nothing yet. You are counted once" in mara.get(address).text
    assert Membership.objects.get().name == ""
    mara.post(address, BY_NAME)
    assert "Mara" in cora_client.get(f"/groups/{group.pk}/").text
    mara.get(f"{address}leave/")
    assert mara.post(f"{address}leave/")["Location"] == "/assessments/"
    assert "Mara" not in cora_client.get(f"/groups/{group.pk}/").text
    assert mara.get(address).status_code == 404


def test_nobody_else_opens_a_membership(group, mara, stranger, cora_client):
    """Not the coach either."""
    mara.post(joining(group), BY_NAME)
    member = Membership.objects.get()
    for client in (stranger, cora_client):
        assert client.get(f"/groups/in/{member.pk}/").status_code == 404
        assert client.post(f"/groups/in/{member.pk}/leave/").status_code == 404
    assert Membership.objects.count() == 1


def test_the_coach_removes_only_who_is_listed(group, mara, stranger, cora_client):
    """Of the others nobody can tell that they are there."""
    mara.post(joining(group), BY_NAME)
    stranger.post(joining(group), {"shown": "count"})
    listed, hidden = Membership.objects.order_by("pk")
    nowhere = cora_client.get("/no-such-address/").content
    for member in (hidden.pk, 999):
        reply = cora_client.post(f"/groups/{group.pk}/members/{member}/remove/")
        assert (reply.status_code, reply.content) == (404, nowhere)
    cora_client.post(f"/groups/{group.pk}/members/{listed.pk}/remove/")
    assert list(Membership.objects.all()) == [hidden]


def test_a_member_of_another_group_is_not_reached_through_ones_own(group, mara, cora_client, cora):
    """The address names both."""
    other = make_group(group.version, owner=coach("dora@example.org"))
    mara.post(joining(other), BY_NAME)
    finish(mara, READY)
    member = Membership.objects.get()
    assert cora_client.get(f"/groups/{group.pk}/members/{member.pk}/").status_code == 404
    assert cora_client.post(f"/groups/{group.pk}/members/{member.pk}/remove/").status_code == 404


def test_the_coach_reads_a_report_at_the_groups_level_without_notes(group, mara, cora_client):
    """Read only: no link of it leads to what is the person's alone."""
    mara.post(joining(group), BY_NAME)
    assessment = finish(mara, MIXED)
    member = Membership.objects.get()
    page = cora_client.get(f"/groups/{group.pk}/members/{member.pk}/").text
    assert "This is the report of <strong>Mara</strong>" in page
    assert "53.3" in page
    assert CANARY not in page
    assert str(assessment.pk) not in page
    assert cora_client.get(f"/groups/{group.pk}/members/{member.pk}/?level=x").status_code == 404
    assert cora_client.get(f"/assessments/{assessment.pk}/report/").status_code == 404


# Figures.


def cells(page: Any) -> dict[str, list[int]]:
    """Return the heat map of a page object."""
    return {row.skill.key: [cell.people for cell in row.cells] for row in page.skills}


def test_the_page_shows_where_the_group_stands(group, box_maker, cora_client):
    """Biggest shared gap first; every person of each row; the level's rating outlined.

    senior   | ?  0  1  2  3  4 | short
    ---------+------------------+------
    gluing   | 1  .  .  .  2  . | 1
    cutting  | .  .  .  1  2  . | 1      essential, so it weighs more and comes first
    planning | .  .  .  3  .  . | 0
    """
    for name, values in (("Anna", READY), ("Ben", MIXED), ("Cleo", READY)):
        report(box_maker, name, values)
        join(group, name, named(name))
    join(group, "Dan", named("Dan"))
    reply = cora_client.get(f"/groups/{group.pk}/")
    page = reply.context["page"]
    assert cells(page) == {
        "cutting": [0, 0, 0, 1, 2, 0], "gluing": [1, 0, 0, 0, 2, 0], "planning": [0, 0, 0, 3, 0, 0],
    }  # fmt: skip
    assert [(row.skill.key, row.short, row.required) for row in page.skills] == [
        ("cutting", 1, 3), ("gluing", 1, 3), ("planning", 0, 2),
    ]  # fmt: skip
    assert (page.started, page.finished, page.median) == (4, 3, 100.0)
    assert [(row.band, row.people) for row in page.bands] == [
        ("ready", 2), ("nearly_ready", 0), ("building", 1), ("starting_out", 0),
    ]  # fmt: skip
    assert {(row.step.key, row.people, row.gain) for row in page.steps} == {
        ("cut-orders", 1, 16.7), ("glue-course", 1, 30.0),
    }  # fmt: skip
    assert "of 4" in reply.text
    assert "no report to show yet" in reply.text


def test_of_who_is_not_named_the_page_tells_nothing_below_five(group, box_maker, cora_client):
    """Not even that anybody is there: the page of four is that of none, but for the clock."""
    before = cora_client.get(f"/groups/{group.pk}/").text
    for number in range(4):
        report(box_maker, f"hidden {number}", READY)
        join(group, f"hidden {number}")
        assert cora_client.get(f"/groups/{group.pk}/").text == before
    join(group, "begun only")
    assert cora_client.get(f"/groups/{group.pk}/").text == before
    report(box_maker, "hidden 4", MIXED)
    join(group, "hidden 4")
    page = cora_client.get(f"/groups/{group.pk}/").text
    assert "5 people are counted without their names." in page


def sheet(content: bytes) -> dict[str, list[list[object]]]:
    """Return the rows of each sheet of a workbook."""
    book = load_workbook(io.BytesIO(content))
    return {each.title: [[cell.value for cell in row] for row in each.rows] for each in book}


def test_the_files_hold_the_figures_of_the_page(group, box_maker, cora_client):
    """Every one of them, in both."""
    for name, values in (("Anna", READY), ("Ben", MIXED)):
        report(box_maker, name, values)
        join(group, name, named(name))
    page = cora_client.get(f"/groups/{group.pk}/").context["page"]
    found = sheet(cora_client.get(f"/groups/{group.pk}/export.xlsx").content)
    text = cora_client.get(f"/groups/{group.pk}/export.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    skills = [
        [row.skill.key, row.skill.title, row.required, *(c.people for c in row.cells), row.short]
        for row in page.skills
    ]
    assert found["skills"][1:] == skills
    assert [
        [r["skill"], r["title"], *(int(r[k]) for k in ("required", "unsure", "rating_0", "rating_1",
         "rating_2", "rating_3", "rating_4", "short"))]
        for r in rows if r["table"] == "skills"
    ] == skills  # fmt: skip
    about = {row[0]: row[2] for row in found["about"]}
    assert (about["finished"], about["started"], about["median"]) == (2, 2, page.median)
    assert [row[:2] for row in found["members"][1:]] == [["Anna", 100], ["Ben", 53.3]]
    assert [row[3] for row in found["steps"][1:]] == [row.people for row in page.steps]
    assert [row[1:] for row in found["months"][1:]] == [[m.people, m.low] for m in page.months]


@pytest.mark.parametrize("query", ["%00", "box%00", "%20%00"])
def test_a_career_is_looked_for_by_what_a_database_can_hold(cora_client, box_maker, query):
    """PostgreSQL knows no NUL."""
    reply = cora_client.get(f"/groups/new/?career=x&q={query}")
    assert reply.status_code == 200
    assert "Box Maker" in reply.text


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "+1", "-2", "@SUM(A1)", "＝1"])
def test_a_formula_in_a_name_is_text_in_both_files(group, mara, cora_client, name):
    """Of a member and of the group."""
    mara.post(joining(group), {"shown": "name", "name": name})
    Group.objects.update(name=name)
    book = load_workbook(io.BytesIO(cora_client.get(f"/groups/{group.pk}/export.xlsx").content))
    found = [cell for each in book for row in each.rows for cell in row if cell.value == name]
    assert [cell.data_type for cell in found] == ["s", "s"]
    text = cora_client.get(f"/groups/{group.pk}/export.csv").content.decode("utf-8-sig")
    assert text.count(f"'{name.split(chr(34))[0]}") == 2


def test_notes_are_on_no_page_and_in_no_file_of_a_coach(group, mara, cora_client):
    """And the member's id, browser and address are not either."""
    mara.post(joining(group), BY_NAME)
    assessment = finish(mara, MIXED)
    member = Membership.objects.get()
    base = f"/groups/{group.pk}/"
    for path in (
        "",
        "invite/",
        "settings/",
        f"members/{member.pk}/",
        f"members/{member.pk}/remove/",
    ):
        page = cora_client.get(base + path).text
        assert CANARY not in page
        assert str(assessment.pk) not in page
    assert CANARY.encode() not in cora_client.get(f"{base}export.csv").content
    assert CANARY not in str(sheet(cora_client.get(f"{base}export.xlsx").content))
    assert CANARY not in cora_client.get("/account/data/").text


@pytest.mark.parametrize(("skills", "people"), [(24, 3), (120, 60)])
def test_the_page_takes_the_same_few_queries_at_any_size(cora_client, cora, skills, people):
    """At most eight."""
    version = publish(frameworks.of_size(skills, 5))
    group = make_group(version, "level-3", cora)
    for number in range(people):
        join(group, f"person {number}", named(f"Person {number}"))
    for member in Membership.objects.all()[:5]:
        rate(Assessment.objects.with_version().get(pk=member.assessment_id), {"skill-1": 4})
    cora_client.get(f"/groups/{group.pk}/")
    with CaptureQueriesContext(connection) as captured:
        cora_client.get(f"/groups/{group.pk}/")
    assert len(counted(captured)) == 5


def test_members_come_fifty_a_page(group, cora_client):
    """The figures are of all of them on each."""
    for number in range(52):
        join(group, f"person {number}", named(f"Person {number:02}"))
    first, second, beyond = (
        cora_client.get(f"/groups/{group.pk}/?page={n}").context["page"] for n in (1, 2, "x")
    )
    assert [len(each.members) for each in (first, second, beyond)] == [50, 2, 50]
    assert second.started == 52


# Everybody's reports.


def test_administrators_see_all_reports_of_a_level_and_nobody_below_five(
    box_maker, role_groups, edda_client, cora_client
):
    """Nobody is listed; files hold the same; the permission is the administrator's."""
    for number in range(4):
        report(box_maker, f"person {number}", READY)
    address = "/studio/box-maker/reports"
    assert "No figures yet" in edda_client.get(f"{address}/?level=senior").text
    report(box_maker, "person 4", MIXED)
    reply = edda_client.get(f"{address}/?level=senior")
    assert reply.context["page"].finished == 5
    assert "five or more at a time" in reply.text
    found = sheet(edda_client.get(f"{address}.xlsx?level=senior").content)
    assert "members" not in found
    assert [row[2] for row in found["about"] if row[0] == "finished"] == [5]
    assert edda_client.get(f"{address}.csv?level=senior&version=1").status_code == 200
    assert cora_client.get(f"{address}/").status_code == 404
    paula = Client()
    sign_in(paula, User.objects.create_user("paula@example.org", is_staff=True))
    assert paula.get(f"{address}/").status_code == 404


@pytest.mark.parametrize("query", ["?level=x", "?version=9", "?version=x", "?level=%00"])
def test_a_level_or_version_that_is_not_there_is_404(box_maker, edda_client, query):
    """On the page and in the files."""
    for path in ("reports/", "reports.csv", "reports.xlsx"):
        assert edda_client.get(f"/studio/box-maker/{path}{query}").status_code == 404


def test_a_career_without_a_version_has_no_reports(edda_client, db):
    """The page says so; there is no file."""
    from careers import document, publishing

    publishing.import_framework(document=document.normal(frameworks.tiny()), now=timezone.now())
    assert "No version is published yet" in edda_client.get("/studio/box-maker/reports/").text
    assert edda_client.get("/studio/box-maker/reports.csv").status_code == 404


# One's own data.


def test_a_members_file_holds_the_membership_and_a_coachs_none_of_it(group, cora_client, box_maker):
    """What members keep from the coach is not in the coach's download either."""
    mara = User.objects.create_user("mara@example.org")
    report(box_maker, "", READY, mara)
    join(group, "", user=mara)
    report(box_maker, "ben", READY)
    join(group, "ben", named("Ben the canary"))
    client = Client()
    client.force_login(mara)
    (one,) = json.loads(client.get("/account/data/").content)["assessments"]
    (member,) = one["memberships"]
    told = {"group": "Evening class", "coach": "Cora", "group_level": "senior",
            "version": "Box Maker, version 1"}  # fmt: skip
    assert (member["group_id"], member | told) == (str(group.pk), member)
    assert one["version"] == "Box Maker, version 1"
    assert {each["state"] for each in one["readings"]} == {"waiting"}
    assert {each["group"] for each in one["readings"]} == {
        "Evening class", "All reports of a level, five or more at a time",
    }  # fmt: skip
    file = cora_client.get("/account/data/")
    assert "canary" not in file.text
    (own,) = json.loads(file.content)["coached_groups"]
    assert (own["name"], own["version"]) == ("Evening class", "Box Maker, version 1")
    assert set(own) == {
        "id", "owner_id", "name", "coach", "version_id", "level", "code", "is_open", "created_at",
        "version",
    }  # fmt: skip


def test_the_page_never_reads_the_readings_of_who_is_not_listed(group, box_maker, cora_client):
    """Whatever stands in them: the counts are all it has."""
    for number in range(5):
        report(box_maker, f"hidden {number}", READY)
        join(group, f"hidden {number}")
    before = cora_client.get(f"/groups/{group.pk}/").text
    Reading.objects.filter(group=group).update(low=1, slots="000", band="starting_out")
    assert cora_client.get(f"/groups/{group.pk}/").text == before


def test_too_many_groups_and_memberships_are_refused_in_words(
    group, cora_client, mara, monkeypatch, box_maker
):
    """Nobody fills the tables."""
    monkeypatch.setattr(group_actions, "MAX_GROUPS", 1)
    monkeypatch.setattr(group_actions, "MAX_MEMBERSHIPS", 0)
    data = {"career": "box-maker", "name": "Evening", "level": "senior"}
    reply = cora_client.post("/groups/new/", data)
    assert (reply.status_code, Group.objects.count()) == (400, 1)
    assert "Delete one first." in reply.text
    reply = mara.post(joining(group), BY_NAME)
    assert (reply.status_code, Membership.objects.count()) == (400, 0)
    assert "Leave one first." in reply.text


def test_the_version_at_which_a_group_reads_stays_its_own(group, box_maker: Version, cora_client):
    """A newer one changes nothing of it."""
    publish({**frameworks.tiny(), "facts": []})
    assert "requirements version 1" in cora_client.get(f"/groups/{group.pk}/").text


def test_the_page_that_deletes_ones_last_report_says_which_groups_one_leaves(
    box_maker, cora, group
):
    """Another report of the career would stand instead: then nothing is left, nor said."""
    user = User.objects.create_user("mara@example.org")
    client = Client()
    client.force_login(user)
    join(group, "mara", named("Mara"), user)
    make_group(box_maker, owner=cora)
    (only,) = Assessment.objects.filter(owner=user)
    address = f"/assessments/{only.pk}/delete/"
    page = client.get(address).text
    assert "so you also leave:" in page
    assert page.count("Evening class") == 1
    report(box_maker, "mara", MIXED, user)
    page = client.get(address).text
    assert "you also leave" not in page
    assert "Evening class" not in page
    client.post(address)
    assert Membership.objects.filter(group=group).exists()
    (last,) = Assessment.objects.filter(owner=user)
    address = f"/assessments/{last.pk}/delete/"
    assert "so you also leave:" in client.get(address).text
    client.post(address)
    assert not Membership.objects.exists()


def test_no_name_turns_round_the_text_beside_it(cora_client, group, client):
    """Signs that nobody sees go; letters of any script stay, and what joins them."""
    names = {"name": "\u202eEvening\u2066 class\u00ad", "coach": "\u0646\u0645\u06cc\u200c\u062f"}
    cora_client.post(f"/groups/{group.pk}/settings/", names)
    group.refresh_from_db()
    assert (group.name, group.coach) == ("Evening class", "\u0646\u0645\u06cc\u200c\u062f")
    group_actions.change(group=group, name="A", coach="B", is_open=True)
    client.get(joining(group))
    client.post(joining(group), {"shown": "name", "name": "\u200fMara \u202e"})
    assert Membership.objects.get().name == "Mara"
    reply = client.post(joining(group), {"shown": "name", "name": "\u2060"})
    assert "Write your name" in reply.text
