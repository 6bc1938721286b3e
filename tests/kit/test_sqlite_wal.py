"""SQLite's log is copied into the database by a thread of its own, and is never long."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from product_importer.kit.database import sqlite
from product_importer.kit.sqlite import wal
from tests import patience

PAGE = 4_096  # bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = sqlite.engine(f"sqlite:///{path}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE items (text TEXT)"))
    wal.Copier(str(path)).copy()
    yield made
    made.dispose()


def write(engine: Engine, rows: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO items VALUES (:text)"), [{"text": "x" * PAGE}] * rows)


def copied(path: Path) -> int:
    """Count the rows in the file itself, without its log; none while it is written."""
    alone = path.with_name("alone.db")
    shutil.copy(path, alone)
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(alone)) as driver:
        return int(driver.execute("SELECT count(*) FROM items").fetchone()[0])
    return 0


def test_what_a_large_transaction_wrote_is_copied_soon(engine: Engine, path: Path) -> None:
    write(engine, wal.MANY)
    patience.until(lambda: copied(path) == wal.MANY)
    assert copied(path) == wal.MANY


def test_small_transactions_are_copied_when_they_are_many_together(engine: Engine, path: Path) -> None:
    for _ in range(9):
        write(engine, wal.MANY // 10)
    assert copied(path) == 0
    write(engine, wal.MANY // 10)
    patience.until(lambda: copied(path) == wal.MANY)
    assert copied(path) == wal.MANY


def test_whoever_writes_much_copies_too_while_the_log_is_long(
    engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "LONG", 50)
    monkeypatch.setattr(wal.Copier, "_work", lambda _: None)  # a thread that does not come to it
    write(engine, wal.MANY)
    log = wal.Copier(str(path))
    log.copy()
    assert copied(path) == wal.MANY
    write(engine, wal.MANY)
    log.note(wal.MANY)
    assert copied(path) == 2 * wal.MANY


def test_an_edit_does_not_copy_what_others_have_left(engine: Engine, path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_autocheckpoint=0")
        other.executemany("INSERT INTO items VALUES (?)", [("x" * PAGE,)] * 3 * wal.MANY)  # 12 MB
        other.commit()
        write(engine, 1)
        assert copied(path) == 0


def test_a_connection_that_was_cut_delays_nothing(engine: Engine, path: Path) -> None:
    write(engine, wal.MANY)  # by a connection that has changed much before
    patience.until(lambda: copied(path) == wal.MANY)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        sqlite.cut(connection)
        connection.execute(text("DELETE FROM items"))
    write(engine, wal.MANY)
    patience.until(lambda: copied(path) == 2 * wal.MANY, patience=20)
    assert copied(path) == 2 * wal.MANY


def test_a_database_that_was_removed_is_not_made_anew(engine: Engine, path: Path) -> None:
    engine.dispose()
    for file in path.parent.glob("shop.db*"):
        file.unlink()
    wal.Copier(str(path)).copy()
    assert not path.exists()
