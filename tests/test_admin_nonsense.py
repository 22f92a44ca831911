"""Addresses of admin pages with ids that are none: not found, or led back; never 500."""

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import User

from .conftest import sign_in

WRONG = ("x", "%00", "-1", "%C2%B2", "9" * 30, "_zz", "9" * 5000)


@pytest.fixture
def superuser(production_technician) -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client, User.objects.create_superuser("edda@example.org", "a long passphrase"))
    assert client.get("/admin/careers/step/").status_code == 200
    return client


@pytest.mark.parametrize("page", ["change/", "delete/", "history/"])
def test_a_row_that_cannot_be_is_not_found(superuser, page):
    """Texts, NUL bytes and numbers that no database holds stand for no row."""
    wrong = []
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for row in WRONG:
            reply = superuser.get(f"{base}{row}/{page}")
            is_led_back = reply.status_code == 302 and reply["Location"] == "/admin/"
            if not is_led_back and reply.status_code not in (403, 404):
                wrong.append(f"{base}{row[:30]}/{page}: {reply.status_code}")
    assert not wrong, "\n".join(wrong)
