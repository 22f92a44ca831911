"""``make audit``: what it makes of answers, made up here, and of their absence."""

import json
import re
from pathlib import Path

import pytest

from scripts import audit

ROOT = Path(__file__).parent.parent
LOCKED = audit.pinned((ROOT / "requirements-dev.txt").read_text())
OLDER = "".join(f"{name}==0.0.1\n" for name in LOCKED)


def answers(**weak: list[dict[str, object]]) -> str:
    """Return what pip-audit prints: every library, with its weaknesses."""
    rows = [{"name": n, "version": v, "vulns": weak.get(n, [])} for n, v in LOCKED.items()]
    return json.dumps({"dependencies": rows, "fixes": []})


def asked(libraries: str = answers(), files: str = '{"vulnerabilities": {}}', could: str = OLDER):
    """Return a stand-in for the three programs, and what they were asked."""
    calls = []

    def ask(command: list[str], given: str, folder: Path) -> tuple[str, str]:
        calls.append((command, given))
        program = next(n for n in ("pip_audit", "npm", "compile") if n in command)
        said = {"pip_audit": libraries, "npm": files, "compile": could}[program]
        return said, f"first\n{program} found no way out"

    return ask, calls


def test_nothing_found_is_said_only_when_everything_was_answered():
    """Every pin of both locks is asked for by its version, also what other systems install."""
    ask, calls = asked()
    assert audit.audit("2026-10-01", "osv", ask) == ([], [])
    (command, given), *_rest = calls
    assert "--strict" in command
    assert "--vulnerability-service=osv" in command
    assert given.splitlines() == [f"{name}=={version}" for name, version in LOCKED.items()]
    assert [c for c, _ in calls if "--exclude-newer=2026-10-01" in c] == [calls[2][0], calls[3][0]]
    assert "django>=5.2,<5.3" in calls[2][1]
    assert "-r requirements.in" in calls[3][1]


def test_the_development_lock_holds_every_pin_of_the_other():
    """So one question answers for both."""
    used = audit.pinned((ROOT / "requirements.txt").read_text())
    assert len(used) > 40
    assert used.items() <= LOCKED.items()


def test_a_known_weakness_is_named_with_what_mends_it():
    """In a library and in a file that is served."""
    weak = {"django": [{"id": "CVE-2026-1", "fix_versions": ["5.2.99"]}, {"id": "CVE-2026-2"}]}
    files = json.dumps({"vulnerabilities": {"bootstrap": {"severity": "high"}}})
    ask, _calls = asked(answers(**weak), files)
    version = LOCKED["django"]
    assert audit.audit("2026-10-01", "pypi", ask) == (
        [
            f"django {version} has CVE-2026-1; mended in 5.2.99",
            f"django {version} has CVE-2026-2; mended in no release",
            "bootstrap (high) in static/vendor",
        ],
        [],
    )


def test_a_release_that_was_not_taken_in_time_is_named():
    """By number, not by spelling; what is locked newer, or not at all, is no finding."""
    could = "django==5.2.1000\nasgiref[extra]==0.1 ; python_version < '4'\nnever-locked==9\n"
    ask, _calls = asked(could=could)
    assert audit.audit("2026-10-01", "pypi", ask) == (
        [f"django {LOCKED['django']} is behind: 5.2.1000 is there since 2026-10-01 or longer"],
        [],
    )


@pytest.mark.parametrize("said", ["", "[]", "null", "{", '{"message": "405"}'])
def test_no_answer_is_a_failure_and_never_nothing_found(said, monkeypatch, capsys):
    """Each question that nobody answered is named, and the others are asked all the same."""
    ask, calls = asked(said, said, "" if said == "" else "# nothing\n")
    found, silent = audit.audit("2026-10-01", "pypi", ask)
    assert (found, len(calls)) == ([], 4)
    assert silent == [
        "weaknesses of libraries: pip_audit found no way out",
        "weaknesses of static/vendor: npm found no way out",
        "newer releases for requirements.txt: compile found no way out",
        "newer releases for requirements-dev.txt: compile found no way out",
    ]
    monkeypatch.setattr(audit, "audit", lambda *_given: (found, silent))
    assert audit.main() == 1
    assert capsys.readouterr().out.count("NOT ASKED: ") == 4


def test_a_library_that_was_left_out_of_the_answer_was_not_asked():
    """pip-audit skips what its service does not know; that is no all-clear."""
    rows = json.loads(answers())["dependencies"]
    gone, skipped = rows[0]["name"], rows[1]["name"]
    rows[1] = {"name": skipped, "skip_reason": "not found on PyPI"}
    ask, _calls = asked(json.dumps({"dependencies": rows[1:]}))
    assert audit.audit("2026-10-01", "pypi", ask) == ([], [f"weaknesses of {gone}, {skipped}"])


def test_a_program_that_is_not_there_is_no_answer():
    """Such as npm, which nothing else here needs."""
    assert audit.run(["no-such-program"], "", ROOT) == (
        "",
        "no-such-program: No such file or directory",
    )


def test_the_time_frames_are_written_down():
    """In SECURITY.md, with the command that looks."""
    text = (ROOT / "SECURITY.md").read_text()
    assert f"within {audit.DAYS} days of its release" in " ".join(text.split())
    assert re.findall(r"^\| \*\*(\w+)\*\*.*\| (\d+ days) \|$", text, re.M) == [
        ("critical", "3 days"), ("high", "14 days"), ("lower", "60 days"),
    ]  # fmt: skip
    assert "`make audit`" in text
    assert re.search(
        r"^audit:.*\n\t@\$\(PY\) -m scripts\.audit", (ROOT / "Makefile").read_text(), re.M
    )
