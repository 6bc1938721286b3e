"""What is forgotten by itself: sessions and links that are over."""

from product_importer.accounts import links, sessions
from product_importer.kit import database
from product_importer.kit.tasks import chores


@chores.every(3600)
def forget_expired() -> int:
    """Delete sessions and links that are over."""
    with database.transaction() as session:
        return sessions.forget(session) + links.forget(session)
