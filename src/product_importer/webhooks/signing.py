"""Signs what is sent, as Standard Webhooks 1.0.0 has it (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

import base64
import datetime as dt
import functools
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
BYTES: Final = 32  # random bytes of a secret; the specification asks for 24 to 64


def new_secret() -> str:
    """Make a secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(message_id: str, *, at: dt.datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Return the three headers by which a receiver verifies `body`, signed with each secret at this attempt's time."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), seconds.encode(), body))
    signatures = " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(signed)
    return base64.b64encode(keyed.digest()).decode()


@functools.lru_cache(maxsize=256)  # to begin anew from the secret costs twice as much
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), digestmod="sha256")
