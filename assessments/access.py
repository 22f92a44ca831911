"""Who may open an assessment: its owner, or a browser that started or was let in by link.

Everyone else gets 404, the same as for an address that does not exist.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.statements import Bind, Select

from . import answers
from .models import Assessment, BrowserAccess, ReturnLink
from .querysets import AssessmentQuerySet

SESSION_KEY = "browser"
NOT_MINE_KEY = "not_mine"
MOST_NOT_MINE = 100
TOKEN_BYTES = 32
OWNER = Assessment._meta.get_field("owner")
HASH = BrowserAccess._meta.get_field("browser_hash")


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


class Openable:
    """How a page finds an assessment among those that whoever asks may open.

    ``chosen`` narrows them by ``Bind`` and says what comes along. There is a statement for each
    kind of visitor (signed in, with a browser's token, both), made when the first one comes.
    """

    def __init__(self, chosen: Callable[[AssessmentQuerySet], "QuerySet[Any]"]) -> None:
        self._chosen = chosen
        self._statements: dict[tuple[bool, bool], Select] = {}

    def find(self, request: HttpRequest, assessment_id: uuid.UUID) -> Assessment | None:
        """Return the assessment, or None to anyone but its owner. One query."""
        return next(iter(self(request, pk=assessment_id)), None)

    def __call__(self, request: HttpRequest, **values: Any) -> list[Any]:
        """Return what was chosen of all that the request may open. One query."""
        user_id, browser = _visitor(request)
        kind = (user_id is not None, bool(browser))
        if not any(kind):
            return []
        if kind not in self._statements:
            self._statements[kind] = Select(lambda: self._rows(*kind))
        return self._statements[kind](**values, user=user_id, browser=browser)

    def _rows(self, has_user: bool, has_browser: bool) -> "QuerySet[Any]":
        user: Any = Bind("user", OWNER) if has_user else None
        browser: Any = Bind("browser", HASH) if has_browser else ""
        found = Assessment.objects.open_to(user_id=user, browser_hash=browser)
        return self._chosen(found.order_by())


def numbered(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """Choose the one of the number ``pk``."""
    return rows.filter(pk=Bind("pk", Assessment._meta.pk))


WITH_VERSION = Openable(lambda rows: numbered(rows).with_version())
WITH_FRAMEWORK = Openable(lambda rows: numbered(rows).with_framework())
"""For questions and answers, which show nothing else of the version."""
WITH_ANSWERS = Openable(lambda rows: numbered(rows).with_framework().annotate(**answers.along()))
"""The same for pages that only show what is answered."""


def _visitor(request: HttpRequest) -> tuple[int | None, str]:
    user_id = request.user.pk if request.user.is_authenticated else None
    return user_id, browser_hash(request)


def mine(request: HttpRequest) -> AssessmentQuerySet:
    """Return the assessments that this request may open, newest work first."""
    user_id, browser = _visitor(request)
    return Assessment.objects.open_to(user_id=user_id, browser_hash=browser).with_version()


def claimable(request: HttpRequest) -> AssessmentQuerySet:
    """Return what this browser holds without an owner, and the person has not disowned."""
    found = Assessment.objects.open_to(user_id=None, browser_hash=browser_hash(request))
    return found.with_version().exclude(pk__in=request.session.get(NOT_MINE_KEY, []))


def disown(request: HttpRequest, assessment: Assessment) -> None:
    """Note for this session that an assessment is somebody else's. It stays where it is."""
    known = request.session.get(NOT_MINE_KEY, [])
    request.session[NOT_MINE_KEY] = [*known, str(assessment.pk)][-MOST_NOT_MINE:]


def load(
    request: HttpRequest, assessment_id: uuid.UUID, openable: Openable = WITH_VERSION
) -> Assessment:
    """Return the assessment, or raise Http404 to anyone but its owner. One query."""
    assessment = openable.find(request, assessment_id)
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
    if request.method != "HEAD":  # a program that looks whether the link works
        BrowserAccess.objects.get_or_create(
            assessment=link.assessment, browser_hash=ensure_browser_hash(request)
        )
    return link.assessment
