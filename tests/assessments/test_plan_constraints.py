"""What the database itself refuses of a plan and of what is said of a step."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from assessments.models import Assessment, Plan, StepChoice
from careers.models import Version
from tests.conftest import NOW

TODAY = NOW.date()


def assessment_of(version: Version) -> Assessment:
    """Store an assessment."""
    return Assessment.objects.create(
        version=version, level="senior", created_at=NOW, updated_at=NOW
    )


@pytest.fixture
def assessment(box_maker: Version) -> Assessment:
    """An assessment without a plan."""
    return assessment_of(box_maker)


def plan(assessment: Assessment, **changes) -> Plan:
    """Store a plan as it should be, but for the changes."""
    return Plan.objects.create(**{"assessment": assessment, "starts_on": TODAY, **changes})


def choice(assessment: Assessment, **changes) -> StepChoice:
    """Store what is said of a step as it should be, but for the changes."""
    row = {"assessment": assessment, "step": "cut-scraps", "state": "done", **changes}
    return StepChoice.objects.create(**row)


BROKEN: dict[str, Callable[[Assessment], object]] = {
    "plan_hours_per_week_1_to_168 below": partial(plan, hours_per_week=0),
    "plan_hours_per_week_1_to_168 above": partial(plan, hours_per_week=169),
    "plan_budget_not_negative": partial(plan, budget=Decimal("-0.01")),
    "plan_goal_known": partial(plan, goal="longest"),
    "step_choice_state_known": partial(choice, state="skipped"),
    "step_choice_state_known empty": partial(choice, state=""),
    "step_choice_rated_since_done": partial(choice, state="booked", rated_since=True),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_constraint_stops_what_it_is_there_for(assessment, name):
    """It alone: the error names it, and nothing is stored."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BROKEN[name](assessment)
    assert name.split()[0] in str(refused.value)
    assert (Plan.objects.count(), StepChoice.objects.count()) == (0, 0)


def test_every_constraint_is_broken_above():
    """A new one cannot be forgotten."""
    named = {each.name for model in (Plan, StepChoice) for each in model._meta.constraints}
    assert named == {name.split()[0] for name in BROKEN}


def test_what_should_be_stored_is(box_maker):
    """At the edges of every constraint."""
    for changes in (
        {"hours_per_week": 1, "budget": Decimal(0), "goal": "fastest"},
        {"hours_per_week": 168, "budget": Decimal("9999999.99"), "goal": "cheapest"},
        {"goal": "best", "finish_by": TODAY - timedelta(days=1)},
    ):
        plan(assessment_of(box_maker), **changes)
    first = Assessment.objects.first()
    for state in StepChoice.State.values:
        choice(first, step=f"step-{state}", state=state)
    assert (Plan.objects.count(), StepChoice.objects.count()) == (3, 3)


def test_an_assessment_has_one_plan(assessment):
    """The assessment is its key."""
    plan(assessment)
    with pytest.raises(IntegrityError), transaction.atomic():
        plan(assessment)
    assert Plan.objects.count() == 1


def test_one_thing_is_said_of_a_step(assessment):
    """The assessment and the step are its key."""
    choice(assessment)
    with pytest.raises(IntegrityError), transaction.atomic():
        StepChoice.objects.bulk_create(
            [StepChoice(assessment=assessment, step="cut-scraps", state="booked")]
        )
    assert StepChoice.objects.get().state == "done"


@pytest.mark.parametrize("make", [plan, choice])
def test_both_belong_to_an_assessment_that_exists(box_maker, make):
    """A row that refers to nothing is refused, at the latest when the transaction ends."""
    nobody = Assessment(pk=uuid.uuid4(), version=box_maker)
    nobody._state.adding = False

    def store() -> None:
        make(nobody)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        store()


def test_both_go_with_their_assessment(assessment):
    """Deleting one's work leaves nothing behind."""
    plan(assessment)
    choice(assessment)
    assessment.delete()
    assert (Plan.objects.count(), StepChoice.objects.count()) == (0, 0)
