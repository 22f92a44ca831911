"""People with accounts: sign up, keep, claim, come back without a password, and leave."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from . import choice, expect_saved, finish, private_link, questions, rate_everything, start
from .conftest import Server, Visitors
from .people import (
    PASSWORD,
    app_code,
    mailed_code,
    open_guarded,
    set_up_app,
    sign_in,
    sign_out,
    sign_up,
    used_no_code,
    with_passkeys,
)
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser


def test_a_person_keeps_claims_compares_and_leaves(page: Page, visitors: Visitors, server: Server):
    """Begun without an account, taken into one, found on another device, then all deleted."""
    visitors.intends(404)
    start(page)
    rate = page.url
    choice(questions(page)[0], "2").click()
    expect_saved(page, 1)
    link = private_link(page)

    sign_up(page, server, "mara@example.org")
    expect(page.get_by_role("heading", name="Is this yours?")).to_be_visible()
    assert violations(page) + too_wide(page) == []
    page.get_by_role("button", name="Yes, take it into my account").click()
    expect(page.get_by_role("heading", name="Is this yours?")).to_have_count(0)
    stranger = visitors.arrive()
    for gone in (link, rate):
        reply = stranger.goto(gone)
        assert reply is not None
        assert reply.status == 404

    page.goto(rate)
    rate_everything(page)
    finish(page)
    page.get_by_role("button", name="Rate yourself again, from these answers").click()
    rate_everything(page, ("3",))
    finish(page)
    expect(page.get_by_role("heading", name="Since last time")).to_be_visible()
    assert violations(page) + too_wide(page) == []
    page.get_by_role("link", name="What moved, skill by skill").click()
    assert violations(page) + too_wide(page) == []

    phone = visitors.arrive()
    sign_in(phone, "mara@example.org")
    expect(phone.get_by_role("link", name=re.compile("^Open the report"))).to_have_count(2)

    page.goto("/account/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything about me").click()
    found = json.loads(download.value.path().read_text())
    assert (found["email"], len(found["assessments"])) == ("mara@example.org", 2)
    page.get_by_role("link", name="Delete everything about me").click()
    assert violations(page) + too_wide(page) == []
    page.get_by_label("Your e-mail address").fill("mara@example.org")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything about you is deleted")
    phone.goto("/account/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(phone, "mara@example.org")
    expect(phone.get_by_role("alert")).to_be_visible()


def test_signing_in_with_a_code_from_the_mail(plain: Page, server: Server):
    """Without a password and without JavaScript."""
    sign_up(plain, server, "kim@example.org", password="")
    sign_out(plain)
    plain.goto("/account/login/")
    plain.get_by_role("link", name="Send me a code by e-mail").click()
    plain.get_by_label("Email").fill("kim@example.org")
    plain.get_by_role("button", name="Request Code").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Code")
    plain.get_by_label("Code").fill(mailed_code(server, "kim@example.org"))
    plain.get_by_role("button", name="Confirm").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("My assessments")


def test_signing_in_with_an_authenticator_app(page: Page, server: Server):
    """The password alone is not enough any more."""
    sign_up(page, server, "alex@example.org")
    secret = set_up_app(page)
    used_no_code(server)
    sign_out(page)
    sign_in(page, "alex@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two-Factor Authentication")
    page.locator("#id_code").fill(app_code(secret))
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My assessments")


def test_who_has_lost_every_factor_gets_back_in(page: Page, visitors: Visitors, server: Server):
    """By the link in the mail and the password; every page of the way can be used by everybody."""
    visitors.intends(404)
    sign_up(page, server, "jo@example.org")
    set_up_app(page)
    sign_out(page)
    printed = server.manage("lost_factor", "jo@example.org", "--site", server.address)
    (link,) = re.findall(r"^http\S+/account/2fa/lost/\S+$", printed, re.M)
    page.goto(link)
    wrong = violations(page) + too_wide(page)
    page.get_by_role("button", name="Go on: sign in").click()
    sign_in(page, "jo@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove what is lost")
    wrong += violations(page) + too_wide(page)
    page.get_by_role("button", name="Remove them and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passkeys and second factor")
    expect(page.get_by_text("are removed")).to_be_visible()
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is over")
    assert wrong + violations(page) + too_wide(page) == []


def test_signing_in_with_a_passkey(page: Page, server: Server):
    """No password and no code: one button and the device."""
    sign_up(page, server, "robin@example.org")
    with_passkeys(page)
    open_guarded(page, "/account/2fa/webauthn/add/")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My assessments")
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_role("cell", name=re.compile("My laptop"))).to_be_visible()


def test_every_page_of_an_account_can_be_used_by_everybody(page: Page, server: Server):
    """WCAG 2.2 AA in both themes, and nothing scrolls sideways on a small phone."""
    found = {}

    def look(address: str) -> None:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        found[address] = violations(page) + too_wide(page)

    for address in ("login/", "signup/", "login/code/", "password/reset/"):
        look(f"/account/{address}")
    page.get_by_role("main").get_by_role("button").first.click()
    sign_up(page, server, "sam@example.org")
    open_guarded(page, "/account/2fa/totp/activate/")
    for address in (
        "", "email/", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/add/",
        "delete/",
    ):  # fmt: skip
        look(f"/account/{address}")
    set_up_app(page)
    for address in ("2fa/", "2fa/recovery-codes/", "2fa/webauthn/", "2fa/totp/deactivate/"):
        look(f"/account/{address}")
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert PASSWORD not in server.log.read_text()


def test_who_may_edit_is_led_on_once_a_passkey_is_added(page: Page, server: Server):
    """From the studio's address to the passkey, the recovery codes and into the studio."""
    server.manage(
        "createsuperuser", "--email", "paula@example.org", "--noinput",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )  # fmt: skip
    with_passkeys(page)
    page.goto("/studio/")
    page.get_by_label("Email").fill("paula@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passkeys and second factor")
    wrong = violations(page) + too_wide(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My laptop")
    wrong += violations(page) + too_wide(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    wrong += violations(page) + too_wide(page)
    page.get_by_role("link", name="I have kept them: go on").click()
    page.wait_for_url("**/studio/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Studio")
    assert wrong == []
