"""An event that a signal handler may set: those of `threading` take a lock that the interrupted thread may hold."""

import contextlib
import queue


class Flag:
    """Something to wait for that comes once.

    A handler runs in the main thread between two of its steps, so that a lock which this thread holds there is never
    free again. `SimpleQueue.put` takes none: https://docs.python.org/3/library/queue.html#simplequeue-objects.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        """Raise the flag for good, and wake whoever waits."""
        self._is_set = True
        self._bell.put(None)

    def is_set(self) -> bool:
        """Return whether it is raised."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is raised, at most `timeout` seconds, and return whether it is."""
        if not self._is_set:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=timeout)
                self._bell.put(None)  # for the next who waits
        return self._is_set
