"""An uploaded import between its dry run and its confirmation, kept in the database.

What is kept is the parsed documents, not the file: the dry run is computed from them each
time it is shown, against the drafts as they are then.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404

from accounts.models import User

from .. import intake
from ..document import Json
from ..drafts import MovedError
from ..importers.reading import Note, Reading
from ..intake import DryRun
from ..models import PendingImport

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep(*, reading: Reading, file_name: str, owner: User, now: datetime) -> PendingImport:
    """Keep what was read until its owner confirms it; old ones of everybody are forgotten."""
    PendingImport.objects.filter(uploaded_at__lt=now - KEPT_FOR).delete()
    PendingImport.objects.filter(owner=owner).delete()
    return PendingImport.objects.create(
        owner=owner,
        file_name=file_name[:200],
        documents=json.dumps(reading.documents, ensure_ascii=False),
        notes=[[note.where, note.message] for note in reading.notes],
        uploaded_at=now,
    )


def load(owner: User, key: UUID) -> PendingImport:
    """Return the owner's pending import, or raise Http404."""
    found = PendingImport.objects.filter(owner=owner, pk=key).first()
    if found is None:
        raise Http404
    return found


def dry_run(pending: PendingImport) -> DryRun:
    """Return what confirming would do. Raises DocumentError."""
    documents: Sequence[Json] = json.loads(pending.documents)
    return intake.propose(Reading(tuple(documents), tuple(Note(*each) for each in pending.notes)))


class ChangedError(Exception):
    """A draft is not what it was when the dry run was shown."""


def fingerprint(found: DryRun) -> str:
    """Return a name of the drafts that a dry run was made against."""
    drafts = json.dumps([each.before for each in found.careers], sort_keys=True)
    return hashlib.sha256(drafts.encode()).hexdigest()


def confirm(
    *, pending: PendingImport, seen: str, publish: bool, note: str, by: User, now: datetime
) -> int:
    """Take the import in and forget it. Returns how many versions were published.

    ``seen`` is the ``fingerprint`` of the dry run that was shown, "" if none was. Raises
    ChangedError, having changed nothing.
    """
    found = dry_run(pending)
    if seen and fingerprint(found) != seen:
        raise ChangedError
    try:
        published = intake.take_in(found, now=now, publish=publish, note=note, by=by)
    except MovedError as error:
        raise ChangedError from error
    PendingImport.objects.filter(pk=pending.pk).delete()
    return published
