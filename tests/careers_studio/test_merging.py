"""Merging two skills of a draft: the one that stays takes the higher of what both ask.

skill    | junior | senior      step        | needs     | gives
---------+--------+-------      ------------+-----------+-----------
cutting  | 1 w5 * | 3 w5 *      cut-scraps  |           | cutting 1
gluing   | 2 w3   | 3 w3        cut-orders  | cutting 1 | cutting 3
planning |   –    | 2 w2        glue-course |           | gluing 3
"""

import pytest

from careers import check
from careers.document import normal, parse
from careers.drafts import compile_draft
from careers.models import Career, Requirement, Skill, Step, StepGives
from careers.studio.cells import Cell
from careers.studio.merging import higher

pytestmark = pytest.mark.django_db
MERGE = "/studio/box-maker/skills/cutting/merge/"
SEEN = {"source_revision": "1", "into_revision": "1"}


def document() -> dict:
    """Return the draft as a document in normal form."""
    return normal(compile_draft(Career.objects.get()))


def requirements() -> dict[tuple[str, str], tuple[int, int, bool]]:
    """Return what the draft requires."""
    return {
        (row["level"], row["skill"]): (row["rating"], row["importance"], row["essential"])
        for row in document()["requirements"]
    }


def test_requirements_take_the_higher(emil, box_maker):
    """Of rating and importance each; essential where either is."""
    response = emil.post(MERGE, {"into": "gluing", **SEEN})
    assert response["Location"] == "/studio/box-maker/skills/gluing/"
    assert requirements() == {
        ("junior", "gluing"): (2, 5, True),
        ("senior", "gluing"): (3, 5, True),
        ("senior", "planning"): (2, 2, False),
    }


def test_a_level_that_asks_only_the_one_asks_the_other_then(emil, box_maker):
    """Junior never asked for planning; it does after cutting went into it."""
    emil.post(MERGE, {"into": "planning", **SEEN})
    assert requirements() == {
        ("junior", "planning"): (1, 5, True),
        ("senior", "planning"): (3, 5, True),
        ("junior", "gluing"): (2, 3, False),
        ("senior", "gluing"): (3, 3, False),
    }


def test_steps_name_the_skill_that_stays(emil, box_maker):
    """A step that gave both gives the higher."""
    step, gluing = Step.objects.get(key="cut-orders"), Skill.objects.get(key="gluing")
    StepGives.objects.create(step=step, skill=gluing, rating=2, position=1)
    emil.post(MERGE, {"into": "gluing", **SEEN})
    steps = {row["key"]: row for row in document()["steps"]}
    given = {key: [(g["skill"], g["rating"]) for g in row["gives"]] for key, row in steps.items()}
    assert given == {
        "cut-scraps": [("gluing", 1)],
        "cut-orders": [("gluing", 3)],
        "glue-course": [("gluing", 3)],
        "plan-a-day": [("planning", 2)],
    }
    assert steps["cut-orders"]["requires"] == [{"skill": "gluing", "rating": 1}]


def test_the_merge_is_remembered_in_the_document(emil, box_maker):
    """So that old ratings of both can be read as the higher, also after two merges."""
    emil.post(MERGE, {"into": "gluing", **SEEN})
    revision = Skill.objects.get(key="gluing").revision
    data = {"into": "planning", "source_revision": revision, "into_revision": "1"}
    emil.post("/studio/box-maker/skills/gluing/merge/", data)
    after = document()
    assert after["skills"][0]["merged_from"] == ["gluing", "cutting"]
    assert parse(after).skills()["planning"].merged_from == ("gluing", "cutting")
    assert [found.code for found in check.errors(after)] == []


def test_a_merged_key_is_not_given_again(emil, box_maker):
    """A new skill of that key would take old ratings that belong to another."""
    emil.post(MERGE, {"into": "gluing", **SEEN})
    group = Skill.objects.get(key="gluing").skill_group_id
    data = {"title": "Cutting", "skill_group": group, "revision": "0"}
    assert emil.post("/studio/box-maker/skills/new/", data).status_code == 302
    assert sorted(Skill.objects.values_list("key", flat=True)) == [
        "cutting-2", "gluing", "planning",
    ]  # fmt: skip


def test_the_page_shows_what_will_become_of_both(emil, box_maker):
    """Level by level, with the anchors side by side."""
    page = emil.get(MERGE, {"into": "planning"})
    assert [(c.level, c.source.content, c.into.content, c.result.content)
            for c in page.context["cells"]] == [
        ("Junior Box Maker", (1, 5, True), (0, 0, False), (1, 5, True)),
        ("Senior Box Maker", (3, 5, True), (2, 2, False), (3, 5, True)),
    ]  # fmt: skip
    assert page.context["anchors"][4] == (
        4, "Cutting: what 4 looks like.", "Planning: what 4 looks like.",
    )  # fmt: skip
    assert Skill.objects.count() == 3


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"into": "gluing", **SEEN, "source_revision": "0"}, id="old source"),
        pytest.param({"into": "gluing", **SEEN, "into_revision": "9"}, id="old target"),
        pytest.param({"into": "nothing", **SEEN}, id="unknown target"),
        pytest.param({"into": "cutting", **SEEN}, id="itself"),
        pytest.param({"into": "gluing"}, id="no revisions"),
    ],
)
def test_what_was_changed_meanwhile_is_not_merged(emil, box_maker, data):
    """The editor looks again; nothing has happened."""
    page = emil.post(MERGE, data)
    assert page.status_code == 409
    assert "changed meanwhile" in page.text
    assert Skill.objects.count() == 3
    assert Requirement.objects.count() == 5


def test_of_two_cells_the_higher_of_each_part_counts():
    """Pure: no level asks less than before."""
    one = Cell("junior", "a", 1, 5, essential=True, revision=7)
    two = Cell("junior", "b", 3, 2, essential=False, revision=8)
    assert higher(one, two) == Cell("junior", "b", 3, 5, essential=True, revision=8)
