"""Rooms of memory that requests fill with parts: two are kept for the next one, as fresh ones take a fifth longer."""

import mmap
from collections import deque
from collections.abc import Iterable
from typing import Final

from product_importer.uploads import ledger

idle: Final[deque[memoryview]] = deque(maxlen=2)


def take() -> memoryview:
    """Return a room for a part, from the system itself: of what is freed, the allocator keeps more than a part."""
    try:
        return idle.popleft()
    except IndexError:
        return memoryview(mmap.mmap(-1, ledger.PART, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def leave(some: Iterable[memoryview]) -> None:
    """Leave rooms to whoever comes next; nobody may read or fill them any more."""
    idle.extend(some)
