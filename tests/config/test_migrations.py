"""Migrations that old code can live with: expand now, contract in a later release.

docs/upgrading.md states the rule. Every migration is read, from each app's first on: there is no
release yet before which anything could be let through. What breaks the rule is listed by name.
"""

from collections.abc import Iterator, Mapping

import pytest
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.scale.spread import EVERYWHERE, SPREAD

OURS = ("accounts", "assessments", "careers")
BEFORE = "nobody ran Rung yet: the first release holds this and all before it"
ON_PURPOSE: dict[tuple[str, str], str] = {
    ("assessments", "0005_second_rating_key"): BEFORE,
    ("assessments", "0008_steps_done_before"): BEFORE,
    ("careers", "0003_revisions"): f"{BEFORE}; 0009 gives its numbers defaults",
    ("careers", "0007_revisions_of_texts"): f"{BEFORE}; 0009 gives them defaults",
    ("careers", "0008_source_revision"): f"{BEFORE}; 0009 gives it a default",
    ("careers", "0009_defaults_in_the_database"): "sets defaults, and changes nothing else",
}
"""App and name of a migration that breaks the rule, and why it may.

No other may be let through because of ``BEFORE``: a test holds that list.
"""
WITHOUT_DEFAULT = {
    ("assessments", "stepchoice", "rated_since"),
    ("careers", "skill", "merged_from"),
}
"""Columns of the migrations before the first release that old code could not leave out."""

BREAKING = (
    operations.RenameField, operations.RenameModel, operations.RemoveField,
    operations.DeleteModel, operations.AlterModelTable,
)  # fmt: skip
UNREADABLE = (
    operations.RunSQL, operations.AlterField, operations.AlterUniqueTogether,
    operations.AlterIndexTogether, operations.AlterOrderWithRespectTo,
)  # fmt: skip
"""Whether old code can live with these, only a person can tell."""
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
    if isinstance(operation, UNREADABLE):
        return [f"{name}: say in ON_PURPOSE why old code may go on writing"]
    if isinstance(operation, LOCKING) and type(operation) in LOCKING:
        grows = SPREAD.get(f"{app}.{_model(app, operation)}", EVERYWHERE) != EVERYWHERE
        return [f"{name}: locks a table that grows; concurrently, or not valid first"] * grows
    return []


def _model(app: str, operation: Operation) -> str:
    """Return the label's spelling of the model that an operation names in lower case."""
    wanted = getattr(operation, "model_name", "").lower()
    labels = (label.split(".")[1] for label in SPREAD if label.startswith(f"{app}."))
    return next((name for name in labels if name.lower() == wanted), "")


def done(migration: Migration) -> Iterator[Operation]:
    """Yield what a migration does to tables that were there before it."""
    made = {each.name_lower for each in migration.operations if _makes(each)}
    for operation in migration.operations:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from operation.database_operations
        elif getattr(operation, "model_name", "").lower() not in made:
            yield operation


def _makes(operation: Operation) -> bool:
    return isinstance(operation, operations.CreateModel)


def found(migrations: Mapping[tuple[str, str], Migration]) -> dict[tuple[str, str], list[str]]:
    """Return the faults of each of our migrations that has any, by app and name."""
    each = {
        key: [fault for operation in done(migration) for fault in faults(key[0], operation)]
        for key, migration in migrations.items()
        if key[0] in OURS
    }
    return {key: faults for key, faults in each.items() if faults}


def test_migrations_leave_old_code_running():
    """All but those listed; and each that is listed has something that needs it."""
    assert found(MigrationLoader(None).disk_migrations).keys() == ON_PURPOSE.keys()


def test_the_first_release_ends_where_it_ended():
    """What came later has old code beside it, and a reason of its own."""
    early = {key for key, why in ON_PURPOSE.items() if why.startswith(BEFORE)}
    last = {"assessments": "0008_steps_done_before", "careers": "0008_source_revision"}
    assert [(app, name) for app, name in early if name > last[app]] == []


def test_a_column_that_came_later_has_its_default_in_the_database():
    """Code that does not know it inserts without it; PostgreSQL refuses that otherwise."""
    loader = MigrationLoader(None)
    models_now = loader.project_state().models
    added = {
        (app, operation.model_name_lower, operation.name)
        for (app, _name), migration in loader.disk_migrations.items()
        if app in OURS
        for operation in done(migration)
        if isinstance(operation, operations.AddField)
    }
    columns = {key: models_now[key[0], key[1]].fields[key[2]] for key in added}
    without = {
        key
        for key, field in columns.items()
        if not (field.null or field.has_db_default() or field.many_to_many)
    }
    assert ("careers", "source", "revision") in added
    assert without == WITHOUT_DEFAULT


@pytest.mark.parametrize("app", OURS)
@pytest.mark.parametrize(
    "operation",
    [
        operations.RemoveField("planted", "value"),
        operations.RenameField("planted", "value", "answer"),
        operations.AddField("planted", "x", models.IntegerField(default=0)),
        operations.RunSQL("DROP TABLE planted"),
        operations.SeparateDatabaseAndState([operations.DeleteModel("Planted")]),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_the_next_migration_is_read(app, operation):
    """Planted behind those on disk, as the next to be written will be."""
    disk = MigrationLoader(None).disk_migrations
    number = max(int(name[:4]) for label, name in disk if label == app) + 1
    planted = Migration(f"{number:04}_planted", app)
    planted.operations = [operation]
    key = (app, planted.name)
    assert found({**disk, key: planted}).keys() - ON_PURPOSE.keys() == {key}


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
    assert bool(faults("assessments", operation)) is is_refused
