"""People with an older report are offered the newer version; their report stays."""

import re

import pytest
from django.test import Client

from assessments.models import Assessment, Rating, Report, StepChoice
from assessments.plan_page import PlanPage
from careers import catalogue, publishing
from careers.models import Career, Level, Requirement, Skill, Step, Version
from tests.conftest import NOW, answer, start

OFFER = "There is a newer version 2 of this career."


@pytest.fixture
def report(mara: Client, box_maker) -> Assessment:
    """Mara's finished report of version 1: cutting 3 with evidence, gluing not sure."""
    assessment = start(mara, box_maker, "senior")
    answer(assessment, cutting=3, gluing=None, planning=2)
    Rating.objects.filter(skill="cutting").update(evidence="Twelve years of it")
    mara.post(f"/assessments/{assessment.pk}/finish/")
    return assessment


def publish_changes(**texts: str) -> Version:
    """Publish the draft with another importance and these texts of gluing."""
    Requirement.objects.filter(level__key="senior").update(importance=4)
    Skill.objects.filter(key="gluing").update(**texts)
    return publishing.publish(career=Career.objects.get(), now=NOW, note="new")


def again(client: Client, report: Assessment) -> str:
    """Press the offer's button; return where it leads."""
    response = client.post(f"/assessments/{report.pk}/again/")
    assert response.status_code == 302
    return response["Location"]


def answers(address: str) -> dict[str, tuple[int | None, str, int]]:
    """Return what is stored of the assessment that this address belongs to."""
    rows = Rating.objects.filter(assessment=address.split("/")[2])
    return {row.skill: (row.value, row.evidence, row.revision) for row in rows}


def test_a_report_of_the_latest_version_offers_nothing(mara, report):
    """There is nothing newer; one can still rate oneself again, with the same version."""
    assert mara.get(f"/assessments/{report.pk}/report/").text.count("newer version") == 0
    assert sorted(answers(again(mara, report))) == ["cutting", "gluing", "planning"]
    assert {each.version.number for each in Assessment.objects.all()} == {1}


def test_an_older_report_offers_the_newer_version(mara, report):
    """Once, with a button; at another level too."""
    publish_changes()
    for query in ("", "?level=junior"):
        page = mara.get(f"/assessments/{report.pk}/report/{query}")
        assert page.text.count(OFFER) == 1
        assert f'action="/assessments/{report.pk}/again/"' in page.text


def test_answers_come_along_where_the_words_are_the_same(mara, report):
    """With evidence, "not sure" too, as first revisions; at the same level of version 2."""
    version = publish_changes()
    address = again(mara, report)
    fresh = Assessment.objects.get(pk=address.split("/")[2])
    assert address == f"/assessments/{fresh.pk}/rate/hands/"
    assert (fresh.version, fresh.level, fresh.is_finished) == (version, "senior", False)
    assert answers(address) == {
        "cutting": (3, "Twelve years of it", 1),
        "gluing": (None, "", 1),
        "planning": (2, "", 1),
    }


@pytest.mark.parametrize("field", ["title", "description", "anchor_0", "anchor_4"])
def test_a_skill_in_other_words_is_asked_again(mara, report, field):
    """What somebody said to other words is not what they say to these."""
    publish_changes(**{field: "Other words"})
    assert sorted(answers(again(mara, report))) == ["cutting", "planning"]


def test_a_skill_that_is_no_longer_asked_has_no_answer(mara, report):
    """Nor one that was deleted."""
    Skill.objects.get(key="planning").delete()
    Requirement.objects.filter(skill__key="gluing").delete()
    publish_changes()
    assert sorted(answers(again(mara, report))) == ["cutting"]


def test_two_clicks_start_once_and_lose_nothing(mara, report):
    """What was changed between them stays changed."""
    publish_changes()
    first = again(mara, report)
    Rating.objects.filter(assessment=first.split("/")[2], skill="cutting").update(value=4)
    assert again(mara, report) == first
    assert answers(first)["cutting"][0] == 4
    assert Assessment.objects.count() == 2


def test_work_begun_from_the_career_is_filled_only_while_it_is_blank(mara, report):
    """An untouched start is reused, and the answers come along."""
    version = publish_changes()
    begun = start(mara, version, "senior")
    assert again(mara, report) == f"/assessments/{begun.pk}/rate/hands/"
    assert Rating.objects.filter(assessment=begun).count() == 3


def test_when_the_level_is_gone_another_is_chosen(mara, report):
    """The report says so, and the button's address leads to the choice."""
    Level.objects.get(key="senior").delete()
    publish_changes()
    page = mara.get(f"/assessments/{report.pk}/report/")
    assert page.text.count(OFFER) == 1
    assert page.text.count('href="/careers/box-maker/#start">Choose a level</a>') == 1
    assert again(mara, report) == "/careers/box-maker/#start"
    assert Assessment.objects.count() == 1


def test_a_stranger_finds_nothing(stranger, report):
    """As everywhere."""
    publish_changes()
    assert stranger.post(f"/assessments/{report.pk}/again/").status_code == 404


def test_an_unfinished_assessment_is_not_started_again(mara, box_maker):
    """It keeps the version it began with, and goes on."""
    assessment = start(mara, box_maker, "senior")
    publish_changes()
    assert again(mara, assessment) == f"/assessments/{assessment.pk}/"


def test_nothing_that_editors_do_changes_a_finished_report(mara, report):
    """Published, renamed, merged, deleted, started again: byte for byte the same."""
    stored = Report.objects.get(assessment=report)
    address = f"/assessments/{report.pk}/report.json"
    before = (stored.reply, stored.sha256, mara.get(address).content)
    page = mara.get(f"/assessments/{report.pk}/report/").text

    publish_changes(title="Sticking")
    again(mara, report)
    Skill.objects.get(key="gluing").delete()
    Skill.objects.filter(key="planning").update(merged_from=["gluing"], title="Thinking")
    publishing.publish(career=Career.objects.get(), now=NOW)
    Level.objects.get(key="senior").delete()
    Career.objects.update(title="Crate Maker")
    publishing.publish(career=Career.objects.get(), now=NOW)
    catalogue.forget()

    stored = Report.objects.get(assessment=report)
    assert (stored.reply, stored.sha256, mara.get(address).content) == before
    after = mara.get(f"/assessments/{report.pk}/report/").text
    offer = after.index('<div class="notice newer">')
    end = after.index('<div class="columns columns-report">')
    assert _plain(after[:offer] + after[end:]) == _plain(page)


def _plain(page: str) -> str:
    """Return a page without its offer to rate again (a fresh token), and without blanks."""
    page = re.sub(r'<form method="post" action="[^"]+/again/".*?</form>', "", page, flags=re.DOTALL)
    return "".join(page.split())


# Steps


def say(client: Client, report: Assessment, **states: str) -> None:
    """Say what has become of steps (underscores for hyphens) on the report's plan."""
    client.get(f"/assessments/{report.pk}/plan/")
    for step, state in states.items():
        address = f"/assessments/{report.pk}/plan/steps/{step.replace('_', '-')}/"
        assert client.post(address, {"state": state}).status_code == 302


def said(address: str) -> dict[str, tuple[str, bool]]:
    """Return what is stored of steps of the assessment that this address belongs to."""
    rows = StepChoice.objects.filter(assessment=address.split("/")[2])
    return {row.step: (row.state, row.rated_since) for row in rows}


def plan_of(client: Client, address: str) -> PlanPage:
    """Finish the assessment of that address and return its plan."""
    base = "/".join(address.split("/")[:3])
    client.post(f"{base}/finish/")
    page: PlanPage = client.get(f"{base}/plan/").context["page"]
    return page


def test_steps_come_along_where_the_new_version_has_them(mara, report):
    """Done ones are from before these answers; bookings and refusals hold as they are."""
    say(mara, report, cut_orders="done", glue_course="booked", plan_a_day="without")
    Step.objects.get(key="plan-a-day").delete()
    publish_changes()
    address = again(mara, report)
    assert said(address) == {"cut-orders": ("done", True), "glue-course": ("booked", False)}
    page = plan_of(mara, address)
    assert [step.key for step in page.done] == ["cut-orders"]
    assert "cut-orders" not in [row.text.key for row in page.rows]


def test_two_clicks_change_no_step_that_was_said_between_them(mara, report):
    """The second finds the work under way and leaves it alone."""
    say(mara, report, cut_orders="done")
    first = again(mara, report)
    StepChoice.objects.filter(assessment=first.split("/")[2]).update(
        state="booked", rated_since=False
    )
    assert again(mara, report) == first
    assert said(first) == {"cut-orders": ("booked", False)}


@pytest.mark.parametrize(("value", "low"), [(1, "as rated"), (None, "raised")])
def test_a_rating_given_since_overrides_what_a_done_step_gave(mara, box_maker, value, low):
    """A number does; "not sure" leaves what the step gave. Done again, it raises either."""
    first = start(mara, box_maker, "senior")
    answer(first, cutting=value, gluing=2, planning=0)
    mara.post(f"/assessments/{first.pk}/finish/")
    before = mara.get(f"/assessments/{first.pk}/report.json").json()["low"]
    say(mara, first, cut_orders="done")
    raised = mara.get(f"/assessments/{first.pk}/plan/").context["page"].low_before
    assert raised > before
    address = again(mara, first)
    assert plan_of(mara, address).low_before == {"as rated": before, "raised": raised}[low]
    fresh = Assessment.objects.get(pk=address.split("/")[2])
    tried = mara.get(f"/assessments/{fresh.pk}/what-if/").context["page"].changes
    (target,) = [each.before for each in tried if each.is_target]
    assert target == {"as rated": before, "raised": raised}[low]
    say(mara, fresh, cut_orders="done")
    assert plan_of(mara, address).low_before == raised
