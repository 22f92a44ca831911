"""Counts follow what people do, and equal a full recount after every step."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import personal_data
from accounts.models import User
from assessments import actions
from assessments.groups import actions as group_actions
from assessments.groups import plans
from assessments.groups.models import Count, Group, Membership, Reading
from assessments.models import Assessment, BrowserAccess
from tests import frameworks
from tests.conftest import NOW, publish, sign_in

from .people import (
    HIDDEN,
    begin,
    browser,
    coach,
    cohorts,
    join,
    kept,
    make_group,
    named,
    people_counted,
    rate,
    report,
    wrong,
)

pytestmark = pytest.mark.django_db
MIXED: dict[str, int | None] = {"cutting": 2, "gluing": None, "planning": 2}
READY: dict[str, int | None] = {"cutting": 3, "gluing": 3, "planning": 2}
LATER = NOW + timedelta(days=62)


@pytest.fixture
def group(box_maker) -> Group:
    """Cora's group, at senior."""
    return make_group(box_maker)


def five(group: Group, *, first: int = 0) -> list[Membership]:
    """Let five people join who are not shown by name, with a report each."""
    found = []
    for number in range(first, first + 5):
        report(group.version, f"hidden {number}", MIXED)
        found.append(join(group, f"hidden {number}"))
    return found


def test_a_report_shown_by_name_is_counted_at_once(group):
    """Its ratings, readiness, band, plan and month.

    senior   | rated | slot
    ---------+-------+-----
    cutting  | 2     | 2
    gluing   | ?     | 5
    planning | 2     | 2
    """
    member = join(group, "mara", named("Mara"))
    assert people_counted(group) == 0
    rate(member.assessment, MIXED)
    # cutting 5 × 2/3, gluing 0, planning 2 × 2/2, of 10: 53.3 %, the essential unmet
    assert kept(group, "rating", "low", "band", "month", "unnamed") == {
        ("rating", "cutting", 2): 1, ("rating", "gluing", 5): 1, ("rating", "planning", 2): 1,
        ("low", "", 533): 1, ("band", "building", 0): 1, ("month", "2026-11", 533): 1,
    }  # fmt: skip
    steps = {key: number for (_, key, _), number in kept(group, "step").items()}
    gains = {key: number for (_, key, _), number in kept(group, "gain").items()}
    assert steps == {"cut-orders": 1, "glue-course": 1}
    assert gains == {"cut-orders": 167, "glue-course": 300}
    assert wrong() == []


def test_four_who_are_not_shown_leave_no_trace_and_the_fifth_brings_all(group):
    """In any count whatever, also of people."""
    for number in range(4):
        report(group.version, f"hidden {number}", MIXED)
        join(group, f"hidden {number}")
        assert kept(group) == {}
    report(group.version, "fifth", READY)
    join(group, "fifth")
    assert (people_counted(group), kept(group, "unnamed")) == (5, {("unnamed", "", 0): 5})
    assert kept(group, "band") == {("band", "building", 0): 4, ("band", "ready", 0): 1}
    assert wrong() == []


def test_who_leaves_takes_what_was_shown_away_at_once(group):
    """A listed person their own, a hidden one the whole cohort; the rest needs five fresh."""
    members = five(group)
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, READY)
    assert people_counted(group) == 6
    group_actions.leave(member=mara)
    assert people_counted(group) == 5
    group_actions.leave(member=members[0])
    assert (kept(group), cohorts(group)) == ({}, {})
    join(group, "hidden 0")
    five(group, first=10)
    assert (people_counted(group), cohorts(group)) == (10, {"live": 1})
    assert wrong() == []


def test_rating_again_replaces_the_report_and_feeds_the_history(group, box_maker):
    """By name at once; without a name with the next five."""
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, MIXED)
    report(box_maker, "mara", READY, now=LATER)
    assert kept(group, "low", "month") == {
        ("low", "", 1000): 1,
        ("month", "2026-11", 533): 1, ("month", "2027-01", 533): -1, ("month", "2027-01", 1000): 1,
    }  # fmt: skip
    five(group)
    for number in range(5):
        report(box_maker, f"hidden {number}", READY, now=LATER)
        assert kept(group, "band")["band", "ready", 0] == (6 if number == 4 else 1)
    assert cohorts(group) == {"live": 1, "ended": 1}
    assert kept(group, "month")["month", "2026-11", 533] == 6
    assert wrong() == []


def test_who_was_counted_without_a_name_is_named_only_with_the_next_report(group, box_maker):
    """Else the others of the cohort could be had by subtracting."""
    members = five(group)
    before = kept(group)
    group_actions.change_consent(member=members[0], consent=named("Anna"))
    assert kept(group) == before
    assert not Reading.objects.filter(state="shown").exists()
    report(box_maker, "hidden 0", READY, now=LATER)
    assert [r.assessment.finished_at for r in Reading.objects.filter(state="shown")] == [LATER]
    assert (people_counted(group), cohorts(group)) == (1, {"ended": 1})
    assert wrong() == []


def test_who_hides_is_out_of_every_figure_at_once(group, box_maker):
    """The history too."""
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, MIXED)
    report(box_maker, "mara", READY, now=LATER)
    group_actions.change_consent(member=Membership.objects.get(), consent=HIDDEN)
    assert kept(group) == {}
    group_actions.change_consent(member=Membership.objects.get(), consent=named("Mara"))
    assert people_counted(group) == 1
    assert wrong() == []


def test_answers_are_read_at_the_groups_level_and_version(group, box_maker):
    """An added skill counts as unanswered, a removed one is ignored, merged take the higher."""
    raw = frameworks.tiny()
    raw["skills"] = [
        {**frameworks.skill("joining", "hands"), "merged_from": ["gluing", "cutting"]},
        frameworks.skill("folding", "hands"),
    ]
    raw["requirements"] = [
        frameworks.requirement("senior", "joining", 2, 4),
        frameworks.requirement("senior", "folding", 4, 1),
    ]
    raw["levels"] = [raw["levels"][1]]
    raw["steps"], raw["facts"] = [], []
    second = publish(raw)
    other = make_group(second, owner=coach("dora@example.org"))
    report(box_maker, "mara", {"cutting": 1, "gluing": 3, "planning": 4}, level="junior")
    join(other, "mara", named("Mara"))
    assert kept(other, "rating", "low") == {
        ("rating", "joining", 3): 1, ("rating", "folding", 5): 1, ("low", "", 800): 1,
    }  # fmt: skip
    assert wrong() == []


def test_joining_takes_the_newest_report_of_that_career(group, box_maker):
    """Whatever its level; not one of another career or another browser."""
    report(box_maker, "mara", MIXED)
    newest = report(box_maker, "mara", READY, level="junior", now=LATER)
    report(publish(frameworks.of_size(6, 2)), "mara", {}, level="level-1", now=LATER)
    report(box_maker, "stranger", MIXED, now=LATER)
    assert join(group, "mara", named("Mara")).assessment == newest
    assert kept(group, "band") == {("band", "ready", 0): 1}


def test_joining_afresh_counts_nothing_of_what_was_in_the_browser(group, box_maker):
    """Somebody else may have used this computer before."""
    report(box_maker, "computer", MIXED)
    member = join(group, "computer", named("Mara"), afresh=True)
    assert (member.assessment.finished_at, kept(group)) == (None, {})
    rate(member.assessment, READY, now=LATER)
    assert kept(group, "band") == {("band", "ready", 0): 1}


def test_joining_twice_is_once_and_only_changes_what_is_shown(group):
    """A second click, or a second thought."""
    first = join(group, "mara", named("Mara"))
    assert join(group, "mara", named("Mara B.")) == first
    assert Membership.objects.get().name == "Mara B."
    assert Assessment.objects.count() == 1


def test_a_membership_goes_where_the_assessment_goes_when_it_is_claimed(group):
    """And counts what the account has finished since."""
    member = join(group, "mara", named("Mara"))
    mara = User.objects.create_user("mara@example.org")
    actions.claim(assessment=member.assessment, user=mara)
    assert join(group, "elsewhere", named("Mara"), mara) == member
    rate(member.assessment, MIXED)
    report(group.version, "elsewhere", READY, mara, now=LATER)
    assert kept(group, "band") == {("band", "ready", 0): 1}
    assert wrong() == []


@pytest.mark.parametrize("hidden", ["account", "browser", "neither"])
def test_who_joined_twice_is_one_member_after_claiming(group, hidden):
    """The more private of the two answers holds."""
    mara = User.objects.create_user("mara@example.org")
    consents = {who: HIDDEN if who == hidden else named("Mara") for who in ("account", "browser")}
    report(group.version, "", MIXED, mara)
    join(group, "", consents["account"], mara)
    report(group.version, "phone", READY, now=LATER)
    phone = join(group, "phone", consents["browser"])
    actions.claim(assessment=phone.assessment, user=mara)
    assert Membership.objects.get().is_listed == (hidden == "neither")
    expected = {("band", "ready", 0): 1} if hidden == "neither" else {}
    assert kept(group, "band") == expected
    assert wrong() == []


def test_two_browsers_of_one_person_are_one_member_once_that_is_known(group, box_maker):
    """A return link leads from one to the other; finishing must not stumble over it."""
    join(group, "phone", named("Mara"))
    second = join(group, "desk", named("Mara"))
    BrowserAccess.objects.create(assessment=second.assessment, browser_hash=browser("phone"))
    rate(second.assessment, READY)
    assert (Membership.objects.count(), people_counted(group)) == (1, 1)
    assert wrong() == []


# Every way on which a report goes.


def delete_it(member: Membership) -> None:
    actions.delete(assessment=Assessment.objects.with_version().get(pk=member.assessment_id))


def forget_idle(member: Membership) -> None:
    Assessment.objects.filter(pk=member.assessment_id).update(created_at=NOW - timedelta(days=999))
    Assessment.objects.filter(pk=member.assessment_id).update(updated_at=NOW - timedelta(days=900))
    assert actions.delete_idle(now=NOW) == 1


def own(member: Membership) -> User:
    user = User.objects.create_user(f"member-{member.pk}@example.org")
    actions.claim(
        assessment=Assessment.objects.with_version().get(pk=member.assessment_id), user=user
    )
    return user


def delete_account(member: Membership) -> None:
    personal_data.delete(user=own(member))


def delete_in_admin(member: Membership) -> None:
    _admin(f"/admin/accounts/user/{own(member).pk}/delete/", {"post": "yes"})


def delete_many_in_admin(member: Membership) -> None:
    data = {"action": "delete_selected", "_selected_action": [own(member).pk], "post": "yes"}
    _admin("/admin/accounts/user/", data)


def _admin(address: str, data: dict[str, object]) -> None:
    client = Client()
    sign_in(client, User.objects.create_superuser("admin@example.org", "a good long passphrase"))
    assert client.get(address).status_code == 200
    assert client.post(address, data).status_code == 302


WAYS = [delete_it, forget_idle, delete_account, delete_in_admin, delete_many_in_admin]


@pytest.mark.parametrize("way", WAYS)
def test_no_count_is_left_of_a_report_that_is_deleted(group, way):
    """Not in the group, not among all reports of the level, by name or without."""
    members = five(group)
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, READY)
    all_of_them = Group.objects.get(owner=None)
    assert [people_counted(each) for each in (group, all_of_them)] == [6, 5]
    way(mara)
    assert [people_counted(each) for each in (group, all_of_them)] == [5, 5]
    way(members[0]) if way is not delete_many_in_admin and way is not delete_in_admin else (
        delete_account(members[0])
    )
    assert (kept(group), kept(all_of_them)) == ({}, {})
    assert Count.objects.count() == 0
    assert wrong() == []


def test_deleting_the_newest_report_lets_the_one_before_stand_again(group, box_maker):
    """Who has none left, leaves."""
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, MIXED)
    newest = report(box_maker, "mara", READY, now=LATER)
    actions.delete(assessment=newest)
    assert kept(group, "band", "month") == {
        ("band", "building", 0): 1, ("month", "2026-11", 533): 1,
    }  # fmt: skip
    actions.delete(assessment=Assessment.objects.with_version().get())
    assert (kept(group), Membership.objects.count()) == ({}, 0)


def test_a_coach_who_leaves_takes_the_group_along_and_nobodys_report(group):
    """The members keep what is theirs."""
    five(group)
    personal_data.delete(user=group.owner)
    assert (Membership.objects.count(), Assessment.objects.count()) == (0, 5)
    assert [each.owner for each in Group.objects.all()] == [None]
    assert wrong() == []


def test_everybodys_reports_of_a_level_are_counted_by_five_people_not_five_reports(box_maker):
    """Each at its own level; one person's many reports are one person."""
    for number in range(6):
        report(box_maker, "mara", MIXED, now=NOW + timedelta(days=number))
    all_of_them = Group.objects.get(owner=None)
    assert kept(all_of_them) == {}
    for number in range(4):
        assert kept(all_of_them) == {}
        report(box_maker, f"other {number}", READY)
    assert people_counted(all_of_them) == 10
    report(box_maker, "other", READY, level="junior")
    assert people_counted(all_of_them) == 10
    assert wrong() == []


def test_a_solver_that_fails_hinders_nobody(group, monkeypatch, caplog):
    """The report is finished and counted, without a plan."""
    monkeypatch.setattr("assessments.figures.solve", lambda _problem: 1 / 0)
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, MIXED)
    assert people_counted(group) == 1
    assert kept(group, "step") == {}
    assert "could not be solved" in caplog.text


def test_a_plan_is_solved_outside_of_any_transaction(group, monkeypatch):
    """So that nobody's save waits for the solver."""
    from django.db import connection

    depth = len(connection.savepoint_ids)
    seen = []
    real = plans._solved

    def solved(*args):
        seen.append(len(connection.savepoint_ids))
        return real(*args)

    monkeypatch.setattr(plans, "_solved", solved)
    mara = join(group, "mara", named("Mara"))
    rate(mara.assessment, MIXED)
    assert set(seen) == {depth}


def test_the_command_finds_what_differs_mends_it_and_takes_in_what_was_missed(group, capsys):
    """``--check`` only says so, and fails."""
    five(group)
    missed = begin(group.version, "late")
    actions.finish(assessment=missed, now=timezone.now())
    Count.objects.filter(group=group, kind="band").update(number=7)
    with pytest.raises(CommandError, match="1 groups differ"):
        call_command("recount_groups", check=True)
    assert f"{group.pk}: band building 0 differs" in capsys.readouterr().out
    call_command("recount_groups")
    assert "1 reports were not counted yet, and are now." in capsys.readouterr().out
    call_command("recount_groups", check=True)
    assert "2 groups counted again, 2 were equal." in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(6))
def test_after_whatever_people_do_the_counts_equal_a_recount(group, box_maker, seed):
    """Some sixty random steps of nine people."""
    chance = random.Random(seed)  # noqa: S311 (of a test)
    for step in range(60):
        who = f"person {chance.randrange(9)}"
        now = NOW + timedelta(days=step * 5)
        mine = Assessment.objects.with_version().filter(browsers__browser_hash=browser(who))
        members = Membership.objects.filter(assessment__in=mine)
        what = chance.choice(["join", "join", "rate", "rate", "rate", "leave", "delete", "say"])
        if what == "join":
            join(group, who, chance.choice([HIDDEN, HIDDEN, named(who)]), now=now)
        elif what == "rate":
            values = {skill: chance.choice([None, 0, 1, 2, 3, 4]) for skill in MIXED}
            report(box_maker, who, values, now=now)
        elif what == "leave" and members:
            group_actions.leave(member=members[0])
        elif what == "delete" and mine:
            actions.delete(assessment=mine[chance.randrange(len(mine))])
        elif what == "say" and members:
            consent = chance.choice([HIDDEN, named(who)])
            group_actions.change_consent(member=members[0], consent=consent)
        if step % 6 == 5:
            assert wrong() == []
            listed = Reading.objects.filter(group=group, state="shown")
            assert not listed.exclude(member__is_listed=True).exists()
