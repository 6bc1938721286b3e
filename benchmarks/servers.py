"""A PostgreSQL of the benchmark's own, durable as in production with the usual room, ended with the run."""

import contextlib
import dataclasses
from collections.abc import Iterator

import psycopg

from benchmarks import measure
from tests.servers import postgres

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",  # `settle` does its work between two runs, so that it falls into nobody's time
    "listen_addresses": "127.0.0.1",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """A running server that tells what it has used."""

    server: postgres.PrivatePostgres

    @property
    def pid(self) -> int:
        """The postmaster's process."""
        if self.server.child is None:
            raise RuntimeError("the server is not running")
        return self.server.child.pid

    @property
    def psql(self) -> str:
        """The path of psql: beside the server's program, or as PATH has it."""
        beside = self.server.program.with_name("psql")
        return str(beside) if beside.exists() else "psql"

    def cpu(self) -> float:
        """Return the processor seconds of all of the server's processes so far."""
        return measure.cpu_of(self.pid)

    def wal(self) -> float:
        """Return the position in the write-ahead log, in MB."""
        with psycopg.connect(self.server.url) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
        return float(row[0]) / 1e6 if row else 0.0

    def settle(self, url: str) -> None:
        """Do what autovacuum and checkpointer would have done by now, so that every run begins alike."""
        with psycopg.connect(free_of_driver(url), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


@contextlib.contextmanager
def running() -> Iterator[Measured]:
    """Give the server; its data lie in a temporary folder."""
    with postgres.private() as server:
        server.stop()
        server.options.clear()
        server.options.update(SETTINGS)
        server.start()
        yield Measured(server)


def free_of_driver(url: str) -> str:
    """Return the URL as psql and psycopg want it."""
    return url.replace("postgresql+psycopg://", "postgresql://")
