"""Staff at work: the admin runs under the same policy as every page."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Server

pytestmark = pytest.mark.browser

PASSWORD = "twelve rungs and a ladder"  # noqa: S105 (of a server that lives for one test run)


@pytest.fixture(scope="session")
def editor(server: Server) -> str:
    """The address of a staff account, made as the README says."""
    address = "edda@example.org"
    server.manage(
        "createsuperuser", "--noinput", "--email", address, DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return address


def sign_in(page: Page, address: str) -> None:
    """Sign in to the admin."""
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Site administration")


def test_the_admin_keeps_to_the_policy(page: Page, editor: str):
    """Lists and forms of a career's rows work without a violation on the console."""
    sign_in(page, editor)
    for name in ("career", "level", "skill", "step", "requirement", "fact", "version"):
        page.goto(f"/admin/careers/{name}/")
        rows = page.locator("#result_list tbody tr")
        expect(rows.first).to_be_visible()
        rows.first.get_by_role("link").first.click()
        expect(page.locator("form, #content-main").first).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_signing_in_with_a_wrong_password_says_so(page: Page, editor: str):
    """The form comes back with a message, in words."""
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(editor)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errornote")).to_contain_text("correct")
