"""A private Redis (or Valkey): a direct child of the tests, keeping nothing on disk."""

import contextlib
import itertools
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.servers import children, presence

GIVEN = "PI_TEST_REDIS_URL"  # a server whose numbered databases may be emptied
DATABASES = 1024  # of a server of our own: none is handed out twice while a fleet of another test uses it


@dataclass(slots=True)
class Redis:
    """One server; every test gets the next of its numbered databases, emptied."""

    url: str  # without a database number
    databases: int = 16
    numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = itertools.cycle(range(1, self.databases))

    def fresh(self) -> str:
        """Return the URL of an empty database of this server."""
        url = f"{self.url}/{next(self.numbers)}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return url

    def version(self) -> str:
        """Return the server's own word for its version."""
        with redis.Redis.from_url(self.url) as client:
            return str(client.info("server")["redis_version"])

    def answers(self) -> bool:
        """Whether the server is up."""
        with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


@dataclass(slots=True)
class PrivateRedis(Redis):
    """A server of our own, which may be killed and then has lost everything."""

    program: Path = Path()
    folder: Path = Path()
    port: int = 0
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, empty, and wait until it answers."""
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        memory_only = ["--save", "", "--appendonly", "no", "--databases", str(self.databases)]
        self.child = children.spawn([str(self.program), *place, *memory_only], folder=self.folder)
        children.wait_until(self.answers, child=self.child, folder=self.folder)

    def stop(self) -> None:
        """End the server in order; do nothing when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9 the server."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start on the same port; every key is gone."""
        self.stop()
        self.start()

    def _end(self, sign: signal.Signals) -> None:
        if self.child is not None:
            children.end(self.child, sign)
            self.child = None


@contextlib.contextmanager
def running() -> Iterator[Redis]:
    """Give the server of the environment, or a private one of the installed binary."""
    if url := os.environ.get(GIVEN):
        given = Redis(url.rstrip("/"))
        presence.used["Redis"] = f"{given.version()} ({GIVEN})"
        yield given
        return
    with private() as server:
        yield server


@contextlib.contextmanager
def private() -> Iterator[PrivateRedis]:
    """Give a new server that the test may kill."""
    program = presence.program("redis-server", "valkey-server")
    if program is None:
        presence.missing("Redis", f"install Debian's `redis-server`, or set {GIVEN}")
    with children.private_folder("redis") as folder:
        port = children.free_port()
        server = PrivateRedis(f"redis://127.0.0.1:{port}", DATABASES, program=program, folder=folder, port=port)
        server.start()
        presence.used["Redis"] = f"{server.version()} (private, {server.program})"
        try:
            yield server
        finally:
            server.stop()
