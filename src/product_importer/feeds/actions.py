"""What people and programs ask of a feed: make it, change it, forget it, look now, push a file."""

import datetime as dt
import uuid
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.feeds.models import Feed, FeedOutcome
from product_importer.feeds.run import run_feed
from product_importer.feeds.schemas import PURPOSE, FeedIn
from product_importer.journal import record
from product_importer.kit import clock, settings, tasks
from product_importer.kit.errors import AppError, NotFound
from product_importer.kit.outbound import headers, urls
from product_importer.kit.tasks import leases


class FeedNotSecure(AppError):
    """The address would bring the file unprotected through the internet."""

    status = 422
    code = "FEED_NOT_SECURE"
    title = "The address is not https"
    action = "Use https://; http:// is accepted only for a server on this machine, or with OUTBOUND_ALLOW_NETWORKS."


class FeedPushedOnly(AppError):
    """There is no address to look at."""

    status = 409
    code = "FEED_PUSHED_ONLY"
    title = "This feed has no address to fetch from"
    action = "Give it one, or push a file to it."


def feeds(session: Session) -> list[Feed]:
    """Return all feeds by name, at most 1,000."""
    return list(session.scalars(select(Feed).order_by(Feed.name, Feed.id).limit(1_000)))


def failing(session: Session) -> int:
    """Return how many feeds that are on have failed the last time."""
    failed = (Feed.enabled, Feed.outcome == FeedOutcome.FAILED)
    return session.scalar(select(func.count()).select_from(Feed).where(*failed)) or 0


def feed_of(session: Session, feed_id: uuid.UUID, *, lock: bool = False) -> Feed:
    """Return a feed; raises NotFound."""
    found = session.get(Feed, feed_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(f"No feed has the id {feed_id}.")
    return found


def create(session: Session, wanted: FeedIn, *, actor: str) -> Feed:
    """Make a feed, which is looked at at once; raises FeedNotSecure."""
    require_secure(wanted.url)
    made = Feed(actor=actor, headers=_sealed(wanted), **_columns(wanted), next_at=_soon(wanted))
    session.add(made)
    session.flush()
    _tell(session, "feed.created", made, actor)
    tasks.enqueue(session, run_feed, made.id)
    return made


def change(session: Session, feed_id: uuid.UUID, wanted: FeedIn, *, actor: str) -> Feed:
    """Give a feed new values; another address or other options make it look anew. Raises FeedNotSecure.

    Headers that are not said stay, but never go to another server than the one they were given for.
    """
    require_secure(wanted.url)
    feed, columns = feed_of(session, feed_id, lock=True), _columns(wanted)
    if (feed.url, feed.options) != (columns["url"], columns["options"]):
        feed.etag = feed.modified = feed.sha256 = None
    if wanted.headers is not None or _elsewhere(feed.url, wanted.url):
        feed.headers = _sealed(wanted)
    # A worker that is at it now holds old values: without its token it writes nothing.
    for name, value in {**columns, **leases.FREE}.items():
        setattr(feed, name, value)
    feed.next_at, feed.version = _soon(wanted), feed.version + 1
    _tell(session, "feed.updated", feed, actor)
    tasks.enqueue(session, run_feed, feed.id)
    return feed


def delete(session: Session, feed_id: uuid.UUID, *, actor: str) -> None:
    """Forget a feed; what it imported stays."""
    feed = feed_of(session, feed_id, lock=True)
    _tell(session, "feed.deleted", feed, actor)
    session.delete(feed)


def look_now(session: Session, feed_id: uuid.UUID) -> Feed:
    """Look at the address as soon as a worker is free, whether it is enabled or not; raises FeedPushedOnly."""
    feed = feed_of(session, feed_id, lock=True)
    if not feed.url:
        raise FeedPushedOnly
    feed.next_at, feed.attempts = clock.now(), 0
    tasks.enqueue(session, run_feed, feed.id)
    return feed


def note_push(session: Session, feed_id: uuid.UUID, import_id: uuid.UUID) -> None:
    """Note that a pushed file is being imported; what is known of the fetched one stays true of that."""
    feed = feed_of(session, feed_id, lock=True)
    feed.import_id, feed.outcome, feed.looked_at = import_id, FeedOutcome.IMPORTED, clock.now()
    feed.failures, feed.error, feed.version = 0, None, feed.version + 1


def require_secure(url: str) -> None:
    """Refuse an address that is not https where others could listen; raises FeedNotSecure."""
    chosen = settings.current()
    if url and urlsplit(url).scheme != "https" and not (chosen.loopback or chosen.outbound_allow_networks):
        raise FeedNotSecure


def _columns(wanted: FeedIn) -> dict[str, object]:
    return {**wanted.model_dump(exclude={"options", "headers"}), "options": wanted.options.stored()}


def _sealed(wanted: FeedIn) -> str | None:
    return headers.sealed(wanted.headers or {}, purpose=PURPOSE)


def _elsewhere(before: str, after: str) -> bool:
    """Return whether another server would hear what was meant for the one before."""
    return not (before and after) or urls.origin(before) != urls.origin(after)


def _soon(wanted: FeedIn) -> dt.datetime | None:
    return clock.now() if wanted.url and wanted.enabled else None


def _tell(session: Session, type_: str, feed: Feed, actor: str) -> None:
    told = {"name": feed.name}
    record.add(session, type_, actor=actor, subject_id=feed.id, version=feed.version, details=told)
