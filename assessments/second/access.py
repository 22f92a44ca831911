"""Whom an invitation lets in. Guessed, withdrawn and expired ones let in nobody, all alike."""

from datetime import datetime

from django.http import Http404

from ..access import hash_token
from .models import SecondRating


def live(token: str, now: datetime) -> SecondRating:
    """Return the second rating of that token, or raise Http404. One query."""
    second = (
        SecondRating.objects.filter(token_hash=hash_token(token), expires_at__gt=now)
        .select_related("assessment__version__career")
        .defer("assessment__version__document")
        .first()
    )
    if second is None:
        raise Http404
    return second
