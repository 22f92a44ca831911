"""The cast: Mara rates herself, a stranger has no business here, Edda does everything.

In the studio Vera looks, Emil edits and Paula publishes.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

from accounts.models import User
from assessments import actions
from assessments.models import Assessment
from careers import catalogue, document, publishing, roles
from careers.models import Career, Version

from . import frameworks

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
# A busy machine is slow at times; no test fails by the clock.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
BUILT_IN = Path(__file__).parent.parent / "careers" / "data" / "production-technician.json"


def publish(raw: frameworks.Json, **options) -> Version:
    """Import a document and publish it."""
    career = publishing.import_framework(document=document.normal(raw), now=NOW)
    return publishing.publish(career=career, now=NOW, **options)


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """Let every test begin as a new process does, with no version in mind."""
    catalogue.forget()
    cache.clear()


@pytest.fixture
def in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have texts differ in every language but English by saying which it is."""
    real: Any = vars(translation)["_trans"]
    english = real.gettext

    def said(message: str) -> str:
        language = translation.get_language()
        return english(message) if language == "en" else f"{english(message)} ({language})"

    monkeypatch.setattr(real, "gettext", said)


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the minute of the clock, by which tries are counted, not end in the middle of a test."""
    monkeypatch.setattr("accounts.limits.time", lambda: 1_800_000_010.0)


@pytest.fixture
def app_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let no half minute of an authenticator app end in the middle of a test.

    What is given moves the clock on by so many half minutes.
    """
    from allauth.mfa.totp.internal import auth

    steps = [60_000_000.5]
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: steps[0] * 30))

    def move(count: float) -> None:
        steps[0] += count

    return move


_rows: dict[str, list[list[Model]]] = {}


def once_published(career: str, make: Callable[[], object]) -> Version:
    """Publish a career as the first of a database, once a process; then copy its rows.

    Hundreds of tests begin with the same career, and publishing it takes most of their time.
    """
    if career in _rows and not Career.objects.exists():
        with transaction.atomic():
            for rows in _rows[career]:
                type(rows[0])._base_manager.bulk_create(deepcopy(rows))
        return Version.objects.get(career__key=career)
    alone = not Career.objects.exists()
    make()
    if alone:
        models = apps.get_app_config("careers").get_models(include_auto_created=True)
        kept = [list(model._base_manager.all()) for model in models]
        _rows[career] = [rows for rows in kept if rows]
    return Version.objects.get(career__key=career)


@pytest.fixture
def box_maker(db) -> Version:
    """The tiny career: two levels, three skills, published as version 1."""
    return once_published("box-maker", lambda: publish(frameworks.tiny()))


@pytest.fixture
def production_technician(db) -> Version:
    """The built-in career."""
    raw = json.loads(BUILT_IN.read_text())
    return once_published(
        "production-technician", lambda: publishing.load_built_in(document=raw, now=NOW)
    )


@pytest.fixture
def mara(client: Client) -> Client:
    """A job seeker's browser, without an account."""
    return client


@pytest.fixture
def stranger(db) -> Client:
    """Another browser."""
    return Client()


@pytest.fixture
def role_groups(db) -> None:
    """The groups of the staff, as a migration made them; a test of races empties every table."""
    roles.make(apps, DEFAULT_DB_ALIAS)


@pytest.fixture
def edda(db) -> User:
    """An editor: staff, may do everything."""
    return User.objects.create_superuser("edda@example.org", "a good long passphrase")


@pytest.fixture
def edda_client(edda: User) -> Client:
    """Edda's browser, signed in."""
    client = Client()
    sign_in(client, edda)
    return client


def sign_in(client: Client, user: User) -> None:
    """Sign in as somebody who has shown a second factor, as the staff must."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def with_permissions(email: str, *names: str) -> Client:
    """Return the browser of somebody on the staff who has these permissions on careers."""
    user = User.objects.create_user(email, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def vera(db) -> Client:
    """The browser of a viewer, who may look at every draft."""
    return with_permissions("vera@example.org", "view_career")


@pytest.fixture
def emil(db) -> Client:
    """The browser of an editor, who may change drafts and publish none."""
    return with_permissions("emil@example.org", "view_career", "change_career")


@pytest.fixture
def paula(db) -> Client:
    """The browser of a publisher, who may change drafts and publish them."""
    return with_permissions("paula@example.org", "view_career", "change_career", "publish_career")


def start(client: Client, version: Version, level: str) -> Assessment:
    """Start an assessment through the page, as a browser does."""
    response = client.post(f"/careers/{version.career.key}/start/", {"level": level})
    assert response.status_code == 302, response.content
    started: Assessment = Assessment.objects.with_version().get(
        pk=response["Location"].split("/")[2]
    )
    return started


@pytest.fixture
def assessment(mara: Client, box_maker: Version) -> Assessment:
    """Mara's assessment of the tiny career, aiming at senior, nothing answered."""
    return start(mara, box_maker, "senior")


def answer(assessment: Assessment, **values: int | None) -> None:
    """Store answers by skill (underscores for hyphens), as the autosave does."""
    for skill, value in values.items():
        actions.save_rating(
            assessment=assessment,
            skill=skill.replace("_", "-"),
            answer=actions.Answer(value=value, evidence="", revision=0),
            now=timezone.now(),
        )
