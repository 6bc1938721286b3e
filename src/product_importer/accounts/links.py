"""One-time links: for the first admin, for whoever is invited, for a forgotten password."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from product_importer.accounts import keys
from product_importer.accounts.models import Link, LinkKind
from product_importer.accounts.roles import Role
from product_importer.kit import clock
from product_importer.kit.database import sets
from product_importer.kit.errors import AppError

LASTS: Final = {LinkKind.SETUP: 3600.0, LinkKind.INVITE: 7 * 86_400.0, LinkKind.RESET: 86_400.0}  # seconds
LISTED: Final = 100


class LinkInvalid(AppError):
    """The link was used, its time is over, or it never was one."""

    status = 403
    code = "LINK_INVALID"
    title = "This link is no longer valid"
    action = (
        "Ask an admin for a new one. For the first account, `product-importer admin setup-link` prints a new link, "
        "and so does each start of the server."
    )


def make(session: Session, kind: LinkKind, *, actor: str, role: Role, email: str | None = None) -> str:
    """Make a link and return its key, which is shown this once; an earlier one of the same kind and email is over."""
    if email is not None:
        session.execute(delete(Link).where(Link.kind == kind, Link.email == email))
    key = keys.new()
    expires = clock.now() + clock.seconds(LASTS[kind])
    session.add(Link(kind=kind, digest=keys.digest(key), email=email, role=role, actor=actor, expires_at=expires))
    return key


def find(session: Session, key: str) -> Link:
    """Return the link of a key; raises LinkInvalid."""
    wanted = select(Link).where(Link.digest == keys.digest(key), Link.expires_at > clock.now())
    link = session.scalars(wanted).one_or_none()
    if link is None:
        raise LinkInvalid
    return link


def use(session: Session, key: str) -> Link:
    """Take a link for good: of two that use it at once one goes on; raises LinkInvalid.

    Set-up links are all used with the first of them, for there is one first admin.
    """
    link = find(session, key)
    mine = Link.kind == LinkKind.SETUP if link.kind is LinkKind.SETUP else Link.id == link.id
    if not sets.execute(session, delete(Link).where(mine)):
        raise LinkInvalid
    return link


def open_invitations(session: Session) -> Sequence[Link]:
    """List the invitations that nobody has used yet, newest first, at most 100."""
    wanted = select(Link).where(Link.kind == LinkKind.INVITE, Link.expires_at > clock.now())
    return session.scalars(wanted.order_by(Link.created_at.desc(), Link.id).limit(LISTED)).all()


def take_back(session: Session, email: str) -> None:
    """End the invitations and resets of an email."""
    session.execute(delete(Link).where(Link.email == email))


def forget(session: Session) -> int:
    """Delete links whose time is over, and return how many."""
    return sets.execute(session, delete(Link).where(Link.expires_at <= clock.now()))
