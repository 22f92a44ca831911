"""Taking a row out of a draft with all that hangs on it, so that it can come back whole.

The lines that the history writes of it are of one edit: who restores the row gets back what
went with it.
"""

from typing import Any

from django.db.models import Q

from .models import Level, Skill, Step
from .recording import one_edit


def retire(row: Any, revision: int) -> None:
    """Delete a row, in a transaction of the caller's, who holds the career's row.

    What the database would only do in passing is done row by row, so that the history sees
    it, and forms of the rows that change by it are stale.
    """
    with one_edit(revision):
        if isinstance(row, Level):
            for fact in row.facts.all():
                fact.level, fact.revision = None, revision
                fact.save(update_fields=["level", "revision"])
        for step in _steps_naming(row):
            step.revision = revision
            step.save(update_fields=["revision"])
        row.delete()


def _steps_naming(row: Any) -> Any:
    if isinstance(row, Skill):
        named = Q(requires__skill=row) | Q(gives__skill=row)
        return Step.objects.filter(named).distinct()
    return row.before.all() if isinstance(row, Step) else ()
