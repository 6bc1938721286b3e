"""Endpoints and deliveries in words: where they stand, what a way of sending costs, what kept an answer away."""

import json
import statistics
from typing import Final

from product_importer.kit import clock
from product_importer.web.views import sparks, words
from product_importer.web.views.import_view import Look
from product_importer.webhooks import inbox, schedule
from product_importer.webhooks.events import BATCH, TEST, EventType
from product_importer.webhooks.models import DeliveryState, Disabled, Mode
from product_importer.webhooks.queries import DeliverySeen, EndpointSeen

EXAMPLE: Final = "https://shop.example.com/hooks"  # an address, for whoever has to write one
EVENTS: Final = 500_000  # what a large import tells
USUAL: Final = 100.0  # milliseconds that an endpoint which was never called is taken to need
TRIES: Final = len(schedule.RETRIES) + 1
MODES: Final = {Mode.BATCH: "In batches", Mode.EACH: "One by one", Mode.SUMMARY: "Summary only"}
TYPES: Final = {
    EventType.PRODUCT_CREATED: "A product was created",
    EventType.PRODUCT_UPDATED: "A product was changed",
    EventType.PRODUCT_DELETED: "A product was deleted",
    EventType.UPLOAD_COMPLETED: "An import was completed",
    EventType.IMAGE_READY: "An image can be shown",
    EventType.IMAGE_FAILED: "An image could not be used",
}
LOGGED: Final = (*TYPES, BATCH, TEST)  # what a delivery can be
STATES: Final = {
    DeliveryState.PENDING: "Waiting",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.FAILED: "Failed",
    DeliveryState.DISCARDED: "Dropped",
}
SAID: Final = {
    "saved": "The endpoint has been saved.",
    "enabled": "The endpoint is enabled: it receives events from now on.",
    "disabled": "The endpoint is disabled: nothing more is sent to it. What is waiting for it is kept.",
    "removed": "The endpoint has been removed.",
    "resent": "It is being sent again.",
    "discarded": "What was waiting has been dropped.",
}
_DISABLED: Final = {
    Disabled.BY_HAND: "Disabled by you",
    Disabled.GONE: "Disabled: it answered 410",
    Disabled.FAILING: "Disabled: failing for five days",
}
_REASONS: Final = {"timeout": "Timeout", "refused": "Not called", "name": "No such name", "unreachable": "No answer"}
_REASONS_MORE: Final = {"certificate": "Certificate", "cut": "Cut off", "not_http": "Not HTTP"}


def look(one: EndpointSeen) -> Look:
    """Tell how an endpoint's state is drawn."""
    if one.state == "disabled":
        return Look("minus", "" if one.disabled_reason is Disabled.BY_HAND else "is-rejected")
    if one.unreadable:
        return Look("alert-triangle", "is-rejected")
    if one.state == "resting" or one.failures or (one.last_at and not is_good(one.last_status)):
        return Look("alert-triangle", "is-superseded")
    return Look("check" if one.last_at else "clock")


def standing(one: EndpointSeen) -> str:
    """Say where an endpoint stands."""
    if one.state == "disabled":
        return _DISABLED[one.disabled_reason or Disabled.BY_HAND]
    if one.unreadable:
        return "Nothing is sent: a secret is lost"
    failures = f"{one.failures} failure{'s' if one.failures > 1 else ''} in a row"
    if one.state == "resting":
        return f"Resting, {failures}" if one.failures else "Resting, as it asked"
    if one.failures:
        return f"Trying again, {failures}"
    if one.last_at and not is_good(one.last_status):
        return "The last test failed"
    return "Delivering" if one.last_at else "Nothing sent yet"


def traffic(one: EndpointSeen) -> str:
    """Say how an endpoint is told of what imports do."""
    return f"Batches of {one.batch_size}" if one.mode is Mode.BATCH else MODES[one.mode]


def pace(one: EndpointSeen | None) -> float | None:
    """Return the milliseconds that an endpoint took for its latest answers that were a success, None without any."""
    good = [each.milliseconds for each in one.recent if each.good] if one is not None else []
    return statistics.median(good) if good else None


def cost(mode: Mode, *, batch_size: int = 100, in_flight: int = 8, milliseconds: float | None = None) -> str:
    """Say what half a million events come to in a mode, at an endpoint that takes so long to answer."""
    if mode is Mode.SUMMARY:
        return "An import sends one request when it is completed; changes made by hand are sent as usual."
    each = USUAL if milliseconds is None else milliseconds
    requests = EVENTS if mode is Mode.EACH else -(-EVENTS // batch_size)
    taken = words.about(requests * each / 1_000 / in_flight)
    return f"{words.number(EVENTS)} events at {each:.0f} ms: {words.number(requests)} requests, {taken}."


def is_inbox(one: EndpointSeen) -> bool:
    """Return whether an endpoint is this server's own test inbox."""
    return inbox.path_of(one.url) is not None


def short(url: str) -> str:
    """Write an address without its scheme."""
    return url.partition("://")[2].rstrip("/")


def types(one: EndpointSeen) -> str:
    """Name the events of an endpoint, those of products together."""
    products = [type_ for type_ in one.event_types if type_.startswith("product.")]
    if len(products) < 3:
        return ", ".join(one.event_types)
    return ", ".join(["product.*", *(type_ for type_ in one.event_types if type_ not in products)])


def milliseconds(value: float | None) -> str:
    """Write a response time: 96 ms, 15.0 s."""
    if value is None:
        return "-"
    return f"{value:.0f} ms" if value < 1_000 else f"{value / 1_000:.1f} s"


def median(one: EndpointSeen) -> str:
    """Write the middle of the latest response times."""
    return milliseconds(statistics.median(each.milliseconds for each in one.recent) if one.recent else None)


def spark(one: EndpointSeen) -> sparks.Spark | None:
    """Draw the latest response times."""
    return sparks.drawn(one.recent)


def latest(one: EndpointSeen) -> str:
    """Say in words what the line shows."""
    times, bad = [each.milliseconds for each in one.recent], sum(not each.good for each in one.recent)
    span = f"The latest {len(times)} response times, {milliseconds(min(times))} to {milliseconds(max(times))}"
    return f"{span}, {bad} failed" if bad else span


def answer(status: int | None, error: str | None) -> str:
    """Write what came back, or in two words why nothing did."""
    if status is not None:
        return str(status)
    return (_REASONS | _REASONS_MORE).get(error or "", error or "-")


def is_good(status: int | None) -> bool:
    """Return whether an answer says that the receiver took it."""
    return status is not None and 200 <= status < 300


def tried(one: DeliverySeen) -> str:
    """Say how often a delivery was tried."""
    return f"{one.tries} of {TRIES}" if one.type != "webhook.test" else "once"


def next_try(one: DeliverySeen) -> str:
    """Say when a delivery is tried next."""
    if one.next_at is None:
        return ""
    seconds = (one.next_at - clock.now()).total_seconds()
    return "due now" if seconds < 1 else f"next in {words.about(seconds).removeprefix('about ')}"


def readable(body: str) -> str:
    """Lay a JSON body out; what is none is shown as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
