"""What people and programs ask of an endpoint: add it, change it, remove it, renew its secret."""

import ipaddress
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from product_importer.journal import record
from product_importer.kit import clock, settings
from product_importer.kit.database import sets
from product_importer.kit.errors import AppError, NotFound
from product_importer.kit.outbound import urls
from product_importer.kit.outbound.policy import Policy
from product_importer.webhooks import deliver, duties, sealed, signing
from product_importer.webhooks.models import Delivery, DeliveryState, Disabled, Endpoint
from product_importer.webhooks.schemas import EndpointIn, EndpointPatch

MOST: Final = 100  # endpoints


class EndpointNotFound(NotFound):
    """No endpoint has this id."""

    code = "WEBHOOK_NOT_FOUND"
    title = "There is no such endpoint"
    action = "Check the id; the endpoint may have been removed since."


class TooManyEndpoints(AppError):
    """There are as many endpoints as there may be."""

    status = 409
    code = "TOO_MANY_WEBHOOKS"
    title = "There are already 100 endpoints"
    action = "Remove one that is no longer needed."


def endpoint_of(session: Session, endpoint_id: uuid.UUID, *, lock: bool = False) -> Endpoint:
    """Return the endpoint, locked until the transaction ends if `lock`. Raises EndpointNotFound."""
    endpoint = session.get(Endpoint, endpoint_id, with_for_update=lock or None)
    if endpoint is None:
        raise EndpointNotFound(f"No endpoint has the id {endpoint_id}.")
    return endpoint


def add(session: Session, wanted: EndpointIn, *, actor: str) -> tuple[Endpoint, str]:
    """Add an endpoint, and return it with its secret, which nobody can read again. Raises UrlRefused, TooManyEndpoints.

    It is told of what happens from now on.
    """
    if (session.scalar(select(func.count()).select_from(Endpoint)) or 0) >= MOST:
        raise TooManyEndpoints
    secret = signing.new_secret()
    endpoint = Endpoint(secrets=sealed.first(secret), **_stored(wanted.values()))
    if not endpoint.enabled:
        endpoint.disabled_reason, endpoint.disabled_at = Disabled.BY_HAND, clock.now()
    session.add(endpoint)
    session.flush()
    duties.ensure(session)
    _tell(session, endpoint, "endpoint.added", actor, {"event_types": endpoint.event_types})
    return endpoint, secret


def change(session: Session, endpoint_id: uuid.UUID, wanted: EndpointPatch, *, actor: str) -> Endpoint:
    """Change the fields that were sent. Raises EndpointNotFound, UrlRefused.

    Another address is another receiver: what is said of the old one's health is forgotten, and another server never
    hears the headers that were meant for the one before.
    """
    endpoint = endpoint_of(session, endpoint_id, lock=True)
    values = _stored(wanted.values())
    if urls.origin(values.get("url", endpoint.url)) != urls.origin(endpoint.url):
        values.setdefault("headers", None)
    enabled = values.pop("enabled", endpoint.enabled)
    changed = {name: value for name, value in values.items() if getattr(endpoint, name) != value}
    for name, value in changed.items():
        setattr(endpoint, name, value)
    if "url" in changed:
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    if "headers" in changed:
        _wake(session, endpoint)
    if enabled != endpoint.enabled:
        _enable(session, endpoint) if enabled else _disable(endpoint)
        changed["enabled"] = enabled
    if changed:
        endpoint.version += 1
        told = {name: value for name, value in changed.items() if name != "headers"}
        _tell(session, endpoint, "endpoint.changed", actor, told)
    return endpoint


def remove(session: Session, endpoint_id: uuid.UUID, *, actor: str) -> None:
    """Remove an endpoint; its deliveries are forgotten little by little. Raises EndpointNotFound."""
    endpoint = endpoint_of(session, endpoint_id, lock=True)
    _tell(session, endpoint, "endpoint.removed", actor, {})
    session.execute(delete(Endpoint).where(Endpoint.id == endpoint_id))


def rotate(session: Session, endpoint_id: uuid.UUID, *, actor: str) -> tuple[Endpoint, str]:
    """Give the endpoint a new secret and return it; the old one signs too for 24 hours. Raises EndpointNotFound."""
    endpoint = endpoint_of(session, endpoint_id, lock=True)
    secret = signing.new_secret()
    endpoint.secrets = sealed.rotated(endpoint.secrets, secret)
    _wake(session, endpoint)
    endpoint.version += 1
    _tell(session, endpoint, "endpoint.rotated", actor, {})
    return endpoint, secret


def discard_held(session: Session, endpoint_id: uuid.UUID) -> int:
    """Give up what waits for the endpoint, and return how many deliveries that were. Raises EndpointNotFound."""
    endpoint_of(session, endpoint_id)
    waiting = (Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.PENDING)
    given_up = {"state": DeliveryState.DISCARDED, "done_at": clock.now()}
    return sets.execute(session, update(Delivery).where(*waiting).values(**given_up))


def _enable(session: Session, endpoint: Endpoint) -> None:
    """Tell it of what happens from now on; what waited before it was disabled is sent."""
    endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = True, None, None
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    endpoint.since = clock.now()
    duties.ring(session, deliver.deliver_pending, duties.DELIVER)


def _wake(session: Session, endpoint: Endpoint) -> None:
    """Call it at once though it rests: with what it is called with now it may answer."""
    endpoint.rests_until = None
    duties.ring(session, deliver.deliver_pending, duties.DELIVER)


def _disable(endpoint: Endpoint) -> None:
    endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = False, Disabled.BY_HAND, clock.now()


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the table keeps them. Raises UrlRefused."""
    stored = dict(values)
    if "url" in stored:
        stored["url"] = _callable(stored["url"])
    if "event_types" in stored:
        stored["event_types"] = [str(type_) for type_ in stored["event_types"]]
    if "headers" in stored:
        stored["headers"] = sealed.seal_headers(stored["headers"])
    return stored


def _callable(text: str) -> str:
    """Return the address as it is called. Raises UrlRefused; what a name leads to is judged at each call alone."""
    url, policy = urls.checked(text), Policy.of(settings.current())
    host = url.host or ""
    if not policy.is_inbox(str(url)) and _is_literal(host) and (words := policy.refusal(host, url.port or 0)):
        raise urls.UrlRefused(f"This address may not be called: {words}.")
    return str(url)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _tell(session: Session, endpoint: Endpoint, type_: str, actor: str, facts: Mapping[str, Any]) -> None:
    details = {"url": endpoint.url, **facts}
    record.add(session, type_, actor=actor, subject_id=endpoint.id, version=endpoint.version, details=details)
