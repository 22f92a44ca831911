"""``SECOND_FACTOR=everyone``: an account opens by two factors; without one nothing changes."""

import re

import pytest
from django.core import mail
from django.test import Client

from tests.conftest import start

from .test_factors import set_up
from .test_signing_in import MARA, PASSPHRASE, code_of, member, sent_code, sign_in, who, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]


@pytest.fixture(autouse=True)
def everyone(settings) -> None:
    """Ask everybody with an account for two."""
    settings.SECOND_FACTOR = "everyone"


def test_who_signs_up_is_led_to_a_factor_and_then_on(stranger: Client):
    """By the code of the address to the app, its recovery codes, and one's assessments."""
    page = stranger.post("/account/signup/", {"email": MARA, "password1": PASSPHRASE})["Location"]
    first = stranger.post(page, {"code": sent_code()})["Location"]
    asked = stranger.get(first)["Location"]
    assert (first, asked) == ("/assessments/", "/account/2fa/?next=%2Fassessments%2F")
    text = stranger.get(asked).text
    assert text.count("open once you have set up one of these") == 1
    assert "The studio" not in text[text.index("<main") :]
    (link,) = re.findall(r'href="(/account/2fa/totp/activate/[^"]*)"', text)
    assert set_up(stranger, link) == "/assessments/"
    assert stranger.get("/assessments/").status_code == 200
    assert who(stranger) == MARA
    assert mail.outbox[-1].to == [MARA]


def test_who_will_not_can_sign_out(stranger: Client):
    """The page that asks has the button; it is no trap."""
    member()
    sign_in(stranger)
    page = stranger.get("/account/2fa/").text
    assert re.search(r'<form method="post" action="/account/logout/">.*?sign out</button>', page)
    stranger.post("/account/logout/")
    assert stranger.get("/").status_code == 200


def test_who_has_a_factor_shows_it_at_signing_in_and_no_more(stranger: Client):
    """Also in a session that is older than the app."""
    user = member()
    older = Client()
    older.force_login(user)
    secret = with_app(user)
    sign_in(stranger)
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert who(stranger) == MARA
    asked = older.get("/assessments/")["Location"]
    assert asked == "/account/2fa/reauthenticate/?next=%2Fassessments%2F"


def test_work_without_an_account_goes_on_as_ever(mara: Client, box_maker):
    """There is no account to protect."""
    assessment = start(mara, box_maker, "senior")
    for page in ("/", f"/assessments/{assessment.pk}/finish/", "/assessments/"):
        assert mara.get(page).status_code == 200, page
