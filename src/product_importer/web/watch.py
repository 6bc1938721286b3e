"""One poller for all who watch imports: it asks the database four times a second while anybody does."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from product_importer.imports import queries
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from product_importer.kit import database, logs

EVERY = 0.25  # seconds: four events a second at most
RESTING = (State.WAITING, State.PAUSED)
_log = logs.get("web.watch")


class Watch:
    """Hands each new snapshot of an import to everybody who follows it; holds no database session meanwhile."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        self._followers: dict[uuid.UUID, set[asyncio.Queue[Snapshot]]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None

    async def follow(self, import_id: uuid.UUID, *, waits: bool = False) -> AsyncIterator[Snapshot]:
        """Yield the import as it stands, then as it changes, until it needs nobody's patience or the server stops.

        With `waits` an import that waits for a person, or is paused, is followed too.
        """
        queue: asyncio.Queue[Snapshot] = asyncio.Queue(maxsize=1)
        self._followers[import_id].add(queue)
        try:
            now = (await asyncio.to_thread(_snapshots, [import_id]))[0]
            yield now
            while (now.moves or (waits and now.state in RESTING)) and not self.closing.is_set():
                self._start()
                latest = await self._next(queue)
                if latest is not None and latest.version > now.version:
                    yield (now := latest)
        finally:
            self._followers[import_id].discard(queue)
            if not self._followers[import_id]:
                del self._followers[import_id]

    async def _next(self, queue: asyncio.Queue[Snapshot]) -> Snapshot | None:
        waits = [asyncio.ensure_future(queue.get()), asyncio.ensure_future(self.closing.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return waits[0].result() if waits[0].done() else None  # type: ignore[return-value]
        finally:
            for wait in waits:
                wait.cancel()

    def _start(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while self._followers and not self.closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), EVERY)
            try:
                self._deliver(await asyncio.to_thread(_snapshots, list(self._followers)))
            except Exception as error:  # noqa: BLE001 - logged; the next look may succeed
                _log.warning("could not look at the imports", error=repr(error))

    def _deliver(self, snapshots: Iterable[Snapshot]) -> None:
        for latest in snapshots:
            for queue in self._followers.get(latest.task_id, ()):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(latest)


def _snapshots(import_ids: list[uuid.UUID]) -> list[Snapshot]:
    with database.reading() as session:
        return [queries.snapshot(session, import_id) for import_id in import_ids]
