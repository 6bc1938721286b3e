"""What a receiver is told: each change once, singly or in batches, never of what nobody asked for."""

import json
import tracemalloc
import uuid
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update

from product_importer.catalog import bulk_run
from product_importer.catalog.bulk_models import BulkKind
from product_importer.catalog.filters import Filters
from product_importer.journal import record
from product_importer.journal.models import Batch
from product_importer.kit import clock, database, ids
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import leases
from product_importer.webhooks import dispatch, envelope, spool
from product_importer.webhooks.models import BULK, FAST, Duty, Endpoint
from tests import makers
from tests.catalog.makers import start_bulk
from tests.webhooks.makers import deliveries, dispatch_all, duty, make_endpoint, work
from tests.webhooks.receiver import Receiver

MANY, LONG = 100, 20_000  # products, characters in the description of each
ROWS = [f"MUG-{number:02},Mug {number},12.50" for number in range(25)]
FILE = makers.csv_file(*(f"{row.split(',')[0]},{row.split(',')[1]},,{row.split(',')[2]}" for row in ROWS))


def test_a_change_by_hand_comes_alone_with_the_product_as_it_is_and_what_changed(
    started: Settings, inbox: Receiver
) -> None:
    make_endpoint(inbox.url)
    mug = makers.make_product("MUG-1", description="Größe „L“")
    makers.edit_product("MUG-1", name="Rote Tasse", active=False)
    work()
    (request,) = inbox.seen
    told = request.json
    assert request.id == told["id"]
    assert told["type"] == "product.updated"
    assert told["sequence"] == 2
    assert told["changes"] == {"name": ["Product MUG-1", "Rote Tasse"], "active": [True, False]}
    assert told["data"] == {
        "id": str(mug.id),
        "sku": "MUG-1",
        "name": "Rote Tasse",
        "description": "Größe „L“",
        "price": "10.00",
        "active": False,
        "created_at": mug.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": mug.updated_at.isoformat().replace("+00:00", "Z"),
        "version": 2,
    }
    (delivery,) = deliveries()
    assert (delivery.lane, delivery.state, delivery.status) == (FAST, "delivered", 200)


def test_a_deleted_product_is_told_by_id_sku_and_version(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url)
    mug = makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="Cup")
    makers.remove_product("MUG-1")
    work()
    gone = {"id": str(mug.id), "sku": "MUG-1", "version": 2}
    told = {event["type"]: event["data"] for request in inbox.seen for event in request.events}
    assert told == {"product.updated": gone, "product.deleted": gone | {"version": 3}}


@pytest.mark.parametrize(("mode", "sizes"), [("batch", [10, 10, 5, 1]), ("each", [1] * 26), ("summary", [1])], ids=str)
def test_an_import_is_told_in_the_endpoints_mode(
    started: Settings, inbox: Receiver, mode: str, sizes: list[int]
) -> None:
    make_endpoint(inbox.url, "product.created", "upload.completed", mode=mode, batch_size=10)
    seen = makers.import_file(FILE)
    work()
    assert sorted((len(request.events) for request in inbox.seen), reverse=True) == sizes
    created = [event for request in inbox.seen for event in request.events if event["type"] == "product.created"]
    skus = [] if mode == "summary" else sorted(row.partition(",")[0] for row in ROWS)
    assert sorted(event["data"]["sku"] for event in created) == skus
    assert all(event["import"]["id"] == str(seen.task_id) and event["import"]["line"] for event in created)
    (done,) = [event for request in inbox.seen for event in request.events if event["type"] == "upload.completed"]
    assert done["data"]["counts"]["created"] == 25
    assert {one.type: one.lane for one in deliveries()}["upload.completed"] == FAST
    assert len({request.id for request in inbox.seen}) == len(sizes)


def test_what_an_import_writes_waits_for_its_end_a_pause_or_half_a_minute(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url)
    with database.transaction() as session:
        session.execute(update(Endpoint).values(since=clock.now() - clock.seconds(600)))
    import_id = ids.new_id()
    told = [_written_by_import(import_id, sku, age=age) for sku, age in (("OLD", 99), ("YOUNG", -60), ("NEW", -600))]
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="By hand")
    work()
    assert sorted(_skus(inbox)) == ["MUG-1", "OLD"]
    with database.transaction() as session:
        session.execute(update(Batch).values(at=clock.now() - clock.seconds(dispatch.PAUSE + 1)))
    work()
    assert set(_skus(inbox)) == {*told, "MUG-1"}


def test_what_people_wait_for_is_told_before_all_that_an_import_has_left(
    started: Settings, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LOOK", 2)
    make_endpoint(inbox.url)
    import_id = ids.new_id()
    for number in range(4):
        _written_by_import(import_id, f"P-{number}", age=-60)
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="By hand")
    with database.transaction() as session:
        session.execute(update(Endpoint).values(since=clock.now() - clock.seconds(600)))
        session.execute(update(Batch).values(at=clock.now() - clock.seconds(60)))
    work()
    assert deliveries()[0].sku == "MUG-1"
    assert sorted(_skus(inbox)) == ["MUG-1", "P-0", "P-1", "P-2", "P-3"]


def test_an_import_that_changes_nothing_sends_no_product(started: Settings, inbox: Receiver) -> None:
    makers.import_file(FILE)
    make_endpoint(inbox.url, *("product.created", "product.updated", "upload.completed"))
    makers.import_file(FILE)
    work()
    assert inbox.types == ["upload.completed"]


def test_an_undo_is_told_though_imports_are_only_summed_up(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url, mode="summary")
    seen = makers.import_file(FILE)
    makers.undo_import(seen.task_id)
    work()
    assert inbox.types == ["product.deleted"] * 25
    assert {one.lane for one in deliveries()} == {BULK}


def test_nobody_is_told_of_what_happened_before_or_was_not_asked_for(started: Settings, inbox: Receiver) -> None:
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="Before")
    make_endpoint(inbox.url, "product.deleted")
    makers.edit_product("MUG-1", name="After")
    work()
    assert (inbox.seen, deliveries()) == ([], [])
    with database.reading() as session:
        assert (
            session.connection()
            .exec_driver_sql("SELECT count(*) FROM journal_batches WHERE dispatched_at IS NULL")
            .scalar()
            == 0
        )


def test_all_that_a_bulk_job_deletes_is_told_in_batches(started: Settings, inbox: Receiver) -> None:
    for number in range(25):
        makers.make_product(f"MUG-{number:02}")
    make_endpoint(inbox.url, mode="summary", batch_size=10)
    bulk_run.run_bulk.run(start_bulk(BulkKind.DELETE, Filters()))
    work()
    assert inbox.types == ["product.deleted"] * 25
    assert sorted(len(request.events) for request in inbox.seen) == [5, 10, 10]


def test_long_events_are_told_in_smaller_batches_and_not_held_together(
    started: Settings, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        make_endpoint(f"{inbox.url}?{name}", "product.created", batch_size=100)
    makers.import_file(makers.csv_file(*(f"P-{number},Long,{'x' * LONG},1" for number in range(MANY))))
    narrow = ((spool, "HELD"), (dispatch, "BODY"), (dispatch, "BYTES"))
    for module, name in narrow:
        monkeypatch.setattr(module, name, 11 * LONG)
    monkeypatch.setattr(envelope, "AT_A_TIME", 10)
    tracemalloc.start()
    try:
        dispatch_all()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * MANY * LONG  # what is made has three times as much
    told = deliveries()
    assert [one.count for one in told] == [10] * 30
    events = [event for one in told for event in json.loads(one.body)["events"]]
    skus = Counter(event["data"]["sku"] for event in events)
    assert skus == {f"P-{number}": 3 for number in range(MANY)}
    assert {len(event["data"]["description"]) for event in events} == {LONG}


def test_two_workers_that_dispatch_the_same_batch_make_its_deliveries_once(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url)
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="Cup")
    with database.reading() as session:
        (batch,) = session.scalars(select(Batch).where(Batch.type == "product.updated"))
        rows = [
            {"id": ids.new_id(), "endpoint_id": ids.new_id(), "message_id": "m", "type": "t", "count": 1, "lane": 1}
            | {"body": b"{}", "next_at": clock.now(), "sku": None, "import_id": None}
            for _ in range(2)
        ]
    duty_id = duty("dispatch").id
    for row in rows:
        with database.transaction() as session:
            held = leases.claim(session, Duty, Duty.id == duty_id)
            assert held is not None
            assert held.token is not None
        dispatch._write(leases.Hold(Duty, duty_id, held.token), batch, partial(list, [row]))
        with database.transaction() as session:
            leases.give_back(session, Duty, duty_id, held.token, failed=False)
    assert [one.id for one in deliveries()] == [rows[0]["id"]]


def _written_by_import(import_id: uuid.UUID, sku: str, *, age: float) -> str:
    """Journal what an import that has not ended wrote so many seconds ago."""
    with database.transaction() as session:
        facts: dict[str, Any] = {"subject_id": ids.new_id(), "version": 1, "sku": sku, "import_id": import_id}
        record.add(session, "product.created", actor="import:1", **facts)
        newest = select(func.max(Batch.id)).scalar_subquery()
        session.execute(update(Batch).where(Batch.id == newest).values(at=clock.now() - clock.seconds(age)))
    return sku


def _skus(inbox: Receiver) -> list[str]:
    return [event["data"]["sku"] for request in inbox.seen for event in request.events]
