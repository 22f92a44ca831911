"""The cast: Mara rates herself, a stranger has no business here, Edda edits."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from assessments import actions
from assessments.models import Assessment
from careers import catalogue, document, publishing
from careers.models import Version

from . import frameworks

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
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
def box_maker(db) -> Version:
    """The tiny career: two levels, three skills, published as version 1."""
    return publish(frameworks.tiny())


@pytest.fixture
def production_technician(db) -> Version:
    """The built-in career."""
    publishing.load_built_in(document=json.loads(BUILT_IN.read_text()), now=NOW)
    return Version.objects.get(career__key="production-technician")


@pytest.fixture
def mara(client: Client) -> Client:
    """A job seeker's browser, without an account."""
    return client


@pytest.fixture
def stranger(db) -> Client:
    """Another browser."""
    return Client()


@pytest.fixture
def edda(db) -> User:
    """An editor: staff, may do everything."""
    return User.objects.create_superuser("edda@example.org", "a good long passphrase")


@pytest.fixture
def edda_client(edda: User) -> Client:
    """Edda's browser, signed in."""
    client = Client()
    client.force_login(edda)
    return client


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
