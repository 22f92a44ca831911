"""The simulation: it repeats itself, agrees with theory, and its page is the one in the docs."""

import json
import math

import pytest

from . import simulate
from .simulate import DOCS, MEASURED, Load


def test_the_page_in_the_docs_is_what_is_printed():
    """``python -m tests.scale.simulate --write`` renews it after a measurement."""
    found = simulate.page(json.loads(MEASURED.read_text()))
    text = DOCS.read_text()
    assert text.split(simulate.BEGIN)[1].split(simulate.END)[0] == found


def test_a_machine_with_little_to_do_answers_in_the_time_of_service():
    """The 95th of log-normal times with sigma 0.4, whose mean is the service time."""
    expected = 0.01 * math.exp(-0.08 + 1.645 * 0.4)
    assert simulate.p95(20, [0.01], [1], cores=8) == pytest.approx(expected, rel=0.1)


def test_waiting_grows_as_the_machine_fills():
    """And has no bound once more comes than it can do."""
    found = [simulate.p95(rate, [0.01], [1], cores=2) for rate in (20, 150, 190, 240)]
    assert found == sorted(found)
    assert found[-1] > 50 * found[0]


def test_more_people_need_more_machines_that_all_keep_the_promise():
    """Twice as many need about twice as many."""
    seconds = {"page": 0.02}
    few, few_p95 = simulate.machines(Load({"page": 4_000}), seconds)
    many, many_p95 = simulate.machines(Load({"page": 8_000}), seconds)
    assert few > 4_000 * 0.02 / simulate.CORES
    assert many == pytest.approx(2 * few, abs=2)
    assert max(few_p95, many_p95) <= simulate.PROMISE_MS


def test_one_machine_holds_less_than_its_cores_could_do():
    """At the edge of the promise, and no further."""
    wanted, seconds = Load({"page": 1}), {"page": 0.05}
    held = simulate.holds(wanted, seconds, cores=2)
    assert 10 < held < 2 / 0.05
    assert simulate.p95(held, [0.05], [1], cores=2) * 1000 <= simulate.PROMISE_MS
