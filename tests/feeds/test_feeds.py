"""Feeds: fetched when their time has come, imported once, left alone while they are the same."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from product_importer.feeds import actions, run
from product_importer.feeds.models import Feed, FeedOutcome
from product_importer.feeds.schemas import FeedIn, FeedSeen
from product_importer.imports import actions as import_actions
from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import clock, database, failpoints
from product_importer.kit import settings as settings_
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import leases
from product_importer.uploads.models import Upload
from tests.makers import ACTOR, csv_file, journal_lines, make_import, run_import_to_end, stored_products, undo_import

FIRST, SECOND = csv_file("A-1,Mug,,1.00", "A-2,Cup,,2.00"), csv_file("A-1,Mug,,1.10", "A-2,Cup,,2.00")


PLACES = ["feed.claimed", "feed.stored", "feed.import.before-commit", "feed.import.after-commit"]


@dataclass(slots=True)
class Shop:
    """A web server with one file, which says how often it was asked and how often it sent it."""

    content: bytes = FIRST
    etags: bool = True
    status: int = 200
    login: str | None = None  # without which it is locked
    moved_to: str | None = None  # where else its file lies
    logins: list[str | None] = field(default_factory=list)  # that came with each request
    asked: int = 0
    sent: int = 0
    port: int = 0
    meanwhile: Callable[[], None] = field(default=lambda: None)  # what happens while the file is asked for

    @property
    def url(self) -> str:
        """Where the file lies."""
        return f"http://127.0.0.1:{self.port}/prices.csv"


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop on this machine."""
    made = Shop()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            made.logins.append(self.headers.get("Authorization"))
            made.meanwhile()
            if made.moved_to and self.headers["Host"] != urlsplit(made.moved_to).netloc:
                self.send_response(302)
                self.send_header("Location", made.moved_to)
                self.end_headers()
                return
            tag = f'"{hash(made.content)}"'
            same = made.etags and self.headers.get("If-None-Match") == tag
            locked = made.login is not None and self.headers.get("Authorization") != made.login
            self.send_response(401 if locked else 304 if same else made.status)
            if made.etags:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if same else str(len(made.content)))
            self.end_headers()
            if not same:
                made.sent += 1
                self.wfile.write(made.content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def feed_id(started: Settings, shop: Shop) -> uuid.UUID:
    """A feed of the shop's file."""
    with database.transaction() as session:
        return actions.create(session, FeedIn(name="Shop", url=shop.url, every_minutes=60), actor=ACTOR).id


def look(feed_id: uuid.UUID) -> Feed:
    """Let the feed's time come, be the worker, and return how the feed stands."""
    with database.transaction() as session:
        session.execute(update(Feed).values(next_at=clock.now(), lease_until=None))
    run.run_feed.run(feed_id)
    with database.reading() as session:
        return actions.feed_of(session, feed_id)


def imports() -> list[ImportJob]:
    """Return all imports in the order in which they were started."""
    with database.reading() as session:
        return list(session.scalars(select(ImportJob).order_by(ImportJob.number)))


def failing() -> int:
    """Return how many feeds fail."""
    with database.reading() as session:
        return actions.failing(session)


def finish(feed: Feed) -> None:
    """Be the worker of the feed's import."""
    assert feed.import_id is not None
    assert run_import_to_end(feed.import_id).state is State.COMPLETED


@pytest.mark.parametrize("etags", [True, False])
def test_a_file_is_imported_once_and_again_when_it_changes(feed_id: uuid.UUID, shop: Shop, etags: bool) -> None:
    shop.etags = etags
    finish(look(feed_id))
    assert look(feed_id).outcome is FeedOutcome.UNCHANGED
    assert (shop.asked, shop.sent, len(imports())) == (2, 1 if etags else 2, 1)
    shop.content = SECOND
    feed = look(feed_id)
    finish(feed)
    assert (feed.outcome, [job.actor for job in imports()]) == (FeedOutcome.IMPORTED, ["feed:Shop"] * 2)
    assert str(stored_products()["a-1"].price) == "1.10"
    assert feed.next_at is not None
    assert feed.next_at > clock.now() + clock.seconds(3_000)


def test_a_file_whose_import_was_taken_back_is_read_again(feed_id: uuid.UUID, shop: Shop) -> None:
    feed = look(feed_id)
    finish(feed)
    assert feed.import_id is not None
    undo_import(feed.import_id)
    finish(look(feed_id))
    assert len(stored_products()) == 2


def cancel(import_id: uuid.UUID) -> None:
    """Cancel an import, and be its worker."""
    with database.transaction() as session:
        import_actions.cancel(session, import_id)
    assert run_import_to_end(import_id).state is State.CANCELLED


def push(feed_id: uuid.UUID, content: bytes, *, fails: bool = False) -> None:
    """Be a program that pushes a file, and the worker of its import, which ends well or is cancelled."""
    job = make_import(content)
    with database.transaction() as session:
        actions.note_push(session, feed_id, job)
    if fails:
        cancel(job)
    else:
        assert run_import_to_end(job).state is State.COMPLETED


def test_a_fetched_file_whose_import_failed_is_read_again_though_another_was_pushed(
    feed_id: uuid.UUID, shop: Shop
) -> None:
    feed = look(feed_id)
    assert feed.import_id is not None
    cancel(feed.import_id)
    push(feed_id, csv_file("B-1,Jug,,3.00"))
    finish(look(feed_id))
    assert sorted(stored_products()) == ["a-1", "a-2", "b-1"]


def test_a_fetched_file_is_not_read_again_because_a_pushed_one_failed(feed_id: uuid.UUID, shop: Shop) -> None:
    finish(look(feed_id))
    push(feed_id, csv_file("B-1,Jug,,3.00"), fails=True)
    assert (look(feed_id).outcome, shop.sent, len(imports())) == (FeedOutcome.UNCHANGED, 1, 2)


def test_a_failure_is_told_once_until_it_works_again(feed_id: uuid.UUID, shop: Shop) -> None:
    shop.status = 503
    assert [look(feed_id).failures for _ in range(2)] == [1, 2]
    assert failing() == 1
    feed = look(feed_id)
    assert (feed.outcome, feed.error and feed.error["code"]) == (FeedOutcome.FAILED, "FEED_UNFETCHED")
    shop.status, shop.content = 200, b"%PDF-1.7 no table"
    assert (look(feed_id).error or {})["code"] == "FILE_NOT_CSV"
    shop.content = FIRST
    healed = look(feed_id)
    assert (healed.failures, healed.error, len(imports()), failing()) == (0, None, 1, 0)
    assert [line[0] for line in journal_lines()].count("feed.failed") == 1


@pytest.mark.parametrize("place", PLACES)
def test_a_worker_that_falls_anywhere_leaves_one_import(
    feed_id: uuid.UUID, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    with pytest.raises((failpoints.Injected, leases.Fenced)):
        look(feed_id)
    monkeypatch.delenv("FAILPOINTS")
    feed = look(feed_id)
    finish(feed)
    assert [job.id for job in imports()] == [feed.import_id]
    with database.reading() as session:
        assert [one.id for one in session.scalars(select(Upload))] == [imports()[0].upload_id]


def test_a_feed_that_was_changed_meanwhile_takes_nothing_from_the_old_look(feed_id: uuid.UUID, shop: Shop) -> None:
    def change() -> None:
        with database.transaction() as session:
            actions.change(session, feed_id, FeedIn(name="Shop", url=f"{shop.url}?v=2"), actor=ACTOR)

    shop.meanwhile = change
    assert look(feed_id).import_id is None
    assert imports() == []


def test_a_name_and_password_in_the_address_are_sent_as_a_header_and_kept_sealed(started: Settings, shop: Shop) -> None:
    shop.login = "Basic w4RubmE6czMvY3JldA=="  # Änna:s3/cret
    wanted = FeedIn(name="Shop", url=shop.url.replace("//", "//%C3%84nna:s3%2Fcret@"))
    with database.transaction() as session:
        made = actions.create(session, wanted, actor=ACTOR)
    feed = look(made.id)
    assert (feed.url, feed.outcome, FeedSeen.model_validate(feed).headers) == (
        shop.url,
        FeedOutcome.IMPORTED,
        ["Authorization"],
    )
    assert "w4RubmE6" not in (feed.headers or "")
    shop.moved_to = shop.url.replace("127.0.0.1", "localhost")  # another server may answer there
    assert look(made.id).outcome is FeedOutcome.FAILED
    assert shop.logins == [shop.login, shop.login, None]
    shop.login, shop.moved_to = "Basic another", None
    assert "may require a name and password" in (look(made.id).error or {})["message"]


def test_headers_stay_until_others_are_said_or_the_address_moves_to_another_server(started: Settings) -> None:
    def names(feed_id: uuid.UUID, **values: Any) -> list[str]:
        with database.transaction() as session:
            changed = actions.change(session, feed_id, FeedIn(name="Shop", **values), actor=ACTOR)
            return FeedSeen.model_validate(changed).headers or []

    here, there = "https://shop.example/a.csv", "https://shop.example:444/a.csv"
    with database.transaction() as session:
        made = actions.create(session, FeedIn(name="Shop", url=here, headers={"X-Key": "1"}), actor=ACTOR)
    assert names(made.id, url=f"{here}?v=2") == ["X-Key"]
    assert names(made.id, url=here, headers={}) == []
    assert names(made.id, url=here.replace("//", "//anna:secret@"), headers={"X-Key": "2"}) == [
        "X-Key",
        "Authorization",
    ]
    assert names(made.id, url=there) == []


def test_a_feed_that_is_off_is_not_due_but_can_be_looked_at(feed_id: uuid.UUID, shop: Shop) -> None:
    with database.transaction() as session:
        actions.change(session, feed_id, FeedIn(name="Shop", url=shop.url, enabled=False), actor=ACTOR)
    run.run_feed.run(feed_id)
    assert shop.asked == 0
    with database.transaction() as session:
        actions.look_now(session, feed_id)
    run.run_feed.run(feed_id)
    with database.reading() as session:
        feed = actions.feed_of(session, feed_id)
    assert (feed.outcome, feed.next_at, shop.asked) == (FeedOutcome.IMPORTED, None, 1)


def test_an_address_without_https_is_for_this_machine_alone(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "10.0.0.1")
    settings_.current.cache_clear()
    try:
        with database.transaction() as session, pytest.raises(actions.FeedNotSecure):
            actions.create(session, FeedIn(name="Shop", url="http://shop.example/a.csv"), actor=ACTOR)
    finally:
        settings_.current.cache_clear()
