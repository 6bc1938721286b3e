"""The tie between a supervisor and its children: when the supervisor is gone, by whatever death, so are they.

Two ties, because neither suffices. The kernel's parent-death signal (Linux) strikes even a child that is busy in C
code; the pipe works on every Unix and covers the moments before the child has asked for the signal.
"""

import contextlib
import ctypes
import functools
import os
import signal
import sys
import threading
from collections.abc import Iterator

VARIABLE = "PRODUCT_IMPORTER_LIFELINE"
_PR_SET_PDEATHSIG = 1


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
    """Kill this process, and whatever it forks, as soon as its supervisor is gone; do nothing where there is none.

    Children call this first of all. The variable is taken out of the environment, since programs that a child starts
    do not inherit the pipe; a child that wants them tied to itself holds a lifeline of its own for them.
    """
    if (descriptor := os.environ.pop(VARIABLE, None)) is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # A fork inherits the pipe, but neither the thread nor the signal.
    os.register_at_fork(after_in_child=functools.partial(_watch, int(descriptor)))
    _watch(int(descriptor))


def _watch(descriptor: int) -> None:
    threading.Thread(target=_end_at_eof, args=(descriptor,), name="lifeline", daemon=True).start()


def _end_at_eof(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
