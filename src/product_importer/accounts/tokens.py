"""Tokens of programs: made, shown once, found again by their hash, revoked."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from product_importer.accounts import keys, principal
from product_importer.accounts.models import Token, User
from product_importer.accounts.principal import Principal
from product_importer.accounts.roles import Scope
from product_importer.journal import record
from product_importer.kit import clock
from product_importer.kit.errors import AppError, NotFound

PREFIX: Final = "pi_"  # by which a scanner for leaked secrets knows one
HINT: Final = 9  # characters that are stored in clear
LISTED: Final = 200
DAYS_MAX: Final = 3_650


class TokenNotFound(NotFound):
    """No such token, or it is somebody else's."""

    code = "TOKEN_NOT_FOUND"
    title = "There is no such token"
    action = "List the tokens again; it may have been revoked."


class TokenNameTaken(AppError):
    """Another token, perhaps a revoked one, has that name."""

    status = 409
    code = "TOKEN_NAME_TAKEN"
    title = "A token with that name already exists"
    action = "Choose another name: the journal identifies tokens by name, revoked ones included."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that is asked for; without `days` it lasts until it is revoked."""

    name: str
    scopes: Collection[Scope]
    days: int | None


def create(session: Session, wanted: Wanted, *, user_id: uuid.UUID, actor: str) -> tuple[Token, str]:
    """Make a token and return it with its key, which is shown this once; raises TokenNameTaken."""
    named = select(Token.id).where(func.lower(Token.name) == wanted.name.lower())
    if session.scalar(named) is not None:
        raise TokenNameTaken(f"“{wanted.name}” is in use, or was once.")
    key = keys.new(PREFIX)
    expires = clock.now() + dt.timedelta(days=wanted.days) if wanted.days else None
    scopes = [scope.value for scope in Scope if scope in wanted.scopes]
    token = Token(
        user_id=user_id, name=wanted.name, digest=keys.digest(key), hint=key[:HINT], scopes=scopes, expires_at=expires
    )
    session.add(token)
    session.flush()
    _tell(session, "token.created", actor, token, {"scopes": scopes})
    return token, key


def find(session: Session, key: str) -> Principal | None:
    """Return for whom a token stands, or None where it is unknown, revoked, over, or its owner disabled."""
    now = clock.now()
    found = session.execute(
        select(Token, User)
        .join(User, User.id == Token.user_id)
        .where(Token.digest == keys.digest(key), Token.revoked_at.is_(None), User.disabled_at.is_(None))
        .where((Token.expires_at.is_(None)) | (Token.expires_at > now))
    ).first()
    if found is None:
        return None
    token, user = found
    stale = token.used_at is None or (now - token.used_at).total_seconds() >= principal.TOUCH
    scopes = frozenset(Scope(name) for name in token.scopes)
    return Principal(user.id, token.actor, user.role, token_id=token.id, scopes=scopes, stale=stale)


def touch(session: Session, token_id: uuid.UUID) -> None:
    """Note that a token was used just now."""
    session.execute(update(Token).where(Token.id == token_id).values(used_at=clock.now()))


def alive(session: Session, token_id: uuid.UUID) -> bool:
    """Return whether a token still opens anything."""
    wanted = select(Token.id).join(User, User.id == Token.user_id).where(Token.id == token_id)
    wanted = wanted.where(Token.revoked_at.is_(None), User.disabled_at.is_(None))
    return session.scalar(wanted.where((Token.expires_at.is_(None)) | (Token.expires_at > clock.now()))) is not None


def of_user(session: Session, user_id: uuid.UUID) -> Sequence[Token]:
    """List a user's tokens that are not revoked, newest first, at most 200."""
    wanted = select(Token).where(Token.user_id == user_id, Token.revoked_at.is_(None))
    return session.scalars(wanted.order_by(Token.created_at.desc(), Token.id).limit(LISTED)).all()


def revoke(session: Session, token_id: uuid.UUID, *, user_id: uuid.UUID, actor: str) -> None:
    """End a user's token at once and for good; raises TokenNotFound."""
    mine = (Token.id == token_id, Token.user_id == user_id, Token.revoked_at.is_(None))
    token = session.scalars(select(Token).where(*mine).with_for_update()).one_or_none()
    if token is None:
        raise TokenNotFound
    token.revoked_at = clock.now()
    _tell(session, "token.revoked", actor, token, {})


def _tell(session: Session, type_: str, actor: str, token: Token, facts: dict[str, object]) -> None:
    record.add(session, type_, actor=actor, subject_id=token.id, version=1, details={"name": token.name, **facts})
