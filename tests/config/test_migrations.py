"""Migrations that old code can live with: expand now, contract in a later release.

docs/upgrading.md states the rule. What breaks it on purpose is listed in ``ON_PURPOSE``.
"""

import pytest
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.scale.spread import EVERYWHERE, SPREAD

OURS = ("accounts", "assessments", "careers")
FROM = {"accounts": "0030", "assessments": "0030", "careers": "0030"}
"""Migrations from these numbers on are held to the rule; those before were released together."""
ON_PURPOSE: dict[tuple[str, str], str] = {}
"""App and name of a migration that breaks the rule, and why it may."""

BREAKING = (
    operations.RenameField, operations.RenameModel, operations.RemoveField,
    operations.DeleteModel, operations.AlterModelTable,
)  # fmt: skip
LOCKING = (operations.AddIndex, operations.AddConstraint)


def faults(app: str, operation: Operation) -> list[str]:
    """Return what old code, or people meanwhile, could not live with."""
    name = type(operation).__name__
    if isinstance(operation, BREAKING):
        return [f"{name}: old code still reads it; do it one release after nothing does"]
    if isinstance(operation, operations.AddField):
        field = operation.field
        needs = not field.null and not field.has_db_default() and not field.many_to_many
        return [f"{name} {operation.name}: old code inserts without it; db_default or null"] * needs
    if isinstance(operation, operations.AlterField):
        return [f"{name} {operation.name}: say in ON_PURPOSE why old code may go on writing"]
    if isinstance(operation, LOCKING) and type(operation) in LOCKING:
        grows = SPREAD.get(f"{app}.{_model(app, operation)}", EVERYWHERE) != EVERYWHERE
        return [f"{name}: locks a table that grows; concurrently, or not valid first"] * grows
    return []


def _model(app: str, operation: Operation) -> str:
    """Return the label's spelling of the model that an operation names in lower case."""
    wanted = getattr(operation, "model_name", "").lower()
    labels = (label.split(".")[1] for label in SPREAD if label.startswith(f"{app}."))
    return next((name for name in labels if name.lower() == wanted), "")


def test_migrations_leave_old_code_running():
    """Every one from the numbers above on."""
    found = {
        key: [fault for operation in migration.operations for fault in faults(key[0], operation)]
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if key[0] in OURS and key[1][:4] >= FROM[key[0]] and key not in ON_PURPOSE
    }
    assert {key: each for key, each in found.items() if each} == {}


def test_everything_done_on_purpose_is_there_and_says_why():
    """No leftovers."""
    disk = MigrationLoader(None).disk_migrations
    assert [key for key, why in ON_PURPOSE.items() if key not in disk or not why] == []


@pytest.mark.parametrize(
    ("operation", "is_refused"),
    [
        (operations.RenameField("rating", "value", "answer"), True),
        (operations.RemoveField("rating", "value"), True),
        (operations.DeleteModel("Rating"), True),
        (operations.AddField("rating", "x", models.IntegerField(default=0)), True),
        (operations.AddField("rating", "x", models.IntegerField(db_default=0)), False),
        (operations.AddField("rating", "x", models.IntegerField(null=True)), False),
        (operations.AlterField("rating", "value", models.IntegerField()), True),
        (operations.AddIndex("rating", models.Index(fields=["skill"], name="x")), True),
        (operations.CreateModel("New", [("id", models.AutoField(primary_key=True))]), False),
        (operations.RunPython(operations.RunPython.noop), False),
    ],
)  # fmt: skip
def test_the_rule_tells_what_it_should(operation, is_refused):
    """Planted cases, so that a rule that finds nothing is found out."""
    assert isinstance(Migration("0030_planted", "assessments"), Migration)
    assert bool(faults("assessments", operation)) is is_refused
