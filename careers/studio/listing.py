"""The rows of one kind for their list, and what hangs on a row that is to be retired."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..document import Fact as FactOf
from ..models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepGives,
    StepRequires,
)
from ..wording import fact_kind, figure, money
from .kinds import Kind


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list: its title, and the rest in a line."""

    key: str
    title: str
    about: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that move among each other; the title is empty where there is only one group."""

    title: str
    rows: tuple[Listed, ...]


def listed(career: Career, kind: Kind) -> list[Group]:
    """Return the rows of one kind in their order, skills by group. One or two queries."""
    rows = kind.model.objects.filter(career=career)
    if kind.model is Skill:
        skills = list(rows)
        return [
            _group(group.title, [row for row in skills if row.skill_group_id == group.pk])
            for group in career.skill_groups.all()
        ]
    if kind.model is Level:
        rows = rows.order_by("rank")
    if kind.model is Fact:
        rows = rows.select_related("level")
    return [_group("", list(rows))]


def _group(title: str, rows: list[Any]) -> Group:
    last = len(rows) - 1
    found = (
        Listed(row.key, _title(row), _about(row), is_first=place == 0, is_last=place == last)
        for place, row in enumerate(rows)
    )
    return Group(title, tuple(found))


def _title(row: Any) -> str:
    return fact_kind(row.kind) if isinstance(row, Fact) else str(row.title)


def _about(row: Any) -> str:
    if isinstance(row, Step):
        hours = ngettext("%(count)s hour", "%(count)s hours", row.hours) % {"count": row.hours}
        cost = money(f"{row.cost:.2f}", row.currency)
        return f"{row.get_kind_display()} · {hours} · {cost}"
    if isinstance(row, Fact):
        level = row.level.title if row.level else ""
        shown = figure(_fact(row))
        return " · ".join(each for each in (shown, level, row.region, row.date, row.source) if each)
    if isinstance(row, Level):
        return row.summary
    if isinstance(row, GuideSection):
        return f"{row.get_chapter_display()} · {row.get_layout_display()}"
    if isinstance(row, Source):
        return " · ".join(each for each in (row.name, row.date, row.url) if each)
    return row.description if isinstance(row, Skill) else ""


def _fact(row: Fact) -> FactOf:
    names = ("key", "kind", "value", "unit", "scope", "region", "date", "source", "note")
    return FactOf(**{name: getattr(row, name) for name in names}, level="")


def weight_of(row: Any) -> list[str]:
    """Return, in words, what leaves the draft together with a row."""
    counts: list[tuple[int, str]] = []
    if isinstance(row, Skill | Level):
        count = row.requirements.count()
        text = ngettext("%(count)s requirement", "%(count)s requirements", count)
        counts.append((count, text))
    if isinstance(row, Skill):
        count = StepRequires.objects.filter(skill=row).count()
        count += StepGives.objects.filter(skill=row).count()
        text = ngettext("its mention in %(count)s step", "its mention in %(count)s steps", count)
        counts.append((count, text))
    if isinstance(row, Step):
        count = row.unlocks.count()
        text = ngettext(
            "the rule that %(count)s step waits for it",
            "the rule that %(count)s steps wait for it",
            count,
        )
        counts.append((count, text))
    if isinstance(row, SkillGroup) and row.skills.exists():
        return [_("nothing: move or retire its skills first")]
    return [text % {"count": count} for count, text in counts if count]
