"""How long a test waits for what another process, a thread or a browser is about to do."""

import time
from collections.abc import Callable

PATIENCE = 180.0  # seconds until a test gives up; far above what is awaited, for the machine may be busy


def until(
    fact: Callable[[], object],
    *,
    patience: float = PATIENCE,
    pause: Callable[[float], object] = time.sleep,
    words: str = "waited in vain",
) -> None:
    """Wait for a fact, looking every 20 ms; raises AssertionError with these words when it does not come."""
    deadline = time.monotonic() + patience
    while not fact():
        assert time.monotonic() < deadline, words
        pause(0.02)
