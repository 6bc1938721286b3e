"""Every fault at every failpoint of a feed, in both modes: its file becomes one import, whole."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from product_importer.feeds import actions
from product_importer.feeds.models import Feed
from product_importer.feeds.schemas import FeedIn
from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import clock, database
from tests import makers
from tests.fire import modes, places
from tests.fire.places import Cell
from tests.fire.workers import Fleet
from tests.media import picture_server
from tests.media.picture_server import PictureServer

FILE = makers.csv_file("A-1,Mug,,1.00", "A-2,Cup,,2.00", "A-3,,,3.00")

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[PictureServer]:
    with picture_server.opened({"/prices.csv": FILE}) as opened:
        yield opened


def made(shop: PictureServer) -> uuid.UUID:
    with database.transaction() as session:
        wanted = FeedIn(name="Shop", url=shop.url("/prices.csv"))
        return actions.create(session, wanted, actor=makers.ACTOR).id


def is_taken(feed_id: uuid.UUID) -> bool:
    """Let the feed be due now, and return whether its file has become products."""
    with database.reading() as session:
        import_id = session.get_one(Feed, feed_id).import_id
        job = session.get(ImportJob, import_id) if import_id else None
    if job is None:
        with database.transaction() as session:
            session.execute(update(Feed).where(Feed.id == feed_id, Feed.token.is_(None)).values(next_at=clock.now()))
    return job is not None and job.state is State.COMPLETED


@modes.meets(places.sampled(places.cells(web=False, scene="feed"), 1))
def test_a_fault_costs_a_feed_nothing_but_time(fleet: Fleet, cell: Cell, shop: PictureServer) -> None:
    fleet.arm(str(cell))
    feed_id = made(shop)
    fleet.until(lambda: is_taken(feed_id) and fleet.fired)
    with database.reading() as session:
        (job,) = session.scalars(select(ImportJob)).all()
        feed = session.get_one(Feed, feed_id)
    assert (feed.import_id, feed.failures, bool(feed.sha256)) == (job.id, 0, True)
    seen = makers.seen_import(job.id)
    assert (seen.counts.created, seen.counts.rejected, seen.actor) == (2, 1, "feed:Shop")
    assert sorted(makers.stored_products()) == ["a-1", "a-2"]
