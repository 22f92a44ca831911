"""The framework check: every finding names its row. No database.

Each case changes one thing of the tiny career and expects exactly these findings:

    skill    | junior | senior      step       | needs     | waits for  | gives
    ---------+--------+-------      -----------+-----------+------------+-----------
    cutting  | 1 w5 * | 3 w5 *      cut-scraps |           |            | cutting 1
    gluing   | 2 w3   | 3 w3        cut-orders | cutting 1 |            | cutting 3
    planning |   –    | 2 w2        glue-course|           |            | gluing 3
                                    plan-a-day |           | cut-orders | planning 2
"""

import copy
from collections import Counter

import pytest

from careers import check, document
from careers.document import Json

from ..frameworks import of_size, requirement, skill, step, tiny

HARD = (
    "Comprehensive familiarity with mechanical separation procedures facilitates considerable "
    "optimisation of corrugated material utilisation, notwithstanding the unavoidable "
    "variability of incoming components. " * 2
)


def findings(change) -> list[tuple[str, str, str]]:
    """Return (code, row, message) of a tiny career after the change, made in place."""
    normal = document.normal(tiny())
    change(normal)
    return [(found.code, found.where, found.message) for found in check.check(normal)]


def duplicate(name: str, place: int = 0):
    """Return a change that lists a row twice."""
    return lambda doc: doc[name].append(copy.deepcopy(doc[name][place]))


def nothing(doc) -> None:
    """Change nothing."""


def put(name: str, place: int, **values):
    """Return a change that sets values of a row."""
    return lambda doc: doc[name][place].update(values)


def add(name: str, row: Json):
    """Return a change that adds a row."""
    return lambda doc: doc[name].append(row)


def remove(name: str, place: int):
    """Return a change that takes a row out."""
    return lambda doc: doc[name].pop(place)


def rating(skill: str, rating: int) -> Json:
    return {"skill": skill, "rating": rating}


def test_a_sound_career_has_no_findings():
    assert findings(nothing) == []


def test_a_career_without_steps_is_sound():
    """A career taken from a classification has none; it may be published."""
    assert findings(lambda doc: doc.update(steps=[])) == []


TWICE = "stands 2 times; keep one"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            put("levels", 1, rank=1),
            [("duplicate", "level rank 1", TWICE)],
        ),
        (
            add("levels", {"key": "junior", "title": "J", "rank": 3, "summary": ""}),
            [("duplicate", "level junior", TWICE)],
        ),
        (duplicate("groups"), [("duplicate", "group hands", TWICE)]),
        (duplicate("skills"), [("duplicate", "skill cutting", TWICE)]),
        (duplicate("requirements"), [("duplicate", "requirement junior × cutting", TWICE)]),
        (duplicate("steps"), [("duplicate", "step cut-scraps", TWICE)]),
        (duplicate("facts"), [("duplicate", "fact pay", TWICE)]),
        (duplicate("sources"), [("duplicate", "source box-survey", TWICE)]),
        (
            lambda doc: doc["guide"]["sections"].extend(doc["guide"]["sections"] * 2),
            [("duplicate", "guide section work", "stands 3 times; keep one")],
        ),
        (
            put("steps", 0, gives=[rating("cutting", 1), rating("cutting", 2)]),
            [("duplicate", "step cut-scraps gives cutting", TWICE)],
        ),
        (
            put("steps", 1, requires=[rating("cutting", 1), rating("cutting", 1)]),
            [("duplicate", "step cut-orders requires cutting", TWICE)],
        ),
        (
            put("steps", 3, after=["cut-orders", "cut-orders"]),
            [("duplicate", "step plan-a-day after cut-orders", TWICE)],
        ),
    ],
)
def test_a_key_that_stands_twice_is_an_error(change, expected):
    """In every list; one finding however often."""
    assert findings(change) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            put("skills", 2, group="feet"),
            [("broken_reference", "skill planning", "there is no group 'feet'")],
        ),
        (
            add("requirements", requirement("boss", "cutting", 1, 1)),
            [("broken_reference", "requirement boss × cutting", "there is no level 'boss'")],
        ),
        (
            add("requirements", requirement("junior", "flying", 1, 1)),
            [("broken_reference", "requirement junior × flying", "there is no skill 'flying'")],
        ),
        (
            put("steps", 0, gives=[rating("flying", 1)]),
            [("broken_reference", "step cut-scraps", "there is no skill 'flying'")],
        ),
        (
            put("steps", 0, requires=[rating("flying", 1)]),
            [("broken_reference", "step cut-scraps", "there is no skill 'flying'")],
        ),
        (
            put("steps", 3, after=["a-nap"]),
            [("broken_reference", "step plan-a-day", "there is no step 'a-nap'")],
        ),
        (
            put("facts", 0, level="boss"),
            [("broken_reference", "fact pay", "there is no level 'boss'")],
        ),
        (
            lambda doc: doc["guide"]["sections"][0]["items"][0].update(facts=["pay", "bonus"]),
            [("broken_reference", "guide section work", "there is no fact 'bonus'")],
        ),
    ],
)
def test_a_reference_to_nothing_is_an_error(change, expected):
    """It names who refers and to what."""
    assert findings(change) == expected


def circle(doc, **after):
    """Let steps wait for each other: ``circle(doc, a="b c")`` adds a after b and c."""
    for key, others in after.items():
        doc["steps"].append({**step(key), "after": others.split()})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"a": "", "b": "a", "c": "a b"}, []),
        ({"a": "a"}, [("step a", "a")]),
        ({"a": "b", "b": "a"}, [("step a", "b"), ("step b", "a")]),
        (
            {"a": "b", "b": "c", "c": "a", "start": "", "end": "a start"},
            [("step a", "b"), ("step b", "c"), ("step c", "a")],
        ),
        (
            {"a": "b", "b": "a", "x": "a y", "y": "x"},
            [("step a", "b"), ("step b", "a"), ("step x", "y"), ("step y", "x")],
        ),
    ],
)
def test_steps_that_wait_for_each_other_are_an_error(after, expected):
    """Only those in the circle are named, not those that wait for it from outside."""
    found = findings(lambda doc: circle(doc, **after))
    assert found == [
        ("circle", where, f"waits in a circle for {others}") for where, others in expected
    ]


def test_a_level_without_requirements_is_an_error():
    """It could not be scored."""
    extra = {"key": "boss", "title": "Boss", "rank": 3, "summary": ""}
    assert findings(add("levels", extra)) == [
        ("empty_level", "level boss", "has no requirement; add one or remove the level")
    ]


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([0, 2], []),
        ([2, 2], []),
        ([2, None], []),
        ([5, 2], [("years", "level junior", "years run from 5 back to 2")]),
    ],
)
def test_years_that_run_backwards_are_an_error(years, expected):
    assert findings(put("levels", 0, years=years)) == expected


def test_more_than_one_currency_is_an_error():
    """Costs of a plan are added up."""
    assert findings(put("steps", 2, currency="EUR")) == [
        ("currencies", "step glue-course", "costs EUR, other steps USD; use one currency")
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda doc: (
                add("skills", skill("folding", "hands"))(doc),
                add("steps", {**step("fold", gives={"folding": 4}), "after": []})(doc),
            ),
            [("unused_skill", "skill folding", "no level requires it, so it is not asked")],
            id="unused skill",
        ),
        pytest.param(
            put("skills", 0, anchors=["a", " ", "c", "\n", "e"]),
            [
                ("missing_anchor", "skill cutting", "has no sentence for rating 1"),
                ("missing_anchor", "skill cutting", "has no sentence for rating 3"),
            ],
            id="missing anchor",
        ),
        pytest.param(
            put("skills", 2, anchors=["a", "b", "c", "  gluing:  What 3\nlooks like.", "e"]),
            [("duplicate_anchor", "skill planning", "rating 3 repeats gluing rating 3")],
            id="duplicate anchor, whatever its spaces and capitals",
        ),
        pytest.param(
            put("requirements", 3, rating=1),
            [("falls", "requirement senior × gluing", "asks 1 but Junior Box Maker asks 2")],
            id="a requirement that falls at a higher level",
        ),
        pytest.param(
            put("steps", 2, gives=[rating("gluing", 1)]),
            [
                (
                    "unreachable",
                    "requirement junior × gluing",
                    "no steps lead from 0 to 2 (they end at 1)",
                ),
                (
                    "unreachable",
                    "requirement senior × gluing",
                    "no steps lead from 0 to 3 (they end at 1)",
                ),
            ],
            id="a requirement that no steps reach",
        ),
        pytest.param(
            put("steps", 0, gives=[]),
            [
                (
                    "unreachable",
                    "requirement junior × cutting",
                    "no steps lead from 0 to 1 (they end at 0)",
                ),
                (
                    "unreachable",
                    "requirement senior × cutting",
                    "no steps lead from 0 to 3 (they end at 0)",
                ),
                (
                    "unreachable",
                    "requirement senior × planning",
                    "no steps lead from 0 to 2 (they end at 0)",
                ),
                ("prerequisites", "step cut-orders", "no steps lead from 0 to cutting 1"),
            ],
            id="steps whose first rung is missing, and what waits for them",
        ),
        pytest.param(
            lambda doc: doc["steps"].extend(
                [
                    step("fold", requires={"planning": 3}, after=[], gives={"gluing": 4}),
                    step("draw", requires={"gluing": 4}, after=[], gives={"planning": 3}),
                ]
            ),
            [
                (
                    "prerequisites",
                    f"step {waiting}",
                    f"waits in a circle: what it requires comes from {giver}",
                )
                for waiting, giver in (("fold", "draw"), ("draw", "fold"))
            ],
            id="steps that require what the other gives",
        ),
        pytest.param(
            lambda doc: doc["steps"].extend(
                [
                    step("fold", requires={"planning": 3}, after=[]),
                    step("draw", after=["fold"], gives={"planning": 3}),
                ]
            ),
            [
                (
                    "prerequisites",
                    "step fold",
                    "waits in a circle: what it requires comes from draw",
                )
            ],
            id="a step that requires what comes only after it",
        ),
        pytest.param(
            put("skills", 0, description=HARD),
            [
                (
                    "hard_text",
                    "skill cutting",
                    "reads at school grade 17.2;"
                    " shorter sentences and plainer words bring it to 10",
                )
            ],
            id="a text that asks for too much schooling",
        ),
        pytest.param(
            put("requirements", 0, essential=False),
            [("no_essential", "level junior", "has no essential skill")],
            id="a level without an essential",
        ),
        pytest.param(
            put("facts", 0, source=" "),
            [("no_source", "fact pay", "has no source")],
            id="a fact without a source",
        ),
        pytest.param(
            add("groups", {"key": "feet", "title": "Feet"}),
            [("empty_group", "group feet", "has no skill")],
            id="an empty group",
        ),
    ],
)
def test_what_deserves_a_look_is_a_warning(change, expected):
    """Publishing is possible all the same."""
    assert findings(change) == expected
    normal = document.normal(tiny())
    change(normal)
    assert check.errors(normal) == []
    assert [found.is_error for found in check.check(normal)] == [False] * len(expected)


def test_a_fall_is_told_by_rank_and_against_the_highest_level_below():
    """The order of the list means nothing, and a level between that asks less changes nothing.

    level  | rank | cutting
    -------+------+--------
    boss   |   3  |   2
    junior |   1  |   3
    senior |   2  |   1
    """

    def change(doc):
        boss = {"key": "boss", "title": "Boss", "rank": 3, "summary": ""}
        doc["levels"].insert(0, boss)
        doc["requirements"] = [
            requirement("boss", "cutting", 2, 5, essential=True),
            requirement("junior", "cutting", 3, 5, essential=True),
            requirement("senior", "cutting", 1, 5, essential=True),
        ]
        doc["skills"] = doc["skills"][:1]
        doc["groups"] = doc["groups"][:1]
        doc["steps"] = doc["steps"][:2]

    assert findings(change) == [
        ("falls", "requirement senior × cutting", "asks 1 but Junior Box Maker asks 3"),
        ("falls", "requirement boss × cutting", "asks 2 but Junior Box Maker asks 3"),
    ]


def test_steps_that_require_each_other_reach_nothing():
    """One needs gluing and gives cutting, the other the reverse: neither can begin."""

    def change(doc):
        doc["steps"] = [
            {**step("a", requires={"gluing": 1}, gives={"cutting": 3}), "after": []},
            {**step("b", requires={"cutting": 1}, gives={"gluing": 3}), "after": []},
        ]

    normal = document.normal(tiny())
    change(normal)
    assert check.reachable_ratings(normal) == {}


def test_reachable_ratings_are_what_all_steps_together_give_from_nothing():
    """In whatever order the document lists them; the highest given counts."""
    normal = document.normal(tiny())
    normal["steps"].reverse()
    normal["steps"].append({**step("scraps-again", gives={"cutting": 2}), "after": []})
    assert check.reachable_ratings(normal) == {"cutting": 3, "gluing": 3, "planning": 2}


def test_warnings_wait_until_there_is_no_error():
    """A broken document is mended first; only then the finer points are told."""
    assert [
        code
        for code, _, _ in findings(
            lambda doc: (put("facts", 0, source="")(doc), duplicate("groups")(doc))
        )
    ] == ["duplicate"]


def test_a_finding_reads_as_a_sentence():
    finding = check.errors({**document.normal(tiny()), "groups": []})[0]
    assert (str(finding), finding.is_error) == ("skill cutting: there is no group 'hands'", True)


def test_a_large_framework_is_checked_whole():
    """Forty skills at five levels; of four neighbours 2, 3, 3 and 1 levels ask less."""
    found = check.check(document.normal(of_size(40, 5)))
    assert Counter(each.code for each in found) == {"falls": 90}


def test_a_merged_skill_is_gone_and_went_into_one_only():
    """The higher of two ratings counts only where it is clear which two."""

    def merge(doc) -> None:
        doc["skills"][0]["merged_from"] = ["gluing", "sawing"]
        doc["skills"][2]["merged_from"] = ["sawing"]

    assert findings(merge) == [
        ("merged", "skill cutting", "says gluing was merged into it, but gluing exists"),
        ("merged", "skill planning", "sawing was merged into cutting already"),
    ]


def test_warnings_are_told_beside_errors_that_leave_them_sense():
    """An editor need not mend one error to hear of the next thing."""

    def change(doc) -> None:
        doc["steps"][0]["currency"] = "EUR"
        doc["facts"][0]["source"] = ""

    assert [code for code, *_ in findings(change)] == ["currencies", "no_source"]
