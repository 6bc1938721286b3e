"""Chores: small things a worker does from time to time, each safe to do twice and by two workers at once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from product_importer.kit import logs
from product_importer.kit.tasks.sweeper import Stop

LOOK = 5.0  # seconds between two looks at what is due
_log = logs.get("kit.tasks.chores")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so many seconds; `run` returns how many things it dealt with."""

    name: str
    every: float
    run: Callable[[], int]


registry: list[Chore] = []


def every(seconds: float) -> Callable[[Callable[[], int]], Chore]:
    """Register the decorated function as a chore."""

    def remember(run: Callable[[], int]) -> Chore:
        registry.append(Chore(f"{run.__module__.rpartition('product_importer.')[2]}.{run.__name__}", seconds, run))
        return registry[-1]

    return remember


def keep_doing(stop: Stop) -> threading.Thread:
    """Do each chore when its time has come, in a thread, until `stop` is set; the first time soon after the start."""

    def work() -> None:
        next_at = {chore.name: 0.0 for chore in registry}
        while not stop.wait(LOOK):
            for chore in registry:
                if time.monotonic() >= next_at[chore.name]:
                    _do(chore)
                    next_at[chore.name] = time.monotonic() + chore.every

    thread = threading.Thread(target=work, name="chores", daemon=True)
    thread.start()
    return thread


def _do(chore: Chore) -> None:
    try:
        if done := chore.run():
            _log.info("chore done", chore=chore.name, count=done)
    except Exception:  # noqa: BLE001 - logged; the next time may succeed
        _log.warning("chore failed", chore=chore.name, exc_info=True)
