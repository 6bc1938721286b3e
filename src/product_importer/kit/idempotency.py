"""Idempotency keys: a request that is sent twice is carried out once, and both get the same answer."""

import datetime as dt
import hashlib
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from product_importer.kit import clock, database
from product_importer.kit.database import sets
from product_importer.kit.database.types import Base, Json, Moment
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import chores

KEEP: Final = 24 * 3600.0  # seconds for which an answer can be had again
KEY_MAX: Final = 255  # characters


class KeyReused(AppError):
    """The key was sent before with another request."""

    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"
    title = "This idempotency key belongs to another request"
    action = "Use a new key for each thing you want done; send the same key only with the very same request."


class IdempotentRequest(Base):
    """A request that was carried out, and what was answered."""

    __tablename__ = "idempotent_requests"

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now, index=True)


def fingerprint(*parts: str) -> str:
    """Return what tells one request from another (SHA-256)."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def claim(session: Session, *, actor: str, key: str, fingerprint: str) -> dict[str, Any] | None:
    """Take the key and return None, or return the answer that was given to it; raises KeyReused.

    Whoever comes second waits for the transaction of the first, and takes the key if that rolls back.
    """
    values = {"actor": actor, "key": key, "fingerprint": fingerprint, "at": clock.now()}
    taken = sets.insert_on_conflict(session, IdempotentRequest).values(values).on_conflict_do_nothing()
    if sets.execute(session, taken):
        return None
    known = session.get_one(IdempotentRequest, (actor, key))
    if known.fingerprint != fingerprint:
        raise KeyReused
    return known.answer


def keep(session: Session, *, actor: str, key: str, answer: dict[str, Any]) -> None:
    """Keep what is answered to a key that was claimed in this transaction."""
    mine = (IdempotentRequest.actor == actor, IdempotentRequest.key == key)
    session.execute(update(IdempotentRequest).where(*mine).values(answer=answer))


@chores.every(3600)
def forget_answers() -> int:
    """Forget answers that nobody will ask for again."""
    with database.transaction() as session:
        return sets.execute(session, delete(IdempotentRequest).where(IdempotentRequest.at < _long_ago()))


def _long_ago() -> dt.datetime:
    return clock.now() - clock.seconds(KEEP)
