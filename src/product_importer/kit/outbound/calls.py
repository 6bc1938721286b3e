"""The guarded calls themselves, on aiohttp."""

import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import IO

import aiohttp
from yarl import URL

from product_importer import __version__
from product_importer.kit.outbound import urls
from product_importer.kit.outbound.answer import BODY, NO_HEADERS, Answer
from product_importer.kit.outbound.failure import CallFailed, Reason
from product_importer.kit.outbound.faults import explained
from product_importer.kit.outbound.limits import Watch
from product_importer.kit.outbound.policy import Policy, Refused

CONNECT = 5  # seconds until a connection stands
IDLE = 4  # seconds a connection is kept: less than servers do (uvicorn 5), or calls would meet a closed door
BLOCK = 64 * 1024  # bytes taken from the network at a time
HOPS = 5  # redirects followed where any are
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS = (urls.UrlRefused, TimeoutError, aiohttp.ClientError, OSError, ValueError)

# aiohappyeyeballs merges what several addresses of one name raised: here the refusals of a call stay apart.
_refusals: ContextVar[list[str]] = ContextVar("refusals")


class Calls:
    """What `client.Client` promises."""

    def __init__(self, policy: Policy, outward: aiohttp.ClientSession, inward: aiohttp.ClientSession) -> None:
        self._policy = policy
        self._outward = outward
        self._inward = inward
        self._watch = Watch()

    async def post(
        self, address: str, *, body: bytes, headers: Mapping[str, str], seconds: float, keep: int = BODY
    ) -> Answer:
        """Post `body` (see `client.Client`)."""
        _refusals.set([])
        try:
            with self._watch.limit(seconds):
                async with self._called("POST", address, body=body, headers=headers) as response:
                    kept, whole = await _excerpt(response, keep=keep)
                    return Answer(response.status, response.headers, kept, whole, address)
        except _FAULTS as error:
            raise _explained(error, seconds) from error

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
        """Get what lies at an address into a file (see `client.Client`)."""
        _refusals.set([])
        try:
            with self._watch.limit(seconds):
                return await self._fetched(address, into, limit=limit, headers=headers, private=private)
        except _FAULTS as error:
            raise _explained(error, seconds) from error

    async def _fetched(
        self, address: str, into: IO[bytes], *, limit: int, headers: Mapping[str, str], private: Mapping[str, str]
    ) -> Answer:
        for _ in range(HOPS + 1):
            async with self._called("GET", address, headers={**headers, **private}) as response:
                if response.status not in _REDIRECTS or "Location" not in response.headers:
                    if response.status == 200:
                        await _save(response, into, limit=limit)
                    return Answer(response.status, response.headers, b"", True, str(response.url))
                before, address = address, _next(response)
            private = private if urls.origin(before) == urls.origin(address) else NO_HEADERS
        raise CallFailed(Reason.REDIRECTS, f"The address redirects more than {HOPS} times.")

    def _called(
        self, method: str, address: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Send one request and give the answer's head, its body still to be read. Raises UrlRefused."""
        url = urls.checked(address)
        session = self._inward if self._policy.is_inbox(address) else self._outward
        return session.request(method, url, data=body, headers=headers, allow_redirects=False)


@contextlib.asynccontextmanager
async def opened(policy: Policy, *, at_once: int) -> AsyncIterator[Calls]:
    """Open a client for at most `at_once` connections; leaving closes them."""
    async with _session(policy, at_once) as outward, _session(policy.inward(), at_once) as inward:
        yield Calls(policy, outward, inward)


def _session(policy: Policy, at_once: int) -> aiohttp.ClientSession:
    """Open a session whose every socket the policy has seen, and which believes nothing of its surroundings."""

    def guarded(info: aiohttp.AddrInfoType) -> socket.socket:
        try:
            return policy.socket(info)
        except Refused as refused:
            _refusals.get([]).append(str(refused))
            raise

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guarded, limit=at_once, keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT),
        headers={"User-Agent": f"product-importer/{__version__}", "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # a few bytes can unpack to gigabytes
        trust_env=False,  # a proxy would look the name up itself, past the guard
        requote_redirect_url=False,
    )


def _explained(error: Exception, seconds: float) -> CallFailed:
    """Say what went wrong; a refusal of the guard comes as what aiohttp makes of it."""
    if isinstance(error, urls.UrlRefused):
        return CallFailed(Reason.REFUSED, error.detail)
    if isinstance(error, TimeoutError):
        return CallFailed(Reason.TIMEOUT, _late(error, seconds))
    if refusals := _refusals.get():
        return CallFailed(Reason.REFUSED, f"This address may not be called: {'; '.join(dict.fromkeys(refusals))}.")
    return explained(error)


def _late(error: TimeoutError, seconds: float) -> str:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"No connection within {CONNECT} seconds."
    return f"No complete answer within {seconds:g} seconds."


async def _excerpt(response: aiohttp.ClientResponse, *, keep: int) -> tuple[bytes, bool]:
    """Read the body to 64 KiB, and return its first bytes and whether that was all of it."""
    read, kept = 0, b""
    while block := await response.content.readany():
        kept += block[: max(0, keep - read)]
        read += len(block)
        if read > BODY:
            response.close()
            return kept, False
    return kept, True


async def _save(response: aiohttp.ClientResponse, into: IO[bytes], *, limit: int) -> None:
    said = response.content_length or 0
    written = 0
    async for block in response.content.iter_chunked(BLOCK):
        written += len(block)
        if max(said, written) > limit:
            response.close()
            raise CallFailed(Reason.TOO_LARGE, f"The file has more than {limit:,} bytes.")
        into.write(block)


def _next(response: aiohttp.ClientResponse) -> str:
    """Return where a redirect leads."""
    where = response.headers["Location"]
    response.close()
    if len(where) > urls.LONGEST:
        raise urls.UrlRefused(f"A redirect leads to an address of {len(where):,} characters.")
    return str(response.url.join(URL(where)))
