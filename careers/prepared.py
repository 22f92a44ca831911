"""Inserts made ready before a transaction, so that it holds the database's lock briefly.

Most of the time of a bulk insert goes into Python: making rows, then the parameters of
the statements. SQLite lets nobody else write from the first statement of a transaction
on, and 60,000 rows kept visitors' answers waiting for half a minute. Here the ids are
reserved first, so that rows may name one another, and what is left to the transaction is
to run the statements.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

Statement = tuple[str, tuple[Any, ...]]
"""SQL and its parameters."""


def reserve_ids(model: type[models.Model], count: int) -> Iterator[int]:
    """Return ids that no other row of the model will ever get.

    Writes at once, unless within a transaction: ids that are not used leave a gap.
    """
    if count == 0:
        return iter(())
    table, column = model._meta.db_table, str(model._meta.pk and model._meta.pk.column)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            taken = "SELECT seq FROM sqlite_sequence WHERE name = %s"
            cursor.execute(taken, [table])
            last = cursor.fetchone()
            if last is None:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 0)", [table])
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table]
            )
            first = (last[0] if last else 0) + 1
            return iter(range(first, first + count))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, count],
        )
        return iter([row[0] for row in cursor.fetchall()])


def with_ids(rows: Sequence[models.Model]) -> None:
    """Give each row an id of its own; all are of one model."""
    if rows:
        for row, pk in zip(rows, reserve_ids(type(rows[0]), len(rows)), strict=True):
            row.pk = pk


def inserts(
    rows: Iterable[models.Model], *, unique: str = "", update: Iterable[str] = ()
) -> Iterator[Statement]:
    """Yield the statements that insert rows of one model, with the ids they have, if any.

    Where a row with the same value of the field ``unique`` is there, its fields ``update``
    are overwritten instead.
    """
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    meta = type(first)._meta
    fields = [field for field in meta.concrete_fields if first.pk or not field.primary_key]
    conflict: dict[str, Any] = {}
    if unique:
        conflict = {
            "on_conflict": OnConflict.UPDATE,
            "update_fields": [meta.get_field(name) for name in update],
            "unique_fields": [meta.get_field(unique)],
        }
    size = max(1, min(500, connection.ops.bulk_batch_size(fields, [first] * 500)))
    batch = [first, *islice(waiting, size - 1)]
    while batch:
        query = InsertQuery(type(first), **conflict)
        query.insert_values(fields, batch)
        yield from query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        batch = list(islice(waiting, size))


def run(statements: Iterable[Statement]) -> None:
    """Run prepared statements, in a transaction of the caller's."""
    with connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)
