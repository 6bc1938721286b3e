"""The far end of the journal: what happened long ago is forgotten, where the settings say so."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, select

from product_importer.journal.models import Batch, Entry
from product_importer.kit import clock, database, settings
from product_importer.kit.tasks import chores

DAY: Final = 24 * 3600.0  # seconds
AT_ONCE: Final = 500  # batches of one round


def kept_since() -> dt.datetime | None:
    """Return from when on the journal is kept; None where it is kept for ever."""
    days = settings.current().keep_journal_days
    return clock.now() - clock.seconds(days * DAY) if days else None


@chores.every(600)
def forget_entries() -> int:
    """Forget batches older than KEEP_JOURNAL_DAYS with their entries, oldest first, a transaction each."""
    since, done = kept_since(), 0
    while since is not None and done < AT_ONCE and _forget_oldest(since):
        done += 1
    return done


def _forget_oldest(since: dt.datetime) -> bool:
    """Forget the oldest batch if it is old enough; one that webhooks or the search index still wait for is kept."""
    with database.transaction() as session:
        oldest = session.scalars(select(Batch).order_by(Batch.id).limit(1)).one_or_none()
        if oldest is None or oldest.at >= since or oldest.dispatched_at is None or oldest.searched_at is None:
            return False
        session.execute(delete(Entry).where(Entry.batch_id == oldest.id))
        session.delete(oldest)
    return True
