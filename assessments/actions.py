"""Everything that writes assessments. Keyword-only, in a transaction, raising on refusal."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import rfc8785
from django.db import transaction
from django.utils import timezone

from accounts import erasing
from accounts.models import User
from careers.catalogue import framework
from careers.models import Version

from . import answers, renewal, reports
from .access import hash_token, new_token
from .answers import Stored
from .groups import counting
from .models import Assessment, BrowserAccess, Rating, Report, ReturnLink, StepChoice
from .querysets import AssessmentQuerySet

MAX_RETURN_LINKS = 10
IDLE_DAYS = 365


class UnknownLevelError(ValueError):
    """The version has no such level."""


class ClaimedError(Exception):
    """The assessment belongs to an account already, or is gone."""


class FinishedError(Exception):
    """The assessment is finished; its answers no longer change."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was posted for one skill: value 0-4 or None for "not sure".

    ``evidence`` None leaves the stored text alone; ``revision`` is the one the person saw.
    """

    value: int | None
    evidence: str | None
    revision: int


class StaleError(Exception):
    """The stored answer is newer than the one the person saw."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("This answer was changed elsewhere.")
        self.stored = stored


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of saving a page.

    ``revisions`` of what is stored now, what was ``stale``, and every skill that is
    ``answered`` after it.
    """

    revisions: dict[str, int]
    stale: dict[str, Stored | None]
    answered: frozenset[str]


@transaction.atomic
def start(
    *, version: Version, level: str, browser_hash: str, user: User | None, now: datetime
) -> Assessment:
    """Start an assessment, or return the same one again while it has no answer.

    Reusing an untouched one makes a double click start once. Raises UnknownLevelError.
    """
    if framework(version).level(level) is None:
        raise UnknownLevelError(level)
    # Two clicks at once wait for each other here, so that the second finds the first's.
    Version.objects.select_for_update(no_key=True).values("pk").get(pk=version.pk)
    under_way = _under_way(version, level, browser_hash, user)
    untouched: Assessment | None = under_way.filter(ratings__assessment=None).first()
    return untouched or _create(version, level, browser_hash, user, now)


@transaction.atomic
def start_again(
    *,
    assessment: Assessment,
    version: Version,
    browser_hash: str,
    user: User | None,
    now: datetime,
) -> Assessment:
    """Start over with that version at the same level, with the answers that still hold.

    What was said of steps that are still there comes along. Those done stay done, but the
    answers of this time are newer: where they are a number, it overrides what a step gave.
    Work under way with that version and level is returned instead, so that a double click
    starts once. Raises UnknownLevelError.
    """
    content = framework(version)
    if content.level(assessment.level) is None:
        raise UnknownLevelError(assessment.level)
    Version.objects.select_for_update(no_key=True).values("pk").get(pk=version.pk)
    level = assessment.level
    found: Assessment | None = _under_way(version, level, browser_hash, user).first()
    fresh = found or _create(version, level, browser_hash, user, now)
    if not Rating.objects.filter(assessment=fresh).exists():
        same = renewal.same_skills(framework(assessment.version), content)
        Rating.objects.bulk_create(
            Rating(assessment=fresh, skill=row.skill, value=row.value, evidence=row.evidence)
            for row in Rating.objects.filter(assessment=assessment, skill__in=same)
        )
        _carry_steps(assessment, fresh, {step.key for step in content.steps})
    return fresh


def _carry_steps(assessment: Assessment, fresh: Assessment, there: set[str]) -> None:
    done = StepChoice.State.DONE
    StepChoice.objects.bulk_create(
        (
            StepChoice(
                assessment=fresh, step=row.step, state=row.state, rated_since=row.state == done
            )
            for row in StepChoice.objects.filter(assessment=assessment, step__in=there)
        ),
        ignore_conflicts=True,
    )


def _under_way(
    version: Version, level: str, browser_hash: str, user: User | None
) -> AssessmentQuerySet:
    mine = Assessment.objects.open_to(user_id=user.pk if user else None, browser_hash=browser_hash)
    # What others began in this browser is not carried on for who is signed in.
    return mine.filter(version=version, level=level, finished_at=None, owner=user)


def _create(
    version: Version, level: str, browser_hash: str, user: User | None, now: datetime
) -> Assessment:
    assessment = Assessment.objects.create(
        version=version, level=level, owner=user, created_at=now, updated_at=now
    )
    if user is None:
        BrowserAccess.objects.create(assessment=assessment, browser_hash=browser_hash)
    return assessment


@transaction.atomic
def save_rating(*, assessment: Assessment, skill: str, answer: Answer, now: datetime) -> Saved:
    """Save one answer. Raises FinishedError or StaleError.

    Posting what is stored already changes nothing and returns the stored revision.
    """
    saved = _save(assessment, {skill: answer}, now)
    if skill in saved.stale:
        raise StaleError(saved.stale[skill])
    return saved


@transaction.atomic
def save_ratings(*, assessment: Assessment, answers: Mapping[str, Answer], now: datetime) -> Saved:
    """Save a page of answers: fresh ones are stored, stale ones returned. Raises FinishedError."""
    return _save(assessment, answers, now)


def _save(assessment: Assessment, given: Mapping[str, Answer], now: datetime) -> Saved:
    if not answers.touch(assessment, now):
        raise FinishedError
    stored = answers.fresh(assessment)
    rows: list[Stored] = []
    revisions: dict[str, int] = {}
    stale: dict[str, Stored | None] = {}
    for skill, answer in given.items():
        before = stored.get(skill)
        revision = before.revision if before else 0
        evidence = answer.evidence
        if evidence is None:
            evidence = before.evidence if before else ""
        if before and (before.value, before.evidence) == (answer.value, evidence):
            revisions[skill] = revision
        elif answer.revision != revision:
            stale[skill] = before
        else:
            rows.append(Stored(skill, answer.value, evidence, revision + 1))
            revisions[skill] = revision + 1
    answers.write(assessment, rows)
    return Saved(revisions, stale, frozenset((*stored, *revisions)))


@transaction.atomic
def finish(*, assessment: Assessment, now: datetime) -> Report:
    """Freeze the report, once: a second call returns the first one's report.

    The groups that the person is in count it in the same transaction.
    """
    open_row = Assessment.objects.filter(pk=assessment.pk, finished_at=None)
    if not open_row.update(finished_at=now, updated_at=max(now, assessment.created_at)):
        assessment.refresh_from_db(fields=["finished_at"])
        return Report.objects.get(assessment=assessment)
    reply = rfc8785.dumps(reports.reply(assessment))
    assessment.finished_at = now
    report = Report.objects.create(
        assessment=assessment, reply=reply.decode(), sha256=hashlib.sha256(reply).hexdigest()
    )
    counting.finished(assessment, today=timezone.localdate(now))
    return report


@transaction.atomic
def make_return_link(*, assessment: Assessment, now: datetime) -> str:
    """Return the token of a new private link. The oldest of more than ten ends."""
    token = new_token()
    ReturnLink.objects.create(assessment=assessment, token_hash=hash_token(token), created_at=now)
    newest = assessment.return_links.order_by("-created_at", "-pk")[:MAX_RETURN_LINKS]
    assessment.return_links.exclude(pk__in=[link.pk for link in newest]).delete()
    return token


@transaction.atomic
def claim(*, assessment: Assessment, user: User) -> None:
    """Give an assessment without an owner to an account, once. Raises ClaimedError.

    Its return links end, and so does what any browser could open: from now on the account
    opens it, and nothing else.
    """
    unclaimed = Assessment.objects.filter(pk=assessment.pk, owner=None)
    if not unclaimed.update(owner=user):
        raise ClaimedError
    BrowserAccess.objects.filter(assessment=assessment).delete()
    ReturnLink.objects.filter(assessment=assessment).delete()
    assessment.owner = user
    counting.claimed(assessment, today=timezone.localdate())


@transaction.atomic
def delete(*, assessment: Assessment) -> None:
    """Delete an assessment with everything that hangs on it, after saves that are under way."""
    Assessment.objects.select_for_update().filter(pk=assessment.pk).first()
    counting.deleted(assessment, today=timezone.localdate())
    assessment.delete()
    erasing.after_commit()


def delete_idle(*, now: datetime) -> int:
    """Delete what belongs to no account and was not changed for IDLE_DAYS; return how many."""
    idle = Assessment.objects.filter(owner=None, updated_at__lt=now - timedelta(days=IDLE_DAYS))
    gone = 0
    for assessment in idle.with_version().iterator():
        # One by one: saving waits for a moment, not until all of them are gone.
        delete(assessment=assessment)
        gone += 1
    return gone
