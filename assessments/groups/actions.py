"""Everything that writes groups and memberships. Keyword-only, in a transaction, raising."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from careers.catalogue import framework
from careers.models import Version

from .. import actions
from ..models import Assessment
from ..querysets import AssessmentQuerySet
from . import counting
from .ledger import held
from .models import ALPHABET, CODE_LENGTH, Group, Membership

MAX_GROUPS = 100
MAX_MEMBERSHIPS = 50


class TooManyError(Exception):
    """There are as many as there may be."""


class ClosedError(Exception):
    """Nobody may join any more, or the group is gone."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agrees to: shown by that name, or with none only counted."""

    is_listed: bool
    name: str


def _new_code() -> str:
    """Return a join code that no group has; guessing is limited by ``guessing``."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not Group.objects.filter(code=code).exists():
            return code


@transaction.atomic
def make(
    *, owner: User, name: str, coach: str, version: Version, level: str, now: datetime
) -> Group:
    """Make a group that people may join. Raises TooManyError or UnknownLevelError."""
    if framework(version).level(level) is None:
        raise actions.UnknownLevelError(level)
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if Group.objects.filter(owner=owner).count() >= MAX_GROUPS:
        raise TooManyError
    return Group.objects.create(
        owner=owner,
        name=name,
        coach=coach,
        version=version,
        level=level,
        code=_new_code(),
        is_open=True,
        created_at=now,
    )


@transaction.atomic
def change(*, group: Group, name: str, coach: str, is_open: bool) -> None:
    """Rename a group, say who its coach is, and open or close joining."""
    Group.objects.filter(pk=group.pk).update(name=name, coach=coach, is_open=is_open)


@transaction.atomic
def renew_code(*, group: Group) -> str:
    """Give a group another join code; the old one opens nothing from now on."""
    code = _new_code()
    Group.objects.filter(pk=group.pk).update(code=code)
    return code


@transaction.atomic
def delete(*, group: Group) -> None:
    """Delete a group with its memberships and all that was counted; reports stay."""
    for each in held([group.pk]):
        each.delete()


@transaction.atomic
def join(
    *,
    group: Group,
    consent: Consent,
    mine: AssessmentQuerySet,
    browser_hash: str,
    user: User | None,
    now: datetime,
    afresh: bool = False,
) -> Membership:
    """Let somebody in, once: who is in already only changes what is shown.

    ``mine`` are the assessments that the person may open. Their newest report of the
    career counts; without one, or ``afresh``, the work that they have begun or that is
    begun now, at the group's level and version. Raises ClosedError or TooManyError.
    """
    assessment = None if afresh else standing(group, mine, user)
    if assessment is None:
        assessment = actions.start(
            version=group.version, level=group.level, browser_hash=browser_hash, user=user, now=now
        )
    Assessment.objects.select_for_update(no_key=True).get(pk=assessment.pk)
    if not any(each.is_open and each.code == group.code for each in held([group.pk])):
        raise ClosedError
    members = counting.memberships_of(assessment)
    already = next((each for each in members if each.group_id == group.pk), None)
    if already:
        change_consent(member=already, consent=consent)
        return already
    if len(members) >= MAX_MEMBERSHIPS:
        raise TooManyError
    member = Membership.objects.create(
        group=group,
        assessment=assessment,
        is_listed=consent.is_listed,
        name=consent.name if consent.is_listed else "",
        joined_at=now,
    )
    counting.joined(member, today=timezone.localdate(now))
    return member


def standing(group: Group, mine: AssessmentQuerySet, user: User | None) -> Assessment | None:
    """Return the person's newest report of the career, or what they have begun for the group.

    What was begun without an account in this browser is not taken for an account's.
    """
    rows = mine.filter(version__career=group.version.career_id, owner=user)
    found: Assessment | None = (
        rows.filter(finished_at__isnull=False).order_by("-finished_at", "-pk").first()
        or rows.filter(version=group.version, level=group.level).order_by("-updated_at").first()
    )
    return found


@transaction.atomic
def change_consent(*, member: Membership, consent: Consent) -> None:
    """Show somebody by name from now on, or only count them."""
    for _group in held([member.group_id]):
        member.is_listed = consent.is_listed
        member.name = consent.name if consent.is_listed else ""
        member.save(update_fields=["is_listed", "name"])
        counting.consented(member, today=timezone.localdate())


@transaction.atomic
def leave(*, member: Membership) -> None:
    """Let somebody go, or remove them: what was shown of them goes at once."""
    counting.left(member, today=timezone.localdate())
