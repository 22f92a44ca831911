"""Everything that writes share links. Keyword-only, in a transaction, raising on refusal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from ..access import hash_token, new_token
from ..models import Assessment
from .models import ShareLink

MAX_LIVE_LINKS = 20


class TooManyLinksError(Exception):
    """The report has as many live links as it may."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a link shows, to whom, and for how many days."""

    days: int
    label: str
    with_email: bool
    with_notes: bool


@transaction.atomic
def share(*, assessment: Assessment, wish: Wish, now: datetime) -> str:
    """Make a link and return its token, which is kept nowhere. Raises TooManyLinksError."""
    Assessment.objects.select_for_update().get(pk=assessment.pk)
    live = ShareLink.objects.filter(
        assessment=assessment, revoked_at=None, expires_at__gt=now
    ).count()
    if live >= MAX_LIVE_LINKS:
        raise TooManyLinksError
    token = new_token()
    ShareLink.objects.create(
        assessment=assessment,
        token_hash=hash_token(token),
        label=wish.label,
        with_email=wish.with_email,
        with_notes=wish.with_notes,
        created_at=now,
        expires_at=now + timedelta(days=wish.days),
    )
    return token


@transaction.atomic
def revoke(*, link: ShareLink, now: datetime) -> None:
    """End a link, at once and for good. An ended one stays as it ended."""
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=max(now, link.created_at)
    )


@transaction.atomic
def count_view(*, link: ShareLink, now: datetime) -> None:
    """Count somebody's look; two at once are two."""
    ShareLink.objects.filter(pk=link.pk).update(views=F("views") + 1, last_viewed_at=now)
