"""``make demo``: a class of 31 in a scratch database, the same on every run, alive."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count as Number

from accounts.models import User
from assessments.groups.models import Group, Membership
from assessments.groups.page import page
from assessments.management import demonstration
from assessments.models import Assessment
from careers.models import Version
from tests.conftest import NOW

from .people import cohorts, kept, wrong

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick(monkeypatch):
    """Leave the plans out, which take the time."""
    monkeypatch.setattr("assessments.groups.plans._solved", lambda _group, _ratings: [])
    monkeypatch.setattr("assessments.planning.prepare", lambda _assessment, **_days: None)


def test_the_class_is_31_of_whom_28_have_finished_some_twice_and_some_hidden(quick):
    """Bands of every kind, two versions, a history of months, counts that a recount has too."""
    group = demonstration.fill(now=NOW)
    assert Version.objects.count() == 2
    assert Membership.objects.count() == 31
    assert Membership.objects.filter(is_listed=False).count() == 9
    found = page(group, listed=22, members=Membership.objects.filter(is_listed=True))
    assert (found.started, found.finished, found.unnamed) == (31, 28, 9)
    assert 40 < (found.median or 0) < 80
    assert all(row.people for row in found.bands)
    assert (found.change or 0) > 0
    assert [row.people for row in found.months] == sorted(row.people for row in found.months)
    reports = Assessment.objects.filter(finished_at__isnull=False)
    people = reports.values("browsers__browser_hash").annotate(number=Number("pk"))
    assert set(Counter(each["number"] for each in people)) == {1, 2}
    assert cohorts(group)["live"] == 1
    assert wrong() == []


def test_it_is_the_same_on_every_run(quick):
    """Nothing in it depends on the clock or on chance."""
    first = kept(demonstration.fill(now=NOW))
    User.objects.all().delete()
    for model in (Membership, Assessment, Group):
        model._base_manager.all().delete()
    from careers.models import Career

    Career.objects.update(latest=None)
    Version._base_manager.all()._raw_delete("default")
    Career.objects.all().delete()
    assert kept(demonstration.fill(now=NOW)) == first


def test_a_database_that_is_in_use_is_left_alone(edda):
    """The demo is for a scratch one."""
    with pytest.raises(CommandError, match="This database is in use"):
        call_command("demo")
    assert (User.objects.count(), Group.objects.count()) == (1, 0)


def test_it_says_who_signs_in_and_where_also_when_it_is_filled_already(quick, capsys):
    """The second time it only says so."""
    call_command("demo", address="http://localhost:8123/")
    first = capsys.readouterr().out
    call_command("demo", address="http://localhost:8123/")
    second = capsys.readouterr().out
    group = Group.objects.get(owner__isnull=False)
    for said in (first, second):
        assert f"http://localhost:8123/groups/{group.pk}/" in said
        assert f"Sign in as  {demonstration.COACH}" in said
        assert f"Password    {demonstration.PASSWORD}" in said
    assert group.owner is not None
    assert group.owner.check_password(demonstration.PASSWORD)


def test_make_demo_keeps_away_from_the_ordinary_database():
    """Whatever the shell has set."""
    text = (ROOT / "Makefile").read_text()
    demo = text[text.index("\ndemo:") : text.index("\ndev:")]
    assert all("$(DEMO)" in line for line in demo.splitlines() if "manage.py" in line)
    (setting,) = [line for line in text.splitlines() if line.startswith("DEMO :=")]
    assert "-u DATABASE_URL" in setting
    assert "VAR_DIR=var/demo" in setting
