"""Named places where a test may make the process fail: FAILPOINTS="import.slice.before-commit=kill@2;..."."""

import errno
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

from sqlalchemy.orm import Session

from product_importer.kit import database

_hits: Counter[str] = Counter()
_lock = threading.Lock()


class Injected(Exception):
    """The error that a failpoint with the fault `error` raises."""


def failpoint(name: str, session: Session | None = None) -> None:
    """Do nothing, or what FAILPOINTS names for this place at this hit.

    A plan is `name=fault` or `name=fault@n` (only the n-th hit, counted from 1), several joined by `;`.
    Faults: kill (SIGKILL to this process), error (Injected), enospc (OSError as when the disk is full),
    dropconn (the database connection of `session` is cut), sleep:SECONDS (the process freezes here).
    """
    plan = os.environ.get("FAILPOINTS")
    if not plan:
        return
    with _lock:
        _hits[name] += 1
        hit = _hits[name]
    for step in plan.split(";"):
        place, _, fault = step.partition("=")
        fault, _, at = fault.partition("@")
        if place.strip() == name and (not at or int(at) == hit):
            _fail(fault.strip(), name, session)


def _fail(fault: str, name: str, session: Session | None) -> None:
    word, _, argument = fault.partition(":")
    faults: dict[str, Callable[[], None]] = {
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "error": lambda: _raise(Injected(name)),
        "enospc": lambda: _raise(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)),
        "dropconn": lambda: database.cut(session),
        "sleep": lambda: time.sleep(float(argument or 1)),
    }
    faults[word]()


def _raise(error: Exception) -> None:
    raise error
