"""Statements that are made once and then only run: for what every request asks.

Django builds a query set and turns it into SQL anew each time, which takes several times as
long as the database needs to answer it. A statement here is still written as a query set, with
``Bind`` wherever a value goes; its SQL is made at the first call and kept for each kind of
database. In this package because all others may import it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql import UpdateQuery

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a statement's parameters a value goes, and the field that prepares it."""

    name: str
    field: Any

    def prepared(self, values: dict[str, Any], connection: BaseDatabaseWrapper) -> Any:
        return self.field.get_db_prep_value(values[self.name], connection, prepared=False)


class Bind(Expression):
    """A value that is given at each call, by that name, for a field of that kind."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, *_args: Any, **_named: Any) -> Any:
        """Return a placeholder, and the place that is filled at each call."""
        return "%s", [_Place(self.name, self.output_field)]


def _filled(
    params: Sequence[Any], values: dict[str, Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    return [
        each.prepared(values, connection) if isinstance(each, _Place) else each for each in params
    ]


def _connection() -> BaseDatabaseWrapper:
    """Return the connection itself: ``django.db.connection`` looks it up at every attribute."""
    return connections[DEFAULT_DB_ALIAS]


class _Compiled:
    """A query set's SQL for one kind of database, and how its rows are read."""

    def __init__(self, queryset: "QuerySet[Any]", connection: BaseDatabaseWrapper) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        select = compiler.select
        self.converters = [
            (place, convert, expression)
            for place, (converts, expression) in compiler.get_converters(
                [each[0] for each in select]
            ).items()
            for convert in converts
        ]
        self.read: Callable[[Row], Any] = self._reader(queryset, compiler, select)

    @staticmethod
    def _reader(queryset: "QuerySet[Any]", compiler: Any, select: Any) -> Callable[[Row], Any]:
        kind = queryset._iterable_class
        if kind is ValuesListIterable:
            return tuple
        if kind is not ModelIterable:
            raise TypeError("A statement returns rows of its model, or values_list().")
        info = compiler.klass_info
        model, fields = info["model"], info["select_fields"]
        first, end = fields[0], fields[-1] + 1
        names = [each[0].target.attname for each in select[first:end]]
        populate: Any = get_related_populators  # the types are those of a newer Django
        populators = populate(info, select, queryset.db)
        annotations = dict(compiler.annotation_col_map)

        def instance(row: Row) -> Any:
            made = model.from_db(queryset.db, names, row[first:end])
            for each in populators:
                each.populate(row, made)
            for name, place in annotations.items():
                setattr(made, name, row[place])
            return made

        return instance

    def run(self, values: dict[str, Any], connection: BaseDatabaseWrapper) -> Iterator[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, _filled(self.params, values, connection))
            rows = cursor.fetchall()
        for found in rows:
            row = list(found)
            for place, convert, expression in self.converters:
                row[place] = convert(row[place], expression, connection)
            yield self.read(row)


class Select:
    """A query set that is compiled once. Call it with the values of its ``Bind``."""

    def __init__(self, build: Callable[[], "QuerySet[Any]"]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, **values: Any) -> list[Any]:
        """Return every row, as the query set would. One query."""
        connection = _connection()
        vendor = connection.vendor
        if vendor not in self._compiled:
            self._compiled[vendor] = _Compiled(self._build(), connection)
        return list(self._compiled[vendor].run(values, connection))

    def first(self, **values: Any) -> Any:
        """Return the first row that is found, or None. One query."""
        return next(iter(self(**values)), None)


class Update:
    """An update of a query set that is compiled once; ``changes`` hold a ``Bind`` each."""

    def __init__(self, build: Callable[[], "QuerySet[Any]"], **changes: Bind) -> None:
        self._build, self._changes = build, changes
        self._compiled: dict[str, tuple[str, Sequence[Any]]] = {}

    def __call__(self, **values: Any) -> int:
        """Run it; return how many rows it found. One query."""
        connection = _connection()
        vendor = connection.vendor
        if vendor not in self._compiled:
            query: Any = self._build().query.chain(UpdateQuery)
            query.add_update_values(self._changes)
            self._compiled[vendor] = query.get_compiler(connection=connection).as_sql()
        sql, params = self._compiled[vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, values, connection))
            count: int = cursor.rowcount
        return count
