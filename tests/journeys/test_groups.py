"""A coach at a desk, two people with phones: joining, finishing, what each sees, leaving."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import PHONE, finish, rate_everything
from .conftest import Server, Visitors
from .people import sign_up
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser


def flaws(page: Page) -> list[str]:
    """Return what axe finds in light and dark and what does not fit a phone, all unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return [f"{page.url}: {each}" for each in violations(page) + too_wide(page)]


def make_group(page: Page) -> str:
    """Make a group from the list of groups; return its join code."""
    page.get_by_role("link", name="My groups").first.click()
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Name of the group").fill("Evening class")
    page.get_by_label("Your name, as the members know you").fill("Cora Lang")
    page.get_by_label("Senior Production Technician", exact=True).check()
    page.get_by_role("button", name="Make the group").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Let people join")
    return page.locator(".join-code").inner_text()


def test_a_coach_and_two_people_with_phones(page: Page, visitors: Visitors, server: Server):
    """One by name, by the address; one only counted, by the code, without JavaScript."""
    visitors.intends(400, 404)
    sign_up(page, server, "cora@example.org")
    code = make_group(page)
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}", code)
    address = page.get_by_label("Address", exact=True).input_value()
    wrong = flaws(page)
    group = page.url.removesuffix("invite/")
    page.goto(group)
    wrong += flaws(page)

    mara = visitors.arrive(viewport=PHONE, is_mobile=True, has_touch=True)
    mara.goto(address)
    expect(mara.get_by_text("Cora Lang looks after this group")).to_be_visible()
    assert mara.locator("input:checked").count() == 0
    mara.get_by_label("Show my report by name").check()
    mara.get_by_role("button", name="Agree and join").click()
    expect(mara.get_by_role("alert")).to_contain_text("Write your name")
    wrong += flaws(mara)
    mara.get_by_label("Your name, as the coach knows you").fill("Mara")
    mara.get_by_role("button", name="Agree and join").click()
    rate_everything(mara)
    finish(mara)

    tom = visitors.arrive(java_script_enabled=False)
    tom.goto("/groups/join/")
    wrong_code = "ZZZ-ZZZ"
    tom.get_by_label("Join code").fill(wrong_code)
    tom.get_by_role("button", name="Go on").click()
    expect(tom.get_by_label("Join code")).to_have_value(wrong_code)
    tom.get_by_label("Join code").fill(code.lower().replace("-", " "))
    tom.get_by_role("button", name="Go on").click()
    tom.get_by_label("Count me only").check()
    tom.get_by_role("button", name="Agree and join").click()
    tom.goto("/assessments/")
    expect(tom.get_by_text("counted only, without your name")).to_be_visible()

    page.goto(group)
    expect(page.locator(".group-figure").first).to_have_text("1 of 1")
    expect(page.get_by_role("row", name=re.compile("^Mara "))).to_be_visible()
    expect(page.get_by_text("Tom")).to_have_count(0)
    heat = page.get_by_role("table", name="Where the group stands, skill by skill")
    assert heat.get_by_role("row").count() > 20
    wrong += flaws(page)
    page.get_by_role("row", name=re.compile("^Mara ")).get_by_role("link").first.click()
    expect(page.get_by_text("This is the report of Mara")).to_be_visible()
    wrong += flaws(page)

    mara.goto("/assessments/")
    wrong += flaws(mara)
    mara.get_by_role("link", name="Evening class").click()
    wrong += flaws(mara)
    mara.get_by_role("link", name="Leave the group").click()
    wrong += flaws(mara)
    mara.get_by_role("button", name="Leave").click()
    page.goto(group)
    expect(page.get_by_text("Mara")).to_have_count(0)
    assert not wrong, "\n".join(wrong)


def test_a_coachs_other_pages_are_accessible_and_fit_a_phone(
    page: Page, visitors: Visitors, server: Server, tmp_path: Path
):
    """Lists, forms with errors, settings, deleting; the file; the old code is dead."""
    visitors.intends(400, 404)
    sign_up(page, server, "dora@example.org")
    page.goto("/groups/")
    wrong = flaws(page)
    page.goto("/groups/new/")
    page.get_by_role("button", name="Make the group").click()
    wrong += flaws(page)
    page.goto("/groups/new/?q=technician")
    wrong += flaws(page)
    page.goto("/groups/")
    old = make_group(page)
    group = page.url.removesuffix("invite/")
    page.get_by_role("button", name="Make a new code").click()
    assert page.locator(".join-code").inner_text() != old
    reply = visitors.arrive().goto(f"/groups/join/{old}/")
    assert reply is not None
    assert reply.status == 404
    page.goto(f"{group}settings/")
    wrong += flaws(page)
    page.get_by_label("Name of the group").fill("=1+1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("=1+1")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export .csv").click()
    download.value.save_as(tmp_path / "group.csv")
    assert "'=1+1" in (tmp_path / "group.csv").read_text(encoding="utf-8")
    page.goto(f"{group}delete/")
    wrong += flaws(page)
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("You look after no group yet.")).to_be_visible()
    assert not wrong, "\n".join(wrong)
