"""Whatever eight people do in whatever order, a group's page tells of each once or not at all.

    hidden, waiting ── five fresh ──> counted ── says a name ──> named, still counted without
          ^                              ^                            │           │
          └───── somebody leaves ────────┘ <── takes the name back ───┘   rates again: shown

What the page should show is worked out here from the rows of people and answers alone.
"""

# ruff: noqa: D102 (the rules are named after what people do)

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import personal_data
from accounts.models import User
from assessments import actions
from assessments.core.cohorts import LEAST
from assessments.groups import actions as group_actions
from assessments.groups.models import CohortReading, Group, Membership, Reading
from assessments.groups.page import GroupPage, page
from assessments.models import Assessment, BrowserAccess, Rating
from careers.models import Version
from tests.conftest import NOW

from .people import HIDDEN, begin, browser, join, make_group, named, rate, report, wrong

pytestmark = pytest.mark.django_db
NEEDS = {"cutting": (3, 5), "gluing": (3, 3), "planning": (2, 2)}
"""What the level senior of the made-up career needs of each skill, and its importance."""
PEOPLE = st.integers(0, 7)
VALUES = st.fixed_dictionaries({skill: st.sampled_from([None, 0, 1, 2, 3, 4]) for skill in NEEDS})
Figures = Counter[tuple[str, int | None]]


def answers(assessment_id: object) -> dict[str, int | None]:
    """Return what somebody answered."""
    return dict(Rating.objects.filter(assessment=assessment_id).values_list("skill", "value"))


def of_answers(given: dict[str, int | None]) -> Figures:
    """Return what one report adds to the heat map, and where its readiness lies (in tenths)."""
    found: Figures = Counter({(skill, given.get(skill)): 1 for skill in NEEDS})
    parts = [
        Fraction(weight * min(given.get(skill) or 0, need), need)
        for skill, (need, weight) in NEEDS.items()
    ]
    found["readiness", int(1000 * sum(parts) / sum(weight for _, weight in NEEDS.values()))] += 1
    return found


def of_page(shown: GroupPage) -> Figures:
    """Return the heat map of a page."""
    return Counter(
        {
            (row.skill.key, None if cell.mark == "?" else int(cell.mark)): cell.people
            for row in shown.skills
            for cell in row.cells
            if cell.people
        }
    )


@dataclass(frozen=True)
class Seen:
    """What a coach sees at a moment, and whom it is about."""

    figures: Figures
    named: Figures
    hidden: frozenset[object]


class Life(RuleBasedStateMachine):
    """Five people begin hidden and counted; three others are there."""

    version: Version

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.group: Group = make_group(self.version)
        self.users: dict[int, User] = {}
        self.who: dict[object, int] = {}
        self.now = NOW
        self.seen: list[Seen] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # What people do.

    def name(self, who: int) -> str:
        return "" if who in self.users else f"person {who}"

    def member(self, who: int) -> Membership | None:
        mine = self.mine(who).values("pk")
        return Membership.objects.filter(group=self.group, assessment__in=mine).first()

    def mine(self, who: int) -> object:
        if who in self.users:
            return Assessment.objects.with_version().filter(owner=self.users[who])
        return Assessment.objects.with_version().filter(
            browsers__browser_hash=browser(f"person {who}"), owner=None
        )

    @initialize(values=st.lists(VALUES, min_size=5, max_size=5))
    def five_are_counted(self, values: list[dict[str, int | None]]) -> None:
        for who, given in enumerate(values):
            report(self.version, self.name(who), given)
            join(self.group, self.name(who))
        assert page(self.group).finished == 5

    @rule(who=PEOPLE, listed=st.booleans())
    def join_or_say(self, who: int, listed: bool) -> None:
        consent = named(f"Person {who}") if listed else HIDDEN
        join(self.group, self.name(who), consent, self.users.get(who), now=self.now)

    @rule(who=PEOPLE, listed=st.booleans())
    def change_mind(self, who: int, listed: bool) -> None:
        member = self.member(who)
        if member:
            consent = named(f"Person {who}") if listed else HIDDEN
            group_actions.change_consent(member=member, consent=consent)

    @rule(who=PEOPLE, given=VALUES, days=st.integers(1, 40))
    def rate_again(self, who: int, given: dict[str, int | None], days: int) -> None:
        self.now += timedelta(days=days)
        open_ones = list(self.mine(who).filter(finished_at=None))
        if open_ones:
            rate(open_ones[0], given, now=self.now)
        else:
            report(self.version, self.name(who), given, self.users.get(who), now=self.now)

    @rule(who=PEOPLE)
    def begin_again(self, who: int) -> None:
        if not self.mine(who).filter(finished_at=None).exists():
            begin(self.version, self.name(who), self.users.get(who), now=self.now)

    @rule(who=PEOPLE, oldest=st.booleans())
    def delete_a_report(self, who: int, oldest: bool) -> None:
        found = self.mine(who).order_by("created_at" if oldest else "-created_at", "pk").first()
        if found:
            actions.delete(assessment=found)

    @rule(who=PEOPLE)
    def leave(self, who: int) -> None:
        member = self.member(who)
        if member:
            group_actions.leave(member=member)

    @rule(who=PEOPLE)
    def sign_up_and_claim(self, who: int) -> None:
        if who not in self.users:
            user = User.objects.create_user(f"person-{who}-{len(self.who)}@example.org")
            for each in list(self.mine(who)):
                actions.claim(assessment=each, user=user)
            self.users[who] = user

    @precondition(lambda self: self.users)
    @rule(data=st.data())
    def delete_the_account(self, data: st.DataObject) -> None:
        personal_data.delete(user=self.users.pop(data.draw(st.sampled_from(sorted(self.users)))))

    # What must hold after each of it.

    def know_everybody(self) -> None:
        browsers = {browser(f"person {who}"): who for who in range(8)}
        for pk, known in BrowserAccess.objects.values_list("assessment", "browser_hash"):
            self.who[pk] = browsers[known]
        owners = {user.pk: who for who, user in self.users.items()}
        for pk, owner in Assessment.objects.exclude(owner=None).values_list("pk", "owner"):
            self.who[pk] = owners[owner]

    @invariant()
    def the_page_tells_of_each_once_or_not_at_all(self) -> None:
        self.know_everybody()
        listed = Membership.objects.filter(group=self.group, is_listed=True).order_by("pk")
        shown = page(self.group, listed=listed.count(), members=listed)
        counted = list(
            CohortReading.objects.filter(cohort__group=self.group, cohort__until=None).values_list(
                "reading__assessment", flat=True
            )
        )
        by_name = list(
            Reading.objects.filter(
                group=self.group, state="shown", is_current=True
            ).values_list("assessment", flat=True)
        )  # fmt: skip
        people = [self.who[pk] for pk in (*counted, *by_name)]
        assert len(people) == len(set(people)), "somebody stands twice in the figures"
        assert len(counted) == 0 or len(counted) >= LEAST
        begun = {*people, *(self.who[pk] for pk in listed.values_list("assessment", flat=True))}
        assert (shown.finished, shown.unnamed) == (len(people), len(counted))
        assert shown.started == len(begun), "somebody stands twice among those who have begun"
        assert shown.finished <= shown.started <= 8
        assert sum(row.people for row in shown.bands) == shown.finished
        if shown.finished:  # a month at whose end nobody is left has no median and no row
            assert (shown.months[-1].people, shown.months[-1].low) == (
                shown.finished, shown.median,
            )  # fmt: skip
        total: Figures = Counter()
        for pk in (*counted, *by_name):
            total += of_answers(answers(pk))
        readiness = sorted(
            low for (kind, low), n in total.items() if kind == "readiness" for _ in range(n)
        )
        middle = [readiness[(len(people) - 1) // 2], readiness[len(people) // 2]] if people else []
        expected = sum(middle) // 2 / 10 if middle else None
        assert shown.median == expected
        heat = Counter({key: n for key, n in total.items() if key[0] != "readiness"})
        assert of_page(shown) == heat
        known: Figures = Counter()
        for pk in by_name:
            known += of_answers(answers(pk))
        self.seen.append(Seen(total, known, frozenset(counted)))

    @invariant()
    def a_recount_finds_the_same(self) -> None:
        assert wrong() == []

    @invariant()
    def two_pages_in_turn_tell_of_nobody_or_of_five(self) -> None:
        for before, after in list(pairwise(self.seen))[-1:]:
            changed = before.hidden ^ after.hidden
            assert not changed or len({self.who[pk] for pk in changed}) >= LEAST
            if not changed:
                # What is left of the figures without who is named is the same sum as before.
                assert after.figures - after.named == before.figures - before.named


@pytest.fixture
def quick(monkeypatch):
    """Leave the plans out, which take the time."""
    monkeypatch.setattr("assessments.groups.plans._solved", lambda _group, _ratings: [])
    monkeypatch.setattr("assessments.planning.prepare", lambda _assessment, **_days: None)


def test_whatever_people_do_the_page_tells_of_each_once_or_not_at_all(quick, box_maker):
    """Named late, hidden again, gone: the page is what the rows say, and gives nobody away."""

    class Lives(Life):
        version = box_maker

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=8, stateful_step_count=16, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip


# The states one by one, and every way out of each.


def numbers(group: Group) -> tuple[int, int, int]:
    """Return how many a page says have finished, of how many, and how many without a name."""
    listed = Membership.objects.filter(group=group, is_listed=True)
    shown = page(group, listed=listed.count(), members=listed)
    return shown.finished, shown.started, shown.unnamed


def say_name(member: Membership) -> None:
    group_actions.change_consent(member=member, consent=named("Anna"))


def take_back(member: Membership) -> None:
    group_actions.change_consent(member=member, consent=HIDDEN)


def begin_another(member: Membership) -> None:
    begin(member.group.version, "", member.assessment.owner, now=NOW + timedelta(days=1))


STATES = {
    "counted": (), "named": (say_name,), "named and begun": (say_name, begin_another),
    "taken back": (say_name, take_back), "named twice": (say_name, take_back, say_name),
}  # fmt: skip


def rates_again(member: Membership) -> None:
    later = NOW + timedelta(days=2)
    report(member.group.version, "", {"cutting": 3}, member.assessment.owner, now=later)


def leaves(member: Membership) -> None:
    group_actions.leave(member=member)


def deletes_the_report(member: Membership) -> None:
    actions.delete(assessment=member.assessment)


def deletes_the_account(member: Membership) -> None:
    personal_data.delete(user=member.assessment.owner)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "way", [None, rates_again, leaves, deletes_the_report, deletes_the_account]
)
def test_who_was_counted_and_then_says_a_name_is_one_person(quick, box_maker, state, way):
    """In every state, and whichever way they go from there.

    Anna and four others are counted; the others never do anything.
    """
    group = make_group(box_maker)
    anna = User.objects.create_user("anna@example.org")
    for number in range(4):
        report(box_maker, f"other {number}", {"cutting": number})
        join(group, f"other {number}")
    report(box_maker, "", {"cutting": 4}, anna)
    join(group, "", user=anna)
    assert numbers(group) == (5, 5, 5)
    for step in STATES[state]:
        step(Membership.objects.get(assessment__owner=anna))
        assert numbers(group) == (5, 5, 5)
        assert wrong() == []
    member = Membership.objects.select_related("group__version", "assessment__owner").get(
        assessment__owner=anna
    )
    if way:
        way(member)
    is_named = state.startswith("named")
    stays_named = is_named and way is deletes_the_report and state == "named and begun"
    expected = {
        None: (5, 5, 5),
        # By name the new report takes the place of the sum; else it waits behind the old one.
        rates_again: (1, 1, 0) if is_named else (5, 5, 5),
    }.get(way, (0, int(stays_named), 0))
    assert numbers(group) == expected
    assert wrong() == []


def test_who_waits_by_name_is_one_person_in_the_next_cohort(quick, box_maker):
    """The old cohort is gone with somebody else; the next takes Anna along without her name."""
    group = make_group(box_maker)
    for number in range(5):
        report(box_maker, f"other {number}", {"cutting": number})
        join(group, f"other {number}")
    anna, ben = Membership.objects.order_by("pk")[:2]
    say_name(anna)
    leaves(ben)
    assert numbers(group) == (0, 1, 0)
    for number in range(5, 10):
        report(box_maker, f"other {number}", {"cutting": 1})
        join(group, f"other {number}")
    assert numbers(group) == (9, 9, 9)
    take_back(Membership.objects.get(pk=anna.pk))
    assert numbers(group) == (9, 9, 9)
    assert wrong() == []
