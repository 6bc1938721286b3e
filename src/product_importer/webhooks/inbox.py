"""The built-in test inbox: an endpoint of this server's own that keeps what arrives and verifies its signature."""

import datetime as dt
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from product_importer.kit import clock, ids, settings
from product_importer.kit.database.types import Base, Moment
from product_importer.kit.errors import AppError, NotFound
from product_importer.webhooks import endpoints, sealed, signing
from product_importer.webhooks.events import EventType
from product_importer.webhooks.models import Endpoint
from product_importer.webhooks.schemas import EndpointIn

KEPT: Final = 50  # requests of one inbox
SHOWN: Final = 65_536  # characters of a body that are kept
TOLERANCE: Final = 300.0  # seconds by which a timestamp may be off (Standard Webhooks 1.0.0)


class InboxNotFound(NotFound):
    """No endpoint has this inbox."""

    code = "INBOX_NOT_FOUND"
    title = "There is no such inbox"
    action = "Add a test inbox on the page of webhooks; this one may have been removed since."


class InboxUnreachable(AppError):
    """The server does not know its own address, so that nothing could be sent to an inbox of it."""

    status = 409
    code = "INBOX_UNREACHABLE"
    title = "This server does not know its own address"
    action = "Set PUBLIC_URL to the address at which people reach it."


class InboxMessage(Base):
    """One request that arrived in an inbox; `verdict` is empty when its signature holds, else says what is wrong."""

    __tablename__ = "webhook_inbox"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    endpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Endpoint.id, ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    message_id: Mapped[str]
    verdict: Mapped[str]
    body: Mapped[str]


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox with its newest requests first."""

    endpoint: Endpoint
    messages: Sequence[InboxMessage]


def add(session: Session, *, actor: str) -> Endpoint:
    """Add an endpoint that leads to an inbox of this server, told of everything. Raises InboxUnreachable."""
    own = settings.current().own_url
    if not own:
        raise InboxUnreachable
    told: dict[str, Any] = {"url": f"{own}/inbox/{secrets.token_urlsafe(24)}", "description": "Test inbox"}
    return endpoints.add(session, EndpointIn(event_types=list(EventType), **told), actor=actor)[0]


def take(session: Session, token: str, headers: Mapping[str, str], body: bytes) -> InboxMessage:
    """Keep what arrived, and forget all but the newest fifty of the inbox. Raises InboxNotFound."""
    endpoint = _endpoint(session, token)
    verdict = _verdict(endpoint, headers, body)
    shown = body.decode(errors="replace").replace("\0", "�")[:SHOWN]
    message = InboxMessage(
        endpoint_id=endpoint.id, message_id=headers.get("webhook-id", "")[:100], verdict=verdict, body=shown
    )
    session.add(message)
    session.flush()
    mine = InboxMessage.endpoint_id == endpoint.id
    newest = select(InboxMessage.id).where(mine).order_by(InboxMessage.id.desc()).limit(KEPT)
    session.execute(delete(InboxMessage).where(mine, InboxMessage.id.not_in(newest)))
    return message


def opened(session: Session, token: str) -> Inbox:
    """Return an inbox with what has arrived in it. Raises InboxNotFound."""
    endpoint = _endpoint(session, token)
    mine = select(InboxMessage).where(InboxMessage.endpoint_id == endpoint.id)
    return Inbox(endpoint, session.scalars(mine.order_by(InboxMessage.id.desc()).limit(KEPT)).all())


def path_of(url: str) -> str | None:
    """Return the path of the inbox that an address leads to; None for a receiver elsewhere."""
    own = settings.current().own_url
    return url.removeprefix(own) if own and url.startswith(f"{own}/inbox/") else None


def _endpoint(session: Session, token: str) -> Endpoint:
    url = f"{settings.current().own_url}/inbox/{token}"
    found = session.scalars(select(Endpoint).where(Endpoint.url == url).order_by(Endpoint.id).limit(1)).first()
    if found is None:
        raise InboxNotFound
    return found


def _verdict(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> str:
    """Verify a request as a receiver should; return what is wrong with it, or nothing."""
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return "It has no webhook-id or no webhook-timestamp."
    at = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    if abs((clock.now() - at).total_seconds()) > TOLERANCE:
        return "Its timestamp is more than five minutes off."
    valid = signing.headers(message_id, at=at, body=body, secrets=sealed.secrets_of(endpoint, at=clock.now()))
    sent = headers.get("webhook-signature", "").encode(errors="replace").split(b" ")
    known = valid["webhook-signature"].encode().split(b" ")
    if any(hmac.compare_digest(one, other) for one in sent for other in known):
        return ""
    return "Its signature is not made with the endpoint's secret."
