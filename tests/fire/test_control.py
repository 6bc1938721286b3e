"""Every fault at every failpoint of an undo and of a pause, in both modes: what comes of it is exact all the same."""

import uuid
from collections import Counter
from decimal import Decimal

import pytest

from product_importer.imports import pausing
from product_importer.imports.states import State, UndoState
from product_importer.imports.undoing import undo_actions
from product_importer.kit import database
from tests import makers
from tests.fire import modes, oracle, places
from tests.fire.places import Cell
from tests.fire.scenes import paused_import, prepared
from tests.fire.workers import Fleet, brought_to_rest

EDITED = 5  # products that somebody edits between the import and its undo
Catalog = dict[str, oracle.Stored]

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@modes.meets(places.sampled(places.cells(web=False, scene="undo"), 1))
def test_a_fault_changes_nothing_of_what_an_undo_does(fleet: Fleet, cell: Cell) -> None:
    file, before = prepared(seed=sum(str(cell).encode()))
    import_id = makers.make_import(file.data)
    brought_to_rest(fleet, import_id)
    edited = edited_by_hand(import_id)
    fleet.arm(str(cell))
    makers.start_undo(import_id)
    undone(fleet, import_id)
    fleet.until(lambda: fleet.fired)
    assert without_versions(oracle.stored()) == without_versions(before | edited)
    seen = makers.seen_import(import_id)
    assert seen.undo is not None
    assert (seen.state, seen.undo.kept, seen.undo.done) == (State.UNDONE, EDITED, seen.undo.total)
    assert told_more_than_once(import_id) == []


@modes.meets(places.sampled(places.cells(web=False, scene="pause"), 1))
def test_a_fault_changes_nothing_of_a_pause(fleet: Fleet, cell: Cell) -> None:
    file, catalog = prepared(seed=sum(str(cell).encode()))
    fleet.arm(str(cell))
    import_id = paused_import(file.data)
    brought_to_rest(fleet, import_id)
    assert (makers.seen_import(import_id).state, oracle.stored()) == (State.PAUSED, catalog)
    fleet.until(lambda: fleet.fired)
    with database.transaction() as session:
        pausing.resume(session, import_id)
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def edited_by_hand(import_id: uuid.UUID) -> Catalog:
    """Edit some products of the import in the field that it set, and return how they stand."""
    written = [sku for type_, sku, *_ in makers.journal_lines(import_id) if type_.startswith("product.") and sku]
    keys = sorted(key for key, one in makers.stored_products().items() if one.sku in written)[:EDITED]
    for key in keys:
        makers.edit_product(key, name="By hand", description="By hand", price=Decimal("77.77"))
    return {key: stored for key, stored in oracle.stored().items() if key in keys}


def undone(fleet: Fleet, import_id: uuid.UUID) -> None:
    """Wait until the undo has ended; one that found the disk full is asked for again, once."""
    fleet.until(lambda: makers.undo_of(import_id).state is not UndoState.RUNNING)
    if (error := makers.undo_of(import_id).error) is not None:
        assert error["code"] == "DISK_FULL", error
        with database.transaction() as session:
            undo_actions.start(session, import_id, actor=makers.ACTOR)
        fleet.until(lambda: makers.undo_of(import_id).state is not UndoState.RUNNING)


def without_versions(catalog: Catalog) -> set[tuple[str | None, ...]]:
    return {stored[:4] for stored in catalog.values()}


def told_more_than_once(import_id: uuid.UUID) -> list[tuple[str, str | None, int]]:
    """Return what the journal says twice: one version of one product comes from one change."""
    told = Counter((line[1], line[2]) for line in makers.journal_lines(import_id) if line[0].startswith("product."))
    return [(f"{count} times", sku, version) for (sku, version), count in told.items() if count > 1]
