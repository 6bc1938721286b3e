"""Chores: done when their time has come, again and again, and a failing one keeps no other from being done."""

import threading

import pytest

from product_importer.kit.tasks import chores
from tests import source
from tests.patience import PATIENCE


def test_chores_are_done_again_and_again_whatever_another_one_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    done, stop = threading.Semaphore(0), threading.Event()
    monkeypatch.setattr(chores, "registry", [])
    monkeypatch.setattr(chores, "LOOK", 0.01)

    @chores.every(0.01)
    def fail() -> int:
        raise ValueError("a bug")

    @chores.every(0.01)
    def work() -> int:
        done.release()
        return 1

    thread = chores.keep_doing(stop)
    assert done.acquire(timeout=PATIENCE)
    assert done.acquire(timeout=PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_chore_waits_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rare, often, stop = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
    monkeypatch.setattr(chores, "registry", [])
    monkeypatch.setattr(chores, "LOOK", 0.01)

    @chores.every(3600)
    def once() -> int:
        rare.release()
        return 0

    @chores.every(0)
    def always() -> int:
        often.release()
        return 0

    thread = chores.keep_doing(stop)
    for _ in range(3):
        assert often.acquire(timeout=PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert rare.acquire(blocking=False)
    assert not rare.acquire(blocking=False)


def test_the_worker_knows_every_chore() -> None:
    written = {
        f"{file.path.removeprefix('src/product_importer/').removesuffix('.py').replace('/', '.')}.{function.name}"
        for file in source.python("src")
        for function in file.functions()
        if any(call == "chores.every" for decorator in function.decorator_list for call in source.calls(decorator))
    }
    gathered = "from product_importer import worker; print(*(chore.name for chore in worker.CHORES))"
    assert written == source.printed_by(gathered)
    assert written
