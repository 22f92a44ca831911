"""Cora coaches; others join her group without a browser, as the pages would have them."""

from collections import Counter
from datetime import datetime

from django.db.models import Sum

from accounts.models import User
from assessments import actions
from assessments.groups import actions as group_actions
from assessments.groups import plans, recounting
from assessments.groups.actions import Consent
from assessments.groups.models import Cohort, Count, Group, Membership
from assessments.models import Assessment, BrowserAccess, Rating
from careers.models import Version
from tests.conftest import NOW

HIDDEN = Consent(False, "")


def coach(email: str = "cora@example.org") -> User:
    """Return Cora, or another coach."""
    return User.objects.create_user(email)


def make_group(version: Version, level: str = "senior", owner: User | None = None) -> Group:
    """Return a group of Cora's at that level."""
    return group_actions.make(
        owner=owner or coach(), name="Evening class", coach="Cora", version=version, level=level,
        now=NOW,
    )  # fmt: skip


def named(name: str) -> Consent:
    """Return what somebody agrees to who is shown by name."""
    return Consent(True, name)


def browser(name: str) -> str:
    """Return the hash of a browser of that name."""
    return f"{abs(hash(name)):064x}"[-64:]


def begin(
    version: Version, who: str, user: User | None = None, level: str = "senior",
    now: datetime = NOW,
) -> Assessment:  # fmt: skip
    """Begin an assessment in somebody's browser, or in their account; always a new one."""
    made: Assessment = Assessment.objects.create(
        version=version, level=level, owner=user, created_at=now, updated_at=now
    )
    if user is None:
        BrowserAccess.objects.create(assessment=made, browser_hash=browser(who))
    return Assessment.objects.with_version().get(pk=made.pk)


def rate(assessment: Assessment, values: dict[str, int | None], *, now: datetime = NOW) -> None:
    """Answer, finish and have the plans counted, as the pages do."""
    Rating.objects.bulk_create(
        Rating(assessment=assessment, skill=skill, value=value) for skill, value in values.items()
    )
    actions.finish(assessment=assessment, now=now)
    plans.count(assessment, today=now.date())


def report(
    version: Version, who: str, values: dict[str, int | None], user: User | None = None,
    level: str = "senior", now: datetime = NOW,
) -> Assessment:  # fmt: skip
    """Return a finished report of somebody's."""
    made = begin(version, who, user, level, now)
    rate(made, values, now=now)
    return made


def join(
    group: Group, who: str, consent: Consent = HIDDEN, user: User | None = None,
    now: datetime = NOW, *, afresh: bool = False,
) -> Membership:  # fmt: skip
    """Join a group from somebody's browser or account."""
    mine = Assessment.objects.open_to(user_id=user.pk if user else None, browser_hash=browser(who))
    member = group_actions.join(
        group=group, consent=consent, mine=mine.with_version(), browser_hash=browser(who),
        user=user, now=now, afresh=afresh,
    )  # fmt: skip
    member.refresh_from_db()
    if member.assessment.finished_at:
        plans.count(member.assessment, today=now.date())
    return member


def kept(group: Group, *kinds: str) -> dict[tuple[str, str, int], int]:
    """Return the counts that are kept of these kinds, all unless named."""
    rows = Count.objects.filter(group=group)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    found = rows.values_list("kind", "key", "slot", "number")
    return {(kind, key, slot): number for kind, key, slot, number in found}


def people_counted(group: Group) -> int:
    """Return how many people stand in the figures."""
    rows = Count.objects.filter(group=group, kind="band")
    return rows.aggregate(all=Sum("number"))["all"] or 0


def cohorts(group: Group) -> Counter[str]:
    """Return how many live and ended cohorts there are."""
    rows = Cohort.objects.filter(group=group).values_list("until", flat=True)
    return Counter("live" if until is None else "ended" for until in rows)


def wrong() -> list[object]:
    """Return every count that a full recount would have otherwise."""
    return [key for each in recounting.recounts(mend=False) for key in each.wrong]
