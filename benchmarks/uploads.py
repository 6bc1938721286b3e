"""Uploads beside a bare `request.stream()` to disk, in turn on loopback: MB/s, their ratio, and the server's memory."""

import argparse
import contextlib
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import measure
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from product_importer import migrations
from product_importer.kit import database

MB = 10**6
BLOCK = os.urandom(2**20)
PIECES = 8 * 2**20, 64 * 2**20  # bytes of a request: the fewest and the most that the dashboard sends
BRISK = 1.0  # seconds: a request that took less is followed by one of twice as much


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--megabytes", type=int, default=512)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--serve", nargs=2, metavar=("PORT", "FOLDER"), help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.serve:
        _serve_bare(int(asked.serve[0]), Path(asked.serve[1]))
        return
    with tempfile.TemporaryDirectory() as folder, _bare(Path(folder)) as bare, _product(Path(folder)) as product:
        _compare(bare, product, asked.megabytes * 2**20, asked.rounds)


def _compare(bare: "_Server", product: "_Server", size: int, rounds: int) -> None:
    """Run the contenders in turn; the ratio is taken within each round, so that a busy machine harms both.

    Each round has an order of its own, and each begins with nothing left to write: who comes after one that has
    worn out the disk would pay for it.
    """
    orders = random.Random(1)
    ways = {
        "bare, unflushed": lambda: _bare_send(bare, size, "/unflushed"),
        "bare": lambda: _bare_send(bare, size, "/file"),
        "one request": lambda: _tus_send(product, size, size, size),
        "pieces of 8 MiB": lambda: _tus_send(product, size, PIECES[0], PIECES[0]),
        "growing pieces": lambda: _tus_send(product, size, *PIECES),
    }
    idle = measure.memory_of(product.pid)
    measure.forget_peak(product.pid)
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, send in orders.sample(list(ways.items()), len(ways)):
            os.sync()
            began = time.perf_counter()
            send()
            speeds[name].append(size / MB / (time.perf_counter() - began))
    for name, seen in speeds.items():
        print(f"{name:16} {measure.median(seen):7.0f} MB/s  x {_beside(seen, speeds['bare']):.2f}", end="")
        print(f"  unflushed x {_beside(seen, speeds['bare, unflushed']):.2f}")
    peak = measure.peak_of(product.pid) - idle
    print(f"server's memory at its peak: {peak:+.0f} MiB above {idle:.0f} MiB idle; {measure.load()}")


def _beside(speeds: list[float], floor: list[float]) -> float:
    return measure.median(one / base for one, base in zip(speeds, floor, strict=True))


class _Server:
    """A server process and where it listens."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def line(self) -> http.client.HTTPConnection:
        """Connect."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def ready(self) -> bool:
        with contextlib.suppress(OSError), contextlib.closing(self.line()) as line:
            line.request("GET", "/livez")
            return line.getresponse().status < 500
        return False


def _bare_send(server: _Server, size: int, place: str) -> None:
    with contextlib.closing(server.line()) as line:
        line.request("PUT", place, _bytes(size), {"Content-Length": str(size)})
        assert line.getresponse().status == 204
    _forget(server, place, {})


def _tus_send(server: _Server, size: int, piece: int, longest: int) -> None:
    told = {"Tus-Resumable": "1.0.0"}
    with contextlib.closing(server.line()) as line:
        line.request("POST", "/uploads", headers={**told, "Upload-Length": str(size)})
        made = line.getresponse()
        made.read()
        place = made.headers["Location"]
        start = 0
        while start < size:
            began, this = time.perf_counter(), min(piece, size - start)
            kind = {"Content-Type": "application/offset+octet-stream", "Content-Length": str(this)}
            line.request("PATCH", place, _bytes(this), {**told, **kind, "Upload-Offset": str(start)})
            answer = line.getresponse()
            answer.read()
            assert answer.status == 204, answer.status
            start += this
            if time.perf_counter() - began < BRISK:
                piece = min(2 * piece, longest)
    _forget(server, place, told)


def _forget(server: _Server, place: str, headers: dict[str, str]) -> None:
    """Remove the file, or the disk would fill up: every round of every contender writes a new one."""
    with contextlib.closing(server.line()) as line:
        line.request("DELETE", place, headers=headers)
        line.getresponse().read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bytes(size: int) -> Iterator[bytes]:
    whole, rest = divmod(size, len(BLOCK))
    yield from (BLOCK for _ in range(whole))
    yield BLOCK[:rest]


@contextlib.contextmanager
def _bare(folder: Path) -> Iterator[_Server]:
    port = _free_port()
    with _running([sys.executable, __file__, "--serve", str(port), str(folder / "bare")], port, {}) as server:
        yield server


@contextlib.contextmanager
def _product(folder: Path) -> Iterator[_Server]:
    port, url = _free_port(), f"sqlite:///{folder / 'product-importer.db'}"
    migrations.upgrade(database.connect(url))
    env = {"DATA_DIR": str(folder), "DATABASE_URL": url, "PORT": str(port)}
    with _running([sys.executable, "-m", "product_importer", "web"], port, env) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], port: int, env: dict[str, str]) -> Iterator[_Server]:
    process = subprocess.Popen(command, env={**os.environ, **env})
    server = _Server(process.pid, port)
    try:
        while not server.ready():
            assert process.poll() is None
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait()


def _serve_bare(port: int, path: Path) -> None:
    """Do what an upload cannot do less of: take the body as it comes, and write it to a file; flush it at `/file`.

    Only the flushed one outlives a power cut, as every piece does that the product has answered: that is the floor.
    """

    async def put(request: Request) -> Response:
        with path.open("wb") as file:
            async for block in request.stream():
                file.write(block)
            file.flush()
            if request.url.path == "/file":
                os.fsync(file.fileno())
        return Response(status_code=204)

    async def delete(_: Request) -> Response:
        path.unlink()
        return Response(status_code=204)

    async def live(_: Request) -> Response:
        return Response()

    routes = [Route(place, put, methods=["PUT"]) for place in ("/file", "/unflushed")]
    routes += [Route(place, delete, methods=["DELETE"]) for place in ("/file", "/unflushed")]
    app = Starlette(routes=[*routes, Route("/livez", live)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
