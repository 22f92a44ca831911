"""What the database itself refuses, whoever writes to it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from accounts.models import User
from assessments.groups.models import Cohort, Count, Group, Membership, Reading
from assessments.models import (
    Assessment,
    BrowserAccess,
    Plan,
    Rating,
    Report,
    ReturnLink,
    StepChoice,
)
from assessments.second.models import SecondAnswer, SecondRating
from assessments.sharing.models import ShareLink
from careers.models import Version
from tests.conftest import NOW

HASH = "0123456789abcdef" * 4


def one(version: Version, **changes) -> Assessment:
    """Store an assessment as it should be, but for the changes."""
    row = {"version": version, "level": "senior", "created_at": NOW, "updated_at": NOW}
    return Assessment.objects.create(**{**row, **changes})


def rating(version: Version, **changes) -> Rating:
    """Store an answer as it should be, but for the changes."""
    row = {"skill": "cutting", "value": 4, "revision": 1, **changes}
    return Rating.objects.create(assessment=changes.get("assessment") or one(version), **row)


def browser(version: Version, browser_hash: str = HASH, *, times: int = 1) -> None:
    """Let a browser in, once or more often."""
    assessment = one(version)
    for _time in range(times):
        BrowserAccess.objects.create(assessment=assessment, browser_hash=browser_hash)


def link(version: Version, token_hash: str = HASH, *, times: int = 1) -> None:
    """Store a return link, once or more often."""
    assessment = one(version)
    for _time in range(times):
        ReturnLink.objects.create(assessment=assessment, token_hash=token_hash, created_at=NOW)


def report(version: Version, sha256: str = HASH, *, times: int = 1) -> None:
    """Store a report, once or more often."""
    assessment = one(version)
    for _time in range(times):
        Report.objects.create(assessment=assessment, reply="{}", sha256=sha256)


def plan(version: Version, **changes) -> None:
    """Store a plan as it should be, but for the changes."""
    Plan.objects.create(assessment=one(version), starts_on=NOW.date(), **changes)


def choice(version: Version, state: str = "done", **changes) -> None:
    """Store what is said of a training step."""
    row = {"step": "cut-scraps", "state": state, **changes}
    StepChoice.objects.create(assessment=one(version), **row)


def share(version: Version, token_hash: str = HASH, *, times: int = 1, **changes) -> None:
    """Store a share link as it should be, but for the changes, once or more often."""
    assessment = one(version)
    row = {"created_at": NOW, "expires_at": NOW + timedelta(days=7), **changes}
    for _time in range(times):
        ShareLink.objects.create(assessment=assessment, token_hash=token_hash, **row)


def second(version: Version, hashes: tuple[str, ...] = (HASH,), **changes) -> SecondRating:
    """Store second ratings of one assessment as they should be, but for the changes."""
    assessment = one(version)
    row = {"person": "Mara", "created_at": NOW, "expires_at": NOW + timedelta(days=7), **changes}
    for token_hash in hashes:
        made = SecondRating.objects.create(assessment=assessment, token_hash=token_hash, **row)
    return made


def second_answer(version: Version, **changes) -> None:
    """Store what a second rater says of a skill."""
    row = {"skill": "cutting", "value": 4, **changes}
    SecondAnswer.objects.create(second_rating=second(version, ("e" * 64,)), **row)


def group(version: Version, *, times: int = 1, **changes) -> Group:
    """Store a group as it should be, but for the changes, once or more often."""
    owner, _new = User.objects.get_or_create(email="cora@example.org")
    row = {
        "owner": owner, "name": "Class", "code": "K7P4QD", "is_open": True, "level": "senior",
        "created_at": NOW,
    }  # fmt: skip
    for _time in range(times):
        made = Group.objects.create(version=version, **{**row, **changes})
    return made


def of_all(version: Version, *, times: int = 1, **changes) -> None:
    """Store what counts everybody's reports of a level, once or more often."""
    nobody = {"owner": None, "name": "", "code": None, "is_open": False}
    group(version, times=times, **{**nobody, **changes})


def membership(version: Version, *, times: int = 1, **changes) -> None:
    """Store a membership as it should be, but for the changes, once or more often."""
    row = {"is_listed": True, "name": "Mara", "joined_at": NOW, **changes}
    assessment, its_group = one(version), group(version)
    for _time in range(times):
        Membership.objects.create(group=its_group, assessment=assessment, **row)


def reading(version: Version, *, times: int = 1, **changes) -> None:
    """Store a report as a group counts it, but for the changes, once or more often."""
    row = {"state": "waiting", "slots": "000", "low": 0, "band": "building", **changes}
    assessment, its_group = one(version), group(version)
    for _time in range(times):
        Reading.objects.create(group=its_group, assessment=assessment, **row)


def cohort(version: Version, **changes) -> None:
    """Store a cohort as it should be, but for the changes."""
    Cohort.objects.create(group=group(version), since=NOW.date(), **changes)


def count(version: Version, **changes) -> None:
    """Store a count as it should be, but for the changes."""
    row = {"kind": "band", "key": "ready", "slot": 0, "number": 0, **changes}
    Count.objects.create(group=group(version), **row)


SHOWN = {"state": "shown", "was_shown": True, "since": NOW.date()}
NO_HASHES = ("", "token", HASH[:-1], HASH.upper(), "g" * 64)
BROKEN: dict[str, list[Callable[[Version], object]]] = {
    "assessment_has_level": [partial(one, level="")],
    "assessment_times_in_order": [partial(one, updated_at=NOW - timedelta(seconds=1))],
    "browser_access_once": [partial(browser, times=2)],
    "browser_access_is_hash": [partial(browser, browser_hash=wrong) for wrong in NO_HASHES],
    "return_link_once": [partial(link, times=2)],
    "return_link_is_hash": [partial(link, token_hash=wrong) for wrong in NO_HASHES],
    "rating_value_0_to_4": [partial(rating, value=5)],
    "rating_revision_from_1": [partial(rating, revision=0)],
    "rating_has_skill": [partial(rating, skill="")],
    "plan_hours_per_week_1_to_168": [partial(plan, hours_per_week=n) for n in (0, 169)],
    "plan_budget_not_negative": [partial(plan, budget=Decimal("-0.01"))],
    "plan_goal_known": [partial(plan, goal=wrong) for wrong in ("", "longest")],
    "step_choice_state_known": [partial(choice, state=wrong) for wrong in ("", "skipped")],
    "step_choice_rated_since_done": [partial(choice, state="booked", rated_since=True)],
    "share_link_once": [partial(share, times=2)],
    "share_link_is_hash": [partial(share, token_hash=wrong) for wrong in NO_HASHES],
    "share_link_expires_later": [partial(share, expires_at=NOW)],
    "share_link_revoked_later": [partial(share, revoked_at=NOW - timedelta(seconds=1))],
    "share_link_last_view_if_any": [
        partial(share, views=1),
        partial(share, last_viewed_at=NOW),
    ],
    "second_rating_once": [partial(second, hashes=(HASH, HASH), finished_at=NOW)],
    "second_rating_one_open": [partial(second, hashes=(HASH, HASH[::-1]))],
    "second_rating_is_hash": [partial(second, hashes=(wrong,)) for wrong in NO_HASHES],
    "second_rating_has_person": [partial(second, person="")],
    "second_rating_expires_later": [partial(second, expires_at=NOW)],
    "second_rating_finished_later": [partial(second, finished_at=NOW - timedelta(seconds=1))],
    "second_answer_value_0_to_4": [partial(second_answer, value=5)],
    "second_answer_has_skill": [partial(second_answer, skill="")],
    "group_code_once": [partial(group, times=2)],
    "group_of_all_once": [partial(of_all, times=2)],
    "group_code_is_code": [
        partial(group, code=wrong)
        for wrong in ("", "K7P4Q", "k7p4qd", "K7P4Q0", "K7P4QI", "K7P-4Q")
    ],
    "group_has_level": [partial(group, level="")],
    "group_has_coach_or_is_of_all": [
        partial(group, name=""),
        partial(group, code=None),
        partial(of_all, name="Class"),
        partial(of_all, code="K7P4QD"),
        partial(of_all, is_open=True),
    ],
    "membership_once": [partial(membership, times=2)],
    "membership_named_if_listed": [
        partial(membership, name=""),
        partial(membership, is_listed=False),
    ],
    "reading_once": [partial(reading, times=2)],
    "reading_state_known": [partial(reading, state=wrong) for wrong in ("", "hidden")],
    "reading_low_to_1000": [partial(reading, low=1001)],
    "reading_never_shown_once_counted": [
        partial(reading, **SHOWN | {"was_shown": False}),
        partial(reading, **SHOWN, was_counted=True),
    ],
    "reading_counted_whole": [
        partial(reading, state="counted", was_counted=True),
        partial(reading, state="counted", is_planned=True),
    ],
    "reading_dated_while_shown": [
        partial(reading, **SHOWN | {"since": None}),
        partial(reading, since=NOW.date()),
        partial(reading, until=NOW.date()),
    ],
    "cohort_ends_later": [partial(cohort, until=NOW.date() - timedelta(days=1))],
    "count_not_negative": [partial(count, number=-1)],
    "report_sha256_is_hex": [partial(report, sha256=wrong) for wrong in NO_HASHES],
}


def columns(name: str) -> str:
    """Return how SQLite names a unique constraint: by its table and columns."""
    for model in apps.get_app_config("assessments").get_models():
        for each in model._meta.constraints:
            if each.name == name and isinstance(each, models.UniqueConstraint):
                fields = [field for field in model._meta.fields if field.name in each.fields]
                return ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)
    return name


def test_every_constraint_is_broken_below():
    """A new constraint cannot be forgotten."""
    named = {
        constraint.name
        for model in apps.get_app_config("assessments").get_models()
        for constraint in model._meta.constraints
    }
    assert named == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_breaks(box_maker, name):
    """Each constraint alone stops what it is there for."""
    expected = columns(name) if connection.vendor == "sqlite" else name
    for broken in BROKEN[name]:
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            broken(box_maker)
        assert expected in str(refused.value)
    assert Assessment.objects.count() == 0


def test_what_should_be_stored_is(box_maker):
    """The examples above fail for nothing but the broken constraint."""
    for whole in (one, browser, link, report, rating, plan, choice, share, second):
        whole(box_maker)
    for whole in (membership, reading, cohort, count, of_all):
        Group.objects.all().delete()
        whole(box_maker)
    Group.objects.all().delete()
    membership(box_maker, is_listed=False, name="")
    for row in (SHOWN, {"state": "counted", "was_counted": True, "is_planned": True}):
        Group.objects.all().delete()
        reading(box_maker, **row)
    Group.objects.all().delete()
    count(box_maker, kind="month", key="2026-11", number=-1)
    rating(box_maker, value=0)
    rating(box_maker, value=None)
    plan(box_maker, hours_per_week=168, budget=Decimal(0), goal="best")
    share(box_maker, "f" * 64, revoked_at=NOW, views=1, last_viewed_at=NOW)
    second(box_maker, ("a" * 64, "b" * 64), finished_at=NOW)
    second_answer(box_maker, value=None)
    assert Assessment.objects.count() == 20


def test_a_skill_has_one_answer_per_assessment(box_maker):
    """The assessment and the skill are the key of an answer."""
    row = {"assessment": one(box_maker), "skill": "cutting", "value": 1}
    Rating.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.bulk_create([Rating(**row)])


def test_an_assessment_has_one_report(box_maker):
    """A second report cannot be stored beside the first."""
    with pytest.raises(IntegrityError), transaction.atomic():
        report(box_maker, times=2)


@pytest.mark.parametrize("field", ["value", "revision"])
def test_numbers_of_an_answer_are_not_negative(box_maker, field):
    """-1 is no rating and no revision."""
    with pytest.raises(IntegrityError), transaction.atomic():
        rating(box_maker, **{field: -1})


def test_an_answer_belongs_to_an_assessment_that_exists(box_maker):
    """A row that refers to nothing is refused, at the latest when the transaction ends."""

    def answer_nothing() -> None:
        Rating.objects.create(assessment_id=uuid.uuid4(), skill="cutting", value=1)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        answer_nothing()


def test_a_version_with_assessments_cannot_be_deleted(box_maker):
    """Old reports keep what explains them."""
    one(box_maker)
    with pytest.raises(ProtectedError):
        models.QuerySet(Version).delete()
