"""Everything about a person: to take along, and to have deleted, really."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client

from accounts import personal_data
from accounts.models import User
from assessments.models import Assessment, Plan, Rating, Report
from careers.models import Career, Skill, Version
from tests.conftest import answer, publish, start

pytestmark = pytest.mark.django_db
MARA = "mara@example.org"
CANARY = "canary-what-only-mara-wrote"
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 (of nobody)


@pytest.fixture
def herself() -> User:
    """Mara's account, with an authenticator app."""
    user = User.objects.create_user(MARA, "a good long passphrase", first_name="Mara")
    EmailAddress.objects.create(user=user, email=MARA, verified=True, primary=True)
    TOTP.activate(user, SECRET)
    return user


@pytest.fixture
def signed_in(herself: User) -> Client:
    """Her browser."""
    client = Client()
    client.force_login(herself)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0, "email": MARA}]
    session.save()
    return client


@pytest.fixture
def finished(signed_in: Client, box_maker) -> Assessment:
    """Her report, with a note and a plan."""
    made = start(signed_in, box_maker, "senior")
    answer(made, cutting=2, gluing=None)
    Rating.objects.filter(skill="cutting").update(evidence=CANARY)
    signed_in.post(f"/assessments/{made.pk}/finish/")
    return made


def everything() -> str:
    """Return all rows of all tables, the sessions decoded."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (names of our own tables)
            rows.append((table, cursor.fetchall()))
    sessions = [each.get_decoded() for each in Session.objects.all()]
    return f"{rows} {sessions}"


def test_the_download_holds_everything_and_no_key_to_it(signed_in: Client, finished: Assessment):
    """Account, addresses, answers with notes, report and plan; of secrets, that they are there."""
    reply = signed_in.get("/account/data/")
    assert reply["Content-Disposition"] == 'attachment; filename="rung-my-data.json"'
    found = json.loads(reply.content)
    assert (found["email"], found["first_name"], found["password"]) == (MARA, "Mara", "…")
    (one,) = found["assessments"]
    assert (one["id"], one["level"]) == (str(finished.pk), "senior")
    assert {row["skill"]: (row["value"], row["evidence"]) for row in one["ratings"]} == {
        "cutting": (2, CANARY), "gluing": (None, ""),
    }  # fmt: skip
    assert one["report"][0]["reply"] == Report.objects.get().reply
    assert one["plan"][0]["goal"] == "fastest"
    assert [row["type"] for row in found["authenticator"]] == ["totp", "recovery_codes"][:1]
    assert SECRET not in reply.text


def test_somebody_elses_data_is_not_in_it(signed_in: Client, finished: Assessment, edda):
    """Nor is there an address under which another's could be asked for."""
    other = Client()
    other.force_login(edda)
    assert CANARY not in other.get(f"/account/data/?user={finished.owner_id}").text
    assert json.loads(other.get("/account/data/").content).get("assessments") is None


def test_without_an_account_the_same_is_had_by_who_opens_the_assessment(mara, stranger, assessment):
    """Its answers, links and browsers; a stranger finds nothing."""
    answer(assessment, cutting=1)
    mara.post(f"/assessments/{assessment.pk}/link/")
    address = f"/assessments/{assessment.pk}/data.json"
    found = json.loads(mara.get(address).content)
    assert [row["skill"] for row in found["ratings"]] == ["cutting"]
    assert [row["token_hash"] for row in found["return_links"]] == ["…"]
    assert [row["browser_hash"] for row in found["browsers"]] == ["…"]
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["", "other@example.org", "mara"])
def test_deleting_asks_for_the_address(signed_in: Client, finished: Assessment, typed):
    """A wrong one is refused with its field named, and nothing goes."""
    reply = signed_in.post("/account/delete/", {"email": typed})
    assert reply.status_code == 400
    assert list(reply.context["form"].errors) == ["email"]
    assert (User.objects.count(), Assessment.objects.count()) == (1, 1)


def test_looking_at_the_page_deletes_nothing(signed_in: Client, finished: Assessment):
    """Only its button does."""
    page = signed_in.get("/account/delete/").text
    assert "Delete everything about me?" in page
    assert "the groups that you look after" in page
    assert User.objects.count() == 1


def test_after_deleting_nothing_is_found_anywhere(signed_in: Client, herself, finished):
    """Not in any table, and no other device is signed in any more."""
    phone = Client()
    phone.force_login(herself)
    assert CANARY in everything()
    reply = signed_in.post("/account/delete/", {"email": "Mara@Example.org"})
    assert (reply.status_code, "Everything about you is deleted" in reply.text) == (200, True)
    stored = everything()
    assert [word for word in (CANARY, MARA, SECRET, str(finished.pk)) if word in stored] == []
    assert [m.objects.count() for m in (User, Assessment, Plan, Authenticator)] == [0] * 4
    assert [set(each.get_decoded()) for each in Session.objects.all()] == [{"browser"}]
    assert [each.get("/account/").status_code for each in (signed_in, phone)] == [302, 302]


def test_others_keep_what_is_theirs(signed_in: Client, herself, finished, mara, box_maker, edda):
    """Another account, another session, and what this browser began without an account."""
    theirs = start(mara, box_maker, "junior")
    editor = Client()
    editor.force_login(edda)
    signed_in.post("/account/delete/", {"email": MARA})
    assert mara.get(f"/assessments/{theirs.pk}/finish/").status_code == 200
    assert editor.get("/account/").status_code == 200


def test_a_framework_outlives_who_made_it(edda, edda_client, box_maker):
    """Versions and the history stay, without the name."""
    skill = Skill.objects.get(key="gluing")
    edda_client.post("/studio/box-maker/history/restore/", {"line": "skill-1"})
    skill.title, skill._history_user = "Bonding", edda
    skill.save()
    publish({**json.loads(box_maker.document), "career": {"key": "x", "title": "X"}}, by=edda)
    edda_client.post("/account/delete/", {"email": edda.email})
    assert (Version.objects.count(), Career.objects.count()) == (2, 2)
    assert edda.email not in everything()
    assert [line.history_user_id for line in Skill.history.all()] == [None]


def test_every_table_about_people_hangs_on_the_account_or_the_assessment():
    """What a new feature stores about a person is found by its relation, or named here."""
    reached: set[type[models.Model]] = set()

    def follow(model: type[models.Model]) -> None:
        if model not in reached:
            reached.add(model)
            for relation in personal_data.owned(model):
                follow(relation.related_model)

    follow(get_user_model())
    mine = {m for app in ("accounts", "assessments") for m in apps.get_app_config(app).get_models()}
    assert {m.__name__ for m in mine - reached} == set()


def test_sessions_that_only_began_to_sign_in_forget_the_person_too(
    signed_in: Client, herself, finished, mara, box_maker
):
    """Somebody typed her address there; what that browser began without an account stays."""
    theirs = start(mara, box_maker, "junior")
    for path in ("/account/login/code/", "/account/password/reset/"):
        mara.post(path, {"email": MARA})
    half = Client()
    half.post("/account/login/", {"login": MARA, "password": "a good long passphrase"})
    assert [MARA in everything(), half.get("/account/2fa/authenticate/").status_code] == [True, 200]
    signed_in.post("/account/delete/", {"email": MARA})
    assert MARA not in everything()
    assert half.get("/account/2fa/authenticate/").status_code == 302
    assert mara.get(f"/assessments/{theirs.pk}/finish/").status_code == 200
