"""Each thing the check finds, planted once, with the very cell or field its link leads to."""

import re

import pytest
from django.test import Client

from careers.models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
)

pytestmark = pytest.mark.django_db
STUDIO = "/studio/box-maker/"
HARD = "Comprehensive familiarity with mechanical separation facilitates optimisation. " * 4


def career() -> Career:
    return Career.objects.get(key="box-maker")


def put(model, key: str, **values):
    """Return what sets fields of a row, as nothing in the studio would."""
    return lambda: model.objects.filter(key=key).update(**values)


def require(level: str, skill: str, **values):
    """Return what changes a requirement."""
    rows = Requirement.objects.filter(level__key=level, skill__key=skill)
    return lambda: rows.update(**values)


def drop(model, **which):
    """Return what deletes rows."""
    return lambda: model.objects.filter(**which).delete()


def circle_of_after() -> None:
    steps = {row.key: row for row in Step.objects.all()}
    StepAfter.objects.create(step=steps["cut-orders"], other=steps["plan-a-day"])


def circle_of_prerequisites() -> None:
    """Cutting 1 comes from scraps, which now needs what only the orders give."""
    skill = Skill.objects.get(key="cutting")
    StepRequires.objects.create(step=Step.objects.get(key="cut-scraps"), skill=skill, rating=2)


def unused() -> None:
    Requirement.objects.filter(skill__key="gluing").delete()


ERRORS = [
    ("a level without a requirement", drop(Requirement, level__key="junior"),
     "has no requirement", "cell/junior/cutting/"),
    ("a circle of steps", circle_of_after, "waits in a circle for plan-a-day",
     "steps/cut-orders/#id_after"),
    ("two currencies", put(Step, "glue-course", currency="EUR"),
     "costs EUR, other steps USD", "steps/glue-course/#id_currency"),
    ("a skill both merged and there", put(Skill, "cutting", merged_from=["gluing"]),
     "says gluing was merged into it", "skills/cutting/#id_merged_from"),
    ("a fact that the guide shows is gone", put(GuideSection, "work", items=[{"facts": ["gone"]}]),
     "there is no fact 'gone'", "guide/work/#id_items_0_facts"),
    ("a blank title", put(Skill, "gluing", title=" "), "is blank", "skills/gluing/#id_title"),
    ("a group's blank title", put(SkillGroup, "head", title=" "), "is blank",
     "groups/head/#id_title"),
    ("an anchor too long", put(Skill, "gluing", anchor_4="a" * 4001),
     "longer than 4000", "skills/gluing/#id_anchor_4"),
    ("years out of bounds", put(Level, "junior", years_from=61, years_to=70),
     "years[1]: ", "levels/junior/#id_years_to"),
    ("a level's focus", put(Level, "junior", focus=["a\x07bell"]), "control characters",
     "levels/junior/#id_focus"),
    ("a check of no kind", put(Level, "junior", checks=[{"kind": "luck", "text": "x"}]),
     "checks[0].kind", "levels/junior/#id_checks"),
    ("codes out of shape", put(Skill, "gluing", codes={"No Key": "1"}), "codes",
     "skills/gluing/#id_codes"),
    ("a web address", put(Step, "glue-course", url="ftp://x"), "no web address",
     "steps/glue-course/#id_url"),
    ("a fact's value", put(Fact, "pay", value=" "), "is blank", "facts/pay/#id_value"),
    ("an entry of the guide", put(GuideSection, "work", items=[{}, {"term": "a" * 201}]),
     "longer than 200", "guide/work/#id_items_1_term"),
    ("a career without a title", lambda: Career.objects.update(title=" "), "is blank",
     "about/#id_title"),
    ("no skills", drop(Skill), "has 0 entries", "skills/"),
]  # fmt: skip
WARNINGS = [
    ("no step reaches it from 0", drop(StepGives, skill__key="planning"),
     "no steps lead from 0 to 2", "cell/senior/planning/"),
    ("it falls at a higher level", require("senior", "gluing", rating=1),
     "asks 1 but Junior Box Maker asks 2", "cell/senior/gluing/"),
    ("an unused skill", unused, "no level requires it", "cell/junior/gluing/"),
    ("a missing anchor", put(Skill, "planning", anchor_2=""), "no sentence for rating 2",
     "skills/planning/#id_anchor_2"),
    ("a duplicate anchor", put(Skill, "planning", anchor_3="Gluing: what 1 looks like."),
     "rating 3 repeats gluing rating 1", "skills/planning/#id_anchor_3"),
    ("a circle of prerequisites", circle_of_prerequisites, "waits in a circle",
     "steps/cut-scraps/#id_requires"),
    ("a level without essentials", require("junior", "cutting", essential=False),
     "has no essential skill", "cell/junior/cutting/"),
    ("a fact without source", put(Fact, "pay", source=""), "has no source",
     "facts/pay/#id_source"),
    ("a skill too hard to read", put(Skill, "gluing", description=HARD), "reads at school grade",
     "skills/gluing/#id_description"),
    ("a step too hard to read", put(Step, "glue-course", description=HARD),
     "reads at school grade", "steps/glue-course/#id_description"),
    ("a group without skills",
     lambda: SkillGroup.objects.create(career=career(), key="feet", title="Feet"),
     "has no skill", "groups/feet/"),
]  # fmt: skip


def test_every_kind_of_finding_is_planted():
    """A new kind of finding is not forgotten here: its code stands in ``check.py``."""
    from pathlib import Path

    source = Path("careers/check.py").read_text()
    codes = set(re.findall(r'_(?:error|warning)\(\s*"(\w+)"', source))
    # Keys and ranks cannot stand twice in a draft: the database refuses them, and so years
    # that run backwards; rows that name others are kept by foreign keys.
    assert codes - {"duplicate", "years"} == {
        "broken_reference", "merged", "circle", "empty_level", "currencies", "no_source",
        "empty_group", "unused_skill", "missing_anchor", "duplicate_anchor", "no_essential",
        "falls", "unreachable", "prerequisites", "hard_text",
    }  # fmt: skip


def link(page: str, words: str) -> str:
    """Return where the finding with those words leads to."""
    for item in re.findall(r'<li class="found-.*?</li>', page, re.DOTALL):
        if words.replace("'", "&#x27;") in item:
            found = re.search(r'<a href="([^"]+)"', item)
            assert found, f"no link: {item}"
            return found[1]
    raise AssertionError(f"not told: {words}")


@pytest.mark.parametrize(
    ("plant", "words", "address", "is_error"),
    [
        pytest.param(*case, is_error, id=name)
        for is_error, cases in ((True, ERRORS), (False, WARNINGS))
        for name, *case in cases
    ],
)
def test_it_is_told_and_leads_to_what_mends_it(
    paula: Client, box_maker, plant, words, address, is_error
):
    """On the matrix, a form, the lists and the review; the field is on the page it leads to."""
    plant()
    for place in ("", "levels/", "groups/new/", "history/", "review/", "check/"):
        response = paula.get(STUDIO + place)
        assert link(response.text, words) == STUDIO + address, place
        assert bool(response.context["check"].errors) is is_error
        assert 'id="check-sum"' in response.text
    path, _hash, control = (STUDIO + address).partition("#")
    target = paula.get(path)
    assert target.status_code == 200
    assert not control or f'id="{control}"' in target.text


def test_a_viewer_is_led_to_the_cell_but_to_no_form(vera: Client, box_maker):
    """There are no forms for them."""
    require("senior", "gluing", rating=1)()
    put(Fact, "pay", source="")()
    page = vera.get(f"{STUDIO}check/").text
    assert link(page, "asks 1 but Junior Box Maker asks 2") == f"{STUDIO}#cell-senior--gluing"
    assert f'href="{STUDIO}facts/pay/' not in page


def test_a_source_that_is_out_of_shape_leads_to_its_form(emil: Client, box_maker):
    """By its number, whatever its name is made of."""
    Source.objects.update(name="the box / survey", url="ftp://boxes.example")
    found = emil.get(STUDIO).context["check"].found
    assert [(each.title, each.is_error) for each in found] == [("The box survey", True)]
    address = f"{STUDIO}sources/{Source.objects.get().pk}/#id_url"
    assert link(emil.get(STUDIO).text, "is no web address") == address
    assert 'id="id_url"' in emil.get(address).text
