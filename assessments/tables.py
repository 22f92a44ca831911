"""A report as tables: the same figures as the page, for spreadsheets and programs."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from careers.wording import STEP_KINDS

from .report_page import Line, ReportPage, TrainingOption
from .wording import BANDS, rating_label

Cell = str | int | float | Decimal | None
"""Whole numbers, percentages (float, rounded down to one decimal), money (Decimal), text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key for programs and its words for people."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report: a row holds a cell for each column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(page: ReportPage) -> tuple[Table, ...]:
    """Return the report's levels, skills, plan and what it is about, in that order."""
    return _levels(page), _skills(page), _plan(page), _about(page)


def columns(**titles: str) -> tuple[Column, ...]:
    """Return columns by key and words."""
    return tuple(Column(key, title) for key, title in titles.items())


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else ""


def _levels(page: ReportPage) -> Table:
    head = columns(
        level=_("Level"),
        title=_("Title"),
        low=_("Readiness %"),
        high=_("Up to %"),
        band=_("Band"),
        target=_("Target"),
    )
    rows = tuple(
        (
            rung.level.key,
            rung.level.title,
            float(rung.low),
            float(rung.high),
            str(BANDS[rung.band]),
            _yes(rung.is_target),
        )
        for rung in page.rungs
    )
    return Table("levels", head, rows)


def _skills(page: ReportPage) -> Table:
    head = columns(
        skill=_("Skill"),
        title=_("Title"),
        group=_("Group"),
        required=_("Required"),
        rating=_("Rating"),
        importance=_("Importance"),
        essential=_("Essential"),
        lost_points=_("Points lost"),
        evidence=_("Evidence"),
    )
    rows = tuple(
        (
            line.skill.key,
            line.skill.title,
            line.skill_group,
            line.required,
            _rating(line),
            line.importance,
            _yes(line.essential),
            float(line.lost),
            line.evidence,
        )
        for line in page.lines
    )
    return Table("skills", head, rows)


def _rating(line: Line) -> Cell:
    """Return the number, "Not sure", or nothing where nothing was answered."""
    if line.rating is None:
        return rating_label(None) if line.answered else ""
    return line.rating


def _plan(page: ReportPage) -> Table:
    head = columns(
        place=_("Place"),
        step=_("Step"),
        title=_("Title"),
        kind=_("Kind"),
        hours=_("Hours"),
        cost=_("Cost"),
        currency=_("Currency"),
        raises=_("Raises"),
        gain=_("Points gained"),
        low_after=_("Readiness % after"),
    )
    steps = page.plan.steps if page.plan else ()
    rows = tuple(_step(place, option) for place, option in enumerate(steps, start=1))
    return Table("plan", head, rows)


def _step(place: int, option: TrainingOption) -> tuple[Cell, ...]:
    step = option.step
    return (
        place,
        step.key,
        step.title,
        str(STEP_KINDS[step.kind]),
        step.hours,
        Decimal(step.cost),
        step.currency,
        ", ".join(f"{skill.title} {old}→{new}" for skill, old, new in option.raises),
        float(option.gain or 0),
        float(option.low_after or 0),
    )


def _about(page: ReportPage) -> Table:
    version = page.assessment.version
    finished_at = page.assessment.finished_at
    turning = ", ".join(line.skill.title for line in page.turning_points)
    unmet = ", ".join(skill.title for skill in page.unmet_essentials)
    facts: tuple[tuple[str, str, Cell], ...] = (
        ("career", _("Career"), page.framework.title),
        ("level", _("Level"), page.level.title),
        ("low", _("Readiness %"), float(page.low)),
        ("high", _("Up to %"), float(page.high)),
        ("cautious", _("Cautious reading %"), float(page.cautious)),
        ("confirmed", _("Cautious reading with second ratings %"), page.confirmed),
        ("band", _("Band"), str(BANDS[page.band])),
        ("reached_level", _("Reached level"), page.reached.level.title if page.reached else ""),
        ("unmet_essentials", _("Unmet essentials"), unmet),
        ("turning_points", _("What the result hangs on"), turning),
        (
            "widest_unknown",
            _("Find out first"),
            page.widest_unknown.skill.title if page.widest_unknown else "",
        ),
        ("finished_at", _("Finished"), finished_at.isoformat() if finished_at else ""),
        ("version", _("Requirements version"), version.number),
        ("framework_sha256", _("SHA-256 of the requirements"), version.sha256),
        ("report_sha256", _("SHA-256 of the report's figures"), page.sha256),
    )
    return Table("about", columns(name=_("Name"), title=_("About"), value=_("Value")), facts)
