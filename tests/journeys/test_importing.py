"""An editor imports a release: faults first, then the dry run, then the draft."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.importers import releases

from . import open_details
from .conftest import Server, Visitors, serving
from .people import PASSWORD, sign_in_without_factor
from .test_every_page import too_wide, violations

pytestmark = pytest.mark.browser
EDITOR = "emil@example.org"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own, because careers are added."""
    with serving(SECOND_FACTOR="nobody") as running:
        running.manage(
            "createsuperuser", "--noinput", "--email", EDITOR, DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        yield running


def send(page: Page, files: dict[str, bytes]) -> None:
    """Choose a release and one occupation of it, and look at what would change."""
    archive = {"name": "r.zip", "mimeType": "application/zip", "buffer": releases.zip_of(files)}
    page.get_by_label("File").set_input_files(archive)
    page.get_by_label("Occupations").fill(releases.JUGGLER)
    page.get_by_role("button", name="See what would change").click()


def test_a_release_is_mended_looked_at_and_imported(page: Page, visitors: Visitors):
    """Every page on the way is accessible in both themes and fits a phone."""
    visitors.intends(400)
    sign_in_without_factor(page, EDITOR)
    page.goto("/studio/import/")
    wrong = violations(page) + too_wide(page)
    broken = releases.onet()
    broken["Knowledge.txt"] = broken["Knowledge.txt"].replace(b"IM\t3.49", b"IM\tmuch")
    send(page, broken)
    row = page.get_by_role("row", name="Knowledge.txt")
    expect(row).to_contain_text("'much' is no value of the scale IM")
    wrong += violations(page) + too_wide(page)
    send(page, releases.onet())
    expect(page.get_by_role("heading", name="Jugglers new")).to_be_visible()
    open_details(page)
    wrong += violations(page) + too_wide(page)
    page.get_by_role("button", name="Import this career").click()
    expect(page.get_by_role("status").filter(has_text="1 draft imported.")).to_be_visible()
    expect(page).to_have_url(f"{visitors.address}/studio/onet-99-1111-00/")
    assert not wrong, "\n".join(wrong)
