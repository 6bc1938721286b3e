"""The log of deliveries: forgotten when its time is over, and with its endpoint; nothing that waits is lost by it."""

import pytest
from sqlalchemy import update

from product_importer.kit import clock, database, ids
from product_importer.kit.failpoints import Injected
from product_importer.kit.settings import Settings
from product_importer.webhooks import chores, endpoints
from product_importer.webhooks.models import Attempt, Delivery
from tests import makers
from tests.webhooks.makers import ACTOR, attempts, deliveries, make_endpoint, work
from tests.webhooks.receiver import Receiver

DAYS_15 = 15 * 24 * 3600.0  # seconds


def aged(count: int) -> None:
    """Let the first deliveries and their attempts be 15 days old."""
    for number, one in enumerate(deliveries()[:count]):
        past = clock.now() - clock.seconds(DAYS_15)
        old_id = ids.earliest(past).int + number
        with database.transaction() as session:
            renamed = type(one.id)(int=old_id)
            session.execute(update(Attempt).where(Attempt.delivery_id == one.id).values(delivery_id=renamed))
            done = past if one.done_at else None
            session.execute(update(Delivery).where(Delivery.id == one.id).values(id=renamed, done_at=done))


def test_what_ended_long_ago_is_forgotten_with_its_attempts_and_what_waits_is_kept(
    started: Settings, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, _ = make_endpoint(inbox.url)
    makers.make_product("MUG-1")
    for number in range(4):
        makers.edit_product("MUG-1", name=f"Mug {number}")
    work()
    with database.transaction() as session:
        waiting = update(Delivery).where(Delivery.id == deliveries()[0].id)
        session.execute(waiting.values(state="pending", done_at=None))
    aged(3)
    monkeypatch.setenv("FAILPOINTS", "deliveries.forget.before-commit=error")
    with pytest.raises(Injected):
        chores.forget_deliveries.run()
    assert (len(deliveries()), len(attempts())) == (4, 4)
    monkeypatch.delenv("FAILPOINTS")
    assert chores.forget_deliveries.run() == 2
    assert [one.state for one in deliveries()] == ["pending", "delivered"]
    assert len(attempts()) == 2
    other_id, _ = make_endpoint(inbox.url)
    makers.edit_product("MUG-1", name="Both")
    work()
    with database.transaction() as session:
        endpoints.remove(session, endpoint_id, actor=ACTOR)
    assert chores.forget_deliveries.run() == 3
    assert [one.endpoint_id for one in deliveries()] == [other_id]
