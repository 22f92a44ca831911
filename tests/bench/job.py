"""The job that everyone does: the built-in career's thirty questions on one page.

The texts are real ones, so that pages have the size that pages have.
"""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
BUILT_IN = ROOT / "careers" / "data" / "production-technician.json"
LEVEL = "senior-production-technician"
PAGE = "all"
LANES = 2
"""So many clients at once, each with rows of its own: one for each worker."""
OPERATIONS = {
    "open": "open the questionnaire",
    "save_one": "save one answer",
    "save_all": "save all 30 answers",
    "result": "open the result",
}


def framework() -> Json:
    """Return the built-in career with all of its skills in one group."""
    document: Json = json.loads(BUILT_IN.read_text(encoding="utf-8"))
    document["groups"] = [{"key": PAGE, "title": "All thirty"}]
    for skill in document["skills"]:
        skill["group"] = PAGE
    return document


def questions() -> list[Json]:
    """Return each question's key, title, description and five answers; "not sure" is a sixth."""
    names = ("key", "title", "description", "anchors")
    return [{name: skill[name] for name in names} for skill in framework()["skills"]]


def write(path: Path) -> None:
    """Write the questions where the peers' seeds read them."""
    path.write_text(json.dumps(questions(), ensure_ascii=False), encoding="utf-8")
