"""Work without an account is taken into one when its owner says so: once, and never by itself."""

import re

import pytest
from django.test import Client

from accounts.models import User
from assessments import actions
from assessments.models import Assessment, BrowserAccess, ReturnLink
from tests.conftest import NOW, answer, start

ASKED = "Is this yours?"
pytestmark = pytest.mark.django_db


@pytest.fixture
def mara_herself() -> User:
    """Mara's account."""
    return User.objects.create_user("mara@example.org")


def claim(client: Client, assessment: Assessment, said: str = "yes"):
    """Press one of the two buttons."""
    return client.post(f"/assessments/{assessment.pk}/claim/", {"answer": said})


def sees(client: Client, assessment: Assessment) -> bool:
    """Tell whether the browser opens it."""
    return client.get(f"/assessments/{assessment.pk}/finish/").status_code == 200


def test_signing_in_asks_and_takes_nothing_by_itself(mara, mara_herself, assessment):
    """Somebody else may have used this computer."""
    assert ASKED not in mara.get("/assessments/").text
    mara.force_login(mara_herself)
    page = mara.get("/assessments/").text
    assert page.count(ASKED) == 1
    assert page.count(f'action="/assessments/{assessment.pk}/claim/"') == 1
    assert Assessment.objects.get().owner is None


def test_a_claimed_assessment_is_the_accounts_alone(mara, mara_herself, stranger, assessment):
    """It opens on any device of hers; the link and every other browser are out."""
    token = actions.make_return_link(assessment=assessment, now=NOW)
    stranger.get(f"/assessments/return/{token}/")
    assert sees(stranger, assessment)
    mara.force_login(mara_herself)
    assert claim(mara, assessment)["Location"] == "/assessments/"
    assert Assessment.objects.get().owner == mara_herself
    assert (BrowserAccess.objects.count(), ReturnLink.objects.count()) == (0, 0)
    elsewhere = Client()
    elsewhere.force_login(mara_herself)
    assert [sees(each, assessment) for each in (mara, elsewhere, stranger)] == [True, True, False]
    assert Client().get(f"/assessments/return/{token}/").status_code == 404
    mara.post("/account/logout/")
    assert not sees(mara, assessment)


def test_it_is_claimed_once(mara, mara_herself, stranger, assessment):
    """Whoever comes second finds nothing; who claims again changes nothing."""
    token = actions.make_return_link(assessment=assessment, now=NOW)
    stranger.get(f"/assessments/return/{token}/")
    other = User.objects.create_user("other@example.org")
    stranger.force_login(other)
    mara.force_login(mara_herself)
    claim(mara, assessment)
    assert claim(stranger, assessment).status_code == 404
    assert claim(mara, assessment).status_code == 302
    assert Assessment.objects.get().owner == mara_herself
    with pytest.raises(actions.ClaimedError):
        actions.claim(assessment=assessment, user=other)
    assert Assessment.objects.get().owner == mara_herself


def test_saying_no_leaves_it_to_whoever_it_belongs_to(mara, mara_herself, assessment):
    """It is not asked again while signed in, and is still there after signing out."""
    mara.force_login(mara_herself)
    claim(mara, assessment, "no")
    assert ASKED not in mara.get("/assessments/").text
    assert Assessment.objects.get().owner is None
    mara.post("/account/logout/")
    assert sees(mara, assessment)
    mara.force_login(mara_herself)
    assert ASKED in mara.get("/assessments/").text


def test_without_signing_in_nothing_is_claimed(mara, assessment):
    """The button's address leads to signing in, and back to the question."""
    assert claim(mara, assessment)["Location"] == "/account/login/?next=/assessments/"
    assert Assessment.objects.get().owner is None


def test_a_stranger_claims_nothing(stranger, edda_client, assessment):
    """Knowing the number is not enough."""
    assert [claim(each, assessment).status_code for each in (stranger, edda_client)] == [404, 404]
    assert Assessment.objects.get().owner is None


def test_the_owner_cannot_be_posted(mara, mara_herself, edda, assessment, box_maker):
    """Neither when claiming nor when starting: it is always who is signed in."""
    mara.force_login(mara_herself)
    mara.post(f"/assessments/{assessment.pk}/claim/", {"owner": edda.pk, "user": edda.pk})
    mara.post("/careers/box-maker/start/", {"level": "junior", "owner": edda.pk})
    assert {each.owner for each in Assessment.objects.all()} == {mara_herself}


def test_what_is_started_signed_in_belongs_to_the_account(mara, mara_herself, box_maker):
    """Without asking, and without a key for the browser."""
    mara.force_login(mara_herself)
    assert start(mara, box_maker, "senior").owner == mara_herself
    assert BrowserAccess.objects.count() == 0


def test_starting_again_signed_in_does_not_go_on_with_anothers_work(
    mara, mara_herself, assessment, box_maker
):
    """Somebody left an untouched start in this browser; mine is my own."""
    mara.force_login(mara_herself)
    mine = start(mara, box_maker, "senior")
    assert mine.pk != assessment.pk
    assert Assessment.objects.get(pk=assessment.pk).owner is None


def test_the_list_asks_for_what_is_here_and_lists_what_is_mine(mara, mara_herself, box_maker):
    """Two queries, for one and for three of either."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.queries import counted

    def pages_queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            mara.get("/assessments/")
        return len(counted(captured))

    for number in range(3):
        one = start(mara, box_maker, "senior")
        answer(one, cutting=number)
    mara.force_login(mara_herself)
    claim(mara, Assessment.objects.first())
    assert pages_queries() == 3
    for one in Assessment.objects.filter(owner=None)[:1]:
        claim(mara, one)
    assert pages_queries() == 3
    page = mara.get("/assessments/").text
    assert len(re.findall(r"/claim/", page)) == 1
    assert len(re.findall(r'<li class="card">', page)) == 2
