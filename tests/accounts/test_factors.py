"""Setting up a second factor: one code is enough, and it leads to where one was going."""

import html
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.recovery import RecoveryCodes

from .test_signing_in import code_of, member, sign_in, who, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
SET_UP = "/account/2fa/totp/activate/"
AUTHENTICATE = "/account/2fa/authenticate/"
WAIT = "wait for the next one and enter that"
EVIL = ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)")


@pytest.fixture
def edda_without() -> Client:
    """Edda's browser, signed in by password; she has no second factor yet."""
    User.objects.create_superuser("edda@example.org", "a good long passphrase")
    client = Client()
    sign_in(client, "edda@example.org")
    return client


def link_to(text: str, path: str) -> str:
    """Return the whole address of the one link or form to that path."""
    (found,) = re.findall(rf'(?:href|action)="({re.escape(path)}[^"]*)"', text)
    return html.unescape(found)


def set_up(client: Client, address: str) -> str:
    """Set up an app at that address with the code it shows; return where that leads."""
    page = client.get(address).text
    (secret,) = re.findall(r'id="authenticator_secret" type="text" value="(\w+)"', page)
    reply = client.post(link_to(page, SET_UP), {"code": code_of(secret)})
    if reply.status_code == 302:
        return str(reply["Location"])
    (onward,) = re.findall(r'button-main" href="([^"]+)"', reply.text)
    return html.unescape(onward)


@pytest.mark.parametrize("going", ["/studio/", "/admin/careers/career/?q=a%26b&o=1"])
def test_setting_up_an_app_leads_to_where_one_was_going(edda_without: Client, going):
    """From page to page, past the recovery codes, and without a second code."""
    first = edda_without.get(going)["Location"]
    onward = set_up(edda_without, link_to(edda_without.get(first).text, SET_UP))
    assert onward == going
    assert edda_without.get(onward).status_code == 200


def test_without_new_recovery_codes_it_leads_there_at_once(edda_without: Client):
    """They are there from an earlier app."""
    RecoveryCodes.activate(User.objects.get())
    assert set_up(edda_without, f"{SET_UP}?next=/studio/") == "/studio/"


def test_who_comes_from_nowhere_stays_with_the_account(edda_without: Client):
    """The codes, and from there what there is to set."""
    assert set_up(edda_without, SET_UP) == "/account/2fa/"


@pytest.mark.parametrize("target", EVIL)
def test_it_leads_to_no_other_site(edda_without: Client, target):
    """Whatever ``next`` says, on every page of the way."""
    for page in ("/account/2fa/", SET_UP, "/account/2fa/webauthn/add/"):
        assert "evil" not in edda_without.get(page, {"next": target}).text
    edda_without.get(SET_UP)
    secret = edda_without.session["mfa.totp.secret"]
    reply = edda_without.post(f"{SET_UP}?next={target}", {"code": code_of(secret), "next": target})
    assert "Recovery codes" in reply.text
    assert ("evil" in reply.text, "javascript:" in reply.text) == (False, False)


def test_a_wrong_code_opens_nothing(edda_without: Client):
    """The form is shown again and still knows where one was going."""
    edda_without.get(SET_UP)
    reply = edda_without.post(f"{SET_UP}?next=/studio/", {"code": "000000"})
    assert (reply.status_code, link_to(reply.text, SET_UP)) == (200, f"{SET_UP}?next=%2Fstudio%2F")
    assert edda_without.get("/studio/").status_code == 302


@pytest.mark.parametrize(
    "page", ["totp/activate/", "webauthn/add/", "recovery-codes/", "recovery-codes/generate/"]
)
def test_who_has_a_factor_shows_it_before_any_is_changed(edda_without: Client, edda_key, page):
    """Whoever took over a session by password must not add an app of their own and be in."""
    for method in (edda_without.get, edda_without.post):
        asked = method(f"/account/2fa/{page}")["Location"]
        assert asked.startswith("/account/2fa/webauthn/reauthenticate/?next=")
    assert Authenticator.objects.count() == 1


@pytest.fixture
def edda_key(edda_without: Client) -> None:
    """Let Edda have a key since she signed in here."""
    data = {"name": "key", "credential": {}}
    Authenticator.objects.create(user=User.objects.get(), type="webauthn", data=data)


def test_an_editor_who_is_not_staff_is_told_why_too(box_maker, role_groups):
    """The studio asks for the factor by permission."""
    from django.contrib.auth.models import Group

    member().groups.add(Group.objects.get(name="Editor"))
    client = Client()
    sign_in(client)
    page = client.get(client.get("/studio/")["Location"]).text
    assert page.count("open once you have set up one of these") == 1


def test_an_app_is_not_set_up_again_to_get_in(edda_without: Client):
    """The one that is there is asked for."""
    secret = with_app(User.objects.get())
    cache.clear()
    reply = edda_without.post(f"{SET_UP}?next=/studio/", {"code": code_of(secret)})
    assert reply["Location"].startswith("/account/2fa/reauthenticate/")
    assert edda_without.get("/studio/").status_code == 302


@pytest.mark.parametrize(
    ("steps", "opens"),
    [(0, True), (-0.5, True), (0.49, True), (0.5, False), (-0.51, False), (-1, False)],
)
def test_a_code_of_the_app_counts_for_its_half_minute_alone(stranger, app_clock, steps, opens):
    """Neither the one before it nor the one after it; of what is refused it says what to do."""
    secret = with_app(member())
    code = code_of(secret)
    sign_in(stranger)
    app_clock(steps)
    reply = stranger.post(AUTHENTICATE, {"code": code})
    assert bool(who(stranger)) is opens
    if not opens:
        assert WAIT in reply.text
        stranger.post(AUTHENTICATE, {"code": code_of(secret)})
        assert who(stranger)


def test_a_code_used_just_now_tells_to_wait_for_the_next(stranger: Client, app_clock):
    """At signing in, and where a code is asked for again; the next one is taken."""
    secret = with_app(member(is_staff=True))
    sign_in(stranger)
    stranger.post(AUTHENTICATE, {"code": code_of(secret)})
    again = "/account/2fa/reauthenticate/?next=/account/email/"
    other = Client()
    sign_in(other)
    assert WAIT in other.post(AUTHENTICATE, {"code": code_of(secret)}).text
    assert WAIT in stranger.post(again, {"code": code_of(secret)}).text
    app_clock(1)
    assert stranger.post(again, {"code": code_of(secret)})["Location"] == "/account/email/"
    assert WAIT in other.post(AUTHENTICATE, {"code": code_of(secret)}).text
    app_clock(1)
    assert other.post(AUTHENTICATE, {"code": code_of(secret)}).status_code == 302


def test_the_code_that_set_the_app_up_signs_nobody_in(edda_without: Client, app_clock):
    """It was used; whoever set the app up is asked for none, and others wait for the next."""
    page = edda_without.get(SET_UP).text
    (secret,) = re.findall(r'id="authenticator_secret" type="text" value="(\w+)"', page)
    old = code_of(secret)
    app_clock(1)
    assert WAIT in edda_without.post(SET_UP, {"code": old}).text
    secret = edda_without.session["mfa.totp.secret"]
    edda_without.post(SET_UP, {"code": code_of(secret)})
    assert edda_without.get("/studio/").status_code == 200
    other = Client()
    sign_in(other, "edda@example.org")
    assert WAIT in other.post(AUTHENTICATE, {"code": code_of(secret)}).text
    app_clock(1)
    assert other.post(AUTHENTICATE, {"code": code_of(secret)}).status_code == 302
