"""Who changed which row of a draft, and from what to what: written as it happens.

django-simple-history keeps a copy of every saved and deleted row with its actor and time.
This adds what a reader needs without a second query: the draft it belongs to, the row's
stable name, and the changes field by field. The name outlives the row: a draft that is
replaced gets new rows with the same names.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.signals import pre_save
from django.utils import timezone
from simple_history.models import HistoricalRecords

IMPORTED = "imported"
"""The reason of the one line that stands for a whole draft replaced."""
EDIT = "edit "
"""What the reason of a line starts with that is one of several of the same edit."""
NOT_CONTENT = ("latest", "revision", "draft_revision", "published_revision")
"""Fields that count edits and versions: no editor writes them."""
MAX_ROW = 260
Json = dict[str, Any]

_edit: ContextVar[str] = ContextVar("edit", default="")


@contextmanager
def one_edit(revision: int) -> Iterator[None]:
    """Mark the lines written meanwhile as one edit, which is restored as one."""
    token = _edit.set(f"{EDIT}{revision}")
    try:
        yield
    finally:
        _edit.reset(token)


class RowLine(models.Model):
    """What every line of the history says beside simple-history's copy of the row."""

    draft = models.BigIntegerField(db_index=True)
    row = models.CharField(max_length=MAX_ROW)
    refs: "models.JSONField[Json, Json]" = models.JSONField(default=dict)
    """The rows that this row names, by their keys."""
    changes: "models.JSONField[list[Any], list[Any]]" = models.JSONField(
        default=list, encoder=DjangoJSONEncoder
    )
    """[field, before, after] for each changed field; for a new or deleted row, nothing."""

    class Meta:
        abstract = True


class RowHistory(HistoricalRecords):  # type: ignore[misc]  # the library carries no types
    """The history of one model of the draft. ``names`` are the fields that name a row."""

    def __init__(self, word: str, *names: str) -> None:
        super().__init__(bases=[RowLine])
        self.word, self.names = word, names

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        """Listen to what is about to be saved, too: only then the old values are known."""
        if self.cls is sender:
            fields = [field.name for field in sender._meta.local_fields]
            self.excluded_fields = [name for name in NOT_CONTENT if name in fields]
        super().finalize(sender, **kwargs)
        if self.cls is sender:
            sender.row_history = self
            pre_save.connect(self.pre_save, sender=sender, weak=False)

    def pre_save(self, instance: Any, raw: bool = False, **kwargs: Any) -> None:
        """Note the stored row, whoever wrote it: bulk writes leave no line to compare with."""
        instance._stored = None
        if not (raw or instance._state.adding):
            rows = type(instance)._base_manager.select_related(*self._relations(instance))
            instance._stored = rows.filter(pk=instance.pk).first()

    def create_historical_record(
        self, instance: Any, history_type: str, using: str | None = None
    ) -> None:
        """Write a line; saving a row unchanged writes none."""
        changes: list[Any] = []
        if history_type == "~":
            changes = self._changes(getattr(instance, "_stored", None), instance)
            if not changes:
                return
        self.write(
            instance,
            history_type,
            changes,
            self.get_change_reason_for_object(instance, history_type, using) or _edit.get() or None,
        )

    def name_of(self, instance: Any) -> str:
        """Return the name that a row keeps through imports: "requirement senior × cutting"."""
        named = (getattr(instance, name) for name in self.names)
        parts = (key_of(each) if isinstance(each, models.Model) else str(each) for each in named)
        return f"{self.word} {' × '.join(parts)}"

    def write(self, instance: Any, history_type: str, changes: list[Any], reason: Any) -> None:
        """Write a line about a row as it is."""
        self.line(instance, history_type, changes, reason).save()

    def line(self, instance: Any, history_type: str, changes: list[Any], reason: Any) -> Any:
        """Return a line about a row as it is, to be saved."""
        copy = {f.attname: getattr(instance, f.attname) for f in self.fields_included(instance)}
        return getattr(instance, self.manager_name).model(
            history_date=getattr(instance, "_history_date", timezone.now()),
            history_type=history_type,
            history_user=self.get_history_user(instance),
            history_change_reason=reason,
            draft=draft_of(instance),
            row=self.name_of(instance),
            refs={name: key_of(getattr(instance, name)) for name in self._relations(instance)},
            changes=changes,
            **copy,
        )

    def _relations(self, instance: Any) -> list[str]:
        fields = self.fields_included(instance)
        return [f.name for f in fields if f.is_relation and f.name != "career"]

    def _changes(self, before: Any, after: Any) -> list[Any]:
        if before is None:
            return []
        found = []
        for field in self.fields_included(after):
            if field.is_relation:
                if getattr(before, field.attname) != getattr(after, field.attname):
                    old, new = (key_of(getattr(each, field.name)) for each in (before, after))
                    found.append([field.name, old, new])
                continue
            old, new = (
                getattr(before, field.attname),
                field.to_python(getattr(after, field.attname)),
            )
            if old != new:
                found.append([field.name, old, new])
        return found


def lines_for(rows: Iterable[Any], *, created: bool, reason: str) -> list[Any]:
    """Return for each row the one line, to be saved, that stands for a whole draft replaced."""
    return [row.row_history.line(row, "+" if created else "~", [], reason) for row in rows]


def key_of(row: Any) -> str:
    """Return the stable key of a row that another row names, or nothing for none."""
    return "" if row is None else str(row.key)


def draft_of(row: Any) -> int:
    """Return the id of the career to whose draft a row belongs."""
    if hasattr(row, "career_id"):
        return int(row.career_id)
    for name in ("level", "step"):
        if hasattr(row, f"{name}_id"):
            return int(getattr(row, name).career_id)
    return int(row.pk)
