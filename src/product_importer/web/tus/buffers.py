"""Buffers that requests fill with parts: two are kept for the next request, as fresh memory takes a fifth longer."""

import mmap
from collections import deque
from collections.abc import Iterable
from typing import Final

from product_importer.uploads import ledger

idle: Final[deque[memoryview]] = deque(maxlen=2)


def take() -> memoryview:
    """Return a buffer of one part, from the system itself: of what is freed, the allocator keeps more than a part."""
    try:
        return idle.popleft()
    except IndexError:
        return memoryview(mmap.mmap(-1, ledger.PART, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def give_back(some: Iterable[memoryview]) -> None:
    """Give buffers back for the next request; the caller may not touch them any more."""
    idle.extend(some)
