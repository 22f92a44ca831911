"""The stored answers of an assessment, read and written by statements that are made once.

Every page of a person reads them and every answer writes one, so they do without instances
of the model; whatever happens seldom may use ``Rating`` itself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from accounts.statements import Bind, Select, Update

from .models import Assessment, Rating

_PK = Assessment._meta.pk
_FIELDS = ("skill", "value", "evidence", "revision")
_ALL = Select(
    lambda: (
        Rating.objects.filter(assessment=Bind("assessment", _PK)).order_by().values_list(*_FIELDS)
    )
)
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


def stored(assessment: Assessment) -> dict[str, Stored]:
    """Return every stored answer of an assessment by its skill. One query."""
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
