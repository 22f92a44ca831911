"""Every table that grows with people can be spread: each unique key holds its column."""

import pytest
from django.db import connection, transaction
from django.db.models import Model, UniqueConstraint
from django.test import Client

from tests.conftest import answer, start

from . import spread
from .spread import EVERYWHERE, SPREAD


def test_every_growing_table_says_how_it_is_spread():
    """A new model fails here until somebody has decided."""
    assert [label for label in spread.growing() if label not in SPREAD] == []


def unique_keys(model: type[Model]) -> list[set[str]]:
    """Return the columns of every unique key of a model, its primary key first."""
    column = {field.name: field.column for field in model._meta.local_fields}
    primary = model._meta.pk
    fields = [each.column for each in getattr(primary, "fields", None) or [primary]]
    keys = [set(fields)]
    keys += [{f.column} for f in model._meta.local_fields if f.unique and not f.primary_key]
    keys += [{column[name] for name in together} for together in model._meta.unique_together]
    keys += [
        {column[name] for name in each.fields}
        for each in model._meta.constraints
        if isinstance(each, UniqueConstraint)
    ]
    return keys


@pytest.mark.parametrize("label", sorted(spread.spread()))
def test_every_unique_key_holds_the_column(label):
    """But a bare number as primary key, which is widened by it."""
    model, column = spread.spread()[label]
    primary, *others = unique_keys(model)
    assert [key for key in others if column not in key] == []
    assert column in primary or spread.is_bare_number(model)


def test_what_is_spread_by_a_foreign_key_lies_with_what_it_points_to():
    """Ratings, plan and report are on the server of their assessment."""
    with_their_assessment = {
        label
        for label, (model, column) in spread.spread().items()
        if column == "assessment_id" and not spread.crossing(model, column)
    }
    assert with_their_assessment >= {
        "assessments.BrowserAccess", "assessments.Plan", "assessments.Rating",
        "assessments.Report", "assessments.ReturnLink", "assessments.SecondRating",
        "assessments.StepChoice",
    }  # fmt: skip


UNIQUE = """
SELECT c.relname, array_agg(a.attname::text)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE i.indisunique AND c.relname = ANY (%s) GROUP BY i.indexrelid, c.relname
"""


def change_keys() -> list[tuple[str, list[str]]]:
    """Change the keys as for spreading; return table and columns of every unique key then."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in spread.plain():
            cursor.execute(statement)
        cursor.execute(UNIQUE, [[model._meta.db_table for model, _ in spread.spread().values()]])
        keys: list[tuple[str, list[str]]] = cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return keys


def test_the_app_runs_unchanged_on_the_changed_keys(box_maker):
    """On PostgreSQL keys are widened and its catalogue is read; then a person goes through."""
    columns = {model._meta.db_table: column for model, column in spread.spread().values()}
    with transaction.atomic():
        keys = change_keys() if connection.vendor == "postgresql" else []
        mara = Client()
        assessment = start(mara, box_maker, "senior")
        answer(assessment, cutting=2, gluing=None, planning=3)
        found = [
            mara.post(f"/assessments/{assessment.pk}/link/").status_code,
            mara.post(f"/assessments/{assessment.pk}/finish/").status_code,
            mara.get(f"/assessments/{assessment.pk}/report/").status_code,
            mara.get(f"/assessments/{assessment.pk}/plan/").status_code,
            mara.post(f"/assessments/{assessment.pk}/sharing/", {"days": "30"}).status_code,
            mara.post(f"/assessments/{assessment.pk}/delete/").status_code,
        ]
        transaction.set_rollback(True)
    assert [(table, key) for table, key in keys if columns[table] not in key] == []
    assert {table for table, _key in keys} == (set(columns) if keys else set())
    assert found == [200, 302, 200, 200, 200, 200]


def test_what_is_kept_whole_everywhere_is_what_was_decided():
    """Accounts and groups; each more of them is written on every server."""
    whole = {label for label in spread.growing() if SPREAD[label] == EVERYWHERE}
    assert whole - {"assessments.Group"} == {
        "accounts.User", "account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator",
    }  # fmt: skip
