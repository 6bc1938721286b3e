"""The figures of webhooks: what waits, what was tried, and who fails."""

import pytest

from product_importer.kit import database
from product_importer.webhooks import figures
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
