"""What the commands ``score`` and ``plan`` share: a request from a file, a reply as JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from ..programs import RequestError
from ..schemas import ScoreRequest

MAX_BYTES = 65_536


class ProgramCommand(BaseCommand):
    """Reads a request as the API takes it and prints the API's reply."""

    request: type[ScoreRequest]

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare FILE."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the request, as JSON")

    def reply(self, request: Any) -> dict[str, Any]:
        """Return the reply to a valid request."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the reply, or name each field that is wrong."""
        path: Path = options["file"]
        try:
            text = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        if len(text) > MAX_BYTES:
            raise CommandError(f"{path}: larger than {MAX_BYTES:,} bytes")
        try:
            reply = self.reply(self.request.model_validate(json.loads(text)))
        except ValidationError as error:
            rows = [
                (".".join(map(str, row["loc"])) or "body", row["msg"]) for row in error.errors()
            ]
            raise CommandError(_lines(path, rows)) from error
        except RequestError as error:
            raise CommandError(_lines(path, error.errors)) from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{path}: is not JSON that can be read") from error
        self.stdout.write(json.dumps(reply, ensure_ascii=False, indent=2))


def _lines(path: Path, errors: list[tuple[str, str]]) -> str:
    return "\n".join([f"{path}:", *(f"  {field}: {message}" for field, message in errors)])
