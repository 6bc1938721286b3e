"""Looks at the address of a feed when its time has come: imports what is new, and says once when it cannot."""

import tempfile
import uuid
from collections.abc import Mapping
from typing import IO, Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from product_importer.feeds import source
from product_importer.feeds.models import Feed, FeedOutcome
from product_importer.feeds.source import Fetched
from product_importer.imports import actions as imports
from product_importer.imports.mending import lineage
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.states import State
from product_importer.journal import record
from product_importer.kit import clock, database, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn
from product_importer.uploads import actions as uploads


class FeedCrashed(AppError):
    """The feed stopped its worker again and again."""

    status = 500
    code = "FEED_CRASHED"
    title = "Fetching the file stopped its worker three times"
    action = "See the worker's log; the feed is tried again at its next time."


def due() -> ColumnElement[bool]:
    """Return which feeds are to be looked at: their time has come, and nobody does so already."""
    return and_(Feed.next_at <= clock.now(), leases.free(Feed))


@tasks.register("default", model=Feed, due=due, waits_for_others=True)
def run_feed(feed_id: uuid.UUID) -> None:
    """Look at the address once."""
    turn.take(_JOB, feed_id, due())


def _work(held: Feed, token: uuid.UUID) -> None:
    failpoint("feed.claimed")
    with leases.hold(Feed, held.id, token) as lease, tempfile.TemporaryFile() as file:
        if found := source.fetch(held, file, anew=_must_be_read(held)):
            _import(held, found, file, lease)
            return
    with database.transaction() as session:
        _write(session, held, FeedOutcome.UNCHANGED, {})


def _must_be_read(held: Feed) -> bool:
    """Return whether the file fetched last counts for nothing: its import failed, was cancelled or taken back."""
    if held.fetched_import_id is None:
        return True
    with database.reading() as session:
        job = session.get(ImportJob, held.fetched_import_id)
        return job is None or job.state in (State.FAILED, State.CANCELLED, State.UNDONE)


def _import(held: Feed, found: Fetched, file: IO[bytes], lease: leases.Hold) -> None:
    """Store the file and start its import, which the feed's row knows of in the same transaction."""
    upload_id = uploads.open_upload(name=source.name_of(held), actor=f"feed:{held.name}")
    try:
        file.seek(0)
        uploads.append_all(upload_id, file, after_part=lambda _: lease.check())
        failpoint("feed.stored")
        seen = lineage.inspect(upload_id, Options.model_validate(held.options))
        with database.transaction() as session:
            job = imports.start(
                session,
                upload=uploads.complete(session, upload_id),
                actor=f"feed:{held.name}",
                options=seen.options,
                found=seen.found,
                parent_id=seen.parent_id,
            )
            marks = {"etag": found.etag, "modified": found.modified, "sha256": found.sha256}
            ids = {"fetched_import_id": job.id, "import_id": job.id}
            _write(session, held, FeedOutcome.IMPORTED, marks | ids)
            failpoint("feed.import.before-commit", session)
    except Exception:
        uploads.discard(upload_id)
        raise
    failpoint("feed.import.after-commit")


def _fail(held: Feed, _token: uuid.UUID, refused: AppError) -> None:
    """Note why it failed; the journal hears of the first failure in a row, and of no other."""
    with database.transaction() as session:
        told = failure.told(refused)
        _write(session, held, FeedOutcome.FAILED, {"failures": held.failures + 1, "error": told})
        if not held.failures:
            facts = {"name": held.name, **told}
            version = held.version + 1
            record.add(session, "feed.failed", actor="system", subject_id=held.id, version=version, details=facts)


def _write(session: Session, held: Feed, outcome: FeedOutcome, values: Mapping[str, Any]) -> None:
    """Let go of the feed until its next time, if it is still held."""
    now = clock.now()
    plain = {"outcome": outcome, "looked_at": now, "failures": 0, "error": None, "attempts": 0, **leases.FREE}
    later = now + clock.seconds(60.0 * held.every_minutes) if held.enabled else None
    times = {"next_at": later, "version": Feed.version + 1}
    leases.fence(session, Feed, held.id, held.fencing_token, {**plain, **times, **values})


def _crashed(_held: Feed) -> FeedCrashed:
    return FeedCrashed()


_JOB = turn.Job(Feed, work=_work, fail=_fail, crashed=_crashed)
