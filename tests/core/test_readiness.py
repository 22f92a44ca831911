"""Readiness of a level: covered, low, high, cautious, bands, the level reached, the reply.

All expected figures were worked out by hand, as fractions.
"""

import pytest

from assessments.core.ladder import Ladder, LadderError, Level, Requirement
from assessments.core.readiness import cautious_low, coverage, readiness
from assessments.core.scale import Band
from assessments.core.score import reply, score

from . import read

# Importances add up to 15. Covered: 5 · 2/3 + 4 · 2/3 + 4 · 1 + 2 · 0 = 10.
WORKSHOP = """
    skill    | asks | matters | have
    machines |   3  |   5     |   2
    faults   |   3  |   4 *   |   2
    safety   |   2  |   4 *   |   3
    plc      |   2  |   2     |   ?
"""


@pytest.mark.parametrize(
    ("required", "twelfths"),
    [
        # not sure  0   1   2   3   4
        (1, [0, 0, 12, 12, 12, 12]),
        (2, [0, 0, 6, 12, 12, 12]),
        (3, [0, 0, 4, 8, 12, 12]),
        (4, [0, 0, 3, 6, 9, 12]),
    ],
)
def test_coverage_is_the_rating_by_the_requirement_and_never_more_than_all(required, twelfths):
    """min(a / r, 1), counted in twelfths; "not sure" covers nothing."""
    requirement = Requirement("cutting", required, 1)
    assert [coverage(requirement, rating) for rating in (None, 0, 1, 2, 3, 4)] == twelfths


def test_low_is_the_weighted_mean_and_high_takes_not_sure_as_met():
    """10 / 15 is 66.66 %; with the PLC met it would be 12 / 15, exactly 80 %."""
    result = readiness(*read(WORKSHOP))
    assert (result.low, result.high) == (666, 800)


def test_surplus_in_one_skill_never_hides_a_gap_in_another():
    """4 where 1 is asked counts once: 1/2, not (4 + 0)/2."""
    result = readiness(
        *read("""
            skill   | asks | matters | have
            cutting |   1  |   3     |   4
            gluing  |   1  |   3     |   0
        """)
    )
    assert result.low == 500


@pytest.mark.parametrize("have", ["?", "–"])
def test_unanswered_counts_like_not_sure(have):
    """Nothing for the low figure, all of it for the high one: 3/5 and 5/5."""
    result = readiness(
        *read(f"""
            skill   | asks | matters | have
            cutting |   2  |   3     |   2
            gluing  |   4  |   2     |   {have}
        """)
    )
    assert (result.low, result.high) == (600, 1000)


def test_zero_is_an_answer_and_no_unknown():
    """Who says "not yet" is known to lack it: the high figure does not rise."""
    result = readiness(
        *read("""
            skill   | asks | matters | have
            cutting |   2  |   3     |   2
            gluing  |   4  |   2     |   0
        """)
    )
    assert (result.low, result.high) == (600, 600)


@pytest.mark.parametrize(
    ("table", "low", "band"),
    [
        pytest.param(
            """
            skill | asks | matters | have
            a     |   3  |   4     |   3
            b     |   3  |   1     |   0
            """,
            800,
            Band.READY,
            id="4/5 is exactly 80",
        ),
        pytest.param(
            # missing twelfths: 60 + 20 + 9 + 12 = 101 of 12 · 42 = 504; 403/504 = 79.9603 %
            """
            skill  | asks | matters | have
            none   |   1  |   5     |   0
            thirds |   3  |   5     |   2
            one    |   4  |   1     |   1
            three  |   4  |   4     |   3
            met x5 |   2  |   5     |   2
            rest   |   2  |   2     |   2
            """,
            799,
            Band.NEARLY_READY,
            id="79.96 is printed 79.9 and not Ready",
        ),
        pytest.param(
            # 3 · 1/3 + 2 = 3 of 5
            """
            skill | asks | matters | have
            a     |   3  |   3     |   1
            b     |   1  |   2     |   1
            """,
            600,
            Band.NEARLY_READY,
            id="3/5 is exactly 60",
        ),
        pytest.param(
            # missing: 13 · 60 + 9 + 8 = 797 of 12 · 166 = 1992; 1195/1992 = 59.98996 %
            """
            skill    | asks | matters | have
            none x13 |   1  |   5     |   0
            met x19  |   1  |   5     |   1
            three    |   4  |   3     |   3
            thirds   |   3  |   2     |   2
            rest     |   1  |   1     |   1
            """,
            599,
            Band.BUILDING,
            id="59.99 is printed 59.9 and not Nearly ready",
        ),
        pytest.param(
            """
            skill | asks | matters | have
            a     |   4  |   2     |   4
            b     |   1  |   3     |   0
            """,
            400,
            Band.BUILDING,
            id="2/5 is exactly 40",
        ),
        pytest.param(
            # missing: 5 · 60 + 9 + 8 = 317 of 12 · 44 = 528; 211/528 = 39.962 %
            """
            skill   | asks | matters | have
            none x5 |   1  |   5     |   0
            three   |   4  |   3     |   3
            thirds  |   3  |   2     |   2
            met x2  |   1  |   5     |   1
            rest    |   1  |   4     |   1
            """,
            399,
            Band.STARTING_OUT,
            id="39.96 is printed 39.9 and Starting out",
        ),
        pytest.param(
            """
            skill | asks | matters | have
            a     |   4  |   2     |   ?
            """,
            0,
            Band.STARTING_OUT,
            id="nothing known is 0",
        ),
        pytest.param(
            """
            skill | asks | matters | have
            a     |   4  |   2 *   |   4
            """,
            1000,
            Band.READY,
            id="an essential met exactly is 100",
        ),
    ],
)
def test_bands_compare_exact_values_and_percentages_are_rounded_down(table, low, band):
    """The printed tenth never decides: 79.96 % is below 80 %, however it is rounded."""
    result = readiness(*read(table))
    assert (result.low, result.band) == (low, band)


@pytest.mark.parametrize("have", ["3", "0", "?", "–"])
def test_an_unmet_essential_allows_at_most_building(have):
    """19 of 20 is 95 %, and still Building; the percentage itself is not altered."""
    level, ratings = read(f"""
        skill   | asks | matters | have
        met x3  |   2  |   5     |   2
        rest    |   2  |   1     |   2
        welding |   4  |   4 *   |   {have}
    """)
    result = readiness(level, ratings)
    assert result.band == Band.BUILDING
    assert result.low == (950 if have == "3" else 800)
    assert result.unmet_essentials == ("welding",)


def test_an_unmet_essential_lifts_nobody_to_building():
    """At most Building: 1/5 stays Starting out."""
    result = readiness(
        *read("""
            skill   | asks | matters | have
            welding |   4  |   4 *   |   0
            packing |   1  |   1     |   1
        """)
    )
    assert (result.low, result.band) == (200, Band.STARTING_OUT)


def test_unmet_essentials_are_named_and_met_ones_are_not():
    """Only essential skills below what is required, in the level's order."""
    result = readiness(
        *read("""
            skill    | asks | matters | have
            welding  |   4  |   4 *   |   3
            packing  |   1  |   1     |   0
            safety   |   2  |   1 *   |   2
            lifting  |   2  |   1 *   |   ?
        """)
    )
    assert result.unmet_essentials == ("welding", "lifting")


@pytest.mark.parametrize(
    ("proven", "cautious"),
    [
        # 5 · 1/3 + 4 · 1/3 + 4 · 1 (2 where 2 is asked) + 0 = 7 of 15 = 46.66 %
        ((), 466),
        # 5 · 2/3 + 4 · 1/3 + 4 = 26/3 of 15 = 57.77 %
        (("machines",), 577),
        # 5 · 2/3 + 4 · 2/3 + 4 = 10 of 15; safety falls from 3 to 2, which is asked
        (("machines", "faults"), 666),
        (("machines", "faults", "safety", "plc"), 666),
    ],
)
def test_cautious_takes_every_unproven_rating_one_step_lower(proven, cautious):
    """A rating with evidence stays; a surplus may fall without a loss; "not sure" stays 0."""
    assert cautious_low(*read(WORKSHOP), proven) == cautious


def test_cautious_never_goes_below_not_yet():
    """0 without evidence stays 0, and a bare 1 becomes 0."""
    table = """
        skill   | asks | matters | have
        cutting |   1  |   1     |   0
        gluing  |   1  |   1     |   1
    """
    assert (cautious_low(*read(table), ()), cautious_low(*read(table), ("gluing",))) == (0, 500)


# Three rungs, each of one skill, so that each is Ready or not on its own.
@pytest.mark.parametrize(
    ("low", "middle", "high", "reached"),
    [
        (1, 1, 1, "high"),
        (1, 1, 0, "middle"),
        (1, 0, 1, "low"),
        (0, 1, 1, None),
        (None, 1, 1, None),
        (0, 0, 0, None),
    ],
)
def test_the_reached_level_has_every_level_below_it_ready(low, middle, high, reached):
    """A gap in the middle ends the climb, whatever is ready above it."""
    ladder = Ladder(
        tuple(Level(key, (Requirement(key, 1, 1),)) for key in ("low", "middle", "high")),
        titles={"low": "Low", "middle": "Middle", "high": "High"},
    )
    ratings = {"low": low, "middle": middle, "high": high}
    assert {score(ladder, key, ratings).reached_level for key in ratings} == {reached}


def test_nearly_ready_is_not_reached():
    """Only Ready counts: 3/5 of the lowest rung is no rung reached."""
    level, ratings = read("""
        skill | asks | matters | have
        a     |   1  |   3     |   1
        b     |   1  |   2     |   0
    """)
    result = score(Ladder((level,), {"a": "A", "b": "B"}), "level", ratings)
    assert (result.target.band, result.reached_level) == (Band.NEARLY_READY, None)


def test_the_reply_to_programs_says_everything_in_gap_order():
    """Every level from the same answers; percentages with one decimal; null is "not sure".

    faults is an unmet essential: first, though machines loses more. Running totals from
    66.66: 75.55 (+ 4 · 1/3 / 15), 88.88 (+ 2 / 15 for the PLC), 100 (+ 5 · 1/3 / 15);
    the PLC loses 13.33 points, machines 11.11, so the PLC stands before machines.
    One step lower, safety would still be met, machines would leave 5 · 1/3 less: 55.55 %,
    still Building, and faults 4 · 1/3 less: 57.77 %, still Building.
    """
    level, ratings = read(WORKSHOP, "workshop")
    first = Level("first", (Requirement("safety", 1, 1, essential=True),))
    titles = {"machines": "Machines", "faults": "Faults", "safety": "Safety", "plc": "PLC"}
    result = score(Ladder((first, level), titles), "workshop", ratings, proven={"safety"})
    assert reply(result, career="made-up", version=7) == {
        "career": "made-up",
        "version": 7,
        "level": "workshop",
        "low": 66.6,
        "high": 80.0,
        "cautious": 46.6,
        "band": "building",
        "reached_level": "first",
        "unmet_essentials": ["faults"],
        "skills": [
            {
                "skill": "faults",
                "required": 3,
                "rating": 2,
                "importance": 4,
                "essential": True,
                "lost_points": 8.9,
            },
            {
                "skill": "plc",
                "required": 2,
                "rating": None,
                "importance": 2,
                "essential": False,
                "lost_points": 13.3,
            },
            {
                "skill": "machines",
                "required": 3,
                "rating": 2,
                "importance": 5,
                "essential": False,
                "lost_points": 11.2,
            },
            {
                "skill": "safety",
                "required": 2,
                "rating": 3,
                "importance": 4,
                "essential": True,
                "lost_points": 0.0,
            },
        ],
        "levels": [
            {"level": "first", "low": 100.0, "high": 100.0, "band": "ready"},
            {"level": "workshop", "low": 66.6, "high": 80.0, "band": "building"},
        ],
        "turning_points": [],
        "widest_unknown": "plc",
    }


def test_unmet_essentials_of_the_reply_stand_in_gap_order():
    """By lost points, not as the level lists them: 1 of 6 lost before 5 · 1/4 of 6."""
    level, ratings = read("""
        skill   | asks | matters | have
        sorting |   1  |   1 *   |   0
        welding |   4  |   5 *   |   3
    """)
    titles = {"sorting": "Sorting", "welding": "Welding"}
    result = score(Ladder((level,), titles), "level", ratings)
    assert reply(result, career="c", version=1)["unmet_essentials"] == ["welding", "sorting"]


def test_ratings_of_skills_that_no_level_requires_are_ignored():
    """An answer to a skill that has left the ladder changes nothing."""
    level, ratings = read(WORKSHOP)
    ladder = Ladder((level,), {"machines": "M", "faults": "F", "safety": "S", "plc": "P"})
    assert score(ladder, "level", {**ratings, "gone": 4}) == score(ladder, "level", ratings)


@pytest.mark.parametrize("rating", [-1, 5, True, False, "3", 2.5])
def test_a_rating_outside_the_scale_is_refused_by_name(rating):
    """Five numbers and "not sure", nothing else."""
    level, ratings = read(WORKSHOP)
    with pytest.raises(LadderError) as refused:
        score(Ladder((level,), {}), "level", {**ratings, "plc": rating})
    assert str(refused.value) == "plc: a rating is 0, 1, 2, 3, 4 or null for not sure"


def test_an_unknown_level_is_refused_by_name():
    level, ratings = read(WORKSHOP)
    with pytest.raises(LadderError) as refused:
        score(Ladder((level,), {}), "boss", ratings)
    assert str(refused.value) == "boss: no such level"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Level("first", ()), "first: a level without requirements has no score"),
        (
            lambda: Level("first", (Requirement("cutting", 1, 1), Requirement("cutting", 2, 1))),
            "first: a skill is required twice",
        ),
        (lambda: Requirement("cutting", 0, 1), "cutting: the required rating must be 1 to 4"),
        (lambda: Requirement("cutting", 5, 1), "cutting: the required rating must be 1 to 4"),
        (lambda: Requirement("cutting", 1, 0), "cutting: the importance must be 1 to 5"),
        (lambda: Requirement("cutting", 1, 6), "cutting: the importance must be 1 to 5"),
    ],
)
def test_a_ladder_that_cannot_be_scored_is_an_error_not_a_score(make, message):
    """Better no figure than a division by nothing."""
    with pytest.raises(LadderError) as refused:
        make()
    assert str(refused.value) == message
