"""Addresses of admin pages with ids that are none: not found, or led back; never 500."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client, RequestFactory

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


VALUES = ("x", "9" * 30, "a\0b", "²")


def status(client: Client, path: str, posted: dict[str, str] | None = None) -> int:
    """Send; what it changed, or broke, is taken back."""
    with transaction.atomic():
        reply = client.get(path) if posted is None else client.post(path, posted)
        transaction.set_rollback(True)
    return int(reply.status_code)


@pytest.mark.parametrize("value", VALUES)
def test_nonsense_in_filters_and_searches_of_a_list_never_fails(superuser, value):
    """Filters, order, page and search of every model, allauth's own too."""
    wrong = []
    for model, its in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        filters = [f[0] if isinstance(f, tuple) else f for f in its.list_filter]
        names = ["q", "o", "p", "_to_field", "id__in", *(f"{f}__exact" for f in filters)]
        paths = [f"{base}?{urlencode({name: value})}" for name in names]
        paths.append(f"{base}add/?{urlencode({'career': value})}")
        wrong += [path[:120] for path in paths if status(superuser, path) >= 500]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "address",
    [
        "accounts/user/?last_login__year=0",
        "accounts/user/?last_login__year=99999",
        "accounts/user/?date_joined__year=-1",
        "careers/career/?latest__created_at__week_day=x",
        "autocomplete/?app_label=accounts&model_name=user&field_name=groups&term=%00",
    ],
)
def test_a_lookup_that_no_database_takes_is_refused(superuser, address):
    """A year that no calendar has, a search with NUL: the address is passed on unread."""
    assert status(superuser, f"/admin/{address}") in (200, 302, 400, 403, 404)


def test_what_is_wrong_with_the_code_is_not_said_to_be_the_visitors_fault(superuser, monkeypatch):
    """Only of a list that was asked for something is an error taken for the asker's."""

    def broken(*_args, **_kwargs):
        raise ValueError("broken")

    model = next(m for m in admin.site._registry if m._meta.model_name == "step")
    monkeypatch.setattr(type(admin.site._registry[model]), "get_queryset", broken)
    superuser.raise_request_exception = False
    assert status(superuser, "/admin/careers/step/") == 500
    assert status(superuser, "/admin/careers/step/?key=x") == 400


@pytest.mark.parametrize("value", VALUES)
def test_nonsense_for_rows_chosen_in_a_list_never_fails(superuser, value):
    """Actions on rows that cannot be, and the list that is saved in place."""
    wrong = []
    for model, its in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        sent = [
            {"action": action, "_selected_action": value, "index": "0"}
            for action in ("delete_selected", *(its.actions or ()), value)
        ]
        sent += [{**each, "post": "yes", "index": value} for each in sent]
        form = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": value}
        sent.append({"_save": "1", **form})
        wrong += [f"{base} {each}" for each in sent if status(superuser, base, each) >= 500]
    assert not wrong, "\n".join(wrong)


def test_rows_that_are_there_can_still_be_chosen(superuser):
    """The guard lets through what the page itself sends."""
    model = next(m for m in admin.site._registry if m._meta.model_name == "step")
    row = str(model._default_manager.values_list("pk", flat=True).first())
    sent = {"action": "delete_selected", "_selected_action": row, "index": "0"}
    assert "Are you sure" in superuser.post("/admin/careers/step/", sent).content.decode()


@pytest.mark.parametrize(
    ("row", "field", "typed"),
    [
        ("career", "alternative_titles", "a\0b"),
        ("career", "codes", "esco: a\0b"),
        ("level", "focus", "\0"),
        ("level", "checks", '[{"a": "\\u0000"}]'),
        ("level", "checks", '"\\ud800"'),
        ("level", "checks", '["\\ud800"]'),
        ("level", "checks", "[NaN]"),
        ("level", "checks", "null"),
        ("level", "checks", "{}"),
    ],
)
def test_a_list_that_no_database_keeps_is_refused_by_its_field(superuser, row, field, typed):
    """NUL, half characters and what is no list: told beside the field, and shown again."""
    model = next(m for m in admin.site._registry if m._meta.model_name == row)
    form = modelform_of(model)({field: typed})
    assert field in form.errors
    str(form).encode()  # half a character would fail here
    path = f"/admin/careers/{row}/add/"
    assert status(superuser, path, {field: typed}) == 200


def test_an_emptied_list_is_an_empty_one(superuser):
    """Not null, which the database refuses."""
    model = next(m for m in admin.site._registry if m._meta.model_name == "level")
    form = modelform_of(model)({"checks": ""})
    assert "checks" not in form.errors
    assert form.cleaned_data["checks"] == []


def modelform_of(model):
    """Return the form class of a model's page in the admin."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(email="edda@example.org")
    return admin.site._registry[model].get_form(request)
