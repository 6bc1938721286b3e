"""Clears away what clients left in the middle."""

from sqlalchemy import select

from product_importer.kit import clock, database
from product_importer.kit.tasks import chores
from product_importer.uploads import actions
from product_importer.uploads.models import Upload

ABANDONED = 24 * 3600.0  # seconds without a byte until an unfinished upload is forgotten


@chores.every(600)
def forget_abandoned() -> int:
    """Discard unfinished uploads that nobody has sent a byte of for a day."""
    long_ago = clock.now() - clock.seconds(ABANDONED)
    with database.reading() as session:
        wanted = select(Upload.id).where(Upload.completed_at.is_(None), Upload.touched_at < long_ago)
        found = session.scalars(wanted.order_by(Upload.id).limit(1_000)).all()
    for upload_id in found:
        actions.discard(upload_id)
    return len(found)
