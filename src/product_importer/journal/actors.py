"""Who did something to a subject."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.journal import queries
from product_importer.journal.models import Batch, Entry


def last_of(session: Session, subject_id: uuid.UUID) -> str | None:
    """Return who wrote the last entry about a subject, or None when there is none."""
    wanted = select(Batch.actor).join(Entry, Entry.batch_id == Batch.id).where(queries.about([subject_id]))
    return session.scalar(wanted.order_by(Entry.batch_id.desc()).limit(1))
