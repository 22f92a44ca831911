"""Where the real O*NET, ESCO and CASE files are, and why a test is skipped without them."""

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
MUST_RUN = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"


def real(name: str) -> Path:
    """Return a real file, or skip the test and say what it lacks.

    In CI a folder that is there must hold the file: then its absence is a failure.
    """
    path = SHARED / name
    if path.exists() or (MUST_RUN and SHARED.is_dir()):
        assert path.exists(), f"{path} is missing from the shared data"
        return path
    return pytest.skip(
        f"lacks {name}: put it into ../shared/data beside the project, or name its folder"
        " in SHARED_DATA"
    )
