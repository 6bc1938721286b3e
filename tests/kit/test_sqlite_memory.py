"""SQLite counts no memory, and is not told so while a connection is open."""

import ctypes
import subprocess
import sys

import pytest

from product_importer.kit.sqlite import memory

OPENS = """
import _sqlite3, ctypes, sqlite3
from product_importer.kit.sqlite import memory

used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
used.restype = ctypes.c_int64
{before}
told = memory.stop_counting()
driver = sqlite3.connect(":memory:")
driver.execute("CREATE TABLE words (word TEXT)")
driver.execute("INSERT INTO words VALUES ('mug')")
print(told, memory.stop_counting(), used() > 0, *driver.execute("SELECT word FROM words").fetchone())
"""


def said(before: str = "") -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", OPENS.format(before=before)], capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def test_a_process_that_opens_nothing_before_counts_nothing() -> None:
    assert said() == ["True", "True", "False", "mug"]


def test_while_a_connection_is_open_it_goes_on_counting() -> None:
    assert said("first = sqlite3.connect(':memory:')") == ["False", "False", "True", "mug"]


def test_a_library_that_hides_its_names_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_is_uncounted", False)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert memory.stop_counting() is False
