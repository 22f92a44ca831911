"""Taking documents in: prepared before the lock, all or nothing, nobody's edit lost."""

import copy

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from careers import document, drafts, intake
from careers.drafts import MovedError
from careers.importers.reading import Reading
from careers.models import (
    Career,
    Fact,
    GuideSection,
    KeptDraft,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
    Version,
)
from careers.prepared import inserts, reserve_ids, run
from careers.revisions import next_revision

from .. import frameworks
from ..conftest import NOW


def normal(key: str = "box-maker", **changes) -> document.Json:
    """Return the tiny career under a key."""
    raw = copy.deepcopy(frameworks.tiny(**changes))
    raw["career"]["key"] = key
    return document.normal(raw)


def proposed(*found: document.Json) -> intake.DryRun:
    """Return what taking these in would do."""
    return intake.propose(Reading(found))


def renamed(title: str) -> document.Json:
    """Return the tiny career with another title of its first skill."""
    raw = normal()
    raw["skills"][0]["title"] = title
    return raw


def edit(title: str) -> None:
    """Change the draft as an editor does, taking its next revision."""
    next_revision(Career.objects.get().pk)
    Skill.objects.filter(key="cutting").update(title=title)


def test_what_was_compared_and_moved_is_not_written(box_maker):
    """Not by the import that was shown: the page compares again."""
    dry_run = proposed(renamed("Sawing"))
    edit("Slicing")
    with pytest.raises(MovedError):
        intake.take_in(dry_run, now=NOW, publish=True)
    assert Skill.objects.get(key="cutting").title == "Slicing"
    assert (KeptDraft.objects.count(), Version.objects.count()) == (0, 1)


def test_an_edit_made_while_an_import_is_prepared_is_kept_aside(box_maker):
    """The command compares again; the edit can be restored."""
    dry_run = proposed(renamed("Sawing"))
    edit("Slicing")
    assert intake.take_in_at_last(dry_run, now=NOW, publish=True) == 1
    assert Skill.objects.get(key="cutting").title == "Sawing"
    [kept] = KeptDraft.objects.all()
    assert kept.document["skills"][0]["title"] == "Slicing"
    assert drafts.is_published(Career.objects.select_related("latest").get())


def test_an_import_that_finds_drafts_moving_each_time_is_taken_in_at_last(box_maker, monkeypatch):
    """Then with the editors waiting; the edit that stood is kept."""
    prepare, edits = intake.prepare, iter("ABC")

    def overtaken(*arguments, **options):
        prepared = prepare(*arguments, **options)
        for title in edits:
            edit(title)
            break
        return prepared

    monkeypatch.setattr(intake, "prepare", overtaken)
    intake.take_in_at_last(proposed(renamed("Sawing")), now=NOW)
    assert Skill.objects.get(key="cutting").title == "Sawing"
    assert [kept.document["skills"][0]["title"] for kept in KeptDraft.objects.all()] == ["C"]


def test_a_career_that_somebody_made_meanwhile_is_compared_again(db):
    """Two imports of the same new career: the second finds nothing to do."""
    dry_run = proposed(normal())
    intake.take_in(proposed(normal()), now=NOW, publish=True)
    with pytest.raises(MovedError):
        intake.take_in(dry_run, now=NOW, publish=True)
    assert intake.take_in_at_last(dry_run, now=NOW, publish=True) == 0
    assert (Career.objects.count(), Version.objects.count()) == (1, 1)


def test_a_fault_in_one_career_leaves_all_as_they_were(box_maker):
    """Whatever it is that the database refuses at last."""
    dry_run = proposed(renamed("Sawing"), normal("bag-maker"))
    dry_run.careers[1].document["requirements"][0]["rating"] = 9
    with pytest.raises(MovedError):
        intake.take_in(dry_run, now=NOW)
    assert Career.objects.count() == 1
    assert Skill.objects.get(key="cutting").title == "Cutting"
    assert Requirement.objects.count() == len(normal()["requirements"])


def statements(*found: document.Json) -> list[str]:
    """Take documents in; return the statements from the transaction's first to its end."""
    dry_run = proposed(*found)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        intake.take_in(dry_run, now=NOW, publish=True)
    words = [each["sql"].split()[0] for each in captured.captured_queries]
    ends = [place for place, word in enumerate(words) if word == "COMMIT"]
    begins = [place for place, word in enumerate(words) if word == "BEGIN"]
    return words[begins[-1] + 1 : ends[-1]]


def test_the_transaction_only_writes_what_was_prepared(transactional_db):
    """One look whether the drafts moved, then deletes, inserts and one update.

    Nothing is read, compared or compiled while visitors wait for the lock; their number
    does not grow with the careers as long as a statement has room for the rows.
    """
    first = statements(normal())
    assert (set(first[:-1]), first[-1]) == ({"INSERT"}, "UPDATE")
    again = statements(renamed("Sawing"))
    assert again == ["SELECT", *["DELETE"] * len(draft_models()), *first]
    assert len(statements(normal("bag-maker"), normal("tin-maker"))) == len(first)


def draft_models() -> list[type[models.Model]]:
    """Return the models whose rows are a draft."""
    lists = (StepAfter, StepRequires, StepGives, Requirement, Step, Fact)
    return [*lists, Level, Skill, SkillGroup, GuideSection, Source]


def test_reserved_ids_are_nobody_elses(box_maker):
    """Not those in use, not those reserved before, and not those that come later."""
    first, second = list(reserve_ids(Skill, 3)), list(reserve_ids(Skill, 2))
    taken = {*first, *second, *Skill.objects.values_list("pk", flat=True)}
    assert len(taken) == 5 + Skill.objects.count()
    career = Career.objects.get()
    group = career.skill_groups.first()
    later = Skill.objects.create(career=career, skill_group=group, key="later", title="Later")
    assert later.pk not in taken
    assert list(reserve_ids(Skill, 0)) == []


def test_ids_can_be_reserved_in_a_table_that_was_never_written(db):
    assert len(set(reserve_ids(KeptDraft, 2))) == 2


def test_prepared_inserts_store_what_bulk_inserts_would(box_maker):
    """Over more rows than one statement holds; and over what is there, when asked."""
    career = Career.objects.get()
    rows = [
        KeptDraft(career=career, document={"n": n}, kept_at=NOW.replace(microsecond=n))
        for n in range(700)
    ]
    run(inserts(rows))
    assert sorted(kept.document["n"] for kept in KeptDraft.objects.all()) == list(range(700))
    run(
        inserts([Career(pk=career.pk, key="box-maker", title="New")], unique="id", update=["title"])
    )
    career.refresh_from_db()
    assert (career.title, career.summary) == ("New", "Makes boxes.")
    assert list(inserts([])) == []


def test_preparing_asks_no_more_for_two_careers_than_for_one(db):
    """Above all it reads no version again, each of which may have megabytes."""
    intake.take_in(proposed(normal(), normal("bag-maker")), now=NOW, publish=True)

    def queries(*keys: str) -> int:
        found = [{**renamed("Sawing"), "career": normal(key)["career"]} for key in keys]
        dry_run = proposed(*found)
        with CaptureQueriesContext(connection) as captured:
            intake.take_in(dry_run, now=NOW, publish=True)
        return len(captured)

    both = queries("box-maker", "bag-maker")
    intake.take_in(proposed(normal()), now=NOW, publish=True)
    assert queries("box-maker") == both
