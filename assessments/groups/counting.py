"""Keeping the counts of groups: what finishing, joining, changing, leaving and deleting do.

Every function is called in the transaction of what it follows, which holds the assessment's
row already; then it holds the groups concerned, in a fixed order, so that nothing waits in
a circle.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User

from ..core.cohorts import Place, Roll
from ..core.ladder import Ratings
from ..models import Assessment, BrowserAccess
from ..querysets import AssessmentQuerySet
from .ledger import Ledger, LedgerOfAll, Steps, held
from .models import Group, Membership, Reading


def of_same_person(assessment: Assessment, path: str = "") -> Q:
    """Return the condition for assessments that belong where this one belongs.

    ``path`` leads from what is filtered to its assessment, such as ``assessment__``.
    """
    if assessment.owner_id:
        return Q(**{f"{path}owner": assessment.owner_id})
    browsers = BrowserAccess.objects.filter(assessment=assessment.pk).values("browser_hash")
    beside = BrowserAccess.objects.filter(browser_hash__in=browsers).values("assessment")
    here = Q(**{f"{path}pk__in": beside}) | Q(**{f"{path}pk": assessment.pk})
    return here & Q(**{f"{path}owner": None})


def memberships_of(assessment: Assessment) -> list[Membership]:
    """Return the person's memberships in groups of this career, oldest first. One query."""
    rows = Membership.objects.filter(
        of_same_person(assessment, "assessment__"),
        group__version__career=assessment.version.career_id,
    )
    return list(rows.order_by("pk"))


def newest_report(assessment: Assessment) -> Assessment | None:
    """Return the newest finished report of the person in this career, if there is one."""
    found: AssessmentQuerySet = Assessment.objects.filter(
        of_same_person(assessment),
        version__career=assessment.version.career_id,
        finished_at__isnull=False,
    )
    newest: Assessment | None = found.order_by("-finished_at", "-pk").first()
    return newest


def finished(assessment: Assessment, *, today: date) -> None:
    """Count a report that was just finished in every group that its person is in."""
    _refresh(memberships_of(assessment), assessment, today)


def claimed(assessment: Assessment, *, today: date) -> None:
    """Bring together what the account and the claimed assessment are members of."""
    members = memberships_of(assessment)
    if members:
        _refresh(members, newest_report(assessment) or assessment, today)


def joined(member: Membership, *, today: date) -> None:
    """Count the report of somebody who has just joined, if it is finished."""
    _refresh([member], member.assessment, today)


def consented(member: Membership, *, today: date) -> None:
    """Show somebody by name from now on, or no more."""
    for group in held([member.group_id]):
        ledger = Ledger(group, today)
        Roll(ledger).consent(member.pk, listed=member.is_listed)
        ledger.close()


def left(member: Membership, *, today: date) -> None:
    """Take everything of somebody out of a group's figures, and the membership too."""
    for group in held([member.group_id]):
        ledger = Ledger(group, today)
        _leave(ledger, member)
        ledger.close()


def deleted(assessment: Assessment, *, today: date) -> None:
    """Take a report out before it is deleted; its person's one before it stands instead.

    Who has none left, finished or under way, leaves the group.
    """
    readings = Reading.objects.filter(assessment=assessment)
    members = Membership.objects.filter(assessment=assessment)
    ids = {
        *readings.values_list("group_id", flat=True),
        *members.values_list("group_id", flat=True),
    }
    instead = _instead_of(assessment) if ids else None
    for group in held(ids):
        ledger = _ledger(group, today)
        Roll(ledger).withdraw(assessment.pk)
        member = members.filter(group=group).first()
        is_double = Membership.objects.filter(group=group, assessment=instead).exists()
        if member and instead and not is_double:
            _stand(ledger, member, instead)
        elif member:
            _leave(ledger, member)
        ledger.close()


def left_by_deleting(assessment: Assessment) -> list[Group]:
    """Return the groups that its person leaves with it: nothing is there to stand instead."""
    rows = Group.objects.filter(memberships__assessment=assessment).order_by("name", "pk")
    found = list(rows.defer("version__document"))
    return found if found and _instead_of(assessment) is None else []


def person_deleted(user: User, *, today: date) -> None:
    """Take all reports of an account out before it is deleted, and hold the groups it coaches."""
    mine = list(Assessment.objects.select_for_update().filter(owner=user).order_by("pk"))
    coached = Group.objects.filter(owner=user).values_list("pk", flat=True)
    for group in held(_groups_of(mine).union(coached)):
        if group.owner_id == user.pk:
            continue  # it goes as a whole
        ledger = _ledger(group, today)
        for assessment in mine:
            Roll(ledger).withdraw(assessment.pk)
        for member in Membership.objects.filter(group=group, assessment__in=mine):
            _leave(ledger, member)
        ledger.close()


def without_plan(assessment: Assessment) -> list[Reading]:
    """Return where a report is counted and the plan for that level is not solved yet."""
    rows = Reading.objects.filter(assessment=assessment, is_planned=False)
    return list(rows.select_related("group__version").defer("group__version__document"))


def planned(assessment: Assessment, group_id: Any, steps: Steps, *, today: date) -> None:
    """Keep a plan's steps; who is counted without a name may be counted from now on."""
    for group in held([group_id]):
        ledger = _ledger(group, today)
        ledger.plan(assessment.pk, steps)
        Roll(ledger).ready(assessment.pk)
        ledger.close()


def counted_for_all(assessment: Assessment, ratings: Ratings, steps: Steps, *, today: date) -> None:
    """Count a report among everybody's of its version and level; twice is once."""
    all_of_them, _created = Group.objects.get_or_create(
        owner=None,
        version=assessment.version,
        level=assessment.level,
        defaults={"created_at": assessment.created_at},
    )
    for group in held([all_of_them.pk]):
        if not Reading.objects.filter(group=group, assessment=assessment).exists():
            ledger = LedgerOfAll(group, today)
            ledger.begin(assessment, ratings, steps)
            place = Place(assessment.pk, assessment.pk, assessment.owner_id or assessment.pk)
            Roll(ledger).arrive(place, listed=False)
            ledger.close()


def _groups_of(assessments: list[Assessment]) -> set[Any]:
    """Return the groups in which any of these is counted or stands for a member."""
    return {
        group
        for model in (Reading, Membership)
        for group in model._default_manager.filter(assessment__in=assessments).values_list(
            "group_id", flat=True
        )
    }


def _ledger(group: Group, today: date) -> Ledger:
    return Ledger(group, today) if group.owner_id else LedgerOfAll(group, today)


def _instead_of(assessment: Assessment) -> Assessment | None:
    """Return what stands for a person without this: their newest report, or work under way."""
    beside = Assessment.objects.filter(
        of_same_person(assessment), version__career=assessment.version.career_id
    ).exclude(pk=assessment.pk)
    found: Assessment | None = (
        beside.filter(finished_at__isnull=False).order_by("-finished_at", "-pk").first()
        or beside.order_by("-updated_at", "-pk").first()
    )
    return found


def _refresh(members: Iterable[Membership], newest: Assessment, today: date) -> None:
    """Let the newest report stand for its person in each group, where they are once."""
    by_group: dict[Hashable, list[Membership]] = defaultdict(list)
    for member in members:
        by_group[member.group_id].append(member)
    for group in held(by_group):
        ledger = Ledger(group, today)
        first, *doubles = by_group[group.pk]
        for double in doubles:
            # What was asked to be kept back by either of them is.
            if not double.is_listed:
                first.is_listed, first.name = False, ""
            _leave(ledger, double)
        if doubles:
            first.save(update_fields=["is_listed", "name"])
            Roll(ledger).consent(first.pk, listed=first.is_listed)
        _stand(ledger, first, newest)
        ledger.close()


def _stand(ledger: Ledger, member: Membership, assessment: Assessment) -> None:
    """Let an assessment stand for a member; it is counted once it is finished."""
    if member.assessment_id != assessment.pk:
        member.assessment = assessment
        member.save(update_fields=["assessment"])
    if assessment.finished_at:
        ledger.begin(assessment)
        place = Place(assessment.pk, member.pk, member.pk, is_ready=False)
        Roll(ledger).arrive(place, listed=member.is_listed)


def _leave(ledger: Ledger, member: Membership) -> None:
    Roll(ledger).leave(member.pk)
    ledger.close()
    member.delete()
