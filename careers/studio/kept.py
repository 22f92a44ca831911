"""Drafts that start from a version, or are restored: what they replace is kept."""

import json
from datetime import datetime

from django.db import transaction

from .. import catalogue
from ..drafts import replace_draft
from ..models import KeptDraft, Version


@transaction.atomic
def start_draft(*, version: Version, now: datetime) -> KeptDraft | None:
    """Make the draft what the version holds; return what was kept of the one before, if any."""
    replace_draft(json.loads(catalogue.text_of(version)), now=now)
    return KeptDraft.objects.filter(career=version.career_id, kept_at=now).first()


@transaction.atomic
def restore_draft(*, kept: KeptDraft, now: datetime) -> KeptDraft | None:
    """Make a kept draft the draft again, broken or not; return what was kept instead, if any.

    The restored one leaves the list of those kept: it is the draft now.
    """
    replace_draft(kept.document, now=now)
    kept.delete()
    return KeptDraft.objects.filter(career=kept.career_id, kept_at=now).first()
