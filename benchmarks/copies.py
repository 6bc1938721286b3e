"""Copies an installation with 500,000 products, pictures and history, and compares every row and every file.

`python -m benchmarks.copies`; arguments choose the rows and the pictures. It backs up a SQLite installation, restores
the archive into SQLite and into PostgreSQL, and moves the original to PostgreSQL, each by the program's own words. The
comparison here shares nothing with theirs: each table in the order of its key, and each file, by SHA-256.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, select

from benchmarks import checks, inhabiting, measure, product, rounds, sample, servers
from benchmarks.product import Home
from product_importer import tables
from product_importer.kit import database, storage

USUAL: Final = ("500000", "300")  # rows, pictures
CHUNK: Final = 5_000  # rows that a database delivers at a time
PEEK: Final = 0.1  # seconds between two looks at a program's memory
QUIET: Final = 6.0  # seconds without a change until the worker is taken to be at rest


@dataclass(frozen=True, slots=True)
class Kept:
    """What an installation keeps: rows and digest of each table, size and digest of each file."""

    tables: dict[str, tuple[int, str]]
    files: dict[str, tuple[int, str]]

    @property
    def words(self) -> str:
        """Return how much that is."""
        rows, size = sum(rows for rows, _ in self.tables.values()), sum(size for size, _ in self.files.values())
        return f"{rows:,} rows in {len(self.tables)} tables, {len(self.files):,} files of {size / 1e6:,.0f} MB"


def main() -> None:
    """Make the installation, copy it in each way, and compare."""
    said = sys.argv[1:]
    rows, pictures = (int(one) for one in (*said, *USUAL[len(said) :]))
    with tempfile.TemporaryDirectory() as name, servers.running() as server:
        folder = Path(name)
        first, copy = _home(folder, "first"), folder / "copy.tar"
        _fill(first, sample.make(folder, rows=rows), pictures)
        original = kept()
        print(f"the original: {original.words}", flush=True)
        _say(first, "backup", str(copy))
        _restore(_home(folder, "second"), copy, original)
        with rounds.fresh(server, _home(folder, "third")) as third:
            _restore(third, copy, original)
        with rounds.fresh(server, first) as moved:
            _say(first, "migrate-to-postgres", moved.url)
            _require_equal(moved, original)


def kept() -> Kept:
    """Read everything that this process's installation keeps."""
    with database.reading() as session:
        found = {one.name: _table(session.connection(), one) for one in tables.metadata.sorted_tables}
    return Kept(found, {one.key: (one.size, _file(one.key)) for one in storage.listing("")})


def _home(folder: Path, name: str) -> Home:
    place = folder / name
    place.mkdir()
    return Home(f"sqlite:///{place / 'product-importer.db'}", place)


def _fill(home: Home, file: sample.Sample, pictures: int) -> None:
    """Import, hang up pictures, import what changes half of it, take that back, and edit by hand."""
    empty, half, _ = rounds.scenarios(file)
    home.enter()
    inhabiting.move_in()
    with product.running("worker", home):
        product.finish(product.send(empty.copy.raw), expected=empty.expected)
        inhabiting.hang_pictures(pictures)
        changed = product.send(half.copy.raw)
        product.finish(changed, expected=half.expected)
        inhabiting.take_back(changed)
        inhabiting.edit()
        _rest()


def _rest() -> None:
    """Wait until nothing is written any more: the search index follows, deliveries are tried."""
    path, last, since = Path(str(database.engine().url.database)), 0.0, time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(inhabiting.LOOK)
        now = max(one.stat().st_mtime for one in (path, path.with_name(f"{path.name}-wal")) if one.exists())
        if now != last:
            last, since = now, time.monotonic()


def _restore(home: Home, copy: Path, original: Kept) -> None:
    _say(home, "restore", str(copy))
    _require_equal(home, original)


def _require_equal(home: Home, original: Kept) -> None:
    home.enter()
    found = kept()
    other = [name for name, told in original.tables.items() if found.tables.get(name) != told]
    keys = original.files.keys() | found.files.keys()
    files = [key for key in keys if original.files.get(key) != found.files.get(key)]
    if other or files:
        raise checks.Unequal(f"tables {other}, files {files[:5]} of {len(files)}")
    print(f"  equal, table by table and file by file: {found.words}", flush=True)


def _say(home: Home, word: str, argument: str) -> None:
    """Run the program with a word, and print what that took."""
    command = [product.PYTHON, "-m", "product_importer", word, argument]
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, env=home.environment(), cwd=home.folder, stderr=subprocess.DEVNULL)
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        with contextlib.suppress(LookupError, OSError):  # it may end at this moment
            peak = max(peak, measure.peak_of(process.pid))
        time.sleep(PEEK)
    seconds, used, process.returncode = time.perf_counter() - began, ended[2], os.waitstatus_to_exitcode(ended[1])
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, [*command[:-1], "…"])
    kind = "PostgreSQL" if home.url.startswith("postgres") else "SQLite"
    cost = f"{seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of a processor, {peak:.0f} MiB"
    size = f", an archive of {Path(argument).stat().st_size / 1e6:,.0f} MB" if word == "backup" else ""
    print(f"{word} at {kind}: {cost}{size}; {measure.load()}", flush=True)


def _table(connection: Connection, table: Table) -> tuple[int, str]:
    """Return rows and digest of a table, its rows in the order of their key."""
    digest, count = hashlib.sha256(), 0
    wanted = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(wanted, execution_options={"yield_per": CHUNK}):
        digest.update(json.dumps(list(row), sort_keys=True, default=_plain).encode())
        count += 1
    return count, digest.hexdigest()


def _file(key: str) -> str:
    digest = hashlib.sha256()
    for block in storage.stream(key):
        digest.update(block)
    return digest.hexdigest()


def _plain(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


if __name__ == "__main__":
    main()
