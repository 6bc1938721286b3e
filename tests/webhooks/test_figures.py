"""The figures of webhooks: what waits, what was tried, and who fails."""

import datetime as dt

import pytest

from product_importer.kit import clock, database, ids
from product_importer.webhooks import figures
from product_importer.webhooks.figures import Day
from product_importer.webhooks.models import Attempt
from tests.makers import edit_product, make_product
from tests.webhooks import makers
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.usefixtures("started")


def sending() -> figures.Sending:
    with database.reading() as session:
        return figures.sending(session)


def test_what_waits_is_counted_and_then_what_was_sent(inbox: Receiver) -> None:
    make_product("A-1")
    makers.make_endpoint(inbox.url, "product.updated")
    edit_product("A-1", name="Cup")
    makers.dispatch_all()
    assert (sending().waiting, sending().attempts) == (1, 0)
    makers.deliver_all()
    seen = sending()
    assert (seen.waiting, seen.attempts, seen.failed, seen.failing) == (0, 1, 0, 0)
    assert seen.longest_seconds >= seen.mean_seconds > 0


def test_attempts_are_told_by_day_with_their_mean_time() -> None:
    now = clock.now()
    yesterday = dt.datetime.combine(now.date(), dt.time(), dt.UTC) - dt.timedelta(seconds=1)
    tries = [(now, 20.0, 204), (now, 41.0, 500), (yesterday, 7.0, None), (now - dt.timedelta(days=3), 1.0, 200)]
    with database.transaction() as session:
        for at, milliseconds, status in tries:
            session.add(Attempt(delivery_id=ids.new_id(), at=at, milliseconds=milliseconds, status=status))
    with database.reading() as session:
        seen = figures.days(session, 3)
    dates = [now.date() - dt.timedelta(days=back) for back in (2, 1, 0)]
    assert seen == [Day(dates[0]), Day(dates[1], 1, 1, 7), Day(dates[2], 2, 1, 30)]
