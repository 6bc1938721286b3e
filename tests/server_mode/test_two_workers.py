"""Two Celery workers at once: on one import they share its slices, on two imports of the same SKUs both are exact."""

import uuid
from collections import Counter
from itertools import groupby, product

import pytest
from sqlalchemy import select, text

from product_importer.imports.models import Slice
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database
from tests import makers
from tests.fire import files, oracle
from tests.fire.workers import brought_to_rest
from tests.server_mode.conftest import Crew

PRODUCTS = 400
WHOLE = {"One": ("One text", "1.00"), "Other": ("Other text", "2.00")}  # what each import says of every product

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_two_workers_share_the_slices_of_one_import(crew: Crew) -> None:
    # Slices that take their time, so that no worker is done with all before the other has heard of them.
    fleet, file = crew(2, FAILPOINTS="import.slice.taken=sleep:0.1"), files.made(1, products=PRODUCTS)
    import_id = makers.make_import(file.data)
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, {})
    slices = makers.slices_of(import_id)
    shares = Counter(one.worker for one in slices)
    assert len(shares) == 2
    assert min(shares.values()) >= len(slices) / 4
    assert any(overlap(one, other) for one, other in product(slices, slices) if one.worker != other.worker)


@pytest.mark.parametrize("known", [1, 3])  # every so many products stand in the catalog already
def test_two_imports_of_the_same_skus_in_opposite_order_are_both_exact(crew: Crew, known: int) -> None:
    fleet, skus = crew(2), [f"SKU-{number:04}" for number in range(PRODUCTS)]
    for sku in skus[::known]:
        makers.make_product(sku)
    one = makers.make_import(rows("One", skus))
    other = makers.make_import(rows("Other", list(reversed(skus))))
    brought_to_rest(fleet, one)
    brought_to_rest(fleet, other)
    assert makers.job_of(one).applying_at < makers.job_of(other).finished_at  # type: ignore[operator]
    assert makers.job_of(other).applying_at < makers.job_of(one).finished_at  # type: ignore[operator]
    assert deadlocks() == 0
    assert len(oracle.stored()) == PRODUCTS
    assert all((text_, price) == WHOLE[name] for _, name, text_, price, _ in oracle.stored().values())
    assert told() == {one: counted(one), other: counted(other)}
    assert lives() == {
        key: list(range(1 + (number % known == 0), 1 + version)) for number, (key, version) in versions()
    }


def rows(name: str, skus: list[str]) -> bytes:
    text_, price = WHOLE[name]
    return makers.csv_file(*(f"{sku},{name},{text_},{price}" for sku in skus))


def overlap(one: Slice, other: Slice) -> bool:
    assert one.done_at is not None
    assert other.done_at is not None
    return one.started_at < other.done_at and other.started_at < one.done_at


def deadlocks() -> int:
    asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with database.reading() as session:
        session.execute(text("SELECT pg_stat_clear_snapshot()"))
        return session.scalar(asked) or 0


def counted(import_id: uuid.UUID) -> tuple[int, int, int]:
    """Return created, updated, and how many rows were settled in all, as the import counts them."""
    counts = makers.seen_import(import_id).counts
    return counts.created, counts.updated, counts.created + counts.updated + counts.unchanged


def told() -> dict[uuid.UUID, tuple[int, int, int]]:
    """Return the same as the journal tells it; every row of each file must be settled."""
    asked = select(Batch.import_id, Batch.type).join(Entry, Entry.batch_id == Batch.id)
    with database.reading() as session:
        entries = Counter((import_id, kind) for import_id, kind in session.execute(asked) if import_id is not None)
    return {
        import_id: (entries[import_id, "product.created"], entries[import_id, "product.updated"], PRODUCTS)
        for import_id, _ in entries
    }


def versions() -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate((key, stored[4]) for key, stored in sorted(oracle.stored().items())))


def lives() -> dict[str, list[int]]:
    """Return the versions that the journal tells of each product, in order."""
    with database.reading() as session:
        entries = session.execute(select(Entry.sku, Entry.version).where(Entry.sku.is_not(None)))
        ordered = sorted((str(sku).casefold(), version) for sku, version in entries)
    return {key: [version for _, version in some] for key, some in groupby(ordered, key=lambda entry: entry[0])}
