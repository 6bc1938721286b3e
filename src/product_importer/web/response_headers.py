"""What every answer carries: the security headers, its request id, what is left of a limit; and the end of streams."""

import asyncio
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from product_importer.accounts.principal import Principal
from product_importer.kit import database, logs
from product_importer.web.access import identity

STREAM_CHECKED = 2.0  # seconds between two looks whether the reader of a stream is still signed in
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private",  # where an answer does not say more
}
PAGE = "private, no-store"  # browsers honour nothing less on Back, where an old form would bring an old version
HTTPS_ONLY = "max-age=31536000"
_log = logs.get("web.response_headers")


class HeadSent(OSError):
    """All that HEAD asks for has left: whoever has more to send is told in the way in which a client's leaving is."""


class Marked:
    """Sends an answer with what it must carry, and knows whether it has begun; of an answer to HEAD the head alone.

    Make it in the task that answers: a stream whose reader signs out, or is kept out, is cancelled there.
    """

    def __init__(self, send: Send, state: dict[str, Any], *, secure: bool, head: bool) -> None:
        self.send = send
        self.state = state
        self.started, self.head_sent, self._head = False, False, head
        self._more = {"strict-transport-security": HTTPS_ONLY} if secure else {}
        self._answering = asyncio.current_task()
        self._looking: asyncio.Task[None] | None = None
        self._gone = False

    async def __call__(self, message: Message) -> None:
        """Send a message of the answer. Raises HeadSent where no more is wanted."""
        if self.head_sent:
            if message.get("more_body"):
                raise HeadSent
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            kind = headers.get("content-type", "")
            if kind.startswith("text/html"):
                headers.setdefault("cache-control", PAGE)
            for name, value in (HEADERS | self._more | self.state.get("rate", {})).items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self.state["request_id"]
            asking = self.state.get("identity")
            if asking and asking.principal and kind.startswith("text/event-stream"):
                self._looking = asyncio.create_task(self._look(asking.principal))
        await self.send(message)
        if self.started and self._head:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
            self.head_sent = True

    async def signed_out(self) -> bool:
        """Return whether the answer was cancelled because its reader went, and bring it to its end then."""
        if self._gone and self._answering is not None:
            self._answering.uncancel()
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
        return self._gone

    def over(self) -> None:
        """Stop looking after the reader."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self, principal: Principal) -> None:
        while await asyncio.to_thread(_stands, principal):
            await asyncio.sleep(STREAM_CHECKED)
        self._gone = True
        if self._answering is not None:
            self._answering.cancel()


def _stands(principal: Principal) -> bool:
    """Look whether somebody is still let in; a database that is away for a moment sends nobody out."""
    try:
        return identity.stands(principal)
    except database.FAULTS as error:
        _log.warning("could not look whether a stream's reader is signed in", error=repr(error))
        return True
