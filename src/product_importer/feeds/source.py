"""Fetches what lies at a feed's address, unless it is what was imported last."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote, urlsplit

from product_importer.feeds.models import Feed
from product_importer.feeds.schemas import PURPOSE
from product_importer.kit import settings
from product_importer.kit.errors import AppError
from product_importer.kit.outbound import client, headers
from product_importer.kit.outbound.answer import Answer
from product_importer.kit.outbound.failure import CallFailed
from product_importer.kit.outbound.policy import Policy

SECONDS = 1800.0  # for one file, from the name's look-up to its last byte
OK, NOT_MODIFIED, LOCKED = 200, 304, (401, 403)


class FeedUnfetched(AppError):
    """The address did not return a file."""

    status = 502
    code = "FEED_UNFETCHED"
    title = "The address did not return a file"
    action = "Open the address in a browser; the feed is tried again at its next time, or at once with “Check now”."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server said of the file that was fetched, and the file's SHA-256."""

    etag: str | None
    modified: str | None
    sha256: str


def fetch(feed: Feed, into: IO[bytes], *, anew: bool) -> Fetched | None:
    """Fetch the file, or return None where the server or the file's SHA-256 says that it is the last one.

    `anew` fetches it in any case. Raises FeedUnfetched, SecretUnreadable.
    """
    asked = {} if anew else _conditions(feed)
    try:
        answer = asyncio.run(_called(feed, into, asked))
    except CallFailed as failed:
        raise FeedUnfetched(str(failed)) from failed
    if answer.status == NOT_MODIFIED and asked:
        return None
    if answer.status != OK:
        raise FeedUnfetched(f"The server answered with status {answer.status}{_why(answer.status)}.")
    into.seek(0)
    digest = hashlib.file_digest(into, "sha256").hexdigest()  # type: ignore[arg-type] # a plain file
    found = Fetched(answer.headers.get("ETag"), answer.headers.get("Last-Modified"), digest)
    return None if digest == feed.sha256 and not anew else found


def name_of(feed: Feed) -> str:
    """Return how the file is called: as its address ends, or as the feed is called."""
    last = unquote(urlsplit(feed.url).path.rpartition("/")[2])
    return last[-255:] if "." in last else f"{feed.name}.csv"


def _why(status: int) -> str:
    return ": it may require a name and password, or a header" if status in LOCKED else ""


async def _called(feed: Feed, into: IO[bytes], asked: dict[str, str]) -> Answer:
    chosen, private = settings.current(), headers.unsealed(feed.headers, purpose=PURPOSE)
    async with client.opened(Policy.of(chosen), at_once=1) as calls:
        return await calls.fetch(
            feed.url,
            into=into,
            limit=chosen.max_upload_bytes,
            seconds=SECONDS,
            headers=asked,
            private=private,
        )


def _conditions(feed: Feed) -> dict[str, str]:
    known = {"If-None-Match": feed.etag, "If-Modified-Since": feed.modified}
    return {name: value for name, value in known.items() if value}
