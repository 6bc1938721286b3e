"""Named places where a test may make the process fail: FAILPOINTS="import.slice.before-commit=kill@2;..."."""

import errno
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from product_importer.kit import database

_hits: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()


class Injected(Exception):
    """The error that a failpoint with the fault `error` raises."""


def failpoint(name: str, session: Session | None = None) -> None:
    """Do nothing, or what FAILPOINTS names for this place at this hit.

    A plan is `name=fault` or `name=fault@n` (only the n-th hit in this process, counted from 1), several joined by
    `;`. FAILPOINTS=@FILE takes the plan from a file that may come and go while processes run; the first fault
    renames it to FILE.fired, so that it strikes once, however many processes there are.
    Faults: kill (SIGKILL to this process), error (Injected), enospc (OSError as when the disk is full),
    dropconn (the database connection of `session` is cut), freeze (SIGSTOP), sleep:SECONDS (this thread waits),
    hold (this thread waits until somebody removes FILE.fired).
    """
    setting = os.environ.get("FAILPOINTS")
    if not setting:
        return
    source = Path(setting[1:]) if setting.startswith("@") else None
    plan = _read(source) if source else setting
    with _lock:
        _hits[plan, name] += 1
        hit = _hits[plan, name]
    for step in plan.split(";"):
        place, _, fault = step.partition("=")
        fault, _, at = fault.partition("@")
        if place.strip() == name and (not at or int(at) == hit) and (source is None or _used(source)):
            _fail(fault.strip(), name, session)


def _read(source: Path) -> str:
    try:
        return source.read_text()
    except FileNotFoundError:
        return ""


def _used(source: Path) -> bool:
    """Mark the plan in the file as used; False when another process was faster."""
    try:
        source.rename(f"{source}.fired")
    except FileNotFoundError:
        return False
    return True


def _fail(fault: str, name: str, session: Session | None) -> None:
    word, _, argument = fault.partition(":")
    faults: dict[str, Callable[[], None]] = {
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "error": lambda: _raise(Injected(name)),
        "enospc": lambda: _raise(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)),
        "dropconn": lambda: database.cut(session),
        # To this very thread: one sent to the process may stop another first, and this one would go on for a moment.
        "freeze": lambda: signal.pthread_kill(threading.get_ident(), signal.SIGSTOP),
        "sleep": lambda: time.sleep(float(argument or 1)),
        "hold": _hold,
    }
    faults[word]()


def _hold() -> None:
    trace = Path(f"{os.environ['FAILPOINTS'][1:]}.fired")
    while trace.exists():
        time.sleep(0.02)


def _raise(error: Exception) -> None:
    raise error
