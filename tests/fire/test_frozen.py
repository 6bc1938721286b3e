"""A worker that froze for longer than its lease wakes up and writes nothing; two at one bell do the work once."""

import os
import signal

import pytest

from product_importer.imports.run import run_import
from product_importer.kit import tasks
from tests import makers
from tests.fire import hurry, modes, oracle, places
from tests.fire.scenes import overtaken, prepared
from tests.fire.workers import Fleet, brought_to_rest

PLACES = ["import.claimed", "import.read.staged", "import.slice.taken"]
if places.ALL:
    PLACES += ["import.read.batch", "import.plan.sealed", "import.slice.after-commit"]
# No heartbeats: a process that froze in the middle of one would keep SQLite's only lock for itself.
EXTRA = {hurry.BEAT: "3600"}

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@modes.in_both
@pytest.mark.parametrize("place", PLACES)
def test_a_worker_that_wakes_up_after_its_lease_writes_nothing_more(place: str, fleet: Fleet) -> None:
    file, catalog = prepared(seed=len(place))
    fleet.arm(f"{place}=freeze")
    import_id = makers.make_import(file.data)
    fleet.until(fleet.frozen)
    (sleeper,) = fleet.frozen()
    fleet.reinforce()
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)
    os.kill(sleeper, signal.SIGCONT)
    fleet.drain()
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


@modes.in_both
def test_a_worker_that_wakes_up_in_the_middle_of_the_import_leaves_others_slices_alone(fleet: Fleet) -> None:
    seen, wanted = overtaken(fleet, seed=5)
    assert seen == wanted


@modes.in_both
def test_workers_that_hear_the_same_bell_do_the_work_once(fleet: Fleet) -> None:
    file, catalog = prepared(seed=3)
    fleet.reinforce()
    import_id = makers.make_import(file.data)
    for _ in range(5):
        tasks.ring(run_import, import_id)
    brought_to_rest(fleet, import_id)
    fleet.drain()
    assert oracle.observed(import_id) == oracle.expected(file, catalog)
