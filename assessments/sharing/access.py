"""Which report a link opens. Guessed, revoked and expired ones open nothing, all alike."""

from datetime import datetime

from django.http import Http404

from ..access import hash_token
from .models import ShareLink


def live(token: str, now: datetime) -> ShareLink:
    """Return the live link of that token with its report, or raise Http404. One query."""
    link = (
        ShareLink.objects.filter(token_hash=hash_token(token), revoked_at=None, expires_at__gt=now)
        .select_related("assessment__report", "assessment__version__career", "assessment__owner")
        .defer("assessment__version__document")
        .first()
    )
    if link is None or not link.assessment.is_finished:
        raise Http404
    return link
