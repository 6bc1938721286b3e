"""A private PostgreSQL: a direct child of the tests, so that they can kill -9 it and start it again."""

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.patience import until
from tests.servers import children, presence

GIVEN = "PI_TEST_POSTGRES_URL"  # any database of a server, by a role that may create databases
OPTIONS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "listen_addresses": "127.0.0.1"}


FILLED = """SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables
    WHERE pg_relation_size(relid) > 0 ORDER BY 1"""


@dataclass(slots=True)
class Postgres:
    """One server; `url` names the database from which others are created."""

    url: str

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one administrative statement outside of any transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, *, template: str = "template1") -> str:
        """Create a database as a copy of the one that the URL `template` names, and return its URL."""
        name = f"t_{uuid.uuid4().hex}"
        original = (make_url(template).database or template) if ":" in template else template
        names = {"name": sql.Identifier(name), "original": sql.Identifier(original)}
        with psycopg.connect(self.url, autocommit=True) as connection:
            # Its files are copied, as every server before 15 does; through the log it costs three times as much.
            copied = sql.SQL("STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else "")
            connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {original} {}").format(copied, **names))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop the database that the URL names, and whoever is still connected to it."""
        name = sql.Identifier(make_url(url).database or "")
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def rows(self, url: str) -> Iterator[str]:
        """Yield the rows of every table of a database as JSON, of a large one the first and the last thousand."""
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute(FILLED).fetchall()
            for [name] in tables:
                for order in ("ASC", "DESC"):
                    table = sql.SQL(name)  # quoted by the server
                    some = sql.SQL("SELECT to_jsonb(t)::text FROM {} t ORDER BY ctid {} LIMIT 1000").format(
                        table, sql.SQL(order)
                    )
                    yield from (row for [row] in connection.execute(some))

    def version(self) -> str:
        """Return the server's own word for its version."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else "unknown"


@dataclass(slots=True)
class PrivatePostgres(Postgres):
    """A server of our own, which may be killed: its commits survive, since the system's cache does."""

    program: Path
    folder: Path
    port: int
    options: dict[str, str] = field(default_factory=lambda: dict(OPTIONS))
    child: subprocess.Popen[bytes] | None = None

    @classmethod
    def made_in(cls, folder: Path, program: Path) -> "PrivatePostgres":
        """Make a cluster in `folder` and start it on a free port."""
        _initdb(folder, program.with_name("initdb"))
        port = children.free_port()
        server = cls(f"postgresql://postgres@127.0.0.1:{port}/postgres", program, folder, port)
        server.start()
        return server

    def start(self) -> None:
        """Start the server and wait until it takes connections; after a kill -9 this includes its recovery."""
        settings = [f"-c{name}={value}" for name, value in self.options.items()]
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port)]
        self.child = children.spawn([str(self.program), *place, *settings], folder=self.folder)
        children.wait_until(self._answers, child=self.child, folder=self.folder)

    def stop(self) -> None:
        """End the server in order, cutting its connections; do nothing when it is not running."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill -9 the server: what was not committed is lost. Its orphans hold its memory until they see it gone."""
        orphans = children.of(self.child.pid) if self.child else []
        self._end(signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))

    def restart(self) -> None:
        """Stop and start on the same port with the same data."""
        self.stop()
        self.start()

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False

    def _end(self, sign: signal.Signals) -> None:
        if self.child is not None:
            children.end(self.child, sign)
            self.child = None


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Give the server of the environment, or a private one of the installed binaries."""
    if url := os.environ.get(GIVEN):
        server = Postgres(url)
        presence.used["PostgreSQL"] = f"{server.version()} ({GIVEN})"
        yield server
        return
    with private() as server:
        yield server


@contextlib.contextmanager
def private() -> Iterator[PrivatePostgres]:
    """Give a new server that the test may kill; one that was killed and not started again is fine."""
    program = presence.program("postgres", also_in=_packaged())
    if program is None:
        presence.missing("PostgreSQL", f"install Debian's `postgresql`, or set {GIVEN}")
    with children.private_folder("postgres") as folder:
        server = PrivatePostgres.made_in(folder, program.resolve())
        presence.used["PostgreSQL"] = f"{server.version()} (private, {server.program.parent})"
        try:
            yield server
        finally:
            server.stop()


def _packaged() -> list[Path]:
    """Return where Debian keeps the programs, the newest version first."""
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*") if folder.name.isdigit()]
    return [folder / "bin" for folder in sorted(versions, key=lambda folder: -int(folder.name))]


def _initdb(folder: Path, program: Path) -> None:
    """Make a cluster whose ctype knows Unicode, as the product demands."""
    character = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username=postgres", "--no-sync"]
    child = children.spawn([str(program), "-D", str(folder / "data"), *character], folder=folder)
    if child.wait(timeout=120):
        raise RuntimeError(f"initdb failed:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
