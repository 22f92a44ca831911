"""How each table is spread over many PostgreSQL servers, should one no longer do (docs/scale.md).

``python -m tests.scale.spread`` prints the SQL for Citus. A table is either kept whole on every
server (``EVERYWHERE``) or spread by one column; then each of its unique keys must hold that
column, for no server can look at another's rows. A bare number as primary key is widened by it.
"""

import os

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()

from django.apps import apps
from django.db.models import AutoField, ForeignKey, Model

EVERYWHERE = "everywhere"
"""Written seldom, read always: frameworks, the staff's work, accounts."""

SPREAD = {
    # One person's work lies together: all that a page of theirs reads is on one server.
    "assessments.Assessment": "id",
    "assessments.BrowserAccess": "assessment_id",
    "assessments.ReturnLink": "assessment_id",
    "assessments.Rating": "assessment_id",
    "assessments.Plan": "assessment_id",
    "assessments.StepChoice": "assessment_id",
    "assessments.Report": "assessment_id",
    "assessments.SecondRating": "assessment_id",
    # Found by their own key alone.
    "assessments.ShareLink": "token_hash",
    "assessments.SecondAnswer": "second_rating_id",
    "sessions.Session": "session_key",
    # A coach's page reads one group. Groups themselves are few, and found by code or owner.
    "assessments.Group": EVERYWHERE,
    "assessments.Membership": "group_id",
    "assessments.Reading": "group_id",
    "assessments.Count": "group_id",
    "assessments.Cohort": "group_id",
    "assessments.CohortReading": "cohort_id",
    # Tasks and messages are gone within minutes.
    "django_tasks_database.DBTaskResult": "id",
    "accounts.Message": "id",
    # An account is unique by its e-mail address in all the world, and written once.
    "accounts.User": EVERYWHERE,
    "account.EmailAddress": EVERYWHERE,
    "account.EmailConfirmation": EVERYWHERE,
    "mfa.Authenticator": EVERYWHERE,
    # Where one is signed in: found by the session, whose key is the only unique one.
    "usersessions.UserSession": "session_key",
}
DROP_KEY = """DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT conname FROM pg_constraint JOIN pg_attribute
    ON attrelid = conrelid AND conkey = ARRAY[attnum]
    WHERE conrelid = '%s'::regclass AND contype = 'f' AND attname = '%s'
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %%I', name); END LOOP; END $$"""
FEW = {"careers", "admin", "auth", "contenttypes"}
"""Apps whose rows do not grow with people: frameworks, their history, the staff's log."""


def growing() -> dict[str, type[Model]]:
    """Return every model that has a table and may grow with people, by its label."""
    return {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.app_label not in FEW
        and not model._meta.auto_created
    }


def spread() -> dict[str, tuple[type[Model], str]]:
    """Return the models that are spread, each with its column."""
    return {
        label: (model, SPREAD[label])
        for label, model in growing().items()
        if SPREAD.get(label, EVERYWHERE) != EVERYWHERE
    }


def is_bare_number(model: type[Model]) -> bool:
    """Tell whether the primary key is a number that the database gives."""
    return isinstance(model._meta.pk, AutoField)


def crossing(model: type[Model], column: str) -> list[str]:
    """Return the columns whose foreign keys would look at another server's rows."""
    found = []
    for field in model._meta.local_fields:
        if not isinstance(field, ForeignKey):
            continue
        other = SPREAD.get(field.related_model._meta.label, EVERYWHERE)
        key = field.target_field.column
        lies_together = column == field.column and other in (key, "assessment_id", "group_id")
        if other != EVERYWHERE and not (lies_together and other == key):
            found.append(field.column)
    return found


def plain() -> list[str]:
    """Return what is changed on any PostgreSQL before the tables are spread.

    Foreign keys across servers go (the app deletes what hangs on a row itself), and primary
    keys that are bare numbers are widened.
    """
    drops, keys = [], []
    for model, column in spread().values():
        table = model._meta.db_table
        drops += [DROP_KEY % (table, crossed, table) for crossed in crossing(model, column)]
        if is_bare_number(model) and column != model._meta.pk.column:
            keys.append(
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, "
                f"ADD PRIMARY KEY ({column}, {model._meta.pk.column})"
            )
    return drops + keys


def citus() -> list[str]:
    """Return what then hands the tables out."""
    whole = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.label not in spread()
    ]
    first = [f"SELECT create_reference_table('{table}')" for table in whole]
    return first + [
        f"SELECT create_distributed_table('{model._meta.db_table}', '{column}')"
        for model, column in spread().values()
    ]


if __name__ == "__main__":
    print("CREATE EXTENSION IF NOT EXISTS citus;")
    for statement in plain() + citus():
        print(f"{statement};")
