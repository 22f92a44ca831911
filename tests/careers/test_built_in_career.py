"""The built-in career, Production Technician: complete, sound, and true to its five sources."""

import json
from collections import Counter

import pytest

from assessments.core.ladder import Ladder, Level, Requirement
from assessments.core.scale import Band
from assessments.core.score import score
from careers import check, document

from ..conftest import BUILT_IN

GUIDE = "000_c68f4f35e5eec84d.txt"  # a career guide, undated
CARD = "001_122770c39db92dc6.txt"  # a role card, undated
HIMALAYAS = "002_7d0fd64e89148b2a.txt"  # the Himalayas guide of 2025
ARTICLE = "003_742c5dd3933af376.txt"  # an article, updated 13 November 2022
GROUP = "004_eec93e81c70b8e2e.txt"  # a profile of a wider group of occupations

RAW = document.loads(BUILT_IN.read_bytes())
CAREER = document.parse(RAW)


def test_nothing_is_found_wrong_with_it():
    """Neither an error nor a warning: what editors are asked to mend is not shipped."""
    assert check.check(RAW) == []


def test_the_file_is_in_its_normal_form():
    """So that what is exported is what is in the repository."""
    assert document.pretty(RAW) == BUILT_IN.read_text(encoding="utf-8")


def test_its_ladder_has_five_rungs_with_their_usual_years():
    assert [(level.rank, level.title, level.years) for level in CAREER.levels] == [
        (1, "Junior Production Technician", (0, 2)),
        (2, "Production Technician", (2, 4)),
        (3, "Senior Production Technician", (4, 7)),
        (4, "Lead Production Technician", (7, 10)),
        (5, "Production Supervisor", (10, None)),
    ]


def test_every_rung_says_its_scope_and_four_things_to_work_on():
    """As the guide of 2025 does, for each."""
    assert [(bool(level.scope), len(level.focus)) for level in CAREER.levels] == [(True, 4)] * 5


def test_it_asks_for_at_least_24_skills_on_five_or_six_pages():
    """Every skill is asked, and no page is long."""
    pages = CAREER.questionnaire()
    asked = [skill.key for page in pages for skill in page.skills]
    assert asked == list(CAREER.skills())
    assert len(asked) >= 24
    assert len(pages) in (5, 6)
    assert max(len(page.skills) for page in pages) <= 8


@pytest.mark.parametrize("skill", CAREER.skills().values(), ids=lambda skill: skill.key)
def test_every_skill_has_five_different_anchors_and_a_description(skill):
    """Different from each other, and from those of any other skill."""
    everyone = Counter(
        anchor.casefold() for other in CAREER.skills().values() for anchor in other.anchors
    )
    assert [everyone[anchor.casefold()] for anchor in skill.anchors] == [1, 1, 1, 1, 1]
    assert all(anchor.strip() for anchor in skill.anchors)
    assert skill.description.strip()


def test_it_has_at_least_45_steps_of_every_kind():
    kinds = {step.kind for step in CAREER.steps}
    assert len(CAREER.steps) >= 45
    assert kinds == {
        "course",
        "certification",
        "apprenticeship",
        "project",
        "on-the-job",
        "self-study",
        "mentoring",
    }


def test_every_step_gives_something_and_says_where_its_figures_come_from():
    """In hours and dollars; what is estimated is marked so."""
    wanting = [
        step.key
        for step in CAREER.steps
        if not (step.gives and step.hours > 0 and step.currency == "USD" and step.source.strip())
    ]
    assert wanting == []
    assert {step.estimated for step in CAREER.steps if step.source == "Rung editors"} == {True}


def test_every_requirement_can_be_reached_from_nothing():
    """By steps that can be taken one after another, from 0 in every skill."""
    reachable = check.reachable_ratings(RAW)
    beyond = [r for r in CAREER.requirements if reachable.get(r.skill, 0) < r.rating]
    assert beyond == []


LADDER = Ladder(
    tuple(
        Level(
            level.key,
            tuple(
                Requirement(r.skill, r.rating, r.importance, r.essential)
                for r in CAREER.requirements
                if r.level == level.key
            ),
        )
        for level in CAREER.levels
    ),
    {key: skill.title for key, skill in CAREER.skills().items()},
)


@pytest.mark.parametrize("rung", range(5))
def test_who_meets_a_rung_exactly_has_reached_it_and_not_the_next(rung):
    """Each rung asks for something more: the ladder has no double rungs."""
    have: dict[str, int | None] = {}
    for level in LADDER.levels[: rung + 1]:
        for need in level.requirements:
            have[need.skill] = max(have.get(need.skill) or 0, need.rating)
    result = score(LADDER, LADDER.levels[rung].key, have)
    assert (result.target.low, result.reached_level) == (1000, LADDER.levels[rung].key)
    if rung < 4:
        assert result.levels[rung + 1].band != Band.READY


def test_it_has_the_other_names_of_the_occupation():
    """Two from the article, the others from the role card."""
    assert sorted(CAREER.alternative_titles) == [
        "Advanced Manufacturing Technician",
        "Manufacturing Production Technician",
        "Manufacturing Technician",
        "Process Engineer",
        "Product Introduction Manager",
        "Product Technician",
        "Research and Development Machinist",
    ]


# Key figures of the sources, side by side and never merged: kind, value, unit, date, source.
KEY_FIGURES = [
    ("median-pay", "41500", "USD/year", "undated", GUIDE),
    ("median-pay", "47430", "USD/year", "May 2023", HIMALAYAS),
    ("median-pay", "49000", "USD/year", "undated", GROUP),
    ("median-pay-hourly", "19.95", "USD/hour", "undated", GUIDE),
    ("top-pay", "70500", "USD/year", "undated", GUIDE),
    ("top-pay-hourly", "33.89", "USD/hour", "undated", GUIDE),
    ("pay-range", "30000–70000", "USD/year", "2025", HIMALAYAS),
    ("entry-pay", "35000–50000", "USD/year", "2025", HIMALAYAS),
    ("experienced-pay", "50000–70000", "USD/year", "2025", HIMALAYAS),
    ("outlook", "slower than average", "", "undated, the next decade", GUIDE),
    ("outlook", "1", "%", "2022–32", HIMALAYAS),
    ("outlook", "-14", "%", "2024–34", GROUP),
    ("openings", "133000", "jobs/year", "2022–32", HIMALAYAS),
    ("ai-resilience", "2", "of 6", "undated", GROUP),
    ("ai-tasks", "10", "%", "undated", GROUP),
    ("human-advantage", "9", "of 25", "undated", GROUP),
    ("certification", "uncommon", "", "undated", GUIDE),
    ("certification", "greatly raises your chances", "", "undated", CARD),
    ("certification", "necessary", "", "updated 13 November 2022", ARTICLE),
    ("entry-education", "high school diploma or GED, at least", "", "undated", GUIDE),
    ("entry-education", "high school diploma or equivalent", "", "2025", HIMALAYAS),
    ("entry-education", "degree or apprenticeship", "", "updated 13 November 2022", ARTICLE),
    ("entry-education", "less than high school", "", "undated", GROUP),
    ("entry-experience", "some needed", "", "undated", CARD),
    ("entry-experience", "2–4", "years", "undated", GUIDE),
    ("time-to-entry", "3–6", "months", "2025", HIMALAYAS),
    ("time-to-entry", "6–12", "months", "2025", HIMALAYAS),
    ("time-to-entry", "6–24", "months", "2025", HIMALAYAS),
    ("training-length", "3–9", "months", "2025", HIMALAYAS),
    ("training-length", "6–12", "months", "2025", HIMALAYAS),
    ("training-length", "2", "years", "2025", HIMALAYAS),
    ("training-price", "5000–15000", "USD", "2025", HIMALAYAS),
    ("training-price", "8000–25000", "USD", "2025", HIMALAYAS),
    ("on-the-job-training", "a few months to one year", "", "undated", GROUP),
    ("mid-career", "5–10", "years", "undated", GROUP),
    ("work-week", "40", "hours/week", "undated", GUIDE),
    ("remote-work", "essentially none", "", "2025", HIMALAYAS),
]


@pytest.mark.parametrize(("kind", "value", "unit", "date", "source"), KEY_FIGURES)
def test_a_key_figure_stands_once_with_its_date_and_source(kind, value, unit, date, source):
    """As its source gives it; where sources disagree, each figure stands for itself."""
    found = [
        (fact.value, fact.unit, fact.date)
        for fact in CAREER.facts
        if (fact.kind, fact.source, fact.value) == (kind, source, value)
    ]
    assert found == [(value, unit, date)]


@pytest.mark.parametrize(
    ("rung", "median", "average", "years"),
    [
        ("Junior Production Technician", "40000", "42000", "0–2"),
        ("Production Technician", "52000", "55000", "2–4"),
        ("Senior Production Technician", "65000", "68000", "4–7"),
        ("Lead Production Technician", "75000", "78000", "7–10"),
        ("Production Supervisor", "85000", "89000", "10 or more"),
    ],
)
def test_every_rung_has_its_pay_and_years_from_one_guide(rung, median, average, years):
    """All from the guide of 2025, so that they can be compared with each other."""
    keys = {level.title: level.key for level in CAREER.levels}
    facts = {
        (fact.kind, fact.value, fact.unit, fact.date, fact.source)
        for fact in CAREER.facts
        if fact.level == keys[rung]
    }
    assert facts == {
        ("pay-level-median", median, "USD/year", "2025", HIMALAYAS),
        ("pay-level-average", average, "USD/year", "2025", HIMALAYAS),
        ("level-years", years, "years", "2025", HIMALAYAS),
    }


def test_pay_of_eight_countries_stays_in_their_own_money():
    """With about as many dollars in the note, where the guide gives them."""
    facts = [fact for fact in CAREER.facts if fact.kind == "pay-by-country"]
    assert {fact.source for fact in facts} == {HIMALAYAS}
    assert [
        (fact.region, fact.value, fact.unit, fact.note.partition(" US dollars")[0])
        for fact in facts
        if fact.region not in ("United States", "Canada")
    ] == [
        ("Germany", "40000–60000", "EUR/year", "About 43,000–65,000"),
        ("Poland", "15000–25000", "EUR/year", "About 16,000–27,000"),
        ("Japan", "3500000–5500000", "JPY/year", "About 23,000–37,000"),
        ("South Korea", "30000000–50000000", "KRW/year", "About 22,000–37,000"),
        ("Australia", "60000–85000", "AUD/year", "About 40,000–57,000"),
        ("Mexico", "120000–250000", "MXN/year", "About 7,000–15,000"),
    ]
    assert [(f.region, f.value, f.unit) for f in facts][:2] == [
        ("United States", "45000–70000", "USD/year"),
        ("Canada", "40000–65000", "CAD/year"),
    ]


def test_five_specialised_trades_have_their_code_and_pay():
    """Of the eight the profile speaks of, the five it shows."""
    (section,) = (section for section in CAREER.guide if section.key == "specialisations")
    assert [
        (item.codes["onet-soc"], item.term, item.facts[0].value, item.facts[0].source)
        for item in section.items
    ] == [
        ("51-4192.00", "Layout Workers, Metal and Plastic", "62270", GROUP),
        ("51-4111.00", "Tool and Die Makers", "61490", GROUP),
        ("51-4121.00", "Welders, Cutters, Solderers, and Brazers", "48940", GROUP),
        ("51-4194.00", "Tool Grinders, Filers, and Sharpeners", "46410", GROUP),
        (
            "51-4122.00",
            "Welding, Soldering, and Brazing Machine Setters, Operators, and Tenders",
            "45350",
            GROUP,
        ),
    ]


def test_figures_of_the_wider_group_say_that_it_is_wider():
    """They count other trades as well and must not pass for this occupation's."""
    misleading = [
        fact.key
        for fact in CAREER.facts
        if fact.source == GROUP
        and fact.kind != "pay-specialisation"
        and "wider group" not in fact.scope
    ]
    assert misleading == []


@pytest.mark.parametrize(
    ("section", "count"),
    [
        ("good-sides", 7),
        ("hard-sides", 7),
        ("questions", 8),
        ("six-steps", 6),
        ("interests", 4),
        ("related-careers", 5),
        ("specialisations", 5),
        ("emerging-roles", 2),
        ("support", 6),
        ("pay-by-country", 8),
        ("pay-by-level", 5),
    ],
)
def test_the_lists_of_the_guide_are_as_long_as_their_sources(section, count):
    """Nothing was lost on the way."""
    lengths = {each.key: len(each.items) for each in CAREER.guide}
    assert lengths[section] == count


NAMED = """
    Women in Manufacturing | NSBE | SHPE | Helmets to Hardhats | Disability:IN | FABTECH
    Skilled Immigration Act | Express Entry | Provincial Nominee | skilled migration
    HMI | PLC | MES | ERP | CMMS | CMM | CNC | CAD | AutoCAD | 5S | Kaizen | EPOCH
    Lean Manufacturing | Six Sigma | Associate of Applied Science | GED | first aid
    caliper | micrometer | dial indicator | gauge block | surface plate | v-block | hoist
    lathe | mill | grinder | drill press | saw | welder | forklift | pallet jack
    Automation Support Technician | Industrial Data Analyst | Machine Operator
    Maintenance Assistant | Assembler | Quality Control Inspector | Manufacturing Engineer
    Manufacturing Operator | Manufacturing Technician | Process Technician
    Production Operator | Production Specialist | operations manager
    Industry 4.0 | internet of things | predictive maintenance | semiconductor | aerospace
    pharmaceutical | medical device | automotive | food and beverage | renewable energy
    advanced materials | entertainment | laboratory | overtime | night | rotating | LinkedIn
    fluid power | mechatronics | apprenticeship | contaminated | leak | reliability
"""


def test_what_the_sources_name_is_named():
    """Tools, certificates, places, organisations, neighbouring jobs: a reader can find them."""
    text = json.dumps(RAW, ensure_ascii=False).casefold()
    names = [name.strip() for line in NAMED.strip().splitlines() for name in line.split("|")]
    assert [name for name in names if name.casefold() not in text] == []


@pytest.mark.parametrize(
    "noise", ["Clinical Research Coordinator", "Quality Control Manager", "FORMATS.md", "seed"]
)
def test_what_is_no_business_of_a_reader_is_left_out(noise):
    """Other jobs of a page we read, and names of files that a reader cannot open."""
    assert noise not in json.dumps(RAW, ensure_ascii=False)


def named_sources() -> set[str]:
    """Return every name in the source fields of facts, guide and checks."""
    fields = [
        *(fact.source for fact in CAREER.facts),
        *(section.source for section in CAREER.guide),
        *(item.source for section in CAREER.guide for item in section.items),
        *(asked.source for level in CAREER.levels for asked in level.checks),
    ]
    return {name.strip() for field in fields for name in field.split(";") if name.strip()}


def test_every_source_is_explained_and_every_fact_has_one():
    """Five files and the editors' own judgement, each with a title and what to think of it."""
    assert named_sources() == {GUIDE, CARD, HIMALAYAS, ARTICLE, GROUP, "Rung editors"}
    assert set(CAREER.sources) == named_sources()
    assert [source.name for source in CAREER.sources.values() if not source.note] == []
    assert [fact.key for fact in CAREER.facts if not fact.source] == []


def test_the_credit_line_owed_for_codes_and_titles_is_there():
    """O*NET content is used under CC BY 4.0, which asks for a credit and a note of changes."""
    for words in ("O*NET", "CC BY 4.0", "modified", "USDOL/ETA has not approved"):
        assert words in CAREER.credit
