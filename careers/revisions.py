"""Revisions: every change of a draft takes the next number of its career.

A row keeps the number of its last change, so that a form can tell whether what it was
given is still what is stored. A removed row is revision 0; one that is added again has a
number that nobody has seen, so an old form never overwrites it.
"""

from django.db.models import F

from .models import Career


def upcoming_revision(career_id: int) -> int:
    """Return what the next revision will be, holding the career's row as ``next_revision`` does.

    For changes that may turn out to be none: take it with ``next_revision`` once there is one.
    """
    row = Career.objects.select_for_update(no_key=True).values_list("draft_revision", flat=True)
    return row.get(pk=career_id) + 1


def next_revision(career_id: int) -> int:
    """Return the draft's next revision; holds the career's row until the transaction ends.

    Whoever changes a draft calls this first, so that changes take turns.
    """
    row = Career.objects.filter(pk=career_id)
    row.update(draft_revision=F("draft_revision") + 1)
    return row.values_list("draft_revision", flat=True).get()
