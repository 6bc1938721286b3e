"""One poller for all who watch jobs of one kind: while anybody does, it asks the database a few times a second."""

import asyncio
import itertools
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from product_importer.kit import database, logs
from product_importer.kit.errors import NotFound

EVERY = 0.25  # seconds: four events a second at most
_log = logs.get("web.watch")


class Moving(Protocol):
    """A job as it is seen: it changes as long as it `moves`, and each change gives it another version."""

    @property
    def version(self) -> int:
        """Another one after each change."""
        ...

    @property
    def moves(self) -> bool:
        """Whether it changes without anybody's doing."""
        ...

    @property
    def rests(self) -> bool:
        """Whether it will move again once somebody does something."""
        ...


Seen = TypeVar("Seen", bound=Moving)


@dataclass(frozen=True, slots=True)
class _Look(Generic[Seen]):
    """Some jobs as they were seen at once, None for one that was deleted; a look with a higher number began later."""

    number: int
    seen: Mapping[uuid.UUID, Seen | None]


class Watch(Generic[Seen]):
    """Hands each new state of a job, seen by `look`, to all its followers; holds no database session meanwhile.

    `closing` is the event that ends all streams when the server stops; `every` are the seconds between two looks.
    """

    def __init__(
        self, look: Callable[[Session, uuid.UUID], Seen], closing: asyncio.Event, *, every: float = EVERY
    ) -> None:
        self.closing = closing
        self._look, self._every = look, every
        self._looks = itertools.count()
        self._followers: dict[uuid.UUID, set[asyncio.Queue[_Look[Seen]]]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None

    async def follow(self, job_id: uuid.UUID, *, waits: bool = False) -> AsyncIterator[Seen]:
        """Yield the job as it stands, then as it changes, until it needs nobody, is deleted, or the server stops.

        With `waits` a job that waits for a person, or is paused, is followed too.
        """
        queue: asyncio.Queue[_Look[Seen]] = asyncio.Queue(maxsize=1)
        self._followers[job_id].add(queue)
        try:
            first = await asyncio.to_thread(self._look_at, [job_id])
            if (now := first.seen.get(job_id)) is None:
                return
            yield now
            while (now.moves or (waits and now.rests)) and not self.closing.is_set():
                self._start()
                look = await self._next(queue)
                if look is None or look.number < first.number:
                    continue  # what another one's look had begun to see before ours
                if (seen := look.seen[job_id]) is None:
                    return
                if seen.version != now.version:
                    yield (now := seen)
        finally:
            self._followers[job_id].discard(queue)
            if not self._followers[job_id]:
                del self._followers[job_id]

    async def _next(self, queue: asyncio.Queue[_Look[Seen]]) -> _Look[Seen] | None:
        look, end = asyncio.ensure_future(queue.get()), asyncio.ensure_future(self.closing.wait())
        try:
            await asyncio.wait([look, end], return_when=asyncio.FIRST_COMPLETED)
            return look.result() if look.done() else None
        finally:
            look.cancel()
            end.cancel()

    def _start(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while self._followers and not self.closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), self._every)
            try:
                self._deliver(await asyncio.to_thread(self._look_at, list(self._followers)))
            except Exception as error:  # noqa: BLE001 - logged; the next look may succeed
                _log.warning("could not look at the jobs", error=repr(error))

    def _deliver(self, look: _Look[Seen]) -> None:
        for job_id in look.seen:
            for queue in self._followers.get(job_id, ()):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(look)

    def _look_at(self, job_ids: Sequence[uuid.UUID]) -> _Look[Seen]:
        number = next(self._looks)
        with database.reading() as session:
            found = ((job_id, self._seen(session, job_id)) for job_id in job_ids)
            return _Look(number, {job_id: seen for job_id, seen in found if not isinstance(seen, Exception)})

    def _seen(self, session: Session, job_id: uuid.UUID) -> Seen | Exception | None:
        """Look at one job; that one cannot be shown keeps nobody from the others, and the next look may succeed."""
        try:
            return self._look(session, job_id)
        except NotFound:
            return None
        except Exception as error:
            if database.is_fault(error):
                raise
            _log.warning("could not look at a job", job=str(job_id), error=repr(error))
            return error
