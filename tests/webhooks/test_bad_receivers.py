"""Receivers that behave badly: each is recorded with a reason, and a healthy one beside them is told everything."""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from product_importer.kit import settings
from product_importer.kit.settings import Settings
from product_importer.webhooks import sending
from tests import makers
from tests.kit import hosts
from tests.webhooks.makers import attempts, deliveries, make_endpoint, seen, work
from tests.webhooks.receiver import Receiver

Bad = Callable[[socket.socket], None]
OK: Final = b"HTTP/1.1 200 OK\r\n"


def hangs(line: socket.socket) -> None:
    time.sleep(8)


def drips(line: socket.socket) -> None:
    line.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in range(80):
        line.sendall(b".")
        time.sleep(0.1)


def endless(line: socket.socket) -> None:
    line.sendall(OK + b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(16_384):
        line.sendall(b"." * 65_536)


def bomb(line: socket.socket) -> None:
    body = gzip.compress(bytes(50_000_000))
    line.sendall(OK + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def leads_inwards(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n")


def resets(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def babbles(line: socket.socket) -> None:
    line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


# What is done to whoever calls, and what is recorded: the status, or the reason why there was none.
TABLE: Final[dict[Bad, tuple[int | None, str | None]]] = {
    hangs: (None, "timeout"),
    drips: (None, "timeout"),
    endless: (200, None),
    bomb: (200, None),
    leads_inwards: (302, None),
    resets: (None, "cut"),
    babbles: (None, "not_http"),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: nothing here depends on which."""
    return sqlite_url


@contextlib.contextmanager
def behaving(badly: Bad, *, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Listen, take in what is sent, and behave like that to everybody."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            talking = context.wrap_socket(line, server_side=True) if context else line
            talking.recv(65_536)
            badly(talking)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.fileno() and listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_bad_receivers_are_recorded_with_a_reason_and_harm_no_other(
    started: Settings, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT", 3.0)
    with contextlib.ExitStack() as listening:
        made = {}
        for badly in TABLE:
            port = listening.enter_context(behaving(badly))
            made[badly], _ = make_endpoint(f"http://127.0.0.1:{port}/hook")
        healthy, _ = make_endpoint(inbox.url)
        makers.make_product("MUG-1")
        for number in range(3):
            makers.edit_product("MUG-1", name=f"Mug {number}")
        work()
    told = {badly: (seen(endpoint_id).last_status, seen(endpoint_id).last_error) for badly, endpoint_id in made.items()}
    assert told == TABLE
    assert (len(inbox.seen), seen(healthy).waiting) == (3, 0)
    assert all(one.excerpt is None or len(one.excerpt) <= sending.EXCERPT for one in attempts())
    assert all(one.words for one in attempts() if one.status is None)


def test_a_certificate_that_nobody_vouches_for_is_a_reason(started: Settings, tmp_path: Path) -> None:
    with behaving(hangs, context=hosts.self_signed(tmp_path)) as port:
        endpoint_id, _ = make_endpoint(f"https://127.0.0.1:{port}/hook")
        makers.make_product("MUG-1")
        makers.edit_product("MUG-1", name="Mug")
        work()
    assert seen(endpoint_id).last_error == "certificate"


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of a server that other machines reach; it may not call this one."""
    monkeypatch.setenv("HOST", "0.0.0.0")
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


# A name that leads elsewhere the second time is told of in tests/kit/test_outbound.py.
@pytest.mark.parametrize("url", ["http://0x7f.1/", "http://2130706433/", "http://localhost:1/"])
def test_spellings_of_this_machine_are_refused_when_they_are_connected(
    started: Settings, public: None, url: str
) -> None:
    make_endpoint(url)
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="Mug")
    work()
    (one,) = deliveries()
    assert (one.status, one.error) == (None, "refused")
