"""The events of one batch between their writing and their deliveries: beside memory where they are large."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Self, TypeVar

from product_importer.webhooks.envelope import Event

T = TypeVar("T")
HELD: Final = 16 * 2**20  # bytes of events in memory; what is more lies in a file


class Spool:
    """Events that can be read again and again, in their order; for use with `with`."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.count = 0
        self._file = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115 - closed by `with`
        for event in events:
            head = json.dumps([event.id, event.sku, len(event.body)]).encode()
            self._file.write(head + b"\n" + event.body)
            self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Event]:
        """Read them from the first one on; one reader at a time."""
        self._file.seek(0)
        while head := self._file.readline():
            event_id, sku, size = json.loads(head)
            yield Event(event_id, self._file.read(size), sku)


def cut(some: Iterable[T], *, most: int, heaviest: int, weight: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut into lists of at most `most`, none heavier than `heaviest` unless by its only one."""
    held: list[T] = []
    total = 0
    for one in some:
        mine = weight(one)
        if held and (len(held) == most or total + mine > heaviest):
            yield held
            held, total = [], 0
        held.append(one)
        total += mine
    if held:
        yield held
