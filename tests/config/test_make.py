"""The first command of the README, also with the settings that lead it elsewhere."""

import subprocess

import pytest

from tests.journeys.conftest import ROOT


def told(*given: str) -> str:
    """Return what ``make run`` would do."""
    done = subprocess.run(["make", "-n", "run", *given], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("folder", ["/srv/nowhere/rung", "elsewhere"])
def test_static_files_are_collected_where_the_server_looks_for_them(folder):
    """The mark that they are there lies beside them, so that another place gets its own."""
    assert f"touch {folder}/static.stamp" in told(f"VAR_DIR={folder}")
    assert folder not in told()
