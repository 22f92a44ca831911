"""The API's own description: served, shown from here alone, and kept to in every reply."""

import re

import pytest
import schemathesis
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import ChecksConfig, PositiveDataAcceptanceConfig

from assessments.schemas import PlanRequest
from config.api import PROBLEM
from config.wsgi import application

from . import Json, reply_of

SCHEMA = "/api/v1/openapi.json"
OPERATIONS = {
    ("get", "/api/v1/careers"),
    ("get", "/api/v1/careers/{key}"),
    ("post", "/api/v1/score"),
    ("post", "/api/v1/plan"),
}
EXAMPLES = 10
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KNOWN = {"career": "production-technician", "level": "production-technician"}

described = schemathesis.openapi.from_wsgi(SCHEMA, application)


def name_what_is_there(case: schemathesis.Case) -> None:
    """Let keys of the right form name something, so that the other fields are read too."""
    if not isinstance(case.body, dict):
        return
    for name, known in KNOWN.items():
        value = case.body.get(name)
        if isinstance(value, str) and len(value) <= 80 and KEY.fullmatch(value):
            case.body[name] = known
    if type(version := case.body.get("version")) is int and 1 <= version <= 1_000_000:
        case.body["version"] = 1


# A key of the right form may still name nothing here: 422 then is the documented reply.
described.config.checks = ChecksConfig(
    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "404", "422"])
)


def schema_of(client: Client) -> Json:
    """Return the description as programs read it."""
    response = client.get(SCHEMA)
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (
        200,
        "application/json",
    )
    schema: Json = response.json()
    return schema


@pytest.fixture
def connection_kept(db):
    """A real request closes a broken connection before and after; the test's own must stay."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("connection_kept")
@described.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_reply_is_a_documented_one(production_technician, case):
    """Whatever is sent, right or wrong: no 5xx, no status, type or shape that is not said.

    Examples, edges of every field, wrong methods and made-up values; the same each time.
    """
    cache.clear()
    name_what_is_there(case)
    case.call_and_validate(headers={"Accept-Encoding": "identity"})


def test_every_operation_is_described(client, db):
    """With its replies: 200, and problem details for each error."""
    schema = schema_of(client)
    found = {(method, path) for path, rows in schema["paths"].items() for method in rows}
    assert (schema["openapi"][:2], found) == ("3.", OPERATIONS)
    for rows in schema["paths"].values():
        for operation in rows.values():
            replies = {
                status: set(reply["content"]) for status, reply in operation["responses"].items()
            }
            assert replies.pop("200") == {"application/json"}
            assert set(replies) >= {"422", "429"}
            assert set(map(frozenset, replies.values())) == {frozenset({PROBLEM})}


@pytest.mark.parametrize("name", ["score", "plan"])
def test_the_example_of_each_request_is_answered(client, production_technician, name):
    """What is shown to be copied works with the built-in career."""
    schema = schema_of(client)
    body = schema["paths"][f"/api/v1/{name}"]["post"]["requestBody"]["content"]
    reference = body["application/json"]["schema"]["$ref"].split("/")[-1]
    example = schema["components"]["schemas"][reference]["example"]
    reply = reply_of(client, name, example)
    assert set(reply) == set(schema["components"]["schemas"][f"{name.title()}Reply"]["properties"])


def test_the_description_says_the_limits_of_each_wish(client, db):
    """A program can know them before it asks."""
    fields = schema_of(client)["components"]["schemas"]["PlanRequest"]["properties"]
    assert set(fields) == set(PlanRequest.model_fields)
    pace = fields["hours_per_week"]["anyOf"][0]
    assert (pace["type"], pace["minimum"], pace["maximum"]) == ("integer", 1, 168)
    day = fields["starts_on"]["anyOf"][0]
    assert (day["type"], day["format"]) == ("string", "date")


def test_the_docs_load_nothing_from_elsewhere_and_run_no_inline_script(client, db):
    """Each script and style is a file of this site that is there."""
    response = client.get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page) == []
    tags = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    inline = [(tag, text) for tag, text in tags if "src=" not in tag]
    assert [tag for tag, _text in inline if 'type="application/json"' not in tag] == []
    assert [text for tag, text in tags if "src=" in tag and text.strip()] == []
    assert re.findall(r"<style|\son\w+=|javascript:", page) == []
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert [name for name in files if not finders.find(name)] == []
    assert {name.rpartition(".")[2] for name in files} >= {"js", "css"}
