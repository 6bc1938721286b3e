"""Pages of webhooks with made-up endpoints and deliveries."""

import dataclasses
import datetime as dt
import uuid

from product_importer.kit import secrets
from product_importer.web.actions.webhook_trial import Tried
from product_importer.web.forms import webhook_form
from product_importer.webhooks.inbox import InboxMessage
from product_importer.webhooks.models import DeliveryState, Disabled, Mode
from product_importer.webhooks.queries import (
    Answered,
    AttemptSeen,
    DeliveriesWanted,
    DeliveryPage,
    DeliverySeen,
    DeliveryWhole,
    EndpointSeen,
)
from tests.web.samples import NOW

ID = uuid.UUID(int=0x0193A4C2_7D1E_7A40_8000_000000000007)
SHOP = EndpointSeen(
    id=ID,
    url="https://shop.example.com/hooks/catalogue",
    description="Shop",
    event_type=None,
    event_types=("product.created", "product.updated", "product.deleted", "upload.completed"),
    enabled=True,
    state="active",
    mode=Mode.BATCH,
    batch_size=100,
    max_in_flight=8,
    rate_per_second=20,
    headers=("X-Api-Key",),
    unreadable=None,
    last_status=200,
    last_error=None,
    last_response_time=96.0,
    last_at=NOW - dt.timedelta(seconds=12),
    recent=[Answered(time, good=True) for time in (80, 92, 86, 110, 96, 90, 140, 128, 98, 88, 84, 96)],
    failures=0,
    failing_since=None,
    rests_until=None,
    disabled_reason=None,
    disabled_at=None,
    waiting=0,
    created_at=NOW - dt.timedelta(days=40),
    version=3,
)
SEARCH = dataclasses.replace(
    SHOP, url="https://search.example.com/index", description="", state="resting", mode=Mode.EACH, failures=10,
    last_status=None, last_error="timeout", last_response_time=15_000.0, waiting=214, headers=(),
    recent=[Answered(time, good=time < 9_000) for time in (210, 230, 240, 610, 2_300, 9_000, 15_000, 15_000)],
)  # fmt: skip
ERP = dataclasses.replace(
    SHOP, url="https://erp.internal.example.com/in", description="", event_types=("upload.completed",), enabled=False,
    state="disabled", mode=Mode.SUMMARY, disabled_reason=Disabled.BY_HAND, last_at=None, last_status=None, waiting=3,
    last_response_time=None, recent=[],
)  # fmt: skip
LOST = dataclasses.replace(
    SHOP, url="https://till.example.com/hook", description="Till", headers=None,
    unreadable=secrets.unreadable({"signing secret": "give it a new secret", "headers": "enter its headers again"}),
)  # fmt: skip


def make_delivery(number: int, state: DeliveryState, **facts: object) -> DeliverySeen:
    """Make a request some minutes ago; what is not said is one that arrived."""
    made = DeliverySeen(
        id=uuid.UUID(int=number),
        endpoint_id=ID,
        message_id=f"evt_{number}_2nf8",
        type="product.updated",
        count=1,
        sku=f"MUG-{1100 + number}",
        import_id=None,
        state=state,
        tries=1,
        status=200,
        error=None,
        next_at=None,
        created_at=NOW - dt.timedelta(minutes=4 * number),
        done_at=NOW,
    )
    return dataclasses.replace(made, **facts)  # type: ignore[arg-type]


LATER = NOW + dt.timedelta(minutes=26)
DELIVERIES = [
    make_delivery(1, DeliveryState.PENDING, tries=3, status=None, error="timeout", next_at=LATER),
    make_delivery(2, DeliveryState.PENDING, tries=3, status=503, next_at=LATER, type="batch", count=100, sku=None),
    make_delivery(3, DeliveryState.FAILED, tries=8, status=404),
    make_delivery(4, DeliveryState.DELIVERED),
    make_delivery(5, DeliveryState.DELIVERED, type="webhook.test", sku=None),
]
ATTEMPTS = [
    AttemptSeen(NOW, 15_000.0, None, "timeout", "No complete answer within 15 seconds.", None),
    AttemptSeen(NOW - dt.timedelta(hours=2), 612.0, 503, None, None, "upstream connect error"),
]
REFUSED = Tried(uuid.UUID(int=9), DeliveryState.FAILED, 503, 612.0, None, None, "upstream connect error, overflow")
UNSENT = Tried(uuid.UUID(int=9), DeliveryState.PENDING, None, None, None, None, None)
NAV: dict[str, object] = {"nav": "webhooks", "said": ""}
LOG: dict[str, object] = NAV | {"cursor": None, "failed": 0, "tried": None, "inbox": None, "wanted": DeliveriesWanted()}
BODY = '{"id":"evt_1","type":"product.updated","data":{"sku":"MUG-1101","name":"Krug für Öl"}}'
MESSAGES = [
    InboxMessage(id=uuid.UUID(int=1), at=NOW, message_id="evt_1", verdict="", body=BODY),
    InboxMessage(id=uuid.UUID(int=2), at=NOW, message_id="", verdict="It has no webhook-id.", body="not JSON"),
]
_WRONG = dataclasses.replace(
    webhook_form.of(SHOP), problems={"url": "The address has no host.", "headers": "“x” is not a valid header."}
)

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "webhooks": ("webhooks.html", NAV | {"endpoints": [SHOP, SEARCH, ERP, LOST], "said": "saved", "has_inbox": True}),
    "webhook": (
        "webhook.html",
        LOG | {"endpoint": SEARCH, "page": DeliveryPage(DELIVERIES, "x"), "failed": 214, "tried": REFUSED},
    ),
    "webhook-disabled": (
        "webhook.html",
        LOG | {"endpoint": ERP, "page": DeliveryPage([], None), "tried": UNSENT, "inbox": "/inbox/a"},
    ),
    "webhook-lost": (
        "webhook.html",
        LOG | {"endpoint": LOST, "page": DeliveryPage([], None), "tried": None},
    ),
    "webhook-lost-edit": ("webhook_form.html", NAV | {"form": webhook_form.of(LOST), "endpoint": LOST}),
    "webhook-wrong": ("webhook_form.html", NAV | {"form": _WRONG, "endpoint": SHOP}),
    "webhook-delivery": (
        "delivery.html",
        NAV | {"endpoint": SEARCH, "whole": DeliveryWhole(DELIVERIES[0], BODY, ATTEMPTS)},
    ),
    "webhook-inbox": ("inbox.html", NAV | {"endpoint": SHOP, "messages": MESSAGES}),
}
