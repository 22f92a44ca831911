"""A report beside the ones before it: computed when shown, never into the frozen report."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments import over_time
from assessments.models import Assessment, Rating
from tests.conftest import start
from tests.queries import counted

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def report(client: Client, version, days: int, level: str = "senior", **values) -> Assessment:
    """Finish an assessment with these answers, so many days after the first."""
    Assessment.objects.filter(finished_at=None).delete()
    made = start(client, version, level)
    Rating.objects.bulk_create(
        Rating(assessment=made, skill=skill, value=value) for skill, value in values.items()
    )
    client.post(f"/assessments/{made.pk}/finish/")
    at = FIRST + timedelta(days=days)
    Assessment.objects.filter(pk=made.pk).update(created_at=at, finished_at=at, updated_at=at)
    return made


def page_of(client: Client, made: Assessment, query: str = "") -> str:
    """Return the report's page."""
    return client.get(f"/assessments/{made.pk}/report/{query}").text


def told(client: Client, made: Assessment) -> list[tuple[str, ...]]:
    """Return what moved since the report before: skill, from, to, gain."""
    page = client.get(f"/assessments/{made.pk}/over-time/").text
    newest = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(
        r'<th scope="row">([^<]+)</th><td>([^<]+) → ([^<]+)</td><td class="number">([^<]+)',
        newest,
    )


def test_a_first_report_has_nothing_to_compare(mara, box_maker):
    """Nor does it mention that there could be."""
    assert "Since last time" not in page_of(mara, report(mara, box_maker, 0, cutting=1))


def test_the_next_report_tells_what_moved_skill_by_skill(mara, box_maker):
    """From 26.6 to 80.0 percent: largest gain first, in words, adding up."""
    report(mara, box_maker, 0, cutting=1, gluing=1, planning=None)
    later = report(mara, box_maker, 90, cutting=3, gluing=3, planning=0)
    page = page_of(mara, later)
    assert "From 26.6% on 1 March 2026 to 80.0%." in page
    assert "Cutting +33.4, Gluing +20.0, Planning 0.0." in page
    assert told(mara, later) == [
        ("Cutting", "With help", "Fix problems", "+33.4"),
        ("Gluing", "With help", "Fix problems", "+20.0"),
        ("Planning", "Not sure", "Not yet", "0.0"),
    ]


def test_a_loss_is_told_as_such(mara, box_maker):
    """People also see more clearly what they cannot do."""
    report(mara, box_maker, 0, cutting=3)
    assert told(mara, report(mara, box_maker, 1, cutting=2)) == [
        ("Cutting", "Fix problems", "On my own", "−16.7")
    ]


def test_the_earlier_report_stays_and_compares_with_what_was_before_it(mara, box_maker):
    """Nothing of it is frozen anew; it does not know the future."""
    first = report(mara, box_maker, 0, cutting=1)
    frozen = mara.get(f"/assessments/{first.pk}/report.json").content
    second = report(mara, box_maker, 30, cutting=3)
    assert "Since last time" not in page_of(mara, first)
    assert mara.get(f"/assessments/{first.pk}/report.json").content == frozen
    assert b"gain" not in mara.get(f"/assessments/{second.pk}/report.json").content


def test_both_are_read_at_the_level_that_is_shown(mara, box_maker):
    """The first aimed at junior; compared are its answers, at this level."""
    report(mara, box_maker, 0, "junior", cutting=1, gluing=2)
    later = report(mara, box_maker, 30, cutting=1, gluing=3)
    assert "From 36.6% on 1 March 2026 to 46.6%." in page_of(mara, later)
    assert "From 100.0% on 1 March 2026 to 100.0%." in page_of(mara, later, "?level=junior")


def test_readiness_over_time_is_a_line_with_a_table_behind_it(mara, box_maker):
    """A point for each report, as far apart as they are in time, and the reasons in words."""
    for days, cutting in ((0, 0), (10, 1), (40, 3)):
        last = report(mara, box_maker, days, cutting=cutting)
    page = page_of(mara, last)
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', page)
    xs, ys = [float(x) for x, _y in dots], [float(y) for _x, y in dots]
    assert (len(dots), ys) == (3, sorted(ys, reverse=True))
    assert round((xs[2] - xs[0]) / (xs[1] - xs[0]), 2) == 4.0
    assert "Readiness over time, from 0.0% to 50.0%" in page
    table = mara.get(f"/assessments/{last.pk}/over-time/").text
    assert re.findall(r"<h2>([^<]+) <span", table) == [
        "10 April 2026: 50.0%", "11 March 2026: 16.6%", "1 March 2026: 0.0%",
    ]  # fmt: skip
    assert re.findall(r'<td class="number">([^<]+)</td>', table) == ["+33.4", "+16.6"]


def test_only_the_same_careers_reports_of_the_same_owner_count(mara, box_maker):
    """What an account holds and what this browser holds are not mixed."""
    report(mara, box_maker, 0, cutting=0)
    user = User.objects.create_user("mara@example.org")
    mara.force_login(user)
    first = report(mara, box_maker, 10, cutting=1)
    assert first.owner == user
    assert "Since last time" not in page_of(mara, first)
    second = report(mara, box_maker, 20, cutting=2)
    assert told(mara, second) == [("Cutting", "With help", "On my own", "+16.7")]


def test_reports_of_the_same_moment_are_drawn_apart(mara, box_maker):
    """Two browsers can finish at once."""
    report(mara, box_maker, 0, cutting=0)
    page = page_of(mara, report(mara, box_maker, 0, cutting=2))
    assert len(set(re.findall(r'<circle cx="([\d.]+)"', page))) == 2


def test_it_costs_two_queries_for_two_reports_and_for_twenty(mara, box_maker):
    """And shows the last twelve."""
    counts = []
    for days in range(20):
        last = report(mara, box_maker, days, cutting=days % 5)
        if days in (1, 19):
            with CaptureQueriesContext(connection) as captured:
                page = page_of(mara, last)
            counts.append(len(counted(captured)))
    assert counts[0] == counts[1]
    assert page.count("<circle") == over_time.MOST


def test_rating_again_starts_from_these_answers(mara, box_maker):
    """Notes included; the report stays, and a double click starts once."""
    first = report(mara, box_maker, 0, cutting=2, gluing=None)
    Rating.objects.filter(skill="cutting").update(evidence="My first box")
    page = page_of(mara, first)
    assert page.count(f'action="/assessments/{first.pk}/again/"') == 1
    replies = [mara.post(f"/assessments/{first.pk}/again/") for _click in range(2)]
    fresh = Assessment.objects.get(finished_at=None)
    assert {each["Location"] for each in replies} == {f"/assessments/{fresh.pk}/rate/hands/"}
    assert sorted(
        Rating.objects.filter(assessment=fresh).values_list("skill", "value", "evidence")
    ) == [("cutting", 2, "My first box"), ("gluing", None, "")]
    assert "My first box" in mara.get(replies[0]["Location"]).text
