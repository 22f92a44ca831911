"""What if: the ladder from other ratings or after some steps, with nothing stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from careers.catalogue import framework
from careers.document import Fact, Level, Skill, SkillGroup
from careers.document import Step as StepText
from careers.models import Version

from . import figures
from .core.score import percent, reached_level
from .core.training import Step, can_be_taken, raised

LEVEL_PAY = "pay-level-median"


@dataclass(frozen=True, slots=True)
class Change:
    """One level before and after. Percentages are as printed."""

    level: Level
    before: float
    after: float
    band_before: str
    band_after: str
    is_target: bool
    pay: Fact | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One skill of the form, with the rating tried."""

    skill: Skill
    own: int | None
    tried: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the page shows: the form's state and every level before and after."""

    changes: tuple[Change, ...]
    reached_before: Level | None
    reached_after: Level | None
    pay_after: Fact | None
    hours: int
    cost: Decimal
    currency: str
    pages: tuple[tuple[SkillGroup, tuple[Choice, ...]], ...]
    steps: tuple[tuple[StepText, bool], ...]
    not_yet: tuple[StepText, ...]


def take(
    steps: Collection[Step], ratings: Mapping[str, int | None]
) -> tuple[dict[str, int | None], list[Step]]:
    """Take steps as long as one can be taken; return the ratings and what could not."""
    now, left = dict(ratings), list(steps)
    done: set[str] = set()
    while ready := [step for step in left if can_be_taken(step, now, done)]:
        for step in ready:
            now = raised(step, now)
            done.add(step.key)
            left.remove(step)
    return now, left


def what_if(
    version: Version,
    target: str,
    own: Mapping[str, int | None],
    tried: Mapping[str, int | None],
    ticked: Collection[str],
) -> WhatIf:
    """Return every level for ``own`` ratings with ``tried`` ones over them, then the steps."""
    content = framework(version)
    texts = {step.key: step for step in content.steps}
    chosen = [step for step in figures.steps(version) if step.key in ticked]
    ratings = {**own, **tried}
    after_steps, left = take(chosen, ratings)
    before = figures.score_of(version, target, own, ()).levels
    after = figures.score_of(version, target, after_steps, ()).levels
    pay = {fact.level: fact for fact in content.facts if fact.kind == LEVEL_PAY and fact.level}
    reached = [content.level(reached_level(each) or "") for each in (before, after)]
    taken = [step for step in chosen if step not in left]
    changes = [
        Change(
            level=level,
            before=percent(old.low),
            after=percent(new.low),
            band_before=old.band.value,
            band_after=new.band.value,
            is_target=level.key == target,
            pay=pay.get(level.key),
        )
        for level, old, new in zip(content.levels, before, after, strict=True)
    ]
    return WhatIf(
        changes=tuple(reversed(changes)),
        reached_before=reached[0],
        reached_after=reached[1],
        pay_after=pay.get(reached[1].key) if reached[1] else None,
        hours=sum(step.hours for step in taken),
        cost=Decimal(sum(step.cost for step in taken)) / 100,
        currency=content.steps[0].currency if content.steps else "",
        pages=tuple(
            (
                page,
                tuple(
                    Choice(skill, own.get(skill.key), ratings.get(skill.key))
                    for skill in page.skills
                ),
            )
            for page in content.questionnaire()
        ),
        steps=tuple((step, step.key in ticked) for step in content.steps),
        not_yet=tuple(texts[step.key] for step in left),
    )
