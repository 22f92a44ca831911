"""Being signed in: how long, where, what ends it, and what asks again who it is."""

import io
import logging
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from accounts.templatetags.account_words import browser
from tests.accounts.test_signing_in import (
    MARA,
    PASSPHRASE,
    code_of,
    member,
    sent_code,
    sign_in,
    who,
    with_app,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
OTHER = "another good passphrase"
HOUR, DAY = 3600, 86_400


def later(client: Client, seconds: float, *, seen: float | None = None) -> None:
    """Let a session have been signed in so long ago, and used last ``seen`` ago."""
    session = client.session
    stamps = session[sessions.STAMPS]
    session[sessions.STAMPS] = {
        **stamps,
        "since": time.time() - seconds,
        "seen": time.time() - (seconds if seen is None else seen),
    }
    session.save()


def stale(client: Client) -> None:
    """Let the sign-in be more than five minutes old."""
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**r, "at": r["at"] - 400} for r in records]
    session.save()


@pytest.fixture
def signed_in(stranger: Client) -> Client:
    """Mara, signed in by her password."""
    member()
    sign_in(stranger)
    assert who(stranger) == MARA
    return stranger


@pytest.mark.parametrize(
    ("kind", "since", "seen", "lives"),
    [
        ("member", 13 * DAY, 13 * DAY, True),
        ("member", 15 * DAY, 15 * DAY, False),
        ("member", 29 * DAY, DAY, True),
        ("member", 31 * DAY, 0, False),
        ("staff", 50 * 60, 50 * 60, True),
        ("staff", 70 * 60, 70 * 60, False),
        ("staff", 11 * HOUR, 0, True),
        ("staff", 13 * HOUR, 0, False),
    ],
)
def test_a_sign_in_ends_unused_and_in_any_case(stranger: Client, kind, since, seen, lives):
    """Job seekers: two weeks unused, a month; the staff: an hour, twelve hours."""
    user = member(is_staff=kind == "staff")
    secret = with_app(user) if kind == "staff" else ""
    sign_in(stranger)
    if secret:
        stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert stranger.session[sessions.STAMPS]["kind"] == kind
    later(stranger, since, seen=seen)
    assert (who(stranger) == MARA) is lives
    assert (who(stranger) == MARA) is lives


def test_using_it_keeps_it_and_is_seldom_written(signed_in, django_assert_num_queries):
    """A note of the use once in a while, not with every page."""
    later(signed_in, 2 * DAY)
    who(signed_in)
    assert time.time() - signed_in.session[sessions.STAMPS]["seen"] < 60
    before = Session.objects.get().session_data
    who(signed_in)
    assert Session.objects.get().session_data == before


def test_what_a_browser_began_without_an_account_outlives_the_sign_in(mara: Client, assessment):
    """Only being signed in ends."""
    member()
    sign_in(mara)
    later(mara, 31 * DAY)
    assert who(mara) == ""
    assert mara.get(f"/assessments/{assessment.pk}/finish/").status_code == 200
    assert "account_authentication_methods" not in mara.session


def test_signing_out_ends_the_session_on_the_server(signed_in: Client):
    """A kept cookie opens nothing any more."""
    kept = signed_in.cookies["sessionid"].value
    signed_in.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert who(thief) == ""
    assert UserSession.objects.count() == 1  # until it is listed or swept
    sessions.forget_ended(now=timezone.now())
    assert UserSession.objects.count() == 0


def test_a_get_signs_nobody_out(signed_in: Client):
    """Neither an image nor a link of another site does."""
    assert signed_in.get("/account/logout/").status_code == 200
    assert who(signed_in) == MARA


def test_one_sees_where_one_is_signed_in_and_ends_the_others(signed_in: Client):
    """By browser, time and place; this one stays."""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = Client(headers={"user-agent": agent}, REMOTE_ADDR="198.51.100.7")
    sign_in(other)
    page = signed_in.get("/account/sessions/").text
    assert [page.count(text) for text in ("Firefox, Windows", "198.51.100.7", "(this one)")] == [
        1, 1, 1,
    ]  # fmt: skip
    assert "Sign out everywhere else" in page
    page = signed_in.post("/account/sessions/", follow=True).text
    assert "You are signed in here only" in page
    assert (who(signed_in), who(other)) == (MARA, "")


def test_nobody_sees_or_ends_anybody_elses(signed_in: Client):
    """The list is one's own."""
    member("sam@example.org")
    other = Client(REMOTE_ADDR="198.51.100.7")
    sign_in(other, "sam@example.org")
    assert "198.51.100.7" not in signed_in.get("/account/sessions/").text
    signed_in.post("/account/sessions/")
    assert who(other) == "sam@example.org"


def test_a_changed_password_ends_every_other_session(signed_in: Client):
    """Also that of whoever has stolen one; a message tells."""
    thief = Client()
    sign_in(thief)
    data = {"oldpassword": PASSPHRASE, "password1": OTHER, "password2": OTHER}
    signed_in.post("/account/password/change/", data)
    assert (who(signed_in), who(thief)) == (MARA, "")
    assert mail.outbox[-1].to == [MARA]
    assert "password has been changed" in mail.outbox[-1].body


def test_a_reset_password_ends_every_session_and_still_asks_for_the_factor(signed_in: Client):
    """The mail proves the address, not the second factor."""
    with_app(User.objects.get())
    browser_ = Client()
    page = browser_.post("/account/password/reset/", {"email": MARA})["Location"]
    page = browser_.post(page, {"code": sent_code()})["Location"]
    reply = browser_.post(page, {"password1": OTHER, "password2": OTHER})
    assert reply.status_code == 302
    assert (who(signed_in), who(browser_)) == ("", "")
    assert sign_in(browser_, password=OTHER)["Location"] == "/account/2fa/authenticate/"


def test_a_closed_account_is_signed_out_at_once(signed_in: Client):
    """The next request already finds nobody."""
    User.objects.update(is_active=False)
    assert who(signed_in) == ""


def test_an_administrator_signs_somebody_out_everywhere(signed_in: Client, edda_client):
    """By the list of people; a lesser administrator cannot do it to a superuser."""
    chosen = {
        "action": "sign_out_everywhere",
        "_selected_action": [str(User.objects.get(email=MARA).pk)],
    }
    page = edda_client.post("/admin/accounts/user/", chosen, follow=True)
    assert "1 sessions ended." in page.text
    assert who(signed_in) == ""


@pytest.mark.parametrize("whom", [["--all"], [MARA.upper()]])
def test_a_command_ends_sessions(signed_in: Client, whom):
    """Of one person, or of everybody."""
    out = io.StringIO()
    call_command("end_sessions", *whom, stdout=out)
    assert (out.getvalue(), who(signed_in)) == ("1 sessions ended.\n", "")


def test_the_command_names_an_address_that_nobody_has(db):
    """Instead of saying that it ended none."""
    with pytest.raises(CommandError, match=r"There is no account sam@example\.org"):
        call_command("end_sessions", "sam@example.org")


@pytest.mark.parametrize(
    "page", ["/account/email/", "/account/sessions/", "/account/2fa/totp/activate/"]
)
def test_what_opens_the_account_asks_again_after_five_minutes(signed_in: Client, page):
    """By the password; a wrong one changes nothing."""
    assert signed_in.get(page).status_code == 200
    stale(signed_in)
    asked = signed_in.get(page)
    assert asked["Location"].startswith("/account/reauthenticate/?next=")
    assert signed_in.post(page, {"email": "thief@example.org"}).status_code == 302
    assert signed_in.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert signed_in.get(page).status_code == 302
    signed_in.post(asked["Location"], {"password": PASSPHRASE})
    assert signed_in.get(page).status_code == 200


def test_who_has_no_password_signs_in_again(stranger: Client):
    """By a code in the mail: nothing else proves who it is."""
    member(password=None)
    page = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    stranger.post(page, {"code": sent_code()})
    assert stranger.get("/account/password/set/").status_code == 200
    stale(stranger)
    asked = stranger.get("/account/password/set/")
    assert asked["Location"] == "/account/login/?next=%2Faccount%2Fpassword%2Fset%2F"
    assert who(stranger) == ""


def test_a_new_address_is_proven_and_the_old_one_told(signed_in: Client):
    """Until its code is given, the old one stays."""
    signed_in.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    assert mail.outbox[-1].to == ["new@example.org"]
    assert who(signed_in) == MARA
    signed_in.post("/account/confirm-email/", {"code": sent_code()})
    assert who(signed_in) == "new@example.org"
    assert [MARA] in [message.to for message in mail.outbox]


def test_a_factor_that_is_gone_is_told_by_mail(stranger: Client):
    """To the address of the account: whoever took it away may be somebody else."""
    secret = with_app(member())
    sign_in(stranger)
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    stranger.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.count() == 0
    assert [message.to for message in mail.outbox] == [[MARA]]
    assert "Authenticator app deactivated" in mail.outbox[0].body


def test_the_key_of_a_session_is_long_random_and_no_one_elses():
    """32 signs of 36: 165 bits, from the system's source."""
    keys = {sessions.SessionStore()._get_new_session_key() for _time in range(200)}
    assert len(keys) == 200
    assert {len(key) for key in keys} == {32}


def test_a_made_up_session_key_is_never_taken(stranger: Client, box_maker):
    """What a browser brings is not adopted: a new one is given."""
    stranger.cookies["sessionid"] = "a" * 32
    stranger.post("/careers/box-maker/start/", {"level": "senior"})
    assert stranger.cookies["sessionid"].value != "a" * 32
    assert not Session.objects.filter(session_key="a" * 32).exists()


def test_what_is_taken_along_names_no_session(signed_in: Client):
    """The file about oneself opens nothing."""
    page = signed_in.get("/account/data/").text
    assert signed_in.session.session_key not in page
    assert '"usersession"' in page


def test_signing_up_is_logged_as_what_it_is(stranger: Client, caplog):
    """The code from the message signs in; no password was asked for then."""
    caplog.set_level(logging.INFO, "rung.security")
    reply = stranger.post("/account/signup/", {"email": MARA, "password1": PASSPHRASE})
    stranger.post(reply["Location"], {"code": sent_code()})
    signed_in = [r.getMessage() for r in caplog.records if "Signed in" in r.getMessage()]
    assert signed_in == [f"Signed in: account {User.objects.get().pk} by confirming the address"]


def test_who_signs_in_and_what_changes_is_logged_by_number(stranger: Client, caplog):
    """Accepted, refused, changed, ended: never an address, a password or a code."""
    caplog.set_level(logging.INFO, "rung.security")
    number = member().pk
    sign_in(stranger, password="wrong")  # noqa: S106 (of nobody)
    sign_in(stranger)
    data = {"oldpassword": PASSPHRASE, "password1": OTHER, "password2": OTHER}
    stranger.post("/account/password/change/", data)
    stranger.post("/account/logout/")
    for _time in range(5):
        sign_in(stranger, "nobody@example.org")
    sign_in(stranger, "nobody@example.org")
    refused = "Sign-in refused: wrong password or no such account"
    assert [r.getMessage() for r in caplog.records if r.name == "rung.security"] == [
        refused,
        f"Signed in: account {number} by password",
        f"Changed: password_changed of account {number}",
        f"Signed out: account {number}",
        *[refused] * 5,
        "Tries refused: too many passwords or codes",
    ]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("curl/8", "Another program"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(agent, words):
    """The nearest of what it says it is."""
    assert browser(agent) == words


def test_the_lifetimes_are_those_that_the_documents_name():
    """SECURITY's page and the settings agree."""
    assert {
        kind: (idle / DAY, longest / DAY)
        for kind, (idle, longest) in settings.SIGNED_IN_SECONDS.items()
    } == {"member": (14, 30), "staff": (1 / 24, 0.5)}


@pytest.mark.parametrize("key", ["\0" + "a" * 16, "a" * 12 + "\0", "a" * 5000, "é" * 12, "A" * 32])
def test_a_cookie_that_no_session_can_have_is_none(stranger: Client, key):
    """PostgreSQL knows no NUL: the browser that held such a key got no page any more."""
    stranger.cookies[settings.SESSION_COOKIE_NAME] = key
    for address in ("/", "/assessments/", "/account/login/", "/nowhere/"):
        assert stranger.get(address).status_code in (200, 404)
