"""Many rows are loaded by a process of its own: whole, in order, or not at all."""

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.kit.sqlite import alone, load
from product_importer.kit.sqlite.load import AT_ONCE, Target

TARGET = Target("CREATE TABLE t (a INTEGER NOT NULL, b TEXT)", "INSERT INTO t VALUES ", "(?, ?)", 2)


def stored(path: Path) -> list[tuple[int, str]]:
    return sqlite3.connect(path).execute("SELECT a, b FROM t ORDER BY rowid").fetchall()


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, 3 * AT_ONCE + 1])
def test_either_process_stores_all_rows_in_their_order(tmp_path: Path, count: int) -> None:
    rows = [(number, f"row {number}") for number in range(count)]
    blocks = [[value for row in rows[at : at + 33] for value in row] for at in range(0, count, 33)]
    driver = sqlite3.connect(tmp_path / "here.db", isolation_level=None)
    load.fill_here(driver, TARGET, blocks)
    load.fill_elsewhere(str(tmp_path / "elsewhere.db"), TARGET, blocks)
    assert stored(tmp_path / "here.db") == stored(tmp_path / "elsewhere.db") == rows


def test_rows_are_loaded_where_the_system_allows_no_larger_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "ROOM", 2**30)  # more than a user without privileges, or the kernel, allows
    load.fill_elsewhere(str(tmp_path / "t.db"), TARGET, [[1, "one"]])
    assert stored(tmp_path / "t.db") == [(1, "one")]


def test_what_the_other_process_fails_with_is_raised_here(tmp_path: Path) -> None:
    blocks = [[None, "no number"]] * 5_000
    with pytest.raises(sqlite3.OperationalError, match="NOT NULL constraint failed"):
        load.fill_elsewhere(str(tmp_path / "t.db"), TARGET, blocks)


def test_an_error_while_rows_are_made_ends_the_other_process(tmp_path: Path) -> None:
    def rows() -> Iterator[list[object]]:
        yield [1, "one"]
        raise KeyError("two")

    with pytest.raises(KeyError, match="two"):
        load.fill_elsewhere(str(tmp_path / "t.db"), TARGET, rows())
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        stored(tmp_path / "t.db")


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\1\0half of a block"])
def test_rows_that_end_in_the_middle_are_not_stored(tmp_path: Path, sent: bytes) -> None:
    command = alone.command(load.__name__, str(tmp_path / "t.db"))
    ended = subprocess.run(command, input=sent, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"the rows ended in the middle" in ended.stderr
    assert not (tmp_path / "t.db").read_bytes()
