"""Tells SQLite not to count its memory: for that count, every allocation of the process waits for one lock.

Without it a plan is made in a sixth less time, and two threads need half of what they need with it. SQLite recommends
it (https://sqlite.org/compile.html#recommended_compile_time_options), and Python has no word for it.
"""

import _sqlite3
import contextlib
import ctypes

_MEMSTATUS = 9  # SQLITE_CONFIG_MEMSTATUS
_is_uncounted = False


def stop_counting() -> bool:
    """Stop it for good unless a connection is open, which would be lost; return whether nothing is counted.

    Where SQLite cannot be reached, for Python holds it within or hides its names, it goes on counting.
    """
    global _is_uncounted
    if not _is_uncounted:
        with contextlib.suppress(AttributeError, OSError):
            library = ctypes.CDLL(_sqlite3.__file__)
            _is_uncounted = not _used(library) and _configured(library)
    return _is_uncounted


def _used(library: ctypes.CDLL) -> int:
    """Return how many bytes are allocated; one where it was built to count nothing, and a connection might be open."""
    if library.sqlite3_compileoption_used(b"DEFAULT_MEMSTATUS=0"):
        return 1
    library.sqlite3_memory_used.restype = ctypes.c_int64
    return int(library.sqlite3_memory_used())


def _configured(library: ctypes.CDLL) -> bool:
    """Configure it between its end and its beginning; at other times SQLite refuses."""
    library.sqlite3_config.argtypes = [ctypes.c_int]  # what follows is variadic
    library.sqlite3_shutdown()
    refused = library.sqlite3_config(_MEMSTATUS, ctypes.c_int(0))
    library.sqlite3_initialize()
    return not refused
