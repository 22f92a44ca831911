"""What the studio says a draft would do to the stored reports of the last version."""

import random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import effects, figures
from assessments.core.effects import BandMove
from assessments.core.scale import Band
from assessments.core.score import percent
from assessments.models import Assessment, Rating
from careers import publishing
from careers.document import DocumentError, parse
from careers.drafts import compile_draft
from careers.models import Career, Level, Requirement, Skill
from tests import frameworks
from tests.conftest import NOW, answer, publish, start
from tests.queries import counted


def finished(client: Client, version, level: str, **answers: int | None) -> Assessment:
    """Rate and finish, as a person does."""
    assessment = start(client, version, level)
    answer(assessment, **answers)
    client.post(f"/assessments/{assessment.pk}/finish/")
    return assessment


def career() -> Career:
    return Career.objects.select_related("latest").get()


@pytest.fixture
def three_reports(box_maker) -> None:
    """Three people of version 1: two aim at senior, one at junior; a fourth has not finished.

    reports  | target | cutting | gluing | planning | readiness
    ---------+--------+---------+--------+----------+-------------
    first    | senior |    3    |   3    |    2     | 100.0 Ready
    second   | senior |    3    |   1    |    –     |  60.0 Nearly ready
    third    | junior |    1    |   2    |    –     | 100.0 Ready
    """
    finished(Client(), box_maker, "senior", cutting=3, gluing=3, planning=2)
    finished(Client(), box_maker, "senior", cutting=3, gluing=1)
    finished(Client(), box_maker, "junior", cutting=1, gluing=2)
    answer(start(Client(), box_maker, "senior"), cutting=0)


def test_an_untouched_draft_changes_nothing(three_reports):
    """The medians are those of the stored reports."""
    page = effects.page(career())
    assert (page.number, page.reports, page.changed, page.not_comparable, page.moves) == (
        1, 3, 0, 0, (),
    )  # fmt: skip
    assert [(row.level.key, row.reports, row.before, row.after) for row in page.levels] == [
        ("junior", 1, 100.0, 100.0),
        ("senior", 2, 80.0, 80.0),
    ]


def test_a_higher_rating_takes_bands_down(three_reports):
    """Cutting 3 → 4 at senior, essential: two seniors fall, the junior stays."""
    Requirement.objects.filter(level__key="senior", skill__key="cutting").update(rating=4)
    page = effects.page(career())
    assert page.moves == (
        BandMove(Band.READY, Band.BUILDING, 1),
        BandMove(Band.NEARLY_READY, Band.BUILDING, 1),
    )
    assert page.changed == 2
    assert [(row.level.key, row.changed, row.before, row.after) for row in page.levels] == [
        ("junior", 0, 100.0, 100.0),
        ("senior", 2, 80.0, 67.5),
    ]


def test_a_merged_skill_has_the_higher_of_both_ratings(three_reports):
    """Gluing goes into planning: who could glue can plan."""
    kept = Skill.objects.get(key="planning")
    Skill.objects.get(key="gluing").delete()
    Skill.objects.filter(pk=kept.pk).update(merged_from=["gluing"])
    levels = {row.level.key: row for row in effects.page(career()).levels}
    # The first keeps 100; the second has all of cutting's 5 and half of planning's 2, of 7.
    assert (levels["senior"].before, levels["senior"].after) == (80.0, 92.8)


def test_reports_of_a_removed_level_are_counted(three_reports):
    """They cannot be compared, and no band of theirs changes."""
    Level.objects.get(key="senior").delete()
    page = effects.page(career())
    assert (page.reports, page.not_comparable, page.changed) == (3, 2, 0)
    assert [(row.level.key, row.reports, row.after) for row in page.levels] == [
        ("junior", 1, 100.0),
        ("senior", 2, None),
    ]


def test_a_report_with_nothing_answered_counts_too(box_maker):
    """It has no rating in the database, and 0 percent."""
    finished(Client(), box_maker, "junior")
    page = effects.page(career())
    assert [(row.reports, row.before) for row in page.levels] == [(1, 0.0)]


def test_only_the_last_version_counts(three_reports, box_maker):
    """Reports of older versions stay what they are, and are not asked about."""
    Requirement.objects.filter(level__key="junior").update(importance=1)
    publishing.publish(career=box_maker.career, now=NOW)
    assert effects.page(career()).reports == 0


def test_a_broken_draft_and_a_first_draft_have_no_effects(box_maker):
    """The draft cannot be scored; before the first version there are no reports."""
    Requirement.objects.filter(level__key="junior").delete()
    with pytest.raises(DocumentError):
        effects.page(career())
    Career.objects.update(latest=None)
    with pytest.raises(effects.NoVersionError):
        effects.page(career())


def test_every_report_is_scored_as_the_score_does(db):
    """Eighty made-up reports, each put through the whole score, before and after."""
    version = publish(frameworks.of_size(9, 3))
    dice = random.Random(4)  # noqa: S311 (the same every time)
    for n in range(80):
        one = Assessment.objects.create(
            version=version, level=f"level-{1 + n % 3}",
            created_at=NOW, updated_at=NOW, finished_at=NOW,
        )  # fmt: skip
        Rating.objects.bulk_create(
            Rating(assessment=one, skill=f"skill-{s}", value=dice.choice((None, 0, 1, 2, 3, 4)))
            for s in range(9)
            if dice.random() < 0.9
        )
    for row in Requirement.objects.all():
        changes = {"rating": dice.randint(1, 4), "importance": dice.randint(1, 5)}
        Requirement.objects.filter(pk=row.pk).update(**changes)
    Skill.objects.get(key="skill-3").delete()
    after = figures.ladder_of(parse(publishing.verify(compile_draft(career()))))

    moves: dict[tuple[Band, Band], int] = {}
    for one in Assessment.objects.all():
        ratings = {row.skill: row.value for row in one.ratings.all()}
        old = figures.score(figures.ladder(version), one.level, ratings).target.band
        new = figures.score(after, one.level, ratings).target.band
        moves[old, new] = moves.get((old, new), 0) + (old != new)
    page = effects.page(career())
    assert {(m.before, m.after): m.reports for m in page.moves} == {
        move: number for move, number in moves.items() if number
    }
    assert page.changed == sum(moves.values()) > 20


def test_the_stored_figures_are_the_ones_compared_with(three_reports):
    """What is read again with the old ladder is what each frozen report says."""
    for one in Assessment.objects.filter(finished_at__isnull=False).select_related("version"):
        ratings = {row.skill: row.value for row in one.ratings.all()}
        low = percent(figures.score(figures.ladder(one.version), one.level, ratings).target.low)
        assert f'"low":{low:g},' in one.report.reply


# The page and the panel.


def test_the_panel_says_it_in_words(three_reports, vera):
    """Counts, bands in words, medians per level; nothing around it."""
    Requirement.objects.filter(level__key="senior", skill__key="cutting").update(rating=4)
    Level.objects.get(key="junior").delete()
    text = " ".join(vera.get("/studio/box-maker/effects/?part=panel").text.split())
    assert text.startswith('<h2 id="effects-title">What this change does</h2>')
    for words in (
        "Against the 3 reports of version 1, before you publish.",
        "<dt>Reports that change band</dt><dd>2</dd>",
        '<h3 class="eyebrow">Median readiness</h3> <dl class="effects"><div><dt>Senior Box Maker',
        "<dt>Not comparable: their level is gone</dt><dd>1</dd>",
        "Old reports keep version 1.",
    ):
        assert text.count(words) == 1, words


def test_the_page_is_whole_without_javascript(three_reports, vera):
    """The panel and a row for every level, also the one that is gone."""
    Level.objects.get(key="junior").delete()
    response = vera.get("/studio/box-maker/effects/")
    assert [row.level.key for row in response.context["page"].levels] == ["junior", "senior"]
    assert response.text.count("not comparable") == 1
    assert response.text.count('id="effects-title"') == 1


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda: None, "Nobody has finished a report with version 1 yet."),
        (lambda: Requirement.objects.all().delete(), "The draft has errors."),
        (lambda: Career.objects.update(latest=None), "No version is published yet"),
    ],
)
def test_the_panel_says_why_there_is_nothing(box_maker, vera, prepare, words):
    """No reports yet, a broken draft, no version: each has its sentence."""
    prepare()
    assert vera.get("/studio/box-maker/effects/?part=panel").text.count(words) == 1


def test_only_those_who_may_look_get_it(box_maker, mara):
    """Visitors are asked to sign in; an unknown career is nothing to editors too."""
    assert mara.get("/studio/box-maker/effects/").status_code == 302
    assert mara.get("/studio/box-maker/preview/").status_code == 302


def test_the_number_of_queries_is_the_same_for_any_number_of_reports(three_reports, vera):
    """At 3 reports and at 60: the ratings are read in one query."""
    counts = []
    for more in (0, 57):
        rows = Assessment.objects.bulk_create(
            Assessment(version=career().latest, level="senior", created_at=NOW, updated_at=NOW,
                       finished_at=NOW)
            for _ in range(more)
        )  # fmt: skip
        Rating.objects.bulk_create(
            Rating(assessment=row, skill=skill, value=2)
            for row in rows
            for skill in ("cutting", "gluing", "planning")
        )
        vera.get("/studio/box-maker/effects/?part=panel")
        with CaptureQueriesContext(connection) as captured:
            page = vera.get("/studio/box-maker/effects/?part=panel").context["page"]
        counts.append((page.reports, len(counted(captured))))
    assert [reports for reports, _ in counts] == [3, 60]
    assert counts[0][1] == counts[1][1] <= 14
