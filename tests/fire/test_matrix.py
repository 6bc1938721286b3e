"""Every fault at every failpoint of an import, in both modes: the account is that of an undisturbed run."""

import pytest

from tests import makers
from tests.fire import modes, oracle, places
from tests.fire.places import Cell
from tests.fire.scenes import cancelled_import, prepared
from tests.fire.workers import Fleet, brought_to_rest

CELLS = places.sampled([cell for cell in places.cells(web=False) if not places.is_asked(cell)], 2)

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@modes.in_both
def test_an_undisturbed_import_comes_to_what_the_replay_says(fleet: Fleet) -> None:
    file, catalog = prepared(seed=1)
    import_id = makers.make_import(file.data)
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)
    assert len(makers.slices_of(import_id)) > 3


@modes.meets(CELLS)
def test_a_fault_changes_nothing_of_the_account(fleet: Fleet, cell: Cell) -> None:
    file, catalog = prepared(seed=hash_of(cell))
    fleet.arm(str(cell))
    cancelled = cell.place.startswith("import.cancelled")
    import_id = cancelled_import(file.data) if cancelled else makers.make_import(file.data)
    brought_to_rest(fleet, import_id)
    fleet.until(lambda: fleet.fired)
    assert oracle.observed(import_id) == (oracle.cancelled(catalog) if cancelled else oracle.expected(file, catalog))


def test_every_failpoint_of_the_source_is_in_the_matrix() -> None:
    # "file", "catalog", "search", "deliveries" and the chore of "resumable" are struck by test_originals.py and
    # test_merge.py in tests/imports, by catalog/test_search.py, webhooks/test_log.py and uploads/test_resumable.py.
    scenes = (
        "import",
        "undo",
        "pause",
        "bulk",
        "file",
        "catalog",
        "search",
        "resumable",
        "image",
        "picture",
        "webhook",
        "deliveries",
        "wish",
        "feed",
    )
    struck = {cell.place for web in (True, False) for scene in scenes for cell in places.cells(web=web, scene=scene)}
    assert struck == {place.name for place in places.places()}
    assert len(struck) >= 20


def hash_of(cell: Cell) -> int:
    return sum(str(cell).encode())
