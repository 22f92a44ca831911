"""A group as tables: the same figures as its page, for spreadsheets and programs."""

from decimal import Decimal

from django.utils.translation import gettext as _

from careers.wording import STEP_KINDS

from ..tables import Cell, Table, columns
from ..wording import BANDS
from .page import GroupPage


def group_tables(page: GroupPage) -> tuple[Table, ...]:
    """Return what a group is about, its bands, skills, steps, months and listed members."""
    parts = (_about(page), _bands(page), _skills(page), _steps(page), _months(page))
    return (*parts, _members(page)) if page.group.owner_id else parts


def _about(page: GroupPage) -> Table:
    facts: tuple[tuple[str, str, Cell], ...] = (
        ("group", _("Group"), page.group.name),
        ("career", _("Career"), page.framework.title),
        ("level", _("Level"), page.level.title),
        ("version", _("Requirements version"), page.group.version.number),
        ("framework_sha256", _("SHA-256 of the requirements"), page.group.version.sha256),
        ("started", _("Started"), page.started),
        ("finished", _("Finished"), page.finished),
        ("unnamed", _("Counted without a name"), page.unnamed),
        ("median", _("Median readiness %"), page.median),
        ("change", _("Points since the first month"), page.change),
    )
    return Table("about", columns(name=_("Name"), title=_("About"), value=_("Value")), facts)


def _bands(page: GroupPage) -> Table:
    rows = tuple((row.band, str(BANDS[row.band]), row.people) for row in page.bands)
    return Table("bands", columns(band=_("Band"), title=_("Title"), people=_("People")), rows)


def _skills(page: GroupPage) -> Table:
    marks = {"unsure": _("Not sure"), **{f"rating_{n}": str(n) for n in range(5)}}
    head = columns(
        skill=_("Skill"), title=_("Title"), required=_("Required"), **marks, short=_("Short")
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.skill.key,
            row.skill.title,
            row.required,
            *(cell.people for cell in row.cells),
            row.short,
        )
        for row in page.skills
    )
    return Table("skills", head, rows)


def _steps(page: GroupPage) -> Table:
    head = columns(
        step=_("Step"),
        title=_("Title"),
        kind=_("Kind"),
        people=_("People"),
        hours=_("Hours each"),
        cost=_("Cost each"),
        currency=_("Currency"),
        gain=_("Points gained each, on average"),
    )
    rows = tuple(
        (
            row.step.key,
            row.step.title,
            str(STEP_KINDS[row.step.kind]),
            row.people,
            row.step.hours,
            Decimal(row.step.cost),
            row.step.currency,
            row.gain,
        )
        for row in page.steps
    )
    return Table("steps", head, rows)


def _months(page: GroupPage) -> Table:
    head = columns(month=_("Month"), people=_("People"), low=_("Median readiness %"))
    rows = tuple((f"{row.month:%Y-%m}", row.people, row.low) for row in page.months)
    return Table("months", head, rows)


def _members(page: GroupPage) -> Table:
    head = columns(name=_("Name"), low=_("Readiness %"), band=_("Band"), finished_at=_("Finished"))
    rows = tuple(
        (
            row.name,
            row.low,
            str(BANDS[row.band]) if row.band else "",
            row.finished_at.isoformat() if row.finished_at else "",
        )
        for row in page.members
    )
    return Table("members", head, rows)
