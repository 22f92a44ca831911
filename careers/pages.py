"""What the career pages show: frozen objects made of one version's framework."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from .catalogue import CACHED_FRAMEWORKS, framework_of
from .document import Fact, Framework, GuideSection, Level, Requirement, Skill, Step
from .models import GuideSection as GuideSectionRow
from .models import Version

SECONDS_PER_SKILL = 20
STRIP_KINDS = ("median-pay", "outlook")
AI_KINDS = ("ai-resilience", "ai-tasks", "outlook", "human-advantage")


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder with its pay."""

    level: Level
    median: Fact | None
    average: Fact | None


@dataclass(frozen=True, slots=True)
class FactCard:
    """Facts of one kind, side by side."""

    kind: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class AiCard:
    """The parts of the exposure to AI, of the group they describe."""

    parts: tuple[Fact, ...]
    score: int
    most: int


@dataclass(frozen=True, slots=True)
class Row:
    """One skill of the matrix: a requirement or None for each level, lowest first."""

    skill: Skill
    cells: tuple[Requirement | None, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the guide with its sections."""

    key: str
    sections: tuple[GuideSection, ...]

    @property
    def title(self) -> str:
        """Return the chapter's title, translated."""
        return str(GuideSectionRow.Chapter(self.key).label)


@dataclass(frozen=True, slots=True)
class CareerPage:
    """Everything the page of a career shows. ``rungs`` are highest first."""

    framework: Framework
    rungs: tuple[Rung, ...]
    strip: tuple[FactCard, ...]
    ai: AiCard | None
    matrix: tuple[tuple[str, tuple[Row, ...]], ...]
    chapters: tuple[Chapter, ...]
    steps: tuple[tuple[str, tuple[Step, ...]], ...]
    fact_table: tuple[FactCard, ...]
    skill_count: int

    @property
    def from_onet(self) -> bool:
        """Tell whether what is required was worked out from O*NET's figures."""
        return all("onet-element" in skill.codes for skill in self.framework.skills().values())

    @property
    def minutes(self) -> int:
        """Return about how long rating oneself takes."""
        return max(1, round(self.skill_count * SECONDS_PER_SKILL / 60))


def career_page(version: Version) -> CareerPage:
    """Return the page of a published version, made once per process."""
    return _career_page(version.pk, version.sha256)


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _career_page(version_id: int, sha256: str) -> CareerPage:
    content = framework_of(version_id, sha256)
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in content.facts:
        by_kind[fact.kind].append(fact)
    chapters = [
        Chapter(key, tuple(s for s in content.guide if s.chapter == key))
        for key in GuideSectionRow.Chapter.values
    ]
    kinds = sorted({step.kind for step in content.steps})
    return CareerPage(
        framework=content,
        rungs=_rungs(content, by_kind),
        strip=tuple(FactCard(k, tuple(by_kind[k])) for k in STRIP_KINDS if by_kind[k]),
        ai=_ai_card(by_kind),
        matrix=_matrix(content),
        chapters=tuple(chapter for chapter in chapters if chapter.sections),
        steps=tuple((k, tuple(s for s in content.steps if s.kind == k)) for k in kinds),
        fact_table=tuple(FactCard(kind, tuple(facts)) for kind, facts in by_kind.items() if facts),
        skill_count=sum(len(group.skills) for group in content.questionnaire()),
    )


def _rungs(content: Framework, by_kind: dict[str, list[Fact]]) -> tuple[Rung, ...]:
    def pay(kind: str, level: Level) -> Fact | None:
        return next((fact for fact in by_kind[kind] if fact.level == level.key), None)

    return tuple(
        Rung(level, pay("pay-level-median", level), pay("pay-level-average", level))
        for level in reversed(content.levels)
    )


def _ai_card(by_kind: dict[str, list[Fact]]) -> AiCard | None:
    score = next(iter(by_kind["ai-resilience"]), None)
    if score is None or not (score.value.isdigit() and score.unit.startswith("of ")):
        return None
    parts = [f for kind in AI_KINDS for f in by_kind[kind] if f.source == score.source]
    return AiCard(tuple(parts), int(score.value), int(score.unit.removeprefix("of ")))


def _matrix(content: Framework) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    cells = {(r.skill, r.level): r for r in content.requirements}
    return tuple(
        (
            group.title,
            tuple(
                Row(skill, tuple(cells.get((skill.key, lv.key)) for lv in content.levels))
                for skill in group.skills
            ),
        )
        for group in content.questionnaire()
    )
