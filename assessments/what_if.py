"""What if: the ladder from other ratings or after some steps, with nothing stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from careers.catalogue import framework
from careers.document import Fact, Level, Skill, SkillGroup
from careers.document import Step as StepText
from careers.models import Version

from . import figures
from .core.plan import Goal
from .core.score import percent, reached_level
from .core.training import Step, can_be_taken, raised
from .planning import States

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
    """One skill of the form: the rating now (after steps done), and the rating tried."""

    skill: Skill
    own: int | None
    tried: int | None


@dataclass(frozen=True, slots=True)
class Remaining:
    """The fastest plan to the target from what was tried; nothing left when Ready."""

    steps: int
    hours: int
    cost: Decimal
    reachable: bool
    proven: bool


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
    done: tuple[StepText, ...]
    not_yet: tuple[StepText, ...]
    target: Level
    remaining: Remaining


def take(
    steps: Collection[Step], ratings: Mapping[str, int | None], earlier: Collection[str]
) -> tuple[dict[str, int | None], list[Step]]:
    """Take steps as long as one can be taken; return the ratings and what could not.

    ``earlier`` are the keys of steps done before.
    """
    now, left = dict(ratings), list(steps)
    done = set(earlier)
    while ready := [step for step in left if can_be_taken(step, now, done)]:
        for step in ready:
            now = raised(step, now)
            done.add(step.key)
            left.remove(step)
    return now, left


def _remaining(
    version: Version,
    target: str,
    ratings: dict[str, int | None],
    done: frozenset[str],
    without: frozenset[str],
) -> Remaining:
    # The ratings say all there is: no step, done or tried, raises them once more.
    wishes = figures.Wishes(
        goal=Goal.FASTEST, done=done, without=without - done, rated_since=frozenset(ratings)
    )
    plan = figures.plan_of(version, target, ratings, wishes)
    return Remaining(
        steps=len(plan["steps"]),
        hours=plan["hours"],
        cost=Decimal(plan["cost"]),
        reachable=plan["reachable"],
        proven=plan["proven"],
    )


def what_if(
    version: Version,
    target: str,
    own: Mapping[str, int | None],
    states: States,
    tried: Mapping[str, int | None],
    ticked: Collection[str],
) -> WhatIf:
    """Return every level now, and with ``tried`` ratings and then the ticked steps.

    Now are the person's ``own`` ratings, raised by the steps whose state is done.
    """
    content = framework(version)
    texts = {step.key: step for step in content.steps}
    done = states.done & texts.keys()
    chosen = [step for step in figures.steps(version) if step.key in set(ticked) - done]
    now = figures.ratings_after(version, own, done, states.before)
    ratings = {**now, **tried}
    then, left = take(chosen, ratings, done)
    before = figures.score_of(version, target, now, ()).levels
    after = figures.score_of(version, target, then, ()).levels
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
                    Choice(skill, now.get(skill.key), ratings.get(skill.key))
                    for skill in page.skills
                ),
            )
            for page in content.questionnaire()
        ),
        steps=tuple((step, step.key in ticked) for step in content.steps if step.key not in done),
        done=tuple(step for step in content.steps if step.key in done),
        not_yet=tuple(texts[step.key] for step in left),
        target=next(level for level in content.levels if level.key == target),
        remaining=_remaining(
            version,
            target,
            then,
            done | frozenset(step.key for step in taken),
            states.said("without") & texts.keys(),
        ),
    )
