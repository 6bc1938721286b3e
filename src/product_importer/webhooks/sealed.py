"""What of an endpoint only its sender may read: its signing secrets, and the headers that a receiver asks for."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Final

from product_importer.kit import clock, secrets
from product_importer.kit.outbound import headers as further
from product_importer.kit.secrets import Unreadable
from product_importer.webhooks.models import Endpoint

OVERLAP: Final = 24 * 3600.0  # seconds for which an old secret signs beside the new one
KEPT: Final = 5  # secrets that sign at a time at most
_PURPOSE: Final = "webhooks"


def secrets_of(endpoint: Endpoint, *, at: dt.datetime) -> list[str]:
    """Return the secrets that sign at this moment, the newest first. Raises SecretUnreadable."""
    return [secret for secret, until in _kept(endpoint.secrets) if until is None or until > at]


def unreadable(endpoint: Endpoint) -> Unreadable | None:
    """Say what of an endpoint cannot be read, because SECRET_KEY has changed; None where all can."""
    parts = {
        ("signing secret", "give it a new secret"): _readable(endpoint.secrets),
        ("headers", "enter its headers again"): header_names(endpoint) is not None,
    }
    return secrets.unreadable(dict(part for part, readable in parts.items() if not readable))


def first(secret: str) -> str:
    """Seal the only secret of a new endpoint."""
    return _sealed([(secret, None)])


def rotated(sealed: str, secret: str) -> str:
    """Seal a new secret in front of the old ones, of which the last one signs for another day.

    Those that cannot be read any more sign nothing, and are let go.
    """
    now = clock.now()
    kept = _kept(sealed) if _readable(sealed) else []
    old = [(one, until or now + clock.seconds(OVERLAP)) for one, until in kept]
    return _sealed([(secret, None), *((one, until) for one, until in old if until > now)][:KEPT])


def seal_headers(headers: Mapping[str, str]) -> str | None:
    """Seal further headers; None when there are none."""
    return further.sealed(headers, purpose=_PURPOSE)


def headers_of(endpoint: Endpoint) -> dict[str, str]:
    """Return the further headers of an endpoint. Raises SecretUnreadable."""
    return further.unsealed(endpoint.headers, purpose=_PURPOSE)


def header_names(endpoint: Endpoint) -> list[str] | None:
    """Return the names of an endpoint's further headers; None where they cannot be read."""
    return further.names(endpoint.headers, purpose=_PURPOSE)


_Kept = list[tuple[str, dt.datetime | None]]  # each secret, and until when it signs


def _kept(sealed: str) -> _Kept:
    told = json.loads(secrets.unseal(sealed, purpose=_PURPOSE))
    return [(secret, dt.datetime.fromisoformat(until) if until else None) for secret, until in told]


def _readable(sealed: str) -> bool:
    try:
        secrets.unseal(sealed, purpose=_PURPOSE)
    except secrets.SecretUnreadable:
        return False
    return True


def _sealed(kept: _Kept) -> str:
    told = [(secret, until.isoformat() if until else None) for secret, until in kept]
    return secrets.seal(json.dumps(told), purpose=_PURPOSE)
