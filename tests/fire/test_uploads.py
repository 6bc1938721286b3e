"""Resumable uploads under fire: servers die in the middle, and the sender goes on with another one."""

import hashlib
import http.client
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from product_importer.uploads import actions, chores, ledger
from product_importer.uploads.models import Part
from product_importer.uploads.verification import AT_ONCE
from tests.fire import places
from tests.fire.conftest import wipe
from tests.fire.places import Cell
from tests.fire.workers import Fleet, at_work
from tests.patience import until
from tests.servers import children, databases
from tests.web.tus import STREAM, id_of, pairs

CELLS = places.sampled(
    [cell for cell in places.cells(web=True, scene="resumable") if cell.place != "resumable.expired"]
    + [cell for cell in places.cells(web=True) if cell.place.startswith("upload.")],
    1,
)
DATA = random.Random(20261125).randbytes(1_000_000)
PIECE = 300_000  # bytes
MD5 = hashlib.md5(DATA).hexdigest()

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@dataclass(slots=True)
class Sender:
    """A sender that turns to the next server whenever one does not answer."""

    fleet: Fleet
    ports: tuple[int, ...]
    turn: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = itertools.cycle(self.ports)

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, Any]:
        """Ask the next server, a header of "" left out; the status is 0 when it did not answer to the end."""
        line = http.client.HTTPConnection("127.0.0.1", next(self.turn), timeout=60)
        told = {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in headers.items()}}
        told = {name: value for name, value in told.items() if value}
        try:
            line.request(method, path, body, told)
            answer = line.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            return 0, http.client.HTTPMessage(), None
        finally:
            line.close()
            self.fleet.tend()

    def opened(self, length: int, md5: str) -> str:
        """Announce a file until that is heard, and return the upload's address."""
        size, metadata = str(length), pairs(md5=md5)
        until(lambda: self.ask("GET", "/livez")[0] == 200)
        while True:
            status, headers, _ = self.ask("POST", "/uploads", Upload_Length=size, Upload_Metadata=metadata)
            if status == 201:
                return headers["Location"]

    def push(self, place: str, data: bytes) -> None:
        """Send piece after piece from where the upload stands, until it stands at its end or is rejected."""
        while True:
            status, headers, _ = self.ask("HEAD", place)
            if status == 460 or (status == 200 and int(headers["Upload-Offset"]) == len(data)):
                return
            if status == 200:
                start = int(headers["Upload-Offset"])
                piece = data[start : start + PIECE]
                self.ask("PATCH", place, piece, Upload_Offset=str(start), Content_Type=STREAM)

    def settled(self, place: str) -> str:
        """Ask whichever server answers until it is known whether the file is right."""
        seen: list[str] = []

        def known() -> bool:
            told = self.ask("GET", place, Tus_Resumable="")[2]
            seen.append(told["state"] if told and "state" in told else "")
            return seen[-1] in ("ready", "rejected")

        self.fleet.until(known)
        return seen[-1]


@pytest.fixture(scope="module")
def standing(database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    """Two web servers and a worker over the same database and folder."""
    folder, ports = tmp_path_factory.mktemp("uploads"), (children.free_port(), children.free_port())
    with database_maker.fresh(databases.SQLITE, folder=folder) as url:
        settings = Settings(data_dir=folder, database_url=url)
        words = (*(f"web --port {port}" for port in ports), "worker")
        with at_work(Fleet(settings, folder / "fleet", words=words)) as fleet:
            yield Sender(fleet, ports)


@pytest.fixture
def sender(standing: Sender) -> Iterator[Sender]:
    """The same on an empty ledger, with this process connected to it."""
    runtime.start(standing.fleet.settings)
    wipe()
    yield standing
    standing.fleet.disarm()
    database.engine().dispose()


def require_only_what_is_named(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the chores do their work, and find in storage what the ledger names and nothing else."""
    monkeypatch.setattr(chores, "STRAY", -60.0)
    chores.empty_useless.run()
    chores.sweep_strays.run()
    with database.reading() as session:
        named = set(session.scalars(select(Part.key)))
    folder = sender.fleet.settings.data_dir / "files"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == named


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_fault_costs_a_sender_nothing_but_time(sender: Sender, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    large, wrong = cell.place == "resumable.verify.claimed", cell.place == "resumable.rejected"
    data = DATA * (AT_ONCE // len(DATA) + 1) if large else DATA
    place = sender.opened(len(data), hashlib.md5(b"other" if wrong else data).hexdigest())
    sender.fleet.arm(str(cell))
    sender.push(place, data)
    assert sender.settled(place) == ("rejected" if wrong else "ready")
    if not wrong:
        assert b"".join(actions.read(id_of(place))) == data
    if cell.place.startswith("resumable.terminate"):
        until(lambda: sender.ask("DELETE", place)[0] == 404)
    sender.fleet.until(lambda: sender.fleet.fired)
    require_only_what_is_named(sender, monkeypatch)


def test_an_upload_goes_on_with_another_server_when_one_is_killed(sender: Sender) -> None:
    data = DATA * 24
    place = sender.opened(len(data), hashlib.md5(data).hexdigest())
    first, second = sender.ports
    line = http.client.HTTPConnection("127.0.0.1", first, timeout=60)
    told = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": STREAM, "Content-Length": str(len(data))}
    line.putrequest("PATCH", place)
    for name, value in told.items():
        line.putheader(name, value)
    line.endheaders(data[: ledger.PART + 3_000_000])
    until(lambda: actions.size(id_of(place)) == ledger.PART)
    sender.fleet.kill(f"web --port {first}")
    line.close()
    sender.turn = itertools.repeat(second)
    assert int(sender.ask("HEAD", place)[1]["Upload-Offset"]) == ledger.PART
    sender.push(place, data)
    sender.turn = itertools.cycle(sender.ports)
    assert sender.settled(place) == "ready"
    assert b"".join(actions.read(id_of(place))) == data
