"""What such a program does first and last: it gives up what it does not need, and ends with its reason.

Imported by the program itself, so it loads only what that needs.
"""

import contextlib
import ctypes
import resource
import sys
from typing import Final, NoReturn

from product_importer.kit import lifeline

FILES: Final = 64  # open at once
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def bind(*, memory: int, seconds: int, written: int) -> None:
    """Bound this process for good, and tie it to whoever started it; no thread of its own may run yet.

    It has `memory` bytes of address space, `seconds` of the processor, `written` bytes in any file, and no network.
    """
    _leave_the_network()
    lifeline.die_with_parent()
    most = {"AS": memory, "FSIZE": written, "NOFILE": FILES, "CORE": 0}
    for name, bound in most.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (bound, bound))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))  # first SIGXCPU, then SIGKILL


def end(status: int, reason: str) -> NoReturn:
    """End this process with a status of its own, and the reason where its starter reads it."""
    sys.stderr.write(reason)
    raise SystemExit(status)


def _leave_the_network() -> None:
    """Enter a network of its own without a single interface, where this system lets us."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            unshare = ctypes.CDLL(None, use_errno=True).unshare
            if unshare(_CLONE_NEWNET) != 0:
                unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
