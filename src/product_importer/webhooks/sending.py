"""One request to one endpoint, and what came of it."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from product_importer.kit import clock
from product_importer.kit.outbound.client import Client
from product_importer.kit.outbound.failure import CallFailed, Reason
from product_importer.webhooks import schedule, sealed, signing
from product_importer.webhooks.events import TEST
from product_importer.webhooks.models import Endpoint
from product_importer.webhooks.waiting import Item

TIMEOUT: Final = 15.0  # seconds, the answer's body included
EXCERPT: Final = 1_024  # bytes of an answer that are kept
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Receiver:
    """An endpoint as it is called: where, with which headers, and signed with which secrets."""

    id: uuid.UUID
    url: str
    headers: Mapping[str, str]
    secrets: Sequence[str]

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Receiver":
        """Unseal what is needed to call it. Raises SecretUnreadable."""
        secrets = sealed.secrets_of(endpoint, at=clock.now())
        return cls(endpoint.id, endpoint.url, sealed.headers_of(endpoint), secrets)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: an answer's status, or the reason and words for why there was none."""

    delivery: Item
    at: dt.datetime
    milliseconds: float
    status: int | None = None
    reason: Reason | None = None
    words: str | None = None
    excerpt: str | None = None
    asked: float | None = None  # seconds for which the receiver wants to be left alone

    @property
    def succeeded(self) -> bool:
        """Whether the receiver took it; a redirect is no success."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_test(self) -> bool:
        """Whether a person pressed the test button, which tells nothing of the endpoint's health."""
        return self.delivery.type == TEST

    @property
    def crowded(self) -> bool:
        """Whether the receiver seems to have too much to do."""
        return schedule.is_crowded(self.status, timed_out=self.reason is Reason.TIMEOUT)


async def send(client: Client, receiver: Receiver, delivery: Item) -> Outcome:
    """Sign and post a delivery; whatever happens is an outcome."""
    at, began = clock.now(), time.monotonic()
    signed = signing.headers(delivery.message_id, at=at, body=delivery.body, secrets=receiver.secrets)
    headers = {**receiver.headers, "Content-Type": "application/json", **signed}
    try:
        answer = await client.post(receiver.url, body=delivery.body, headers=headers, seconds=TIMEOUT, keep=EXCERPT)
    except CallFailed as failed:
        return Outcome(delivery, at, _since(began), reason=failed.reason, words=str(failed))
    return Outcome(
        delivery,
        at,
        _since(began),
        status=answer.status,
        excerpt=answer.body.decode(errors="replace").replace("\0", "\ufffd"),
        asked=schedule.retry_after(answer.status, answer.headers),
    )


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
