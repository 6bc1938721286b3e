"""Who reads the page that is being made, so that templates leave out what they may not do."""

from contextvars import ContextVar
from dataclasses import dataclass

from product_importer.accounts.roles import Role


@dataclass(slots=True)
class Reader:
    """What is known of whoever asked; a route's role fills it in."""

    role: Role = Role.ANYONE
    signed_in: bool = False


# A value that is filled in later, not one that is set again: routes run in threads, each with a copy of the context.
_reading: ContextVar[Reader | None] = ContextVar("reader", default=None)


def begin() -> Reader:
    """Begin a request: nobody is known yet, who may do nothing."""
    reader = Reader()
    _reading.set(reader)
    return reader


def may(role: str) -> bool:
    """Return whether the reader's role includes `role`."""
    reader = _reading.get()
    return (reader or Reader()).role.includes(Role(role))


def signed_in() -> bool:
    """Return whether the reader has a session that can be ended."""
    reader = _reading.get()
    return (reader or Reader()).signed_in
