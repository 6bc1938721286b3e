"""Every fault at every failpoint of webhooks, in both modes: no event is lost, no id and no byte changes."""

from collections import defaultdict

import pytest

from tests import makers
from tests.fire import hurry, modes, places
from tests.fire.places import Cell
from tests.fire.workers import Fleet
from tests.webhooks.makers import deliveries, make_endpoint
from tests.webhooks.receiver import Receiver

ROWS = 23
FILE = makers.csv_file(*(f"P-{number:02},Product {number},,1.00" for number in range(ROWS)))
EXTRA = {hurry.BEAT: "3600"}

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


def settled() -> bool:
    """Return whether an import with an edit before it has been told whole."""
    made = deliveries()
    told = sum(one.count for one in made)
    return told == ROWS + 2 and all(one.state == "delivered" for one in made)


def begun(inbox: Receiver) -> None:
    make_endpoint(inbox.url, "product.created", "product.updated", "upload.completed", batch_size=5)
    makers.make_product("EDITED")
    makers.edit_product("EDITED", name="By hand")
    makers.make_import(FILE)


@modes.meets(places.sampled(places.cells(web=False, scene="webhook"), 1))
def test_a_fault_loses_no_event_and_changes_no_id(fleet: Fleet, inbox: Receiver, cell: Cell) -> None:
    fleet.arm(str(cell))
    begun(inbox)
    fleet.until(lambda: settled() and fleet.fired)
    bodies = defaultdict(set)
    events = defaultdict(set)
    for request in inbox.seen:
        bodies[request.id].add(request.body)
        for event in request.events:
            events[event["data"].get("sku", "the import")].add(event["id"])
    assert bodies.keys() == {one.message_id for one in deliveries()}
    assert {len(same) for same in bodies.values()} == {1}
    assert {len(same) for same in events.values()} == {1}
    assert events.keys() == {*(f"P-{number:02}" for number in range(ROWS)), "EDITED", "the import"}
