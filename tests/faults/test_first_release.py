"""What the first release computed is what is computed today, to the byte."""

import json

import pytest
import rfc8785

from assessments.core.score import reply, score
from assessments.figures import ladder_of
from careers import document

from . import first_release

KEPT = first_release.load()
LADDERS = [ladder_of(document.parse(json.loads(text))) for text, _sha256 in KEPT.documents]


@pytest.mark.parametrize("row", KEPT.reports, ids=lambda row: f"{row['level']}-{row['sha256'][:6]}")
def test_todays_code_computes_what_the_first_release_froze(row):
    """Every figure, in the canonical form whose hash was stored."""
    proven = {skill for skill, text in row["evidence"].items() if text.strip()}
    found = score(LADDERS[row["document"]], row["level"], row["ratings"], proven)
    career = json.loads(row["reply"])["career"]
    assert rfc8785.dumps(reply(found, career=career, version=1)).decode() == row["reply"]


def test_the_kept_reports_are_of_every_kind():
    """Each band, each level, each answer, and both sides of each threshold."""
    replies = [json.loads(row["reply"]) for row in KEPT.reports]
    assert {each["band"] for each in replies} == {
        "ready", "nearly_ready", "building", "starting_out",
    }  # fmt: skip
    levels = {(row["document"], row["level"]) for row in KEPT.reports}
    assert len(levels) == sum(len(ladder.levels) for ladder in LADDERS)
    answers = {value for row in KEPT.reports for value in row["ratings"].values()}
    assert answers == {None, 0, 1, 2, 3, 4}
    assert any(not row["ratings"] for row in KEPT.reports)
    for least in (40, 60, 80):
        assert any(least <= each["low"] < least + 1 for each in replies)
        assert any(least - 1 <= each["low"] < least for each in replies)


def test_a_figure_that_was_changed_by_hand_is_refused(tmp_path, monkeypatch):
    """Else today's figures could be written there."""
    changed = first_release.FILE.read_text(encoding="utf-8").replace('"low":80', '"low":79')
    file = tmp_path / "first_release.json"
    file.write_text(changed, encoding="utf-8")
    monkeypatch.setattr(first_release, "FILE", file)
    with pytest.raises(ValueError, match="changed by hand"):
        first_release.load()
