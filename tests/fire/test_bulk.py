"""Every fault at every failpoint of a bulk job, in both modes: each product is changed and told of exactly once."""

import uuid

import pytest

from product_importer.catalog.bulk_models import BulkKind, BulkState
from product_importer.catalog.filters import Filters
from tests import makers
from tests.catalog.makers import seen_bulk, start_bulk
from tests.fire import modes, places
from tests.fire.places import Cell
from tests.fire.workers import Fleet

PRODUCTS = 40  # in five slices

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@modes.meets(places.sampled(places.cells(web=False, scene="bulk"), 1))
def test_a_fault_changes_nothing_of_what_is_deleted(fleet: Fleet, cell: Cell) -> None:
    for number in range(PRODUCTS):
        makers.make_product(f"P-{number:02}", active=number % 4 > 0)
    fleet.arm(str(cell))
    ended(fleet, start_bulk(BulkKind.DELETE, Filters(active=True)))
    fleet.until(lambda: fleet.fired)
    assert sorted(makers.stored_products()) == [f"p-{number:02}" for number in range(0, PRODUCTS, 4)]
    told = [(type_, sku, version) for type_, sku, version, *_ in makers.journal_lines()]
    assert told == [("product.deleted", f"P-{number:02}", 2) for number in range(PRODUCTS) if number % 4]


def ended(fleet: Fleet, job_id: uuid.UUID) -> None:
    """Wait until the job has ended; one that found the disk full is asked for again, over what is left."""
    fleet.until(lambda: not seen_bulk(job_id).moves)
    seen = seen_bulk(job_id)
    if seen.error is not None:
        assert seen.error.code == "DISK_FULL", seen.error
        again = start_bulk(seen.kind, Filters(active=True))
        fleet.until(lambda: not seen_bulk(again).moves)
        seen = seen_bulk(again)
    assert seen.state is BulkState.COMPLETED
