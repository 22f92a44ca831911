"""Everything that writes second ratings. Keyword-only, in a transaction, raising on refusal."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts import erasing

from ..access import hash_token, new_token
from ..models import Assessment
from .models import SecondAnswer, SecondRating

DAYS = 90
MAX_SECOND_RATINGS = 5


class OpenInvitationError(Exception):
    """Somebody is invited and has not finished."""


class TooManyError(Exception):
    """The assessment has as many second ratings as it may."""


class FinishedError(Exception):
    """The second rating is finished; its answers no longer change."""


class EmptyError(Exception):
    """No skill was answered, so there is nothing to finish."""


@transaction.atomic
def invite(*, assessment: Assessment, person: str, rater: str, now: datetime) -> str:
    """Return the token of a new invitation, which is kept nowhere.

    Raises OpenInvitationError or TooManyError. One that ran out unfinished makes room.
    """
    Assessment.objects.select_for_update().get(pk=assessment.pk)
    all_of_it = SecondRating.objects.filter(assessment=assessment)
    all_of_it.filter(finished_at=None, expires_at__lte=now).delete()
    if all_of_it.filter(finished_at=None).exists():
        raise OpenInvitationError
    if all_of_it.count() >= MAX_SECOND_RATINGS:
        raise TooManyError
    token = new_token()
    SecondRating.objects.create(
        assessment=assessment,
        token_hash=hash_token(token),
        person=person,
        rater=rater,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    return token


@transaction.atomic
def withdraw(*, second: SecondRating) -> None:
    """End an invitation, or remove a finished second rating: its link, answers and notes."""
    second.delete()
    erasing.after_commit()


def _open(second: SecondRating) -> SecondRating:
    """Hold the row until the transaction ends. Raises FinishedError."""
    held = SecondRating.objects.select_for_update().filter(pk=second.pk, finished_at=None).first()
    if held is None:
        raise FinishedError
    return held


@transaction.atomic
def save_answers(*, second: SecondRating, values: Mapping[str, int | None]) -> None:
    """Store a page of answers; the last one sent counts. Raises FinishedError."""
    _open(second)
    SecondAnswer.objects.bulk_create(
        [
            SecondAnswer(second_rating=second, skill=skill, value=value)
            for skill, value in values.items()
        ],
        update_conflicts=True,
        unique_fields=["second_rating", "skill"],
        update_fields=["value"],
    )


@transaction.atomic
def finish(*, second: SecondRating, now: datetime) -> None:
    """Close the answers and let both see them; twice is once. Raises EmptyError."""
    try:
        held = _open(second)
    except FinishedError:
        return
    if not SecondAnswer.objects.filter(second_rating=held).exists():
        raise EmptyError
    held.finished_at = max(now, held.created_at)
    held.save(update_fields=["finished_at"])


@transaction.atomic
def note(*, second: SecondRating, notes: Mapping[str, str], by_rater: bool) -> None:
    """Store what one of the two says of skills on which they differ; each keeps their own."""
    field = "rater_note" if by_rater else "person_note"
    rows = SecondAnswer.objects.select_for_update().filter(
        second_rating=second, skill__in=list(notes)
    )
    for row in rows:
        SecondAnswer.objects.filter(pk=row.pk).update(**{field: notes[row.skill]})
