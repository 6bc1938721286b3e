"""Live panels: a part of a page as events, for as long as what it shows moves."""

import uuid
from collections.abc import AsyncIterator, Callable

from fastapi.sse import ServerSentEvent

from product_importer.web.watch import Seen, Watch


async def changes(
    watch: Watch[Seen], job_id: uuid.UUID, draw: Callable[[Seen], str], *, waits: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """Yield the panel's body at each change, then that it has ended, unless it is the server that ends.

    With `waits` what waits for a person is followed, too.
    """
    async for seen in watch.follow(job_id, waits=waits):
        yield ServerSentEvent(raw_data=draw(seen), event="panel", id=str(seen.version))
    if not watch.closing.is_set():
        yield ServerSentEvent(raw_data="over", event="end")
