"""The principal of a request: who somebody is, once the session or token they showed was found to be valid."""

import uuid
from dataclasses import dataclass

from product_importer.accounts.models import User
from product_importer.accounts.roles import Role, Scope

TOUCH = 60.0  # seconds within which a use is written down once


@dataclass(frozen=True, slots=True)
class Principal:
    """A user by one of their sessions, or by a token of theirs, whose `scopes` then bound what it may do.

    `stale` says that the use of the credential is to be written down again.
    """

    user_id: uuid.UUID
    actor: str
    role: Role
    session_id: uuid.UUID | None = None
    token_id: uuid.UUID | None = None
    scopes: frozenset[Scope] | None = None
    stale: bool = False


def by_session(user: User, session_id: uuid.UUID, *, stale: bool) -> Principal:
    """Return a user who came with a session."""
    return Principal(user.id, user.actor, user.role, session_id=session_id, stale=stale)
