"""The tables of accounts. Of passwords, session ids, tokens and links only hashes are stored."""

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.accounts.roles import Role
from product_importer.kit import clock, ids
from product_importer.kit.database.types import Base, Json, Moment


class User(Base):
    """A person; the email, in small letters, is their name everywhere and never changes."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    password_hash: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def actor(self) -> str:
        """How the journal names them."""
        return f"user:{self.email}"


class SignIn(Base):
    """A browser that is signed in; `digest` is the SHA-256 of what its cookie holds."""

    __tablename__ = "sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    agent: Mapped[str]  # how the browser calls itself
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)


class Token(Base):
    """A key for a program; the name is its actor, so it is never given twice, not even after it was revoked."""

    __tablename__ = "tokens"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]  # its first characters, by which its owner knows it again
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    expires_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def actor(self) -> str:
        """How the journal names what it does."""
        return f"token:{self.name}"


class LinkKind(StrEnum):
    """What a one-time link is good for: the first admin, a new user, or a new password."""

    SETUP = "setup"
    INVITE = "invite"
    RESET = "reset"


class Link(Base):
    """A one-time link, until it is used or its time is over; only an invitation and a reset name an email."""

    __tablename__ = "account_links"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    kind: Mapped[LinkKind] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    role: Mapped[Role]
    actor: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
