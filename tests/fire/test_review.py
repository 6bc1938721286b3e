"""Faults around a review: the account that a person agreed to is the one that comes of it, in both modes."""

import uuid

import pytest
from sqlalchemy import delete

from product_importer.catalog.models import Product
from product_importer.catalog.schemas import sku_key, sku_text
from product_importer.imports import answers
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import Question, State
from product_importer.kit import database
from tests import makers
from tests.fire import modes, oracle, places
from tests.fire.places import Cell
from tests.fire.scenes import prepared
from tests.fire.workers import Fleet, brought_to_rest

ON_THE_WAY = ("import.claimed", "import.plan.made", "import.plan.sealed", "import.applying.before-commit")
ASKED = places.sampled([cell for cell in places.cells(web=False) if places.is_asked(cell)], 1)
SHARED = [cell for cell in places.cells(web=False) if cell.place in ON_THE_WAY and cell.fault == "kill"]

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@modes.meets([*ASKED, *SHARED])
def test_a_fault_before_or_after_the_yes_changes_nothing_of_the_account(fleet: Fleet, cell: Cell) -> None:
    file, catalog = prepared(seed=len(cell.place))
    fleet.arm(str(cell))
    import_id = makers.make_import(file.data, review=True)
    expected = oracle.expected(file, catalog)
    assert planned(fleet, import_id) == expected.counts
    agreed(import_id)
    brought_to_rest(fleet, import_id)
    if makers.seen_import(import_id).state is State.WAITING:  # a full disk cost it the plan that was agreed to
        assert cell.fault == "enospc"
        agreed(import_id)
        brought_to_rest(fleet, import_id)
    fleet.until(lambda: fleet.fired)
    assert oracle.observed(import_id) == expected


@modes.in_both
def test_a_worker_killed_while_it_names_what_moved_leaves_the_import_asking_for_a_second_yes(fleet: Fleet) -> None:
    file, _ = prepared(seed=3)
    import_id = makers.make_import(file.data, review=True)
    planned(fleet, import_id)
    sku = next(iter(file.winners().values())).cells[0]
    moved(sku)
    catalog = oracle.stored()
    fleet.arm("import.review.compared=kill@1")
    agreed(import_id)
    counts = planned(fleet, import_id)
    asked = makers.seen_import(import_id).asked
    fleet.until(lambda: fleet.fired)
    assert asked is not None
    assert asked.moved == 1
    assert oracle.stored() == catalog
    agreed(import_id)
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)
    assert makers.seen_import(import_id).counts == counts


def planned(fleet: Fleet, import_id: uuid.UUID) -> Counts | None:
    """Wait until the import asks for its review; one that found the disk full is tried again."""
    brought_to_rest(fleet, import_id)
    seen = makers.seen_import(import_id)
    assert (seen.state, seen.question) == (State.WAITING, Question.REVIEW)
    return seen.plan


def agreed(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        answers.apply(session, import_id)


def moved(sku: str) -> None:
    """Let the catalog move: what the plan creates is there already, and what it updates is gone."""
    key = sku_key(sku_text(sku))
    with database.transaction() as session:
        gone = session.scalar(delete(Product).where(Product.sku_key == key).returning(Product.id))
    if gone is None:
        makers.make_product(sku_text(sku), name="Came first")
