"""Ends calls that take too long, all by one timer: one of its own costs a small call a twentieth of its time."""

import asyncio
import time
from types import TracebackType

LOOK = 0.1  # seconds between two looks at the time, so that an end comes late by so much at most


class Limit:
    """A block that its task may be in for so long; raises TimeoutError in it, as `asyncio.timeout` does."""

    __slots__ = ("_asked", "_ends", "_over", "_seconds", "_task", "_watch")

    def __init__(self, watch: "Watch", seconds: float) -> None:
        self._watch, self._seconds, self._over = watch, seconds, False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a limit is for what a task does")
        self._task, self._asked = task, task.cancelling()
        self._ends = time.monotonic() + self._seconds
        self._watch.follow(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.leave(self)
        # Who else asked the task to end is obeyed: only the end that was asked for here becomes a TimeoutError.
        if self._over and self._task.uncancel() <= self._asked and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end_if_over(self, now: float) -> None:
        """End what the task does in the block once its time is over."""
        if now >= self._ends and not self._over:
            self._over = True
            self._task.cancel()


class Watch:
    """Looks at the time for all blocks on one event loop, as long as there are any."""

    def __init__(self) -> None:
        self._limits: set[Limit] = set()
        self._timer: asyncio.TimerHandle | None = None

    def limit(self, seconds: float) -> Limit:
        """Return a block that a task may be in for so many seconds."""
        return Limit(self, seconds)

    def follow(self, limit: Limit) -> None:
        """Look at the time for a block that was entered."""
        self._limits.add(limit)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK, self._look)

    def leave(self, limit: Limit) -> None:
        """Look no more: the block was left."""
        self._limits.discard(limit)

    def _look(self) -> None:
        now = time.monotonic()
        for limit in self._limits:
            limit.end_if_over(now)
        again = asyncio.get_running_loop().call_later
        self._timer = again(LOOK, self._look) if self._limits else None
