"""Makes users and what they show at the doors."""

import functools
import uuid
from collections.abc import Collection

from product_importer.accounts import passwords, sessions, tokens, users
from product_importer.accounts.models import User
from product_importer.accounts.roles import Role, Scope
from product_importer.kit import database

PASSWORD = "seven words are easy to remember"


@functools.cache
def password_hash() -> str:
    """Hash the password of everybody, once."""
    return passwords.hashed(PASSWORD)


def make_user(email: str = "anna@example.com", role: Role = Role.ADMIN) -> User:
    """Make an account with everybody's password."""
    with database.transaction() as session:
        return users.create(session, email=email, role=role, password_hash=password_hash())


def make_session(user: User) -> str:
    """Sign a user in and return what the cookie holds."""
    with database.transaction() as session:
        return sessions.start(session, user, address="127.0.0.1", agent="a test")


def make_token(user: User, scopes: Collection[Scope], *, name: str = "") -> str:
    """Make a token of a user and return its key."""
    wanted = tokens.Wanted(name or uuid.uuid4().hex, scopes, days=None)
    with database.transaction() as session:
        return tokens.create(session, wanted, user_id=user.id, actor=user.actor)[1]
