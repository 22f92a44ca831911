"""Writing assessments: starting, saving with revisions, finishing once, deleting."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from assessments import actions
from assessments.actions import Answer, FinishedError, StaleError, UnknownLevelError
from assessments.groups.models import (
    Cohort,
    CohortReading,
    Count,
    Group,
    Membership,
    Reading,
)
from assessments.models import Assessment, Plan, Rating, Report, StepChoice
from assessments.second import actions as second
from assessments.second.models import SecondAnswer, SecondRating
from assessments.sharing import actions as sharing
from careers.models import Version
from tests import frameworks
from tests.conftest import NOW, publish
from tests.groups.people import coach, make_group

LATER = NOW + timedelta(hours=1)
HERE = "a" * 64
ELSEWHERE = "b" * 64
WISH = sharing.Wish(days=7, label="", with_email=False, with_notes=False)


def begin(version: Version, level: str = "senior", **changes) -> Assessment:
    """Start an assessment in one browser, at NOW."""
    call = {"version": version, "level": level, "browser_hash": HERE, "user": None, "now": NOW}
    return actions.start(**{**call, **changes})


def save(assessment: Assessment, value: int | None, revision: int = 0, **changes) -> int:
    """Save an answer for cutting."""
    answer = Answer(value=value, evidence=changes.pop("evidence", ""), revision=revision)
    call = {"assessment": assessment, "skill": "cutting", "answer": answer, "now": LATER}
    call |= changes
    return actions.save_rating(**call).revisions[call["skill"]]


def stored(assessment: Assessment, skill: str = "cutting") -> tuple[int | None, str, int] | None:
    """Return the value, evidence and revision of a skill, as the database has them."""
    rows = Rating.objects.filter(assessment=assessment, skill=skill)
    return rows.values_list("value", "evidence", "revision").first()


# Starting.


def test_starting_without_an_account_lets_this_browser_in(box_maker):
    """Nobody owns it, and one browser may open it."""
    found = begin(box_maker)
    assert (found.version, found.level, found.owner) == (box_maker, "senior", None)
    assert (found.created_at, found.updated_at, found.finished_at) == (NOW, NOW, None)
    assert [each.browser_hash for each in found.browsers.all()] == [HERE]


def test_starting_with_an_account_makes_it_the_owners(box_maker, edda):
    """It belongs to the account and to no browser."""
    found = begin(box_maker, user=edda)
    assert (found.owner, found.browsers.count()) == (edda, 0)


@pytest.mark.parametrize("signed_in", [False, True])
def test_starting_again_while_nothing_is_answered_returns_the_same(box_maker, edda, signed_in):
    """A double click starts once."""
    user = edda if signed_in else None
    first = begin(box_maker, user=user)
    assert begin(box_maker, user=user, now=LATER) == first
    assert Assessment.objects.count() == 1


def test_an_answer_makes_the_next_start_a_new_one(box_maker):
    """What was begun stays; whoever starts again gets an empty one."""
    first = begin(box_maker)
    save(first, 0)
    assert begin(box_maker) != first


def test_a_finished_assessment_is_not_started_again(box_maker):
    """Even without one answer a report is a report."""
    first = begin(box_maker)
    actions.finish(assessment=first, now=LATER)
    assert begin(box_maker) != first


@pytest.mark.parametrize("change", [{"level": "junior"}, {"browser_hash": ELSEWHERE}])
def test_another_level_or_browser_starts_its_own(box_maker, change):
    """Only the same start by the same person is a double click."""
    first = begin(box_maker)
    assert begin(box_maker, **change) != first


def test_another_accounts_untouched_assessment_is_not_handed_out(box_maker, edda):
    """A claimed assessment is nobody else's, whatever browser it was started in."""
    first = begin(box_maker)
    Assessment.objects.filter(pk=first.pk).update(owner=edda)
    assert begin(box_maker) != first


def test_a_newer_version_starts_its_own(box_maker):
    """Answers belong to one version."""
    first = begin(box_maker)
    newer = publish({**frameworks.tiny(), "facts": []})
    second = begin(newer)
    assert (first.version, second.version) == (box_maker, newer)


def test_an_unknown_level_starts_nothing(box_maker):
    """It is refused before anything is stored."""
    with pytest.raises(UnknownLevelError, match="astronaut"):
        begin(box_maker, "astronaut")
    assert Assessment.objects.count() == 0


# Saving one answer.


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, None])
def test_the_first_answer_is_revision_1(box_maker, value):
    """Each of the six answers is stored as given; "not sure" is a row without a value."""
    assessment = begin(box_maker)
    assert save(assessment, value, evidence="a box") == 1
    assert stored(assessment) == (value, "a box", 1)


def test_a_changed_answer_counts_its_revision_up(box_maker):
    """Whoever names the stored revision replaces it."""
    assessment = begin(box_maker)
    revisions = [save(assessment, 1), save(assessment, 2, 1), save(assessment, None, 2)]
    assert (revisions, stored(assessment)) == ([1, 2, 3], (None, "", 3))


@pytest.mark.parametrize("revision", [0, 1, 7])
def test_the_same_answer_again_changes_nothing(box_maker, revision):
    """What is stored already needs no right revision and gets no new one."""
    assessment = begin(box_maker)
    save(assessment, 2, evidence="a box")
    assert save(assessment, 2, revision, evidence="a box") == 1
    assert stored(assessment) == (2, "a box", 1)


@pytest.mark.parametrize("revision", [0, 1, 3, 2_000_000_000])
def test_a_stale_answer_is_refused_with_what_is_stored(box_maker, revision):
    """Neither an older nor a made-up newer revision overwrites."""
    assessment = begin(box_maker)
    save(assessment, 1, evidence="first")
    save(assessment, 2, 1, evidence="second")
    with pytest.raises(StaleError) as refused:
        save(assessment, 4, revision, evidence="third")
    found = refused.value.stored
    assert found is not None
    assert (found.value, found.evidence, found.revision) == (2, "second", 2)
    assert stored(assessment) == (2, "second", 2)


def test_a_revision_of_an_answer_that_was_never_given_is_stale(box_maker):
    """There is nothing stored to show beside it, and nothing is stored by it."""
    assessment = begin(box_maker)
    with pytest.raises(StaleError) as refused:
        save(assessment, 4, 1)
    assert (refused.value.stored, stored(assessment)) == (None, None)


def test_evidence_alone_is_a_change(box_maker):
    """A new text with the same rating is a new revision."""
    assessment = begin(box_maker)
    save(assessment, 2)
    assert save(assessment, 2, 1, evidence="a certificate") == 2
    assert stored(assessment) == (2, "a certificate", 2)


def test_evidence_left_out_stays_as_it_is_stored(box_maker):
    """Evidence None leaves the text alone, whether the rating changes or not."""
    assessment = begin(box_maker)
    save(assessment, 2, evidence="a box")
    assert save(assessment, 2, 0, evidence=None) == 1
    assert save(assessment, 3, 1, evidence=None) == 2
    assert stored(assessment) == (3, "a box", 2)


def test_saving_moves_the_time_of_the_last_change(box_maker):
    """Idle work is recognised by it."""
    assessment = begin(box_maker)
    save(assessment, 2)
    assert Assessment.objects.get().updated_at == LATER


def test_a_refused_answer_moves_no_time(box_maker):
    """A refusal leaves no trace at all."""
    assessment = begin(box_maker)
    with pytest.raises(StaleError):
        save(assessment, 2, 5)
    assert Assessment.objects.get().updated_at == NOW


def test_a_finished_assessment_takes_no_answer(box_maker):
    """Not even through an object loaded before it was finished."""
    assessment = begin(box_maker)
    save(assessment, 1)
    actions.finish(assessment=Assessment.objects.get(), now=LATER)
    with pytest.raises(FinishedError):
        save(assessment, 2, 1)
    assert stored(assessment) == (1, "", 1)


def test_answers_of_one_assessment_leave_another_alone(box_maker):
    """The same skill of two assessments is two answers."""
    first, second = begin(box_maker), begin(box_maker, "junior")
    save(first, 1)
    save(second, 4)
    assert (stored(first), stored(second)) == ((1, "", 1), (4, "", 1))


# Saving a page.


def test_a_page_stores_what_is_fresh_and_returns_what_is_stale(box_maker):
    """One stale answer holds back no other, and is not overwritten."""
    assessment = begin(box_maker)
    save(assessment, 1, evidence="stored")
    answers = {"cutting": Answer(4, "mine", 0), "gluing": Answer(None, "", 0)}
    outcome = actions.save_ratings(assessment=assessment, answers=answers, now=LATER)
    assert outcome.revisions == {"gluing": 1}
    assert outcome.stale == {"cutting": ("cutting", 1, "stored", 1)}
    assert outcome.answered == {"cutting", "gluing"}
    assert stored(assessment, "cutting") == (1, "stored", 1)
    assert stored(assessment, "gluing") == (None, "", 1)


def test_a_page_of_a_finished_assessment_is_refused(box_maker):
    """As a whole, with nothing stored."""
    assessment = begin(box_maker)
    actions.finish(assessment=assessment, now=LATER)
    with pytest.raises(FinishedError):
        actions.save_ratings(
            assessment=assessment, answers={"cutting": Answer(4, "", 0)}, now=LATER
        )
    assert Rating.objects.count() == 0


# Finishing.


def test_finishing_freezes_the_canonical_reply_and_names_it_by_its_hash(box_maker):
    """The bytes are RFC 8785: sorted keys, no spaces, whole numbers without a point."""
    assessment = begin(box_maker, "junior")
    save(assessment, 1)
    report = actions.finish(assessment=assessment, now=LATER)
    assert report.reply == (
        '{"band":"nearly_ready","career":"box-maker","cautious":0,"high":100,"level":"junior",'
        '"levels":[{"band":"nearly_ready","high":100,"level":"junior","low":62.5},'
        '{"band":"starting_out","high":66.6,"level":"senior","low":16.6}],"low":62.5,'
        '"reached_level":null,"skills":[{"essential":false,"importance":3,"lost_points":37.5,'
        '"rating":null,"required":2,"skill":"gluing"},{"essential":true,"importance":5,'
        '"lost_points":0,"rating":1,"required":1,"skill":"cutting"}],'
        '"turning_points":["cutting"],"unmet_essentials":[],"version":1,'
        '"widest_unknown":"gluing"}'
    )
    assert report.sha256 == hashlib.sha256(report.reply.encode()).hexdigest()
    assert Assessment.objects.get().finished_at == LATER


def test_finishing_twice_makes_one_report_with_the_same_bytes(box_maker):
    """The second call, through an object that knows nothing of the first, gets its report."""
    assessment = begin(box_maker)
    save(assessment, 3)
    unaware = Assessment.objects.get()
    first = actions.finish(assessment=assessment, now=NOW + timedelta(days=1))
    second = actions.finish(assessment=unaware, now=NOW + timedelta(days=2))
    assert (second.reply, second.sha256) == (first.reply, first.sha256)
    assert Report.objects.count() == 1
    assert Assessment.objects.get().finished_at == NOW + timedelta(days=1)


def test_finishing_with_nothing_answered_works(box_maker):
    """Everything is then the open end of the range."""
    report = actions.finish(assessment=begin(box_maker), now=LATER)
    figures = json.loads(report.reply)
    assert (figures["low"], figures["high"], figures["cautious"]) == (0, 100, 0)


# Deleting.


def test_deleting_removes_every_row_that_hangs_on_it_and_no_other(box_maker):
    """Answers, report, links, browsers and plans go with it; the neighbour's stay."""
    gone, kept = begin(box_maker), begin(box_maker, "junior", browser_hash="b" * 64)
    for assessment in (gone, kept):
        save(assessment, 1)
        actions.make_return_link(assessment=assessment, now=LATER)
        actions.finish(assessment=assessment, now=LATER)
        group = make_group(box_maker, owner=coach(f"{assessment.pk}@example.org"))
        Membership.objects.create(
            group=group, assessment=assessment, is_listed=False, joined_at=LATER
        )
        Reading.objects.create(
            group=group, assessment=assessment, state="waiting", slots="", low=0, band="ready"
        )
        Plan.objects.create(assessment=assessment, starts_on=LATER.date())
        StepChoice.objects.create(assessment=assessment, step="cut-scraps", state="done")
        sharing.share(assessment=assessment, wish=WISH, now=LATER)
        second.invite(assessment=assessment, person="Mara", rater="Moe", now=LATER)
        asked = SecondRating.objects.get(assessment=assessment)
        second.save_answers(second=asked, values={"cutting": 2})
    actions.delete(assessment=gone)
    assert list(Assessment.objects.all()) == [kept]
    others = {Assessment, Group, Cohort, CohortReading, Count}
    hanging = [m for m in apps.get_app_config("assessments").get_models() if m not in others]
    through = {SecondAnswer: "second_rating__assessment_id"}
    left = {
        model.__name__: list(
            model._default_manager.values_list(through.get(model, "assessment_id"), flat=True)
        )
        for model in hanging
    }
    assert left == {model.__name__: [kept.pk] for model in hanging}


def test_what_is_idle_for_twelve_months_and_nobodys_is_deleted(box_maker, edda, capsys):
    """A day less, or an account, keeps it."""
    ages = {"idle": 366, "younger": 364, "kept in an account": 400}
    there = {
        name: begin(box_maker, user=edda if "account" in name else None, browser_hash=sign * 64)
        for name, sign in zip(ages, "abc", strict=True)
    }
    for name, age in ages.items():
        then = timezone.now() - timedelta(days=age)
        Assessment.objects.filter(pk=there[name].pk).update(created_at=then, updated_at=then)
    call_command("delete_idle")
    assert capsys.readouterr().out == "1 idle assessments without an account deleted.\n"
    assert set(Assessment.objects.all()) == {there["younger"], there["kept in an account"]}
