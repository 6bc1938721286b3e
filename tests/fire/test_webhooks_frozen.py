"""A sender of webhooks that freezes and wakes up: its lease went to another one, and it records nothing.

On Celery alone: a process that is stopped while another thread of it writes would hold SQLite's only writer for ever.
"""

import os
import signal

import pytest

from tests import makers
from tests.fire.modes import CELERY
from tests.fire.workers import Fleet
from tests.webhooks.makers import attempts, deliveries, make_endpoint
from tests.webhooks.receiver import Receiver

EDITS = 6

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow, pytest.mark.server]


def settled() -> bool:
    """Return whether every edit was told."""
    return len(deliveries()) == EDITS and all(one.state == "delivered" for one in deliveries())


@pytest.mark.parametrize("mode", [CELERY])
def test_a_sender_that_wakes_up_after_its_lease_records_nothing(fleet: Fleet, inbox: Receiver) -> None:
    fleet.arm("webhook.posted=freeze")
    make_endpoint(inbox.url, "product.updated")
    makers.make_product("EDITED")
    for number in range(EDITS):
        makers.edit_product("EDITED", name=f"By hand {number}")
    fleet.until(fleet.frozen)
    (sleeper,) = fleet.frozen()
    fleet.reinforce()
    fleet.until(settled)
    assert {one.tries for one in deliveries()} == {1}
    os.kill(sleeper, signal.SIGCONT)
    fleet.drain()
    assert {one.tries for one in deliveries()} == {1}
    assert len(attempts()) == len(deliveries())
    assert len(inbox.seen) > len(deliveries())  # what the sleeper had posted was posted again
