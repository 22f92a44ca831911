"""Members who do things at the same moment: no count lost, none twice, no waiting for ever."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts import personal_data
from accounts.models import User
from assessments import actions
from assessments.groups import actions as group_actions
from assessments.groups import plans
from assessments.groups.models import Group, Membership
from assessments.groups.page import page
from assessments.models import Assessment, Rating
from tests import frameworks
from tests.assessments.test_races import shared_database, together
from tests.conftest import NOW, publish

from .people import HIDDEN, begin, cohorts, join, kept, make_group, named, people_counted, wrong

__all__ = ["shared_database"]
pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 8


@pytest.fixture
def group() -> Group:
    """A group of a career with 24 skills, in which nobody is yet."""
    return make_group(publish(frameworks.of_size(24, 5)), "level-3")


def under_way(group: Group, number: int, *, is_hidden: bool, answers: int = 24) -> Membership:
    """Return somebody who has answered and not finished."""
    member = join(group, f"person {number}", HIDDEN if is_hidden else named(f"Person {number}"))
    Rating.objects.bulk_create(
        Rating(assessment_id=member.assessment_id, skill=f"skill-{n}", value=(n + number) % 5)
        for n in range(answers)
    )
    return member


def finish(members: list[Membership], number: int) -> None:
    """Finish as the page does: the report, then its plans."""
    assessment = Assessment.objects.with_version().get(pk=members[number].assessment_id)
    actions.finish(assessment=assessment, now=timezone.now())
    plans.count(assessment, today=timezone.localdate())


@pytest.mark.parametrize("hidden", [0, 4, PEOPLE])
def test_members_who_finish_at_once_are_all_counted_once(group, hidden):
    """Whether shown by name, without, or both; the counts equal a recount."""
    members = [under_way(group, n, is_hidden=n < hidden) for n in range(PEOPLE)]
    together(partial(finish, members), threads=PEOPLE)
    waiting = hidden if hidden < 5 else hidden - people_counted(group)
    assert waiting < 5
    assert people_counted(group) == PEOPLE - waiting
    assert kept(group, "unnamed") == ({("unnamed", "", 0): hidden - waiting} if hidden > 4 else {})
    assert people_counted(Group.objects.get(owner=None)) >= 5
    assert wrong() == []


def test_one_report_finished_many_times_at_once_is_counted_once(group):
    """Ten clicks on the button."""
    members = [under_way(group, 0, is_hidden=False)] * 10
    together(partial(finish, members), threads=10)
    assert people_counted(group) == 1
    assert wrong() == []


def test_joining_at_once_is_joining_once(group, mara):
    """A double click, or ten."""
    address = f"/groups/join/{group.shown_code}/"
    mara.post("/careers/made-up/start/", {"level": "level-1"})

    def post(_number: int) -> int:
        client = Client()
        client.cookies = mara.cookies
        return client.post(address, {"shown": "name", "name": "Mara"}).status_code

    assert set(together(post, threads=10)) == {302}
    assert Membership.objects.count() == 1
    assert Assessment.objects.filter(level="level-3").count() == 1


def test_coming_finishing_changing_and_going_at_once_leaves_the_counts_right(group):
    """Each of eight people does something else."""
    members = [under_way(group, n, is_hidden=n % 2 == 0) for n in range(PEOPLE)]
    for number in range(4, PEOPLE):
        finish(members, number)
    owned = User.objects.create_user("owner@example.org")
    last = Assessment.objects.with_version().get(pk=members[7].assessment_id)
    actions.claim(assessment=last, user=owned)

    def work(number: int) -> None:
        if number < 4:
            finish(members, number)
        elif number == 4:
            group_actions.leave(member=Membership.objects.get(pk=members[4].pk))
        elif number == 5:
            member = Membership.objects.get(pk=members[5].pk)
            group_actions.change_consent(member=member, consent=HIDDEN)
        elif number == 6:
            gone = Assessment.objects.with_version().get(pk=members[6].assessment_id)
            actions.delete(assessment=gone)
        else:
            personal_data.delete(user=owned)

    together(work, threads=PEOPLE)
    assert wrong() == []
    assert Membership.objects.count() == 5
    assert people_counted(group) == 2  # 1 and 3 are named; 0, 2 and 5 are too few


def test_hidden_members_rating_again_at_once_make_one_new_cohort(group):
    """The old one ends, nobody is counted twice."""
    members = [under_way(group, n, is_hidden=True) for n in range(5)]
    for number in range(5):
        finish(members, number)
    assert cohorts(group) == {"live": 1}
    later = NOW + timedelta(days=9)
    again = [begin(group.version, f"person {n}", level="level-3", now=later) for n in range(5)]

    def rate_again(number: int) -> None:
        found = Assessment.objects.with_version().get(pk=again[number].pk)
        actions.finish(assessment=found, now=timezone.now() + timedelta(days=1))
        plans.count(found, today=timezone.localdate())

    together(rate_again, threads=5)
    assert (cohorts(group), people_counted(group)) == ({"live": 1, "ended": 1}, 5)
    assert wrong() == []


def test_saying_a_name_and_going_at_once_leaves_everybody_one_person(group):
    """Of eight who are counted, some say their names, some take them back, one leaves."""
    members = [under_way(group, n, is_hidden=True) for n in range(PEOPLE)]
    for number in range(PEOPLE):
        finish(members, number)
    waiting = PEOPLE - people_counted(group)
    assert waiting == 3

    def work(number: int) -> None:
        member = Membership.objects.get(pk=members[number].pk)
        if number == 0:
            group_actions.leave(member=member)
            return
        for consent in (named(f"Person {number}"), HIDDEN, named(f"Person {number}"))[
            : 1 + number % 3
        ]:
            group_actions.change_consent(member=member, consent=consent)

    together(work, threads=PEOPLE)
    listed = Membership.objects.filter(group=group, is_listed=True)
    shown = page(group, listed=listed.count(), members=listed)
    assert shown.started == listed.count() == len({each.name for each in shown.members})
    assert shown.unnamed == 0
    assert wrong() == []


@pytest.mark.parametrize("way", ["group", "account"])
def test_a_group_that_is_deleted_while_members_finish_hinders_nobody(group, way):
    """The reports are there, the group is not."""
    members = [under_way(group, n, is_hidden=n % 2 == 0) for n in range(4)]
    begun = threading.Event()

    def work(number: int) -> None:
        if number < 4:
            begun.set()
            finish(members, number)
        else:
            begun.wait()
            if way == "group":
                group_actions.delete(group=group)
            else:
                personal_data.delete(user=group.owner)

    together(work, threads=5)
    assert not Group.objects.filter(pk=group.pk).exists()
    assert Assessment.objects.filter(finished_at__isnull=False).count() == 4
    assert wrong() == []
