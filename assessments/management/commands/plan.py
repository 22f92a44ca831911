"""``plan FILE``: plan training from a file, as ``POST /api/v1/plan`` does."""

from typing import Any

from django.utils import timezone

from ... import programs
from ...schemas import PlanReply, PlanRequest
from ..program_command import ProgramCommand


class Command(ProgramCommand):
    """Print the plan's reply to a request in a file."""

    help = "Plan training for the ratings of a JSON file against a published career."
    request = PlanRequest

    def reply(self, request: PlanRequest) -> dict[str, Any]:
        """Return the plan."""
        reply = programs.plan(request, today=timezone.localdate())
        return PlanReply.model_validate(reply).model_dump(mode="json")
