"""What another framework would make of finished assessments: counted twice, two ways."""

from collections import Counter
from fractions import Fraction
from math import floor
from random import Random
from statistics import median

import pytest

from assessments.core.effects import BandMove, Effects, LevelEffect, effects
from assessments.core.ladder import Ladder, LadderError, Level, Ratings, Requirement
from assessments.core.scale import Band

from .test_score_laws import Reference

READY, NEARLY, BUILDING, STARTING = Band


def level(key: str, **asks: tuple[int, int] | tuple[int, int, bool]) -> Level:
    """Return a level; ``asks`` maps skills to rating, importance and essential."""
    return Level(key, tuple(Requirement(skill, *cells) for skill, cells in asks.items()))


def ladder(*levels: Level) -> Ladder:
    return Ladder(levels, {r.skill: r.skill for each in levels for r in each.requirements})


def one(before: Level, after: Level, *reports: Ratings, merged=None) -> Effects:
    """Return the effects on reports that aim at the one level there is."""
    aimed = [(before.key, ratings) for ratings in reports]
    return effects(ladder(before), ladder(after), aimed, merged or {})


def test_an_asked_rating_that_rises_takes_bands_down():
    """Who had 2 of 2 is Ready no longer, with 2 of 4.

    cut 2 -> 4 | before    after
    -----------+----------------
    2          | 100 Ready    50 Building
    4          | 100 Ready   100 Ready
    1          |  50 Building 25 Starting out
    """
    assert one(
        level("all", cut=(2, 5)), level("all", cut=(4, 5)), {"cut": 2}, {"cut": 4}, {"cut": 1}
    ) == Effects(
        reports=3,
        not_comparable=0,
        moves=(BandMove(READY, BUILDING, 1), BandMove(BUILDING, STARTING, 1)),
        levels=(LevelEffect("all", 3, 2, 1000, 500),),
    )


def test_an_added_skill_counts_as_unanswered():
    """Ready people lose what it weighs: 5 of 10 points."""
    found = one(level("all", cut=(1, 5)), level("all", cut=(1, 5), glue=(1, 5)), {"cut": 1})
    assert found.levels == (LevelEffect("all", 1, 1, 1000, 500),)
    assert found.moves == (BandMove(READY, BUILDING, 1),)


def test_a_removed_skill_is_ignored():
    """Also when it was the essential one that held people back."""
    before = level("all", cut=(1, 4), glue=(2, 1, True))
    found = one(before, level("all", cut=(1, 4)), {"cut": 1, "glue": 1})
    assert found.levels == (LevelEffect("all", 1, 1, 900, 1000),)
    assert found.moves == (BandMove(BUILDING, READY, 1),)


@pytest.mark.parametrize(
    ("ratings", "after"),
    [
        ({"cut": 1, "saw": 3}, 750),
        ({"cut": 3, "saw": 1}, 750),
        ({"cut": 2, "saw": None}, 500),
        ({"cut": None}, 0),
        ({"saw": 4}, 1000),
        ({}, 0),
    ],
)
def test_merged_skills_take_the_higher_rating(ratings, after):
    """No answer and "not sure" are below every rating."""
    before = level("all", cut=(4, 1), saw=(4, 1))
    found = one(before, level("all", cut=(4, 1)), ratings, merged={"cut": ("saw",)})
    assert found.levels[0].median_after == after


def test_reports_of_a_level_that_is_gone_are_counted_and_not_compared():
    """They have a median before, none after, and change no band."""
    cut, glue = level("low", cut=(1, 1)), level("high", cut=(3, 1))
    reports = [("low", {"cut": 1}), ("high", {"cut": 1}), ("high", {"cut": 3})]
    found = effects(ladder(cut, glue), ladder(level("low", cut=(1, 3))), reports, {})
    assert found == Effects(
        reports=3,
        not_comparable=2,
        moves=(),
        levels=(LevelEffect("low", 1, 0, 1000, 1000), LevelEffect("high", 2, 0, 666, None)),
    )


def test_an_essential_that_becomes_one_holds_people_back():
    """The percentage stays, the band falls to Building."""
    found = one(
        level("all", cut=(1, 5), glue=(4, 1)),
        level("all", cut=(1, 5), glue=(4, 1, True)),
        {"cut": 1, "glue": 3},
    )
    assert found.levels == (LevelEffect("all", 1, 1, 958, 958),)
    assert found.moves == (BandMove(READY, BUILDING, 1),)


def test_the_median_of_an_even_number_is_exact_before_it_is_rounded_down():
    """66.66… and 33.33… have 50 between them, not the 49.95 of what is printed."""
    found = one(level("all", cut=(3, 1)), level("all", cut=(3, 1)), {"cut": 2}, {"cut": 1})
    assert found.levels == (LevelEffect("all", 2, 0, 500, 500),)


def test_without_reports_there_is_nothing_to_tell():
    """And a level that nobody aims at is not listed."""
    found = one(level("all", cut=(1, 1)), level("all", cut=(2, 1)))
    assert found == Effects(0, 0, (), ())
    assert found.changed == 0


def test_a_report_of_an_unknown_level_is_refused():
    """It cannot be one of the version's."""
    with pytest.raises(LadderError, match="high: no such level"):
        effects(ladder(level("low", cut=(1, 1))), ladder(), [("high", {})], {})


# The same, by another way: fractions, one report at a time, in the published rules' words.

SKILLS = "abcdefg"


def made_up_ladder(random: Random, keys: list[str]) -> Ladder:
    def made_up(key: str) -> Level:
        skills = random.sample(SKILLS, random.randint(1, len(SKILLS)))
        return Level(
            key,
            tuple(
                Requirement(s, random.randint(1, 4), random.randint(1, 5), random.random() < 0.3)
                for s in skills
            ),
        )

    return ladder(*(made_up(key) for key in keys))


def made_up_ratings(random: Random) -> dict[str, int | None]:
    answers = {s: random.choice((0, 1, 2, 3, 4, None, "blank")) for s in SKILLS}
    return {skill: value for skill, value in answers.items() if value != "blank"}


def slowly(before: Ladder, after: Ladder, reports, merged) -> Effects:
    moves: Counter[tuple[str, str]] = Counter()
    lows: dict[str, tuple[list[Fraction], list[Fraction]]] = {}
    changed: Counter[str] = Counter()
    kept = [each.key for each in after.levels]
    for key, ratings in reports:
        old = Reference(before.level(key), before.titles, ratings)
        lows.setdefault(key, ([], []))[0].append(old.low())
        if key not in kept:
            continue
        carried = dict(ratings)
        for skill, others in merged.items():
            for other in others:
                if ratings.get(other) is not None:
                    carried[skill] = max(carried.get(skill) or 0, ratings[other])
        new = Reference(after.level(key), after.titles, carried)
        lows[key][1].append(new.low())
        if old.band() != new.band():
            moves[old.band(), new.band()] += 1
            changed[key] += 1
    return Effects(
        reports=len(reports),
        not_comparable=sum(1 for key, _ in reports if key not in kept),
        moves=tuple(
            BandMove(one, other, moves[one.value, other.value])
            for one in Band
            for other in Band
            if moves[one.value, other.value]
        ),
        levels=tuple(
            LevelEffect(
                each.key,
                len(lows[each.key][0]),
                changed[each.key],
                floor(10 * median(lows[each.key][0])),
                floor(10 * median(lows[each.key][1])) if each.key in kept else None,
            )
            for each in before.levels
            if each.key in lows
        ),
    )


def test_three_hundred_made_up_changes_are_told_exactly():
    """Levels that go and come, skills merged by twos and threes, every band crossed."""
    random = Random(20261122)  # noqa: S311 (the same every time)
    seen: Counter[str] = Counter()
    for _ in range(300):
        keys = ["low", "middle", "high"]
        before = made_up_ladder(random, random.sample(keys, random.randint(1, 3)))
        after = made_up_ladder(random, random.sample(keys, random.randint(1, 3)))
        levels = [each.key for each in before.levels]
        reports = [
            (random.choice(levels), made_up_ratings(random)) for _ in range(random.randint(0, 12))
        ]
        merged = {"a": ("b",), "c": ("d", "e")} if random.random() < 0.5 else {}
        found = effects(before, after, reports, merged)
        assert found == slowly(before, after, reports, merged)
        seen["not comparable"] += found.not_comparable
        seen["changed"] += found.changed
        seen.update(f"{move.before} {move.after}" for move in found.moves)
    assert len(seen) == 14  # every one of the twelve moves, and both counts
    assert min(seen.values()) > 5
