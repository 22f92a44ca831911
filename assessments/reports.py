"""Reports: rows and documents go into the core, a frozen page comes out (``report_page``)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from careers.catalogue import CACHED_FRAMEWORKS, framework, framework_of
from careers.document import Fact, Framework, Level, Skill
from careers.document import Step as StepText

from . import figures
from .answers import Stored, stored
from .core.ladder import Ratings, Requirement
from .core.plan import Goal
from .core.second import agreeing
from .models import Assessment, Plan
from .report_page import FastestPlan, Line, ReportPage, Rung, TrainingOption

BIGGEST_GAPS = 10
"""So many gaps name two training steps to choose from, the rest one."""
LEVEL_PAY = "pay-level-median"

Json = dict[str, Any]


def _score(
    assessment: Assessment,
    level: str,
    answers: Mapping[str, Stored],
    seconds: Sequence[Ratings] = (),
) -> Json:
    values = {skill: rating.value for skill, rating in answers.items()}
    proven = {skill for skill, rating in answers.items() if rating.evidence.strip()}
    proven |= agreeing(values, seconds)
    return figures.score_reply(assessment.version, level, values, proven)


def _confirmed(
    assessment: Assessment,
    level: str,
    answers: Mapping[str, Stored],
    seconds: Sequence[Ratings],
) -> float | None:
    """Return the cautious reading that takes second ratings in, or None without any."""
    if not seconds:
        return None
    cautious: float = _score(assessment, level, answers, seconds)["cautious"]
    return cautious


def reply(assessment: Assessment) -> Json:
    """Return the score of an assessment as programs get it. What finishing freezes."""
    return _score(assessment, assessment.level, stored(assessment))


class UnknownLevelError(LookupError):
    """The version has no such level."""


def _read(assessment: Assessment, level: str | None, answers: Mapping[str, Stored]) -> Json:
    """Return the frozen reply for the target level, a computed one for any other."""
    if level is None or level == assessment.level:
        frozen: Json = json.loads(assessment.report.reply)
        return frozen
    if framework(assessment.version).level(level) is None:
        raise UnknownLevelError(level)
    return _score(assessment, level, answers)


def level_of(assessment: Assessment) -> Level:
    """Return an assessment's target level."""
    level = framework(assessment.version).level(assessment.level)
    if level is None:
        raise UnknownLevelError(assessment.level)
    return level


def program_reply(
    assessment: Assessment, level: str | None = None, *, seconds: Sequence[Ratings] = ()
) -> Json:
    """Return a finished report for programs: the score's reply with id, dates and titles.

    ``seconds`` are completed second ratings; with them ``confirmed`` is a number.
    Raises UnknownLevelError for a level that the version does not have.
    """
    content = framework(assessment.version)
    is_computed = seconds or level not in (None, assessment.level)
    answers = stored(assessment) if is_computed else {}
    reply = _read(assessment, level, answers)
    return {
        **reply,
        "confirmed": _confirmed(assessment, reply["level"], answers, seconds),
        "assessment": str(assessment.pk),
        "started_at": assessment.created_at.isoformat(),
        "finished_at": assessment.finished_at.isoformat() if assessment.finished_at else None,
        "framework_sha256": assessment.version.sha256,
        "report_sha256": assessment.report.sha256,
        "titles": {
            "career": content.title,
            "levels": {each.key: each.title for each in content.levels},
            "skills": {key: skill.title for key, skill in content.skills().items()},
        },
    }


def page(
    assessment: Assessment,
    level: str | None = None,
    *,
    seconds: Sequence[Ratings] = (),
    is_own: bool = True,
    with_notes: bool = True,
) -> ReportPage:
    """Return the report of a finished assessment, read at its target or another level.

    ``seconds`` are completed second ratings; without ``with_notes`` no evidence is on it.
    Raises UnknownLevelError for a level that the version does not have.
    """
    content = framework(assessment.version)
    answers = stored(assessment)
    reply = _read(assessment, level, answers)
    shown = content.level(reply["level"])
    if shown is None:
        raise UnknownLevelError(reply["level"])
    maker = _PageMaker(assessment, content, shown, reply, answers, with_notes=with_notes)
    confirmed = _confirmed(assessment, shown.key, answers, seconds)
    return replace(maker.make(), confirmed=confirmed, is_own=is_own)


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a version has by key, for its reports: made once per process."""

    skills: dict[str, Skill]
    titles: dict[str, str]
    asked: tuple[str, ...]
    options: dict[str, TrainingOption]
    levels: dict[str, tuple[Level, Fact | None]]
    currency: str


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _texts(version_id: int, sha256: str) -> _Texts:
    content = framework_of(version_id, sha256)
    skills, steps = content.skills(), {step.key: step for step in content.steps}
    pay = {f.level: f for f in content.facts if f.kind == LEVEL_PAY and f.level}
    return _Texts(
        skills=skills,
        titles={group.key: group.title for group in content.skill_groups},
        asked=tuple(skill.key for group in content.questionnaire() for skill in group.skills),
        options={
            key: TrainingOption(
                step=step,
                requires=tuple((skills[r.skill], r.rating) for r in step.requires),
                gives=tuple((skills[r.skill], r.rating) for r in step.gives),
                after=tuple(steps[each] for each in step.after),
            )
            for key, step in steps.items()
        },
        levels={level.key: (level, pay.get(level.key)) for level in content.levels},
        currency=content.steps[0].currency if content.steps else "",
    )


@lru_cache(maxsize=CACHED_FRAMEWORKS * 256)
def _helpful(
    version_id: int, sha256: str, skill: str, required: int, importance: int, rating: int | None
) -> tuple[StepText, ...]:
    """Return the steps that raise a skill from this rating, best first, with their texts."""
    requirement = Requirement(skill, required, importance)
    options = _texts(version_id, sha256).options
    found = figures.helpful(version_id, sha256, requirement, rating)
    return tuple(options[key].step for key in found)


class _PageMaker:
    """Joins the reply's keys with the version's texts and the person's answers."""

    def __init__(
        self,
        assessment: Assessment,
        content: Framework,
        level: Level,
        reply: Json,
        answers: Mapping[str, Stored],
        *,
        with_notes: bool,
    ) -> None:
        self.assessment, self.content, self.level = assessment, content, level
        self.reply, self.answers, self.with_notes = reply, answers, with_notes
        self.texts = _texts(assessment.version.pk, assessment.version.sha256)
        self.skills, self.options = self.texts.skills, self.texts.options

    def make(self) -> ReportPage:
        reply = self.reply
        version = self.assessment.version
        name = (version.pk, version.sha256)
        lines = [self._line(name, place, row) for place, row in enumerate(reply["skills"])]
        by_key = {line.skill.key: line for line in lines}
        asked = self.texts.asked
        given = [self.answers[key] for key in asked if key in self.answers]
        rungs = self._rungs()
        plan = self._plan()
        return ReportPage(
            assessment=self.assessment,
            framework=self.content,
            level=self.level,
            is_target=self.level.key == self.assessment.level,
            low=reply["low"],
            high=reply["high"],
            cautious=reply["cautious"],
            confirmed=None,
            band=reply["band"],
            gaps=tuple(line for line in lines if not line.met),
            strengths=tuple(
                sorted((s for s in lines if s.met), key=lambda s: (-s.surplus, -s.importance))
            ),
            rungs=rungs,
            reached=next((r for r in rungs if r.level.key == reply["reached_level"]), None),
            unmet_essentials=tuple(self.skills[key] for key in reply["unmet_essentials"]),
            turning_points=tuple(by_key[key] for key in reply["turning_points"]),
            widest_unknown=by_key.get(reply["widest_unknown"] or ""),
            plan=plan,
            training=tuple(
                self.options[step]
                for step in dict.fromkeys(
                    [each.step.key for each in (plan.steps if plan else ())]
                    + [step.key for line in lines for step in line.options]
                )
            ),
            answered=len(given),
            unsure=sum(rating.value is None for rating in given),
            asked=len(asked),
            with_evidence=sum(bool(rating.evidence.strip()) for rating in given),
            sha256=self.assessment.report.sha256,
        )

    def _line(self, version: tuple[int, str], place: int, row: Json) -> Line:
        key, required, importance = row["skill"], row["required"], row["importance"]
        skill, answer = self.skills[key], self.answers.get(key)
        helpful = _helpful(*version, key, required, importance, row["rating"])
        return Line(
            skill=skill,
            skill_group=self.texts.titles[skill.skill_group],
            required=required,
            rating=row["rating"],
            importance=importance,
            essential=row["essential"],
            lost=row["lost_points"],
            evidence=answer.evidence if answer and self.with_notes else "",
            answered=answer is not None,
            options=helpful[: 2 if place < BIGGEST_GAPS else 1],
        )

    def _plan(self) -> FastestPlan | None:
        """Return the stored fastest plan, which is for the target level only."""
        if self.level.key != self.assessment.level:
            return None
        kept: Plan | None = getattr(self.assessment, "plan", None)
        solution = kept.solutions.get(Goal.FASTEST) if kept else None
        if kept is None or solution is None:
            return None
        before = solution.get("low_before", self.reply["low"])
        steps = []
        for row in solution["steps"]:
            gain = round(row["low_after"] - before, 1)
            raises = tuple((self.skills[key], old, new) for key, old, new in row["raises"])
            option = self.options[row["step"]]
            steps.append(replace(option, low_after=row["low_after"], gain=gain, raises=raises))
            before = row["low_after"]
        last = solution["steps"][-1]["ends_on"] if solution["steps"] else None
        return FastestPlan(
            steps=tuple(steps),
            reachable=solution["reachable"],
            proven=solution["proven"],
            hours=solution["hours"],
            cost=Decimal(solution["cost"]),
            currency=self.texts.currency,
            ends_on=date.fromisoformat(last) if last else None,
            hours_per_week=kept.hours_per_week,
            low_after=solution["low_after"],
            band_after=solution["band_after"],
            is_bound=solution.get("bound", False),
        )

    def _rungs(self) -> tuple[Rung, ...]:
        rungs = []
        for row in self.reply["levels"]:
            level, pay = self.texts.levels[row["level"]]
            rungs.append(
                Rung(
                    level=level,
                    low=row["low"],
                    high=row["high"],
                    band=row["band"],
                    is_target=level.key == self.assessment.level,
                    is_shown=level.key == self.level.key,
                    pay=pay,
                )
            )
        return tuple(rungs)
