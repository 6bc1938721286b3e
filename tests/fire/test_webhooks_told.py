"""Whoever is told of a product can read it: a receiver asks the API at each event, though the web server was killed."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from tests import makers
from tests.fire import hurry, plants
from tests.fire.front import Front
from tests.fire.workers import Fleet, at_work
from tests.servers import children
from tests.webhooks import receiver
from tests.webhooks.makers import deliveries, make_endpoint
from tests.webhooks.receiver import Reply, Request

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]
ROWS = 9


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads each product that it is told of; `found` holds each event's id, the version told, and that read."""

    front: Front
    found: list[tuple[str, int, int | None]] = field(default_factory=list)

    def reply(self, request: Request) -> Reply:
        """Read before answering."""
        for event in request.events:
            self.found.append((event["id"], event["sequence"], self._read(event["data"])))
        return Reply()

    @property
    def too_early(self) -> set[str]:
        """What was wrong with events that came before what they tell of."""
        missing = {"missing" for _, _, read in self.found if read is None}
        return missing | {"older" for _, told, read in self.found if read is not None and read < told}

    @property
    def versions(self) -> list[int]:
        """The versions of all events in order; one that came twice, as it may, counts once."""
        return sorted(told for _, told in {(event_id, told) for event_id, told, _ in self.found})

    def _read(self, told: Mapping[str, Any]) -> int | None:
        while not (answer := self.front.ask("GET", f"/products/{told['id']}"))[0]:
            time.sleep(0.1)  # the web server is being started again
        return int(answer[1]["version"]) if answer[0] == 200 else None


@pytest.fixture
def fleet(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> Iterator[Fleet]:
    """A web server and an embedded worker, with the bug that the test's `plant` names."""
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, port=children.free_port())
    runtime.start(settings)
    extra = {hurry.PLANT: request.param}
    with at_work(Fleet(settings, tmp_path / "fleet", words=("web", "worker"), extra=extra)) as fleet:
        fleet.until(Front(settings.port).ready)
        yield fleet
    database.engine().dispose()


@pytest.fixture
def reader(fleet: Fleet) -> Iterator[Reader]:
    """The receiver of an endpoint that wants every product."""
    reader = Reader(Front(fleet.settings.port))
    with receiver.listening() as inbox:
        inbox.reply = reader.reply
        make_endpoint(inbox.url, "product.created", "product.updated", batch_size=2)
        yield reader


def imported(fleet: Fleet, reader: Reader, price: str, *, events: int) -> None:
    """Import the same products at a price, and wait until so many events were told since the beginning."""
    file = makers.csv_file(*(f"P-{number},Product {number},,{price}" for number in range(ROWS)))
    assert reader.front.upload(file)[0] == 202
    fleet.until(lambda: sum(one.count for one in deliveries() if one.state == "delivered") == events)


@pytest.mark.parametrize("fleet", [""], indirect=True)
def test_a_receiver_finds_each_product_as_it_was_told_or_newer(fleet: Fleet, reader: Reader) -> None:
    fleet.arm("webhook.committed=kill")
    made = b'{"sku": "BY-HAND", "name": "Mug", "price": "1.00"}'
    assert reader.front.ask("POST", "/products", made, {"Content-Type": "application/json"}) == (0, None)
    fleet.until(reader.front.ready)
    fleet.until(lambda: fleet.fired)
    imported(fleet, reader, "1.00", events=1 + ROWS)
    imported(fleet, reader, "2.00", events=1 + 2 * ROWS)
    assert reader.versions == [1] * (ROWS + 1) + [2] * ROWS
    assert reader.too_early == set()


@pytest.mark.parametrize("fleet", [plants.told_before_the_commit.__name__], indirect=True)
def test_events_that_come_before_the_commit_are_found(fleet: Fleet, reader: Reader) -> None:
    imported(fleet, reader, "1.00", events=ROWS)
    imported(fleet, reader, "2.00", events=2 * ROWS)
    assert reader.too_early == {"missing", "older"}
