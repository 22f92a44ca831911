"""The stored answers of an assessment, read and written by statements that are made once.

Every page of a person reads them and every answer writes one, so they do without instances
of the model; whatever happens seldom may use ``Rating`` itself.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Aggregate, OuterRef, Subquery, TextField

from accounts.statements import Bind, Select, Update

from .models import Assessment, Rating

_PK = Assessment._meta.pk
_FIELDS = ("skill", "value", "evidence", "revision")
_ALL = Select(
    lambda: (
        Rating.objects.filter(assessment=Bind("assessment", _PK)).order_by().values_list(*_FIELDS)
    )
)
_ALONG = "answers_along"
_TOUCH = Update(
    lambda: Assessment.objects.filter(pk=Bind("pk", _PK), finished_at=None).order_by(),
    updated_at=Bind("updated_at", Assessment._meta.get_field("updated_at")),
)
_INSERT = "INSERT INTO assessments_rating (assessment_id, skill, value, evidence, revision) VALUES "
_PLACES = "(%s, %s, %s, %s, %s)"
_REPLACE = (
    " ON CONFLICT (assessment_id, skill) DO UPDATE SET value = excluded.value,"
    " evidence = excluded.evidence, revision = excluded.revision"
)


class Stored(NamedTuple):
    """One stored answer: ``value`` 0-4 or None for "not sure"; ``revision`` counts changes."""

    skill: str
    value: int | None
    evidence: str
    revision: int


class _AsText(Aggregate):
    """These columns of all rows as the text of a JSON array of arrays."""

    template = "JSON_GROUP_ARRAY(JSON_ARRAY(%(expressions)s))"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the same with the functions of PostgreSQL."""
        template = "JSON_AGG(JSON_BUILD_ARRAY(%(expressions)s))::text"
        return self.as_sql(compiler, connection, template=template, **more)


def along() -> dict[str, Subquery]:
    """Ask for the answers along with an assessment: what to annotate. Saves a query of its own.

    For pages that only show them: what comes along is not what is there after a change.
    """
    own = Rating.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    return {_ALONG: Subquery(own.annotate(text=_AsText(*_FIELDS)).values("text"))}


def stored(assessment: Assessment) -> dict[str, Stored]:
    """Return every stored answer of an assessment by its skill: one query, none ``along``."""
    if hasattr(assessment, _ALONG):
        rows = json.loads(getattr(assessment, _ALONG) or "[]")
        return {row[0]: Stored(*row) for row in rows}
    return fresh(assessment)


def fresh(assessment: Assessment) -> dict[str, Stored]:
    """Return every answer as it is stored now, by its skill. One query."""
    return {row[0]: Stored(*row) for row in _ALL(assessment=assessment.pk)}


def values(assessment: Assessment) -> dict[str, int | None]:
    """Return the ratings of an assessment by skill. One query."""
    return {skill: row.value for skill, row in stored(assessment).items()}


def touch(assessment: Assessment, now: datetime) -> bool:
    """Note the time of a change and hold the row until the transaction ends; False if finished.

    One query. Saves of one assessment take turns by it.
    """
    # A clock that was set back must not stop anyone from saving.
    return bool(_TOUCH(pk=assessment.pk, updated_at=max(now, assessment.created_at)))


def write(assessment: Assessment, rows: Iterable[Stored]) -> None:
    """Store answers in place of those of the same skills. One query, none without rows."""
    key = _PK.get_db_prep_value(assessment.pk, connection, prepared=False)
    values = [value for row in rows for value in (key, *row)]
    if not values:
        return
    places = ", ".join([_PLACES] * (len(values) // (len(_FIELDS) + 1)))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + places + _REPLACE, values)
