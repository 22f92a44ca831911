"""Careers for programs: the list, and the document of each version."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from careers import document, publishing
from careers.models import Version
from tests import frameworks
from tests.conftest import NOW, publish

from . import Json, problem_of


def listed(client: Client, **query: Any) -> Json:
    """Return the list for a query."""
    response = client.get("/api/v1/careers", query)
    assert response.status_code == 200, response.content
    reply: Json = response.json()
    return reply


def keys(reply: Json) -> list[str]:
    """Return the careers of a list."""
    return [row["key"] for row in reply["careers"]]


@pytest.fixture
def many(db) -> list[str]:
    """Five careers, by title, and one draft that nobody published."""
    for n in range(5):
        publish(frameworks.of_size(2, 2, key=f"career-{n}") | {"steps": []})
    for n, title in enumerate(("Echo", "Alpha", "Delta", "Bravo", "Charlie")):
        raw = frameworks.of_size(2, 2, key=f"career-{n}")
        raw["career"]["title"] = title
        publish(raw)
    hidden = frameworks.of_size(1, 1, key="hidden")
    publishing.import_framework(document=document.normal(hidden), now=NOW)
    return ["career-1", "career-3", "career-4", "career-2", "career-0"]


def test_the_list_says_what_each_career_holds(client, box_maker):
    """Its latest version, levels, skills and hash."""
    assert listed(client) == {
        "total": 1,
        "careers": [
            {
                "key": "box-maker",
                "title": "Box Maker",
                "summary": "Makes boxes.",
                "version": 1,
                "levels": 2,
                "skills": 3,
                "sha256": box_maker.sha256,
            }
        ],
    }


def test_an_empty_list_is_a_list(client, db):
    """Before anything is published."""
    assert listed(client) == {"total": 0, "careers": []}


def test_the_list_names_each_published_career_once_by_title(client, many):
    """Its latest version; drafts are nobody's business."""
    reply = listed(client)
    assert (reply["total"], keys(reply)) == (5, many)
    assert {row["version"] for row in reply["careers"]} == {2}


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"limit": 2}, slice(0, 2)),
        ({"limit": 2, "offset": 2}, slice(2, 4)),
        ({"limit": 2, "offset": 4}, slice(4, 5)),
        ({"offset": 5}, slice(5, 5)),
        ({"offset": 1_000_000}, slice(5, 5)),
        ({"limit": 1}, slice(0, 1)),
        ({"limit": 200}, slice(0, 5)),
    ],
    ids=str,
)
def test_a_long_list_is_read_page_by_page(client, many, query, places):
    """``total`` always counts all."""
    reply = listed(client, **query)
    assert (reply["total"], keys(reply)) == (5, many[places])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("box", ["box-maker"]),
        ("MAKER box", ["box-maker"]),
        ("carton", ["box-maker"]),
        ("99-0001", ["box-maker"]),
        ("", ["box-maker"]),
        ("baker", []),
        ("100%", []),
        ("box\0", ["box-maker"]),
        ("'; DROP TABLE", []),
    ],
)
def test_the_list_is_searched_by_title_and_code(client, box_maker, query, found):
    """Every word must be there."""
    reply = listed(client, q=query)
    assert (reply["total"], keys(reply)) == (len(found), found)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", "1" + "0" * 400),
        ("limit", "9" * 5000),
        ("limit", "NaN"),
        ("limit", "1e400"),
        ("offset", "-1"),
        ("offset", "1000001"),
        ("offset", "1.5"),
        ("q", "x" * 201),
    ],
    ids=lambda value: value[:12],
)
def test_bounds_of_the_list_name_the_field(client, box_maker, field, value):
    """422 as problem details."""
    response = client.get("/api/v1/careers", {field: value})
    assert problem_of(response) == (422, [field])


def exported(version: int) -> Json:
    """Return what the command writes."""
    out = StringIO()
    call_command("export_framework", "box-maker", "--version", str(version), stdout=out)
    reply: Json = json.loads(out.getvalue())
    return reply


def test_the_document_is_the_export_of_that_version(client, box_maker):
    """The latest, or the one that is named."""
    publish(frameworks.tiny(steps=[]))
    documents = [
        client.get(f"/api/v1/careers/box-maker{query}").json()
        for query in ("", "?version=1", "?version=2")
    ]
    assert documents == [exported(2), exported(1), exported(2)]
    assert documents[1] == document.normal(frameworks.tiny())
    assert documents[0] != documents[1]


def test_the_document_of_the_built_in_career_has_the_hash_that_the_list_says(
    client, production_technician
):
    """Anybody can recompute it."""
    response = client.get("/api/v1/careers/production-technician")
    assert response["Content-Type"] == "application/json"
    row = listed(client)["careers"][0]
    assert document.content_hash(response.json()) == row["sha256"] == production_technician.sha256


def test_a_published_document_can_be_imported_again(client, box_maker):
    """It is the same content, so there is nothing to publish."""
    raw = client.get("/api/v1/careers/box-maker").json()
    with pytest.raises(publishing.UnchangedError):
        publish(raw)
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "careers/baker",
        "careers/box-maker?version=2",
        "careers/box-maker?version=1000000",
        "careers/Box-Maker",
        "careers/%00",
        "careers/%ED%A0%80",
        "careers/..%2fadmin",
    ],
)
def test_what_is_not_published_is_not_found(client, box_maker, path):
    """404 as problem details, wherever the address still leads to the list's document."""
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 404
    if "%2f" not in path:
        assert problem_of(response) == (404, [])


@pytest.mark.parametrize("number", ["0", "-1", "1000001", "abc", "1" + "0" * 400, "NaN", "true"])
def test_an_impossible_version_names_the_field(client, box_maker, number):
    """422 as problem details."""
    response = client.get(f"/api/v1/careers/box-maker?version={number}")
    assert problem_of(response) == (422, ["version"])


def test_a_key_that_is_too_long_names_the_field(client, box_maker):
    """Rather than being looked for."""
    assert problem_of(client.get(f"/api/v1/careers/{'x' * 81}")) == (422, ["key"])
