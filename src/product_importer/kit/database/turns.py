"""Writers of one SQLite file take turns: who waits is next, so that an import need not pause for others between slices.

SQLite itself lets waiters try again every now and then, and a writer that begins anew at once is always faster.
"""

import fcntl
import time
from pathlib import Path
from typing import IO

PATIENCE = 10.0  # seconds; then SQLite's own lock decides, as it does for programs that know nothing of turns
SHORT = 0.1  # seconds, as above, where the last wait was in vain: a process that froze keeps its turn until it wakes up
LOOK = 0.001  # seconds between two tries
_patience: dict[str, float] = {}


def take(path: str) -> IO[bytes]:
    """Wait for the turn to write to the database at `path`; it ends when what is returned is closed or its holder dies.

    Two locks make a turnstile: a waiter keeps hold of the door until it has the turn, and whoever just wrote stands
    before that door again.
    """
    until = time.monotonic() + _patience.get(path, PATIENCE)
    turn = _opened(f"{path}.turn")
    with _opened(f"{path}.door") as door:
        is_got = _is_got(door, until) and _is_got(turn, until)
    _patience[path] = PATIENCE if is_got else SHORT
    return turn


def _opened(path: str) -> IO[bytes]:
    return Path(path).open("ab")


def _is_got(lock: IO[bytes], until: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(LOOK)
        else:
            return True
