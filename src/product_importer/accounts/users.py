"""Users: the first admin, invitations, roles, the end of an account, passwords."""

import re
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.accounts import links, passwords, sessions
from product_importer.accounts.models import LinkKind, User
from product_importer.accounts.roles import Role
from product_importer.journal import record
from product_importer.kit import clock
from product_importer.kit.errors import AppError, NotFound

LISTED: Final = 500
EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}")


class EmailInvalid(AppError):
    """That is no email address."""

    status = 422
    code = "EMAIL_INVALID"
    title = "This is not an email address"
    action = "Write it as anna@example.com; nothing is ever sent to it."


class EmailTaken(AppError):
    """Somebody has an account with that email."""

    status = 409
    code = "EMAIL_TAKEN"
    title = "An account with that email already exists"
    action = "Change the role of that account, or create a password link for it."


class UserNotFound(NotFound):
    """No such user."""

    code = "USER_NOT_FOUND"
    title = "There is no such user"
    action = "List the users again."


class LastAdmin(AppError):
    """Without this one nobody could administer the server."""

    status = 409
    code = "LAST_ADMIN"
    title = "This is the only admin"
    action = "Make somebody else an admin first."


class AlreadySetUp(AppError):
    """The first account exists."""

    status = 409
    code = "ALREADY_SET_UP"
    title = "This server already has its first account"
    action = "Sign in, or ask an admin for an invitation."


def exist(session: Session) -> bool:
    """Return whether there is any account; once there is, there always will be."""
    return session.scalar(select(User.id).limit(1)) is not None


def everybody(session: Session) -> Sequence[User]:
    """List the users by email, at most 500."""
    return session.scalars(select(User).order_by(User.email).limit(LISTED)).all()


def user_of(session: Session, user_id: uuid.UUID) -> User:
    """Return a user; raises UserNotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound
    return user


def named(session: Session, email: str) -> User | None:
    """Return who has an email, in whatever letters it is written."""
    return session.scalars(select(User).where(User.email == email.strip().casefold())).one_or_none()


def address(raw: str) -> str:
    """Return an email as it is stored; raises EmailInvalid."""
    email = raw.strip().casefold()
    if not EMAIL.fullmatch(email):
        raise EmailInvalid(f"“{raw[:100]}” is not an email address.")
    return email


def create(session: Session, *, email: str, role: Role, password_hash: str, actor: str | None = None) -> User:
    """Make an account; raises EmailTaken. Without an `actor` the user has made it themselves."""
    if named(session, email) is not None:
        raise EmailTaken(f"{email} already has an account.")
    user = User(email=email, role=role, password_hash=password_hash)
    session.add(user)
    session.flush()
    _tell(session, "user.created", actor or user.actor, user, {"role": role.value})
    return user


def create_first(session: Session, *, email: str, password_hash: str, actor: str) -> User:
    """Make the first admin; raises AlreadySetUp."""
    if exist(session):
        raise AlreadySetUp
    return create(session, email=email, role=Role.ADMIN, password_hash=password_hash, actor=actor)


def make_admin(session: Session, *, email: str, password_hash: str, actor: str) -> bool:
    """Make an admin, and return True; or make one of the account that is there, which is let in again."""
    user = named(session, email)
    if user is None:
        create(session, email=email, role=Role.ADMIN, password_hash=password_hash, actor=actor)
        return True
    change_role(session, user.id, Role.ADMIN, actor=actor)
    enable(session, user.id, actor=actor)
    set_password(session, user, password_hash)
    return False


def invite(session: Session, *, email: str, role: Role, actor: str) -> str:
    """Return the key of an invitation; raises EmailTaken."""
    if named(session, email) is not None:
        raise EmailTaken(f"{email} already has an account.")
    key = links.make(session, LinkKind.INVITE, actor=actor, role=role, email=email)
    facts = {"name": email, "role": role.value}
    record.add(session, "user.invited", actor=actor, subject_id=uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email}"),
               version=0, details=facts)  # fmt: skip
    return key


def reset(session: Session, user_id: uuid.UUID, *, actor: str) -> str:
    """Return the key of a link by which a user sets a new password."""
    user = user_of(session, user_id)
    _tell(session, "user.reset", actor, user, {})
    return links.make(session, LinkKind.RESET, actor=actor, role=user.role, email=user.email)


def accept(session: Session, key: str, *, email: str, password_hash: str) -> User:
    """Use a one-time link: make the account it is for, or give it the new password.

    Raises LinkInvalid, AlreadySetUp, EmailTaken, UserNotFound. `email` counts for the first admin alone.
    """
    link = links.use(session, key)
    if link.kind is LinkKind.SETUP:
        return create_first(session, email=email, password_hash=password_hash, actor=f"user:{email}")
    if link.kind is LinkKind.INVITE:
        return create(session, email=link.email or email, role=link.role, password_hash=password_hash)
    user = named(session, link.email or "")
    if user is None:
        raise UserNotFound
    set_password(session, user, password_hash)
    return user


def set_password(session: Session, user: User, password_hash: str, *, keep: uuid.UUID | None = None) -> None:
    """Give a user another password; every session but `keep` ends."""
    user.password_hash = password_hash
    user.version += 1
    sessions.end_all(session, user.id, but=keep)
    _tell(session, "user.password_changed", user.actor, user, {})


def change_role(session: Session, user_id: uuid.UUID, role: Role, *, actor: str) -> User:
    """Give a user another role; raises LastAdmin."""
    user = _to_change(session, user_id, stays_admin=role is Role.ADMIN)
    if user.role is not role:
        before, user.role = user.role, role
        user.version += 1
        _tell(session, "user.role_changed", actor, user, {"role": [before.value, role.value]})
    return user


def disable(session: Session, user_id: uuid.UUID, *, actor: str) -> User:
    """Keep a user out: sessions end, tokens and links open nothing; raises LastAdmin."""
    user = _to_change(session, user_id, stays_admin=False)
    if user.disabled_at is None:
        user.disabled_at = clock.now()
        user.version += 1
        sessions.end_all(session, user.id)
        links.take_back(session, user.email)
        _tell(session, "user.disabled", actor, user, {})
    return user


def enable(session: Session, user_id: uuid.UUID, *, actor: str) -> User:
    """Let a user in again."""
    user = user_of(session, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.version += 1
        _tell(session, "user.enabled", actor, user, {})
    return user


def proven(session: Session, email: str) -> tuple[User | None, str | None]:
    """Return who an email belongs to and the hash to compare a password with; None for a disabled user's."""
    user = named(session, email)
    return user, user.password_hash if user and user.disabled_at is None else None


def require_password(password: str, *, email: str) -> str:
    """Return the hash of a good password; raises PasswordWeak. No transaction may be open: it takes a while."""
    passwords.require_good(password, email=email)
    return passwords.hashed(password)


def _to_change(session: Session, user_id: uuid.UUID, *, stays_admin: bool) -> User:
    """Lock the admins, so that of two who remove each other one is refused."""
    others = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id)
    admins = session.scalars(others.with_for_update()).all()
    user = user_of(session, user_id)
    session.refresh(user)
    if not stays_admin and list(admins) == [user.id]:
        raise LastAdmin(f"{user.email} is the only one.")
    return user


def count(session: Session) -> int:
    """Return how many users there are."""
    return session.scalar(select(func.count()).select_from(User)) or 0


def _tell(session: Session, type_: str, actor: str, user: User, facts: dict[str, object]) -> None:
    details = {"name": user.email, **facts}
    record.add(session, type_, actor=actor, subject_id=user.id, version=user.version, details=details)
