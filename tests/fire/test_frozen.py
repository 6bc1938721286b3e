"""A worker that froze for longer than its lease wakes up and writes nothing; two at one bell do the work once."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from product_importer.imports.run import run_import
from product_importer.kit import tasks
from tests import makers
from tests.fire import oracle
from tests.fire.conftest import CELERY, EMBEDDED
from tests.fire.scenes import prepared
from tests.fire.workers import Fleet, brought_to_rest

MODES = [EMBEDDED, pytest.param(CELERY, marks=pytest.mark.server)]
PLACES = [
    "import.claimed",
    "import.read.batch",
    "import.plan.sealed",
    "import.slice.taken",
    "import.slice.after-commit",
]

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", PLACES)
def test_a_worker_that_wakes_up_after_its_lease_writes_nothing_more(place: str, fleet: Fleet) -> None:
    file, catalog = prepared(seed=len(place))
    fleet.arm(f"{place}=freeze")
    import_id = makers.make_import(file.data)
    until(lambda: fleet.fired)
    (sleeper,) = fleet.frozen()
    with fleet.reinforced():
        brought_to_rest(fleet, import_id)
        assert oracle.observed(import_id) == oracle.expected(file, catalog)
        os.kill(sleeper, signal.SIGCONT)
        until(lambda: fleet.said("taken over by another worker") or place == "import.slice.after-commit")
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def until(fact: Callable[[], bool], *, patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not fact():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
