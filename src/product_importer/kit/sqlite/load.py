"""Fills a new table of an SQLite file; many rows in a process of its own, for whoever makes them needs a core too.

That process ends with its standard input, however the process at the other end may die, and what it wrote until then
is nothing.
"""

import contextlib
import itertools
import marshal
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple

from product_importer.kit.sqlite import alone, memory

AT_ONCE = 20  # rows that one INSERT carries: a quarter faster than one by one
BLOCK = 500  # rows sent at once
ROOM = 2**20  # bytes that lie between the two processes at most; with the usual 64 KiB each waits for the other
PAGE = 16_384  # bytes of a page of the file: with the usual 4,096 it takes a tenth longer to fill, and to read whole
_SIZE = 4  # bytes that tell the size of a block; none of it is the end
_PLAIN = 2  # marshal's version without references, which only cost time here


class Target(NamedTuple):
    """The table to fill: the statements that make it and insert into it, and how one row is marked there."""

    create: str
    insert: str  # up to VALUES
    marks: str
    width: int  # values a row


def fill_here(driver: sqlite3.Connection, target: Target, blocks: Iterable[Sequence[Any]]) -> None:
    """Make the table and append the rows of `blocks`, each the values of whole rows one after the other."""
    driver.execute(target.create)
    for values in blocks:
        for statement, some in statements(target.insert, target.marks, target.width, values):
            driver.executemany(statement, some)


def statements(into: str, marks: str, width: int, values: Sequence[Any]) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    """Yield what inserts whole rows whose values stand one after the other: many rows a statement, and the rest.

    `into` is the statement up to VALUES; the second of each pair is for `executemany`, and never empty.
    """
    start = 0
    for rows in (AT_ONCE, 1):
        step = rows * width
        end = start + (len(values) - start) // step * step
        if end > start:
            yield into + ", ".join([marks] * rows), [tuple(values[at : at + step]) for at in range(start, end, step)]
        start = end


def fill_elsewhere(path: str, target: Target, blocks: Iterable[Sequence[Any]]) -> None:
    """Do the same in a process of its own; raise sqlite3.OperationalError with its words when that fails."""
    process = _started(alone.command(__name__, path))
    try:
        with contextlib.suppress(BrokenPipeError):  # it says why it ended
            _send(process.stdin, itertools.chain([tuple(target)], blocks))
    except BaseException:
        process.kill()
        raise
    finally:
        _, words = process.communicate()
    if process.returncode:
        raise sqlite3.OperationalError(words.decode() or f"loading ended with {process.returncode}")


def main() -> None:
    """Fill the table of the file that the command line names from standard input."""
    for word in (signal.SIGINT, signal.SIGTERM):  # meant for the process at the other end: that one decides
        signal.signal(word, signal.SIG_IGN)
    memory.stop_counting()
    received = _received(sys.stdin.buffer)
    try:
        driver = sqlite3.connect(sys.argv[1], isolation_level=None)
        for pragma in (f"page_size={PAGE}", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
            driver.execute(f"PRAGMA {pragma}")
        driver.execute("BEGIN")
        fill_here(driver, Target(*next(received)), received)
        driver.execute("COMMIT")
        driver.close()
    except (sqlite3.Error, EOFError) as error:
        sys.exit(str(error))


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        return subprocess.Popen(command, pipesize=ROOM, **pipes)
    except OSError:  # this user's pipes hold as much as the system allows
        return subprocess.Popen(command, **pipes)


def _send(sink: IO[bytes] | None, blocks: Iterable[Any]) -> None:
    for block in blocks:
        data = marshal.dumps(block, _PLAIN)
        if sink is not None:
            sink.write(len(data).to_bytes(_SIZE, "big") + data)
    if sink is not None:
        sink.write(bytes(_SIZE))


def _received(source: IO[bytes]) -> Iterator[Any]:
    while size := int.from_bytes(_exactly(source, _SIZE), "big"):
        yield marshal.loads(_exactly(source, size))  # noqa: S302 - from the process that started this one


def _exactly(source: IO[bytes], size: int) -> bytes:
    if len(data := source.read(size)) < size:
        raise EOFError("the rows ended in the middle")
    return data
