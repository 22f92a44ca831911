"""Who gets into the studio: staff by permission; visitors sign in, others find nothing."""

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client

from tests.conftest import with_permissions

pytestmark = pytest.mark.django_db
PAGES = ("/studio/", "/studio/box-maker/")


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_is_asked_to_sign_in_and_comes_back(stranger: Client, box_maker, address):
    """The login page knows where to go on."""
    response = stranger.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"{resolve_url(settings.LOGIN_URL)}?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_without_the_permission_there_is_nothing(box_maker, address):
    """Being staff alone opens nothing, and does not tell what is there."""
    nobody = with_permissions("nils@example.org")
    assert nobody.get(address).status_code == 404


def test_only_those_who_may_look_get_in(vera: Client, box_maker):
    """A viewer opens the draft by the career's key; an unknown key is nothing."""
    assert [vera.get(address).status_code for address in PAGES] == [200, 200]
    assert vera.get("/studio/no-such-career/").status_code == 404


def test_the_menu_leads_staff_to_the_studio(vera: Client, stranger: Client, box_maker):
    """Staff find the link on every page, visitors on none."""
    link = '<a href="/studio/">Studio</a>'
    assert vera.get("/careers/").text.count(link) == 2
    assert stranger.get("/careers/").text.count("/studio/") == 0


def test_a_form_with_an_old_token_comes_back_with_what_was_typed(emil, box_maker):
    """Signing in again in another tab changes the token; an editor's texts are not lost."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = emil.cookies
    page = strict.post("/studio/box-maker/skills/new/", {"title": "Folding", "revision": "0"})
    assert page.status_code == 403
    assert page.context["fields"] == [("title", "Folding"), ("revision", "0")]
