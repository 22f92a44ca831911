"""What random drafts would do to stored reports, worked out a second time from the design.

The rule is written here anew, with fractions and in no word of the app's code: covered is
min(a / r, 1), an added skill is unanswered, a removed one is ignored, merged ones have the
higher rating, a removed level is not comparable.
"""

import random
from collections import Counter, defaultdict
from fractions import Fraction

import pytest

from assessments import effects
from assessments.models import Assessment, Rating
from careers.models import Career, Level, Requirement, Skill, SkillGroup
from careers.studio import merging, rows
from tests import frameworks
from tests.conftest import NOW, publish

SKILLS, LEVELS, REPORTS = 8, 4, 60
ANSWERS = (None, 0, 1, 2, 3, 4, 4, 4)


def asked(career: Career) -> dict[str, list[tuple[str, int, int, bool]]]:
    """Return (skill, rating, importance, essential) of each requirement, by level."""
    found: dict[str, list[tuple[str, int, int, bool]]] = {
        key: [] for key in career.levels.values_list("key", flat=True)
    }
    for row in Requirement.objects.filter(level__career=career).select_related("level", "skill"):
        entry = (row.skill.key, row.rating, row.importance, row.essential)
        found[row.level.key].append(entry)
    return found


def read(level, answers, merged) -> tuple[Fraction, str]:
    """Return readiness in percent, exact, and the band's word."""
    had, most, short = Fraction(0), 0, False
    for skill, rating, importance, essential in level:
        given = [answers.get(key) for key in (skill, *merged.get(skill, ()))]
        best = max((each for each in given if each is not None), default=0)
        had += importance * min(Fraction(best, rating), Fraction(1))
        most += importance
        short |= essential and best < rating
    percent = 100 * had / most
    if percent >= 60 and not short:
        return percent, "ready" if percent >= 80 else "nearly_ready"
    return percent, "building" if percent >= 40 else "starting_out"


def median(figures: list[Fraction]) -> float:
    """Return the median in percent, rounded down to one decimal."""
    ranked = sorted(figures)
    half = len(ranked) // 2
    middle = ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
    return int(10 * middle) / 10


def store(version, dice: random.Random) -> list[tuple[str, dict[str, int | None]]]:
    """Store finished reports of random people, more of them at some levels than at others."""
    people = []
    for _ in range(REPORTS):
        level = f"level-{min(dice.randint(1, LEVELS + 1), LEVELS)}"
        answers = {f"skill-{n}": dice.choice(ANSWERS) for n in range(SKILLS) if dice.random() < 0.9}
        one = Assessment.objects.create(
            version=version, level=level, created_at=NOW, updated_at=NOW, finished_at=NOW
        )
        Rating.objects.bulk_create(
            Rating(assessment=one, skill=key, value=value) for key, value in answers.items()
        )
        people.append((level, answers))
    return people


def edit(career: Career, dice: random.Random) -> dict[str, set[str]]:
    """Change the draft as editors do; return which skills went into which."""
    for row in Requirement.objects.filter(level__career=career):
        if dice.random() < 0.4:
            row.rating, row.importance = dice.randint(1, 4), dice.randint(1, 5)
            row.essential = dice.random() < 0.3
            row.save()
    group = SkillGroup.objects.filter(career=career).first()
    added = Skill(career=career, skill_group=group, key="added", title="Added")
    rows.add_row(career=career, row=added)
    for level in career.levels.all():
        if dice.random() < 0.6:
            values = {"rating": dice.randint(1, 4), "importance": dice.randint(1, 5)}
            Requirement.objects.create(level=level, skill=added, essential=False, **values)
    source, target, removed, last = dice.sample(sorted(f"skill-{n}" for n in range(SKILLS)), 4)
    into: dict[str, set[str]] = defaultdict(set)
    merge(career, source, target, into)
    if dice.random() < 0.5:
        merge(career, target, last, into)
    retire(career, Skill, removed)
    if dice.random() < 0.7:
        retire(career, Level, f"level-{dice.randint(1, LEVELS)}")
    return into


def merge(career: Career, source: str, target: str, into: dict[str, set[str]]) -> None:
    seen = [career.skills.get(key=key).revision for key in (source, target)]
    merging.merge_skills(
        career=career, source=source, into=target, seen_source=seen[0], seen_into=seen[1]
    )
    into[target] |= {source} | into.pop(source, set())


def retire(career: Career, model, key: str) -> None:
    row = model.objects.get(career=career, key=key)
    rows.retire_row(career=career, model=model, key=key, seen=rows.weight_revision(row))


@pytest.mark.parametrize("seed", range(12))
def test_a_random_draft_does_what_the_design_says(db, seed):
    """Bands that change, medians before and after of each level, what cannot be compared."""
    dice = random.Random(seed)  # noqa: S311 (the same every time)
    version = publish(frameworks.of_size(SKILLS, LEVELS, pages=2))
    career = Career.objects.select_related("latest").get()
    before = asked(career)
    people = store(version, dice)
    merged = edit(career, dice)
    after = asked(career)

    old, new, gone = defaultdict(list), defaultdict(list), 0
    moves: Counter[tuple[str, str]] = Counter()
    for level, answers in people:
        figure, band = read(before[level], answers, {})
        old[level].append(figure)
        if level not in after:
            gone += 1
            continue
        figure, now = read(after[level], answers, merged)
        new[level].append(figure)
        moves[band, now] += band != now

    page = effects.page(Career.objects.select_related("latest").get())
    assert (page.reports, page.not_comparable) == (REPORTS, gone)
    assert {(m.before.value, m.after.value): m.reports for m in page.moves} == +moves
    assert page.changed == moves.total() > 0
    assert {row.level.key: (row.reports, row.before, row.after) for row in page.levels} == {
        level: (len(all_), median(all_), median(new[level]) if level in after else None)
        for level, all_ in old.items()
    }
