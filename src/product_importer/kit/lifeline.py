"""The tie between a supervisor and its children: when the supervisor is gone, by whatever death, so are they.

Two ties, because neither suffices. The kernel's parent-death signal (Linux) strikes even a child that is busy in C
code; the pipe works on every Unix and covers the moments before the child has asked for the signal.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator

VARIABLE = "PRODUCT_IMPORTER_LIFELINE"
_PR_SET_PDEATHSIG = 1
_descriptor: int | None = None


@contextlib.contextmanager
def held() -> Iterator[int]:
    """Hold a lifeline while the block runs; give the descriptor that children inherit under `VARIABLE`."""
    child_end, own_end = os.pipe()
    try:
        yield child_end
    finally:
        os.close(own_end)
        os.close(child_end)


def die_with_parent() -> None:
    """Kill this process as soon as its parent or the supervisor is gone; do nothing where there is no supervisor.

    Children call this first of all, and what they fork calls it again: a fork inherits the pipe, not the signal.
    The variable is taken out of the environment, since programs that a child starts do not inherit the pipe.
    """
    global _descriptor
    if VARIABLE in os.environ:
        _descriptor = int(os.environ.pop(VARIABLE))
    if _descriptor is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_end_at_eof, args=(_descriptor,), name="lifeline", daemon=True).start()


def tied() -> bool:
    """Tell whether this process is the child of a supervisor."""
    return _descriptor is not None


def _end_at_eof(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
