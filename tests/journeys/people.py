"""Accounts in the journeys: codes from the mail on the console, and second factors."""

import re
import time
from urllib.parse import unquote

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import CDPSession, Page, expect

from .conftest import Server

PASSWORD = "twelve rungs and a ladder"  # noqa: S105 (of a server that lives for one test run)
STEP, NEARLY_OVER = 30, 4
"""Seconds that a code of an app counts; and those too few for filling in a form."""
CODE = re.compile(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", re.MULTILINE)


def mailed_code(server: Server, address: str) -> str:
    """Return the code in the last message to that address, from the server's console."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        _before, found, message = server.log.read_text().rpartition(f"To: {address}\n")
        codes = CODE.findall(message)
        if found and codes:
            return str(codes[0])
        time.sleep(0.1)
    raise AssertionError(f"No code was sent to {address}:\n{server.log.read_text()[-3000:]}")


def sign_up(page: Page, server: Server, address: str, password: str = PASSWORD) -> None:
    """Make an account, confirm its address, and end signed in at one's assessments."""
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Enter")
    page.get_by_label("Code").fill(mailed_code(server, address))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My assessments")


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    """Sign in by password."""
    page.goto("/account/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def sign_in_without_factor(page: Page, address: str) -> None:
    """Sign in as staff, on a server that waives their second factor."""
    sign_in(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("My assessments")


def sign_out(page: Page) -> None:
    """Sign out from the account's page."""
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def app_code(secret: str) -> str:
    """Return what an authenticator app shows; what is over in a moment is waited out."""
    left = STEP - time.time() % STEP
    if left < NEARLY_OVER:
        time.sleep(left + 0.1)
    code: str = format_hotp_value(hotp_value(unquote(secret), int(time.time()) // STEP))
    return code


def used_no_code(server: Server) -> None:
    """Let the server forget which codes were used, instead of waiting for the app's next one."""
    server.manage("shell", "-c", "from django.core.cache import cache; cache.clear()")


def open_guarded(page: Page, address: str) -> None:
    """Open a page that asks for the password again, unless one has just signed in with it."""
    page.goto(address)
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(f"**{address}")


def set_up_app(page: Page) -> str:
    """Set up an authenticator app; return its secret."""
    open_guarded(page, "/account/2fa/totp/activate/")
    secret = page.get_by_label("Secret", exact=True).input_value()
    page.locator("#id_code").fill(app_code(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    return secret


def with_passkeys(page: Page) -> CDPSession:
    """Give the browser a device that makes and shows passkeys without asking."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session
