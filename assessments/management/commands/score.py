"""``score FILE``: score ratings from a file, as ``POST /api/v1/score`` does."""

from typing import Any

from ... import programs
from ...schemas import ScoreReply, ScoreRequest
from ..program_command import ProgramCommand


class Command(ProgramCommand):
    """Print the score's reply to a request in a file."""

    help = "Score the ratings of a JSON file against a published career."
    request = ScoreRequest

    def reply(self, request: ScoreRequest) -> dict[str, Any]:
        """Return the score."""
        return ScoreReply.model_validate(programs.score(request)).model_dump(mode="json")
