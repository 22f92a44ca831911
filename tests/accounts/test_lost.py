"""Who has lost every factor: a link to the account's address and the first factor remove them."""

import io
import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail, signing
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import encryption, lost
from accounts.models import User
from accounts.recovery import RecoveryCodes
from tests.conftest import with_permissions

from .test_signing_in import MARA, PASSPHRASE, code_of, member, sent_code, sign_in, who, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
REMOVE, AUTHENTICATE = "/account/2fa/lost/", "/account/2fa/authenticate/"


@pytest.fixture
def user() -> User:
    """Mara, with an app and recovery codes, and without either in her hands."""
    made = member()
    with_app(made)
    RecoveryCodes.activate(made)
    return made


def link_sent() -> str:
    """Have the link sent; return its path."""
    call_command("lost_factor", MARA, site="https://rung.example.org/", stdout=io.StringIO())
    message = mail.outbox[-1]
    assert message.to == [MARA]
    (path,) = re.findall(
        r"^https://rung\.example\.org(/account/2fa/lost/\S+/)$", message.body, re.M
    )
    return str(path)


def kinds() -> list[str]:
    """Return the factors that are left."""
    return sorted(Authenticator.objects.values_list("type", flat=True))


def removed(client: Client) -> bool:
    """Press the last button; tell whether that removed the factors."""
    client.post(REMOVE, {"remove": ""})
    return kinds() == []


@pytest.mark.parametrize("way", ["password", "code by e-mail"])
def test_the_link_and_the_first_factor_remove_what_is_lost(stranger: Client, user, way):
    """Step by step nothing is gone before the last; then mail tells."""
    link = link_sent()
    assert stranger.get(link).status_code == 200
    assert stranger.get(AUTHENTICATE)["Location"] == "/account/login/"
    assert stranger.post(link)["Location"] == "/account/login/"
    if way == "password":
        sign_in(stranger)
    else:
        page = stranger.post("/account/login/code/", {"email": MARA})["Location"]
        stranger.post(page, {"code": sent_code()})
    assert stranger.get(AUTHENTICATE)["Location"] == REMOVE
    assert stranger.get(REMOVE).status_code == 200
    assert (who(stranger), kinds()) == ("", ["recovery_codes", "totp"])
    reply = stranger.post(REMOVE, {"remove": ""})
    assert (reply["Location"], kinds()) == ("/account/2fa/", [])
    assert "are removed" in stranger.get("/account/2fa/").text
    assert who(stranger) == MARA
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        [MARA], "Rung: Your second factors were removed",
    )  # fmt: skip


def test_other_sessions_end_with_the_factors(stranger: Client, user):
    """Whoever holds the lost phone may be signed in with it."""
    with_app(other := member("sam@example.org"))
    thief, sam = Client(), Client()
    for client, person in ((thief, user), (sam, other)):
        sign_in(client, person.email)
        app = Authenticator.objects.get(user=person, type="totp")
        client.post(AUTHENTICATE, {"code": code_of(encryption.decrypt(app.data["secret"]))})
    assert (who(thief), who(sam)) == (MARA, "sam@example.org")
    stranger.post(link_sent())
    sign_in(stranger)
    stranger.post(REMOVE, {"remove": ""})
    assert (who(thief), who(sam), who(stranger)) == ("", "sam@example.org", MARA)


def test_the_link_alone_opens_nothing(stranger: Client, user):
    """Whoever reads the mail still needs the first factor."""
    stranger.post(link_sent())
    assert stranger.post(REMOVE, {"remove": ""})["Location"] == "/account/login/"
    sign_in(stranger, password="wrong")  # noqa: S106 (of nobody)
    assert stranger.post(REMOVE, {"remove": ""})["Location"] == "/account/login/"
    assert (who(stranger), kinds()) == ("", ["recovery_codes", "totp"])


def test_the_first_factor_alone_removes_nothing(stranger: Client, user):
    """Nor with a link that was only looked at, or is followed in another browser."""
    link = link_sent()
    stranger.get(link)
    Client().post(link)
    sign_in(stranger)
    assert stranger.get(AUTHENTICATE).status_code == 200
    assert stranger.get(REMOVE)["Location"] == AUTHENTICATE
    assert not removed(stranger)


def test_a_link_is_one_persons(stranger: Client, user):
    """Another's account is not opened by it."""
    with_app(member("sam@example.org"))
    stranger.post(link_sent())
    sign_in(stranger, "sam@example.org")
    assert stranger.get(AUTHENTICATE).status_code == 200
    assert not removed(stranger)
    assert Authenticator.objects.count() == 3


def test_a_link_works_once(stranger: Client, user):
    """Two were sent; one was used, and a new app is set up since."""
    first, second = link_sent(), link_sent()
    stranger.post(first)
    sign_in(stranger)
    assert removed(stranger)
    with_app(user)
    for link in (first, second):
        assert Client().get(link).status_code == 404
        assert Client().post(link).status_code == 404


@pytest.mark.parametrize("what", ["a code", "the password", "an hour", "closed", "made up"])
def test_a_link_is_over(stranger: Client, user, monkeypatch, what):
    """Once a factor or the password was used or changed; after an hour; of a closed account."""
    link = link_sent()
    if what == "a code":
        Authenticator.objects.get(type="totp").record_usage()
    elif what == "the password":
        user.set_password("another good passphrase")
        user.save()
    elif what == "an hour":
        now = time.time() + lost.SECONDS + 1
        monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    elif what == "closed":
        User.objects.update(is_active=False)
    else:
        link = f"/account/2fa/lost/{signing.dumps([user.pk, lost._state(user)], salt='x')}/"
    reply = stranger.get(link)
    assert (reply.status_code, "This link is over" in reply.text) == (404, True)
    assert stranger.post(link).status_code == 404


def test_signing_in_may_take_an_hour_and_no_longer(stranger: Client, user):
    """What the session remembers of the link ends, too; and it is no link."""
    stranger.post(link_sent())
    session = stranger.session
    session["lost_factor"] = {**session["lost_factor"], "until": time.time() - 1}
    session.save()
    sign_in(stranger)
    assert stranger.get(AUTHENTICATE).status_code == 200
    assert not removed(stranger)


def test_who_has_found_it_is_asked_for_it(stranger: Client, user):
    """Nothing is removed, and the page of the code is not left again."""
    stranger.post(link_sent())
    sign_in(stranger)
    assert stranger.post(REMOVE, {"keep": ""})["Location"] == AUTHENTICATE
    assert stranger.get(AUTHENTICATE).status_code == 200
    assert len(kinds()) == 2


def test_an_open_session_is_left_before_one_signs_in_again(user):
    """Also a session from before the factor proves nothing here."""
    client = Client()
    client.force_login(user)
    link = link_sent()
    assert client.get(link).status_code == 200
    assert client.post(link)["Location"] == "/account/login/"
    assert who(client) == ""
    sign_in(client)
    assert removed(client)


def test_the_staff_are_led_to_a_new_factor(stranger: Client, user):
    """Their pages stay closed until then."""
    User.objects.update(is_staff=True)
    stranger.post(link_sent())
    sign_in(stranger)
    page = stranger.post(REMOVE, {"remove": ""})["Location"]
    assert "open once you have set up one of these" in stranger.get(page).text
    assert stranger.get("/studio/")["Location"].startswith("/account/2fa/?next=")


def test_an_administrator_sends_the_link_and_deletes_no_factor(edda_client: Client, user):
    """Neither alone nor from the list; with the account they go."""
    action = {"action": "send_lost_factor_link", "_selected_action": [user.pk]}
    reply = edda_client.post("/admin/accounts/user/", action, follow=True)
    assert "1 links sent." in reply.text
    assert "http://testserver/account/2fa/lost/" in mail.outbox[-1].body
    assert mail.outbox[-1].to == [MARA]
    row = Authenticator.objects.get(type="totp")
    page = f"/admin/mfa/authenticator/{row.pk}/"
    assert edda_client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    edda_client.post("/admin/mfa/authenticator/", action)
    assert len(kinds()) == 2
    edda_client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()


def test_a_superusers_link_is_sent_by_superusers_alone(user):
    """As with signing out."""
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    client = with_permissions("anna@example.org", "view_user", "change_user")
    action = {"action": "send_lost_factor_link", "_selected_action": [user.pk]}
    assert "0 links sent." in client.post("/admin/accounts/user/", action, follow=True).text
    assert mail.outbox == []


@pytest.mark.parametrize("what", ["no account", "no factor", "no confirmed address", "closed"])
def test_the_command_says_why_it_sends_nothing(user, what):
    """And sends nothing."""
    if what == "no factor":
        Authenticator.objects.all().delete()
    elif what == "no confirmed address":
        EmailAddress.objects.update(verified=False)
    elif what == "closed":
        User.objects.update(is_active=False)
    with pytest.raises(CommandError):
        call_command("lost_factor", "sam@example.org" if what == "no account" else MARA)
    assert mail.outbox == []


def test_nothing_stored_opens_the_account(stranger: Client, user):
    """No table holds the link, once it is sent; a followed one is remembered without it."""
    link = link_sent()
    stranger.post(link)
    kept = stranger.session["lost_factor"]
    assert set(kept) == {"user_pk", "state", "until"}
    assert link.split("/")[-2] not in str(kept)
    assert PASSPHRASE not in str(kept)
