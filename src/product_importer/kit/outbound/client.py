"""Calls addresses that others wrote, within limits of place, time and size that the answer cannot move."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import IO, Protocol

from product_importer.kit.outbound.answer import BODY, NO_HEADERS, Answer
from product_importer.kit.outbound.policy import Policy


class Client(Protocol):
    """Makes guarded calls on one event loop; made by `opened`."""

    async def post(
        self, address: str, *, body: bytes, headers: Mapping[str, str], seconds: float, keep: int = BODY
    ) -> Answer:
        """Post `body` and return the answer, a redirect like any other. Raises CallFailed.

        `seconds` bounds everything from the name's look-up to the last byte read. `keep` bytes of the body are
        returned; what goes beyond 64 KiB is not read, and its connection not used again.
        """
        ...

    async def fetch(
        self,
        address: str,
        *,
        into: IO[bytes],
        limit: int,
        seconds: float,
        headers: Mapping[str, str] = NO_HEADERS,
        private: Mapping[str, str] = NO_HEADERS,
    ) -> Answer:
        """Get what lies at an address into a file, following at most five redirects, each guarded like the first.

        `private` headers are sent no more once a redirect leads to another scheme, host or port (Fetch, 4.4.13).
        Only the body of a 200 is written; `body` of the answer is empty. `limit` is in bytes, `seconds` bound the
        whole. Raises CallFailed, TOO_LARGE among its reasons; the file then holds what had come.
        """
        ...


@contextlib.asynccontextmanager
async def opened(policy: Policy, *, at_once: int = 100) -> AsyncIterator[Client]:
    """Open a client for at most `at_once` connections; leaving closes them.

    Only now is the library behind it loaded: that is a fifth of a worker's start, and few workers call anybody.
    """
    from product_importer.kit.outbound import calls  # noqa: PLC0415

    async with calls.opened(policy, at_once=at_once) as client:
        yield client
