"""Signing up and in: password, code by e-mail, second factors; and what a stranger learns."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
PASSPHRASE = "a good long passphrase"  # noqa: S105 (of nobody)
MARA = "mara@example.org"


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    """Let every test begin with all its attempts."""
    cache.clear()


def member(email: str = MARA, password: str | None = PASSPHRASE, **more) -> User:
    """Return somebody who has an account with a confirmed address."""
    user = User.objects.create_user(email, password, **more)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def with_app(user: User) -> str:
    """Give them an authenticator app; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """Return what the app shows now, by the clock of ``app_clock``."""
    return format_hotp_value(hotp_value(secret, int(auth.time.time()) // 30))


def sent_code() -> str:
    """Return the code in the last message."""
    found = re.findall(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[-1].body, re.M)
    assert len(found) == 1, mail.outbox[-1].body
    return str(found[0])


def who(client: Client) -> str:
    """Return who is signed in, as the account page says; nothing for nobody."""
    reply = client.get("/account/")
    if reply.status_code == 302:
        return ""
    (found,) = re.findall(r'<p class="muted">([^<]+@[^<]+)</p>', reply.text)
    return str(found)


def sign_in(client: Client, email: str = MARA, password: str = PASSPHRASE, **more):
    """Post the form."""
    return client.post("/account/login/", {"login": email, "password": password, **more})


@pytest.mark.parametrize("password", [PASSPHRASE, ""], ids=["password", "no password"])
def test_signing_up_ends_signed_in_once_the_address_is_confirmed(stranger: Client, password):
    """With a password or without; the code in the message proves the address."""
    reply = stranger.post("/account/signup/", {"email": "Mara@Example.org", "password1": password})
    assert (reply.status_code, who(stranger)) == (302, "")
    reply = stranger.post(reply["Location"], {"code": sent_code()})
    assert reply["Location"] == "/assessments/"
    assert who(stranger) == MARA
    user = User.objects.get()
    assert (user.email, user.has_usable_password()) == (MARA, bool(password))
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(MARA, True)]


def test_signing_in_by_password(stranger: Client):
    """In any case of the address."""
    member()
    sign_in(stranger, "MARA@example.org")
    assert who(stranger) == MARA


def test_signing_in_by_a_code(stranger: Client):
    """No password is needed, nor asked for."""
    member(password=None)
    reply = stranger.post("/account/login/code/", {"email": MARA})
    assert mail.outbox[-1].to == [MARA]
    stranger.post(reply["Location"], {"code": sent_code()})
    assert who(stranger) == MARA


def test_a_wrong_code_lets_nobody_in_and_three_end_it(stranger: Client):
    """Guessing is cut short."""
    member()
    address = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    replies = [stranger.post(address, {"code": "AAA-AAA"}).status_code for _time in range(3)]
    assert replies == [200, 200, 302]
    assert stranger.post(address, {"code": sent_code()}).status_code == 302
    assert who(stranger) == ""


def test_a_second_factor_is_asked_for_after_the_password(stranger: Client):
    """Neither the password alone nor a wrong code signs in; the app's code does, once."""
    secret = with_app(member())
    assert sign_in(stranger)["Location"] == "/account/2fa/authenticate/"
    assert who(stranger) == ""
    assert stranger.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert who(stranger) == ""
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert who(stranger) == MARA


def test_the_second_factor_is_asked_for_after_a_code_by_e_mail_too(stranger: Client):
    """Whoever reads the mail is not in yet."""
    with_app(member())
    address = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    reply = stranger.post(address, {"code": sent_code()})
    assert (reply["Location"], who(stranger)) == ("/account/2fa/authenticate/", "")


def visible(reply) -> tuple[int, str, str]:
    """Return what a stranger can tell a reply by, without tokens and the address they typed."""
    page = re.sub(r'value="\w{64}"|[\w.]+@example\.org', "", reply.content.decode())
    return reply.status_code, reply.get("Location", ""), page


@pytest.mark.parametrize(
    ("address", "name", "more"),
    [
        ("/account/signup/", "email", {"password1": PASSPHRASE}),
        ("/account/login/", "login", {"password": "not the password at all"}),
        ("/account/login/code/", "email", {}),
        ("/account/password/reset/", "email", {}),
    ],
)
def test_nobody_learns_who_has_an_account(address, name, more):
    """A known and an unknown address get the same reply, and so does the page after it."""
    member()
    found = []
    for email in (MARA, "nobody@example.org"):
        client = Client()
        reply = client.post(address, {name: email, **more})
        after = client.get(reply["Location"]) if reply.status_code == 302 else reply
        found.append((visible(reply), visible(after)))
    assert found[0] == found[1]


@pytest.mark.parametrize("typed", [PASSPHRASE, ""], ids=["password", "none"])
def test_signing_up_works_as_long_for_an_address_that_has_an_account(monkeypatch, typed):
    """To hash a password takes a fifth of a second: left out, it tells who is here."""
    member()
    hashed = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt, *rest):
        hashed[-1] += 1
        return real(self, password, salt, *rest)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for email in (MARA, "nobody@example.org"):
        hashed.append(0)
        Client().post("/account/signup/", {"email": email, "password1": typed})
    assert hashed == ([1, 1] if typed else [0, 0])


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
        "https:evil.example", "\thttps://evil.example",
    ],
)  # fmt: skip
def test_signing_in_leads_to_no_other_site(stranger: Client, target):
    """Whatever ``next`` says."""
    member()
    assert sign_in(stranger, next=target)["Location"] == "/assessments/"


def test_signing_in_leads_back_to_where_one_was(stranger: Client):
    """To an address of our own."""
    member()
    assert sign_in(stranger, next="/careers/?q=box")["Location"] == "/careers/?q=box"


def test_five_wrong_passwords_make_one_wait(stranger: Client):
    """Also the right one is refused then, from any browser."""
    member()
    for _time in range(5):
        sign_in(stranger, password="wrong")  # noqa: S106 (of nobody)
    reply = sign_in(Client())
    assert (reply.status_code, "Too many failed login attempts" in reply.text) == (429, True)


def test_signing_out_leaves_the_browsers_own_work_with_it(mara: Client, assessment):
    """What somebody began on this computer without an account is not lost by another's leaving."""
    member()
    sign_in(mara)
    mara.post("/account/logout/")
    assert who(mara) == ""
    assert mara.get(f"/assessments/{assessment.pk}/finish/").status_code == 200


def test_signing_in_changes_the_sessions_key(mara: Client, assessment):
    """A key that somebody planted is worth nothing."""
    member()
    before = mara.session.session_key
    sign_in(mara)
    assert mara.session.session_key != before


def test_pages_of_an_account_are_kept_by_no_cache(stranger: Client):
    """And tell caches that they depend on who asks."""
    member()
    sign_in(stranger)
    for address in ("/account/", "/account/data/", "/account/delete/", "/account/email/"):
        reply = stranger.get(address)
        assert "Cookie" in reply["Vary"], address
        assert "no-store" in reply["Cache-Control"], address


# The staff


def test_the_first_administrator_signs_in_and_is_led_to_a_second_factor(stranger: Client):
    """No mail is needed; the admin opens once an app is set up and its code given."""
    User.objects.create_superuser("edda@example.org", PASSPHRASE)
    first = stranger.get("/admin/", follow=True)
    assert first.redirect_chain[-1][0].startswith("/account/login/?next=")
    reply = sign_in(stranger, "edda@example.org", next="/admin/")
    assert (reply["Location"], mail.outbox) == ("/admin/", [])
    assert stranger.get("/admin/")["Location"] == "/account/2fa/?next=%2Fadmin%2F"
    assert "open once you have set up one of these" in stranger.get("/account/2fa/").text

    page = stranger.get("/account/2fa/totp/activate/").text
    (secret,) = re.findall(r'id="authenticator_secret" type="text" value="(\w+)"', page)
    stranger.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert stranger.get("/admin/").status_code == 200


@pytest.mark.parametrize("address", ["/admin/", "/admin/careers/career/", "/studio/"])
def test_a_password_alone_opens_nothing_of_the_staffs(edda, address):
    """Also where a factor is set up but was not shown in this session."""
    client = Client()
    client.force_login(edda)
    assert client.get(address)["Location"].startswith("/account/2fa/?next=")
    with_app(edda)
    assert client.get(address)["Location"].startswith("/account/2fa/reauthenticate/?next=")
    Authenticator.objects.update(type=Authenticator.Type.WEBAUTHN)
    asked = client.get(address)["Location"]
    assert asked.startswith("/account/2fa/webauthn/reauthenticate/?next=")


def test_a_factor_shown_by_another_counts_for_nobody_else(edda):
    """What a session remembers of one person opens nothing for the next."""
    client = Client()
    client.force_login(edda)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(edda.pk + 1)
    session.save()
    assert client.get("/admin/").status_code == 302


def test_who_edits_without_being_staff_needs_a_factor_too(stranger: Client, box_maker, role_groups):
    """The studio opens by permission, so permission is what asks for the factor."""
    from django.contrib.auth.models import Group

    user = member()
    user.groups.add(Group.objects.get(name="Editor"))
    sign_in(stranger)
    assert stranger.get("/studio/")["Location"] == "/account/2fa/?next=%2Fstudio%2F"


def test_on_ones_own_machine_the_factor_can_be_waived(edda, settings):
    """By a setting that production refuses."""
    settings.SECOND_FACTOR = "nobody"
    client = Client()
    client.force_login(edda)
    assert [client.get(page).status_code for page in ("/admin/", "/studio/")] == [200, 200]


def test_a_job_seeker_needs_no_second_factor(stranger: Client):
    """The admin is simply not theirs."""
    member()
    sign_in(stranger)
    assert stranger.get("/account/").status_code == 200
    assert stranger.get("/studio/").status_code == 404


def test_the_admins_own_form_signs_nobody_in(edda):
    """Posting to it leads to the page that asks for the second factor."""
    client = Client()
    data = {"username": edda.email, "password": "a good long passphrase"}
    reply = client.post("/admin/login/", data)
    assert reply["Location"].startswith("/account/login/?next=")
    assert who(client) == ""


@pytest.mark.parametrize(
    ("is_staff", "whose", "left"),
    [(True, "staff", 1), (False, "staff", 0), (False, "everyone", 1), (True, "nobody", 1)],
)
def test_who_must_show_a_factor_keeps_the_last(stranger: Client, settings, is_staff, whose, left):
    """Others may take theirs away."""
    settings.SECOND_FACTOR = whose
    secret = with_app(member(is_staff=is_staff))
    sign_in(stranger)
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    stranger.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == left


def test_the_picture_of_the_secret_is_part_of_the_page(stranger: Client):
    """No data address and no inline style, which the policy forbids."""
    member()
    sign_in(stranger)
    page = stranger.get("/account/2fa/totp/activate/").text
    assert page.count("<svg") == 2
    assert re.findall(r"data:|style=|<style", page) == []


def test_the_admin_shows_no_secret_of_a_second_factor(edda_client, edda):
    """Who has one and since when; none can be read or made."""
    secret = with_app(edda)
    row = Authenticator.objects.get()
    address = f"/admin/mfa/authenticator/{row.pk}/change/"
    pages = [edda_client.get(each).text for each in ("/admin/mfa/authenticator/", address)]
    assert [("TOTP" in page, secret in page) for page in pages] == [(True, False)] * 2
    assert edda_client.get("/admin/mfa/authenticator/add/").status_code == 403
    assert edda_client.post(address, {"type": "webauthn"}).status_code == 403


@pytest.mark.parametrize("length", [255, 320])
def test_an_address_longer_than_any_is_refused_and_not_cut(stranger: Client, length):
    """Cut, it is another's; and the second time the database refuses it."""
    member()
    email = "y" * (length - len("@example.org")) + "@example.org"
    for _ in range(2):
        page = stranger.post("/account/signup/", {"email": email, "password1": PASSPHRASE})
        assert page.status_code == 200
        assert "none has more than 254 signs" in page.text
        assert email in page.text
    sign_in(stranger)
    page = stranger.post("/account/email/", {"email": email, "action_add": ""})
    assert "none has more than 254 signs" in page.text
    assert [user.email for user in User.objects.all()] == [MARA]
