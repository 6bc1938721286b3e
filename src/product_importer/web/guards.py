"""What every request passes before any route: Host and Origin checks, body limits, security headers, a request id."""

import asyncio
import re
import secrets
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from product_importer.kit import logs
from product_importer.kit.errors import AppError
from product_importer.kit.settings import LOOPBACK, Settings
from product_importer.media import developing
from product_importer.web import errors
from product_importer.web.access import peers, reader
from product_importer.web.requests import versions
from product_importer.web.requests.body import ClientStalled
from product_importer.web.response_headers import Marked

SMALL_BODY = 2**20  # bytes, for every route but the uploads
UPLOAD_FRAME = 2**20  # bytes that a multipart body may have besides the file
IMAGE_FORM = re.compile("/admin/products/[0-9a-f-]{36}/images")
FEED_PUSH = re.compile("/feeds/[0-9a-f-]{36}/push")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logs.get("web.guards")


class ForeignHost(AppError):
    """The request names a host that this server is not (DNS rebinding)."""

    status = 421
    code = "HOST_UNKNOWN"
    title = "This server does not answer to that name"
    action = "Use the server's own address, or add the name to ALLOWED_HOSTS or PUBLIC_URL."


class CrossSite(AppError):
    """A page of another site tried to change something here."""

    status = 403
    code = "CROSS_SITE"
    title = "The request came from another site"
    action = "Open the page here and try again; programs send no Origin header."


class BodyTooLarge(AppError):
    """The body is larger than this route takes."""

    status = 413
    code = "BODY_TOO_LARGE"
    title = "The request body is too large"
    action = "Send less, or raise MAX_UPLOAD_BYTES for files."


class Guards:
    """The ASGI wrapper around the whole application."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        named = {urlsplit(settings.public_url).hostname, *settings.allowed_hosts, *LOOPBACK, settings.host}
        self.hosts = {host.lower() for host in named if host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, then pass it on with its body counted and its answer marked, whatever becomes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if head := scope["method"] == "HEAD":  # a GET, whose answer ends with its head
            scope = {**scope, "method": "GET"}
        state = scope.setdefault("state", {})
        state["request_id"], state["reader"] = secrets.token_hex(8), reader.begin()
        marked = Marked(send, state, secure=peers.is_secure(scope, self.settings), head=head)
        try:
            self._check(scope)
            idle = self.settings.upload_idle_seconds + 1.0  # after the routes that keep what came until then
            await self.app(scope, _counting(receive, self._limit(scope), idle), marked)
        except asyncio.CancelledError:
            if not await marked.signed_out():
                raise
        except ClientDisconnect:
            if marked.head_sent:
                return
            _log.info("the client left in the middle of its request", path=scope["path"])
        except Exception as error:
            if marked.head_sent:
                return
            if marked.started:
                raise
            await errors.answer(scope, errors.refusal(error))(scope, receive, marked)
        finally:
            marked.over()

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = _split(f"//{headers.get('host', '')}").hostname or ""
        if host not in self.hosts:
            raise ForeignHost(f"It was addressed as “{host[:100]}”.")
        if int(headers.get("content-length", 0)) > self._limit(scope):
            raise _too_large(self._limit(scope))
        if scope["method"] in SAFE:
            return
        origin = headers.get("origin")
        foreign = origin is not None and _split(origin).netloc not in self._own(headers)
        if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise CrossSite(f"Its origin is {(origin or 'another site')[:200]}.")

    def _own(self, headers: Headers) -> set[str]:
        # Without the empty name: it is what `Origin: null` and `file://` come to.
        return {headers.get("host", ""), urlsplit(self.settings.public_url).netloc} - {""}

    def _limit(self, scope: Scope) -> int:
        path = versions.bare(scope["path"])
        if IMAGE_FORM.fullmatch(path):
            return developing.BYTES_MAX + UPLOAD_FRAME
        takes_files = path in ("/upload", "/admin/imports", "/uploads") or path.startswith("/uploads/")
        takes_files = takes_files or FEED_PUSH.fullmatch(path) is not None
        return self.settings.max_upload_bytes + UPLOAD_FRAME if takes_files else SMALL_BODY


def _counting(receive: Receive, limit: int, idle: float) -> Receive:
    """Count the body as it comes, whatever Content-Length says, and wait `idle` seconds for each piece of it."""
    read, whole = 0, False

    async def counted() -> Message:
        nonlocal read, whole
        if whole:  # what comes now is that the client has left
            return await receive()
        try:
            async with asyncio.timeout(idle):
                message = await receive()
        except TimeoutError:
            raise ClientStalled(f"No data arrived for {idle:g} seconds.") from None
        whole = not message.get("more_body", False)
        read += len(message.get("body", b""))
        if read > limit:
            raise _too_large(limit)
        return message

    return counted


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"At most {limit:,} bytes are accepted here.")


def _split(url: str) -> SplitResult:
    """Split a URL that a client wrote; one that is none has no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
