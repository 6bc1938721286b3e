"""Sessions of browsers: they live on the server, so that ending one ends it at once."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from product_importer.accounts import keys, principal
from product_importer.accounts.models import SignIn, User
from product_importer.accounts.principal import Principal
from product_importer.journal import record
from product_importer.kit import clock
from product_importer.kit.database import sets
from product_importer.kit.errors import NotFound

IDLE: Final = 12 * 3600.0  # seconds without a request after which a session is over
LONGEST: Final = 14 * 86_400.0  # seconds after which it is over in any case
LISTED: Final = 100
AGENT_MAX: Final = 200  # characters


class SessionNotFound(NotFound):
    """No such session, or it is somebody else's."""

    code = "SESSION_NOT_FOUND"
    title = "There is no such session"
    action = "It may have ended already."


def start(session: Session, user: User, *, address: str, agent: str) -> str:
    """Sign a user in and return the new key for the cookie; it is shown this once."""
    key = keys.new()
    row = SignIn(user_id=user.id, digest=keys.digest(key), address=address, agent=agent[:AGENT_MAX])
    session.add(row)
    _tell(session, "session.started", user.actor, user)
    return key


def find(session: Session, key: str) -> Principal | None:
    """Return whose session a key opens, or None where it is over, unknown, or its user disabled."""
    now = clock.now()
    found = session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.digest == keys.digest(key), User.disabled_at.is_(None), *_alive(now))
    ).first()
    if found is None:
        return None
    row, user = found
    return principal.by_session(user, row.id, stale=(now - row.seen_at).total_seconds() >= principal.TOUCH)


def touch(session: Session, session_id: uuid.UUID) -> None:
    """Note that a session was used just now."""
    session.execute(update(SignIn).where(SignIn.id == session_id).values(seen_at=clock.now()))


def alive(session: Session, session_id: uuid.UUID) -> bool:
    """Return whether a session still opens anything."""
    wanted = select(SignIn.id).join(User, User.id == SignIn.user_id)
    wanted = wanted.where(SignIn.id == session_id, User.disabled_at.is_(None), *_alive(clock.now()))
    return session.scalar(wanted) is not None


def of_user(session: Session, user_id: uuid.UUID) -> Sequence[SignIn]:
    """List a user's sessions, the one used last first, at most 100."""
    wanted = select(SignIn).where(SignIn.user_id == user_id, *_alive(clock.now()))
    return session.scalars(wanted.order_by(SignIn.seen_at.desc(), SignIn.id).limit(LISTED)).all()


def end(session: Session, session_id: uuid.UUID, *, user_id: uuid.UUID, actor: str) -> None:
    """End one session of a user; raises SessionNotFound."""
    mine = (SignIn.id == session_id, SignIn.user_id == user_id)
    if not sets.execute(session, delete(SignIn).where(*mine)):
        raise SessionNotFound
    _tell(session, "session.ended", actor, session.get_one(User, user_id))


def drop(session: Session, session_id: uuid.UUID | None) -> None:
    """End a session that another one of the same browser follows, without telling the journal."""
    session.execute(delete(SignIn).where(SignIn.id == session_id))


def end_all(session: Session, user_id: uuid.UUID, *, but: uuid.UUID | None = None) -> int:
    """End all sessions of a user, but for one perhaps, and return how many that were."""
    wanted = delete(SignIn).where(SignIn.user_id == user_id)
    return sets.execute(session, wanted if but is None else wanted.where(SignIn.id != but))


def forget(session: Session) -> int:
    """Delete sessions that are over, and return how many."""
    now = clock.now()
    over = (SignIn.seen_at <= now - clock.seconds(IDLE)) | (SignIn.created_at <= now - clock.seconds(LONGEST))
    return sets.execute(session, delete(SignIn).where(over))


def _alive(now: dt.datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignIn.seen_at > now - clock.seconds(IDLE), SignIn.created_at > now - clock.seconds(LONGEST)


def _tell(session: Session, type_: str, actor: str, user: User) -> None:
    record.add(session, type_, actor=actor, subject_id=user.id, version=user.version, details={"name": user.email})
