"""Staff at work: the admin runs under the same policy as every page."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Server
from .people import PASSWORD, app_code, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def editor(server: Server) -> str:
    """The address of a staff account, made as the README says."""
    address = "edda@example.org"
    server.manage(
        "createsuperuser", "--noinput", "--email", address, DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return address


def enter_admin(page: Page, address: str) -> None:
    """Sign in as the first administrator does: set up an app with its code, and go on."""
    page.goto("/admin/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("open once you have set up one of these")).to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.get_by_label("Secret", exact=True).input_value()
    page.locator("#id_code").fill(app_code(secret))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("link", name="I have kept them: go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Site administration")


def test_the_admin_keeps_to_the_policy(page: Page, editor: str):
    """Lists and forms of a career's rows work without a violation on the console."""
    enter_admin(page, editor)
    for name in ("career", "level", "skill", "step", "requirement", "fact", "version"):
        page.goto(f"/admin/careers/{name}/")
        rows = page.locator("#result_list tbody tr")
        expect(rows.first).to_be_visible()
        rows.first.get_by_role("link").first.click()
        expect(page.locator("form, #content-main").first).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_signing_in_with_a_wrong_password_says_so(page: Page, editor: str):
    """The form comes back with a message, in words."""
    sign_in(page, editor, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
