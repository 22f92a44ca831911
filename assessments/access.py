"""Who may open an assessment: its owner, or a browser that started or was let in by link.

Everyone else gets 404, the same as for an address that does not exist.
"""

import hashlib
import secrets
import uuid

from django.http import Http404, HttpRequest

from .models import Assessment, BrowserAccess, ReturnLink
from .querysets import AssessmentQuerySet

SESSION_KEY = "browser"
NOT_MINE_KEY = "not_mine"
MOST_NOT_MINE = 100
TOKEN_BYTES = 32


def new_token() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Return the SHA-256 that is stored instead of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def browser_hash(request: HttpRequest) -> str:
    """Return the hash of this browser's token, or nothing if it has none yet."""
    token = request.session.get(SESSION_KEY)
    return hash_token(token) if token else ""


def ensure_browser_hash(request: HttpRequest) -> str:
    """Return the hash of this browser's token, giving it one at its first start."""
    if SESSION_KEY not in request.session:
        request.session[SESSION_KEY] = new_token()
    return browser_hash(request)


def mine(request: HttpRequest) -> AssessmentQuerySet:
    """Return the assessments that this request may open, newest work first."""
    user_id = request.user.pk if request.user.is_authenticated else None
    found = Assessment.objects.open_to(user_id=user_id, browser_hash=browser_hash(request))
    return found.with_version()


def claimable(request: HttpRequest) -> AssessmentQuerySet:
    """Return what this browser holds without an owner, and the person has not disowned."""
    found = Assessment.objects.open_to(user_id=None, browser_hash=browser_hash(request))
    return found.with_version().exclude(pk__in=request.session.get(NOT_MINE_KEY, []))


def disown(request: HttpRequest, assessment: Assessment) -> None:
    """Note for this session that an assessment is somebody else's. It stays where it is."""
    known = request.session.get(NOT_MINE_KEY, [])
    request.session[NOT_MINE_KEY] = [*known, str(assessment.pk)][-MOST_NOT_MINE:]


def load(request: HttpRequest, assessment_id: uuid.UUID) -> Assessment:
    """Return the assessment, or raise Http404 to anyone but its owner. One query."""
    assessment: Assessment | None = mine(request).filter(pk=assessment_id).first()
    if assessment is None:
        raise Http404
    return assessment


def let_in(request: HttpRequest, token: str) -> Assessment:
    """Open an unclaimed assessment to this browser by its return link, or raise Http404."""
    link = (
        ReturnLink.objects.filter(token_hash=hash_token(token), assessment__owner=None)
        .select_related("assessment")
        .first()
    )
    if link is None:
        raise Http404
    BrowserAccess.objects.get_or_create(
        assessment=link.assessment, browser_hash=ensure_browser_hash(request)
    )
    return link.assessment
