"""Asks the application without a socket, for tests that ask thousands of times."""

import asyncio
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message

from tests.patience import PATIENCE
from tests.web.doors import Answer


async def ask(app: ASGIApp, method: str, path: str, *, client: str = "127.0.0.1", **headers: str) -> Answer:
    """Ask once, with an empty body; `Accept_Language` as a keyword is the header Accept-Language."""
    said = {"host": "localhost"} | {name.replace("_", "-").lower(): value for name, value in headers.items()}
    parts = urlsplit(path)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        "client": (client, 50_000),
        "server": ("localhost", 8000),
    }
    sent: list[Message] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        first = next(asked, None)
        if first is None:
            await asyncio.sleep(PATIENCE)
        return first or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), PATIENCE)
    start = sent[0]
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], told, b"".join(message.get("body", b"") for message in sent[1:]))
