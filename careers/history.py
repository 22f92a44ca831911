"""The memory of a draft: who changed which row, when, from what to what; and restoring."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import CharField, Max, Value
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
)
from .recording import EDIT, IMPORTED
from .revisions import next_revision

ROWS: tuple[type[Any], ...] = (
    Career, Level, SkillGroup, Skill, Requirement, Step, StepAfter, StepRequires, StepGives,
    Fact, GuideSection, Source,
)  # fmt: skip
PAGE = 50
RESTORED = "restored"
MOST_DIGITS = 18
"""A longer number is no row's; Python refuses to read some thousand digits at all."""
_BY_NAME = {model.__name__.lower(): model for model in ROWS}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, from what to what, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one row. ``kind``: added, changed, removed, restored or imported.

    ``by`` is empty where a command did it, or somebody whose account is gone.
    """

    id: str
    at: datetime
    by: str
    kind: str
    row: str
    changes: tuple[FieldChange, ...]
    newest: str = ""
    """The newest line of the same row, to tell later whether it was changed since."""

    @property
    def can_restore(self) -> bool:
        """Tell whether there is a state of the row before this."""
        return self.kind == "removed" or bool(self.changes)


class NotRestoredError(Exception):
    """The row cannot be brought back as it was; says why, in words."""


def lines(career: Career, *, row: str = "", start: int = 0) -> list[Line]:
    """Return up to one line more than a page, newest first, of all rows or of one."""
    wanted = {"draft": career.pk, **({"row": row} if row else {})}
    found = [
        model.history.filter(**wanted)
        .order_by()
        .annotate(model=Value(name, output_field=CharField()))
        .values_list("history_date", "history_id", "model")
        for name, model in _BY_NAME.items()
    ]
    places = found[0].union(*found[1:], all=True).order_by("-history_date", "-history_id")
    page = list(places[start : start + PAGE + 1])
    stored: dict[tuple[str, int], Any] = {}
    for name in {each[2] for each in page}:
        ids = [number for _date, number, model in page if model == name]
        rows = _BY_NAME[name].history.filter(history_id__in=ids).select_related("history_user")
        stored |= {(name, each.history_id): each for each in rows}
    last = _newest_of(career, stored)
    return [_line(name, stored[name, number], last) for _date, number, name in page]


def _newest_of(career: Career, stored: dict[tuple[str, int], Any]) -> dict[str, str]:
    """Return the newest line of each row among these lines. One query for each kind of row."""
    found: dict[str, str] = {}
    for name in {name for name, _number in stored}:
        rows = {each.row for (kind, _number), each in stored.items() if kind == name}
        newest = _BY_NAME[name].history.filter(draft=career.pk, row__in=rows).order_by()
        for row, number in newest.values_list("row").annotate(Max("history_id")):
            found[row] = f"{name}-{number}"
    return found


def _line(name: str, stored: Any, newest: dict[str, str]) -> Line:
    kinds = {"+": "added", "~": "changed", "-": "removed"}
    reason = stored.history_change_reason
    model = _BY_NAME[name]
    return Line(
        id=f"{name}-{stored.history_id}",
        at=stored.history_date,
        by=str(stored.history_user or ""),
        kind=reason if reason in (IMPORTED, RESTORED) else kinds[stored.history_type],
        row=stored.row,
        changes=tuple(
            FieldChange(_label(model, field), _shown(before), _shown(after))
            for field, before, after in stored.changes
        ),
        newest=newest[stored.row],
    )


def _label(model: type[models.Model], field: str) -> str:
    try:
        label = getattr(model._meta.get_field(field), "verbose_name", field)
    except FieldDoesNotExist:  # renamed or gone since
        label = field
    return str(capfirst(str(label)))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def _newest(model: type[Any], career: Career, row: str) -> str:
    lines = model.history.filter(draft=career.pk, row=row)
    return f"{model.__name__.lower()}-{lines.aggregate(last=Max('history_id'))['last']}"


@dataclass(frozen=True, slots=True)
class Restored:
    """The name of the row that is back, and how many more rows came back with it."""

    row: str
    others: int


@transaction.atomic
def restore(*, career: Career, line: str, seen: str) -> Restored:
    """Bring a row back to what it was before that line, with what went in the same edit.

    ``seen`` is the newest line of the row that the editor saw. Raises LookupError for a line
    that this draft does not have, NotRestoredError where the row cannot be as it was in the
    draft as it is now, or was changed since.
    """
    name, _hyphen, number = line.partition("-")
    model = _BY_NAME.get(name)
    if model is None or not number.isdecimal() or len(number) > MOST_DIGITS:
        raise LookupError(line)
    stored = model.history.filter(draft=career.pk, history_id=int(number)).first()
    if stored is None or not (stored.changes or stored.history_type == "-"):
        raise LookupError(line)
    Career.objects.select_for_update().get(pk=career.pk)
    if _newest(model, career, stored.row) != seen:
        raise NotRestoredError(_("It was changed meanwhile. Look again, then decide."))
    revision = next_revision(career.pk)
    is_gone = stored.history_type == "-"
    row = _restore_one(model, career, stored, revision)
    others = _restore_others(career, stored, revision) if is_gone else 0
    if is_gone and isinstance(row, Skill):
        _take_out_of_merged(career, row.key, revision)
    return Restored(str(stored.row), others)


def _restore_one(model: type[Any], career: Career, stored: Any, revision: int) -> Any:
    values = _values_before(model, career, stored)
    row = _current(model, career, stored, values) or model(pk=stored.id)
    for field, value in values.items():
        setattr(row, field, value)
    row._change_reason = RESTORED
    names = [*values]
    if hasattr(row, "revision"):
        row.revision = revision
        names.append("revision")
    try:
        row.full_clean()
    except ValidationError as error:
        raise NotRestoredError(" ".join(error.messages)) from error
    row.save(**({} if row._state.adding else {"update_fields": names}))
    if hasattr(row, "step_id"):  # its step's form shows it
        row.step.revision = revision
        row.step.save(update_fields=["revision"])
    return row


def _restore_others(career: Career, stored: Any, revision: int) -> int:
    """Restore what went or changed in the same edit, where nobody has touched it since."""
    reason = stored.history_change_reason or ""
    if not reason.startswith(EDIT):
        return 0
    count = 0
    for model in ROWS:
        lines = model.history.filter(draft=career.pk, history_change_reason=reason)
        for line in lines.order_by("history_id"):
            name = f"{model.__name__.lower()}-{line.history_id}"
            if _newest(model, career, line.row) != name:
                continue
            try:
                _restore_one(model, career, line, revision)
            except NotRestoredError:
                continue
            count += 1
    return count


def _take_out_of_merged(career: Career, key: str, revision: int) -> None:
    """Let no skill say that one was merged into it which is there again."""
    for skill in career.skills.all():
        if key in skill.merged_from:
            skill.merged_from = [each for each in skill.merged_from if each != key]
            skill.revision = revision
            skill._change_reason = RESTORED  # type: ignore[attr-defined]  # simple-history's
            skill.save(update_fields=["merged_from", "revision"])


def _values_before(model: type[Any], career: Career, stored: Any) -> dict[str, Any]:
    """Return the fields of the row before that line, rows of the draft as they are now."""
    before = {field: old for field, old, _new in stored.changes}
    values: dict[str, Any] = {}
    for field in stored.tracked_fields:
        if field.primary_key:
            continue
        if field.name == "career":
            values["career"] = career
        elif field.is_relation:
            key = before.get(field.name, stored.refs.get(field.name, ""))
            values[field.name] = _named(field.related_model, career, key)
        else:
            value = before.get(field.name, getattr(stored, field.attname))
            values[field.name] = field.to_python(value)
    return values


def _named(model: type[Any], career: Career, key: str) -> Any:
    if not key:
        return None
    row = model.objects.filter(career=career, key=key).first()
    if row is None:
        text = _("The %(kind)s “%(key)s” is no longer in this draft. Restore it first.")
        raise NotRestoredError(text % {"kind": model._meta.verbose_name, "key": key})
    return row


def _current(model: type[Any], career: Career, stored: Any, values: dict[str, Any]) -> Any:
    """Return the row as it is in the draft: the same one, or the one of the same name."""
    if model is Career:
        return career
    mine = model.objects.filter(**{_career_path(model): career})
    same_name = {name: values[name] for name in model.row_history.names}
    return mine.filter(pk=stored.id).first() or mine.filter(**same_name).first()


def _career_path(model: type[Any]) -> str:
    if hasattr(model, "career"):
        return "career"
    return "level__career" if hasattr(model, "level") else "step__career"
