"""Making a report's page: a reply's keys, the version's texts and the person's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from careers.catalogue import CACHED_FRAMEWORKS, framework_of
from careers.document import Fact, Framework, Level, Skill
from careers.document import Step as StepText

from . import figures
from .answers import Stored
from .core.ladder import Requirement
from .core.plan import Goal
from .models import Assessment, Plan
from .report_page import FastestPlan, Line, ReportPage, Rung, TrainingOption

BIGGEST_GAPS = 10
"""So many gaps name two training steps to choose from, the rest one."""
LEVEL_PAY = "pay-level-median"

Json = dict[str, Any]


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


class PageMaker:
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
        """Return the page, as its owner sees it, without what second raters confirm."""
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
