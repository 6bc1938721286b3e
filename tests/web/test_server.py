"""The web server as a process of its own: where it listens, how it ends, and how little it holds."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import product_importer
from product_importer.kit.settings import Settings
from product_importer.web import server
from tests.patience import PATIENCE, until
from tests.servers import children
from tests.web import doors
from tests.web.doors import Doors

SOURCE = str(Path(product_importer.__file__).parents[1])
BLOCK = b"A-3,Cup,,7.00\n" * 70_000  # about a megabyte
HEADER = b"sku,name,description,price\n"
LEAST = 64 * 1024  # kilobytes that a web process may grow by, whatever it receives


@pytest.fixture
def process(tmp_path: Path, sqlite_url: str) -> Iterator[tuple[subprocess.Popen[bytes], Doors]]:
    """`web` in a process of its own; the import it takes in is nobody's work."""
    port = children.free_port()
    settings = {"PYTHONPATH": SOURCE, "DATA_DIR": str(tmp_path), "DATABASE_URL": sqlite_url, "PORT": str(port)}
    running = subprocess.Popen([sys.executable, "-m", "product_importer", "web"], env={**os.environ, **settings})
    door = Doors(port, server.make(Settings(data_dir=tmp_path)))
    try:
        until(lambda: answers(door))
        yield running, door
    finally:
        running.kill()
        running.wait()


def answers(door: Doors) -> bool:
    with contextlib.suppress(OSError):
        return door.get("/livez").status == 200
    return False


def peak(running: subprocess.Popen[bytes]) -> int:
    """Return the most memory a process ever held, in kilobytes."""
    told = Path(f"/proc/{running.pid}/status").read_text().split("VmHWM:")[1]
    return int(told.split()[0])


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/upload/progress/{}", "/admin/imports/{}/live/stream"])
def test_sigterm_ends_the_server_although_a_stream_is_open(
    process: tuple[subprocess.Popen[bytes], Doors], path: str
) -> None:
    running, door = process
    import_id = door.upload(HEADER + BLOCK[:1000]).json["task_id"]
    with door.stream(path.format(import_id)) as events:
        assert next(events).id == "1"
        running.send_signal(signal.SIGTERM)
        assert list(events) == []
    assert running.wait(PATIENCE) == -signal.SIGTERM


@pytest.mark.slow
def test_the_memory_of_the_server_does_not_grow_with_the_file(
    process: tuple[subprocess.Popen[bytes], Doors],
) -> None:
    running, door = process
    assert door.upload(HEADER + BLOCK).status == 202
    before = peak(running)
    parts = doors.form(doors.file(HEADER)).partition(HEADER)
    body = itertools.chain([parts[0] + HEADER], itertools.repeat(BLOCK, 200), [parts[2]])
    answer = door.post("/upload", body, Content_Type=doors.FORM, Accept="application/json")
    assert (answer.status, answer.json["file"]["bytes"]) == (202, len(HEADER) + 200 * len(BLOCK))
    assert peak(running) - before <= LEAST


@pytest.mark.slow
def test_a_server_answers_others_while_it_receives(process: tuple[subprocess.Popen[bytes], Doors]) -> None:
    running, door = process
    answered: list[int] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            answered.append(door.get("/products").status)
            time.sleep(0.01)

    def file() -> Iterator[bytes]:
        yield from (HEADER, *[BLOCK] * 50)
        gives_up = time.monotonic() + PATIENCE
        while len(answered) <= 3 and time.monotonic() < gives_up:
            yield BLOCK[:14_000]
            time.sleep(0.01)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        assert door.post("/upload", file()).status == 202
        received = len(answered)
    finally:
        done.set()
        asking.join()
    assert received > 3
    assert set(answered) == {200}
    assert running.poll() is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_only_loopback_names_count_as_this_machine(host: str) -> None:
    assert Settings(host=host).loopback
    assert not Settings(host="0.0.0.0").loopback


@pytest.mark.parametrize(
    "told", [{"host": "0.0.0.0"}, {"public_url": "https://shop.example"}, {"trusted_proxies": ["127.0.0.1"]}]
)
def test_the_person_at_this_machine_is_trusted_unless_others_are_served(told: dict[str, Any]) -> None:
    assert Settings().trusts_this_machine
    assert not Settings.model_validate(told).trusts_this_machine


def test_other_names_are_let_in_when_they_are_set(tmp_path: Path, sqlite_url: str) -> None:
    named: dict[str, Any] = {"public_url": "https://shop.example", "allowed_hosts": ("inside.example",)}
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, port=children.free_port(), **named)
    with doors.serving(settings) as served:
        assert served.get("/livez", Host="shop.example").status == 200
        assert served.get("/livez", Host="inside.example:80").status == 200
        assert served.get("/livez", Host="other.example").status == 421
        path = f"/imports/{uuid.UUID(int=7)}/cancel"
        assert served.post(path, Host="inside.example", Origin="https://other.example").code == "CROSS_SITE"
        assert served.post(path, Host="inside.example", Origin="https://shop.example").code == "SERVER_LOCKED"
