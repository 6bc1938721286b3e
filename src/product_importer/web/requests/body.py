"""A request body as it trickles in: a client that falls silent is not waited for without end."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from product_importer.kit.errors import AppError

DRAINED = 4 * 2**20  # bytes of a refused body that are still read, so that the sender comes to read the answer
DRAINING = 5.0  # seconds for that


class ClientStalled(AppError):
    """The client stopped sending in the middle of its request."""

    status = 408
    code = "CLIENT_STALLED"
    title = "The upload stalled"
    action = "Continue where the upload stopped; UPLOAD_IDLE_SECONDS says how long a pause may be."


async def blocks(request: Request, *, idle: float) -> AsyncIterator[bytes]:
    """Yield the body's blocks; raises ClientDisconnect, and ClientStalled after `idle` seconds without a byte."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle):  # unlike wait_for(), it makes no task for each of them
                block = await anext(stream, None)
        except TimeoutError:
            raise ClientStalled(f"No data arrived for {idle:g} seconds.") from None
        if block is None:
            return
        if block:
            yield block


async def drain(request: Request) -> bool:
    """Read on for a moment what nobody wants, and return whether the body has come to its end.

    A sender that does not listen while it sends would otherwise see a broken pipe instead of the refusal.
    """
    if "expect" in request.headers:  # it asked before it sent
        return False
    read = 0
    try:
        async with asyncio.timeout(DRAINING):
            async for block in request.stream():
                read += len(block)
                if read > DRAINED:
                    return False
    except (TimeoutError, ClientDisconnect):
        return False
    except RuntimeError:  # Starlette's way to say that the body was read to its end
        return True
    return True
