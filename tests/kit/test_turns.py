"""Who waits to write is next, however quickly the last writer begins anew."""

import fcntl
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from product_importer.kit.database import turns


def wait_until_door_is_held(path: Path) -> None:
    while True:
        with Path(f"{path}.door").open("ab") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return


def test_a_writer_that_begins_anew_at_once_comes_behind_who_waits(tmp_path: Path) -> None:
    path, order = tmp_path / "a.db", list[str]()

    def wait() -> None:
        with turns.take(str(path)):
            order.append("the waiter")

    first, waiter = turns.take(str(path)), threading.Thread(target=wait)
    waiter.start()
    wait_until_door_is_held(path)
    first.close()
    with turns.take(str(path)):
        order.append("the first again")
    waiter.join()
    assert order == ["the waiter", "the first again"]


def test_the_turn_of_a_process_that_died_is_over(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    code = f"import os; from product_importer.kit.database import turns; t = turns.take({path!r}); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with turns.take(path) as turn, pytest.raises(BlockingIOError), Path(f"{path}.turn").open("ab") as other:
        assert not turn.closed
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass
class Clock:
    """Stands for `time`, which goes by only while somebody sleeps."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_turn_that_never_ends_leaves_the_decision_to_the_database_and_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, clock, waited = str(tmp_path / "a.db"), Clock(), []
    monkeypatch.setattr(turns, "time", clock)

    def wait() -> None:
        began = clock.now
        with turns.take(path) as turn:
            assert not turn.closed
        waited.append(round(clock.now - began, 2))

    for _ in range(2):
        with turns.take(path):
            wait()
            wait()
        wait()
    assert waited == [10, 0.1, 0] * 2
