"""What is done for groups after a request: at once, or by a worker where there is one."""

import logging
import uuid

from django.utils import timezone
from django_tasks import task

from ..models import Assessment
from . import plans

log = logging.getLogger(__name__)


@task()
def count_plans(assessment_id: str) -> None:
    """Solve and count the plans of a finished report, unless it is gone meanwhile."""
    rows = Assessment.objects.with_version().filter(finished_at__isnull=False)
    assessment = rows.filter(pk=uuid.UUID(assessment_id)).first()
    if assessment:
        plans.count(assessment, today=timezone.localdate())


def count_soon(assessment: Assessment) -> None:
    """Have a finished report counted. Whatever goes wrong, its person does not feel it.

    What was missed is taken in by ``recount_groups``.
    """
    try:
        count_plans.enqueue(str(assessment.pk))
    except Exception:
        log.exception("A report could not be given to be counted.")
