"""Webhooks by HTTP: the seed's addresses and fields, secrets shown once, tests answered at once, the log."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from product_importer.kit.tasks import in_process
from product_importer.webhooks import deliver
from tests import makers
from tests.patience import until
from tests.web.doors import Doors
from tests.webhooks.receiver import Receiver, Reply, Request

JSON = {"Content_Type": "application/json"}


def completed(import_id: uuid.UUID) -> bool:
    return makers.seen_import(import_id).state == "completed"


@contextmanager
def working(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be the embedded worker, in a thread."""
    monkeypatch.setattr(deliver, "LINGER", 0.0)
    stop = threading.Event()
    thread = threading.Thread(target=in_process.Worker(threads=1).work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def added(doors: Doors, url: str, **fields: object) -> dict[str, object]:
    made = doors.post("/webhooks", json.dumps({"url": url, "event_type": "product.updated", **fields}), **JSON)
    assert made.status == 201, made.body
    told: dict[str, object] = made.json
    return told


def test_the_seeds_addresses_serve_an_endpoint_from_its_first_day_to_its_last(
    served: Doors, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(served, inbox.url, enabled=False)
    place = f"/webhooks/{one['id']}"
    assert {
        "url": inbox.url,
        "event_type": "product.updated",
        "enabled": False,
        "last_status": None,
    }.items() <= one.items()
    assert str(one["secret"]).startswith("whsec_")
    assert "secret" not in served.get("/webhooks").json["items"][0]
    changed = served.ask(
        "PUT", place, json.dumps({"enabled": True, "event_types": ["product.created", "product.updated"]}), **JSON
    )
    assert (changed.json["enabled"], changed.json["event_type"], len(changed.json["event_types"])) == (True, None, 2)
    with working(monkeypatch):
        inbox.reply = lambda _: Reply(202, b"thank you")
        tried = served.post(f"/webhooks/test/{one['id']}")
    assert (tried.status, tried.json["status"], tried.json["excerpt"]) == (200, 202, "thank you")
    assert tried.json["response_time"] > 0
    assert inbox.seen[0].json["test"] is True
    shown = served.get(place).json
    assert (shown["last_status"], shown["last_response_time"]) == (202, tried.json["response_time"])
    assert served.ask("DELETE", place).status == 204
    assert served.get(place).json["code"] == "WEBHOOK_NOT_FOUND"


def test_deliveries_are_listed_looked_at_and_sent_again(
    served: Doors, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(served, inbox.url)
    makers.make_product("MUG-1")
    for name in ("A", "B", "C"):
        makers.edit_product("MUG-1", name=name)
    with working(monkeypatch):
        deadline = served.get(f"/webhooks/{one['id']}/deliveries?state=delivered&limit=2")
        while len(deadline.json["items"]) < 2 or len(inbox.seen) < 3:
            deadline = served.get(f"/webhooks/{one['id']}/deliveries?state=delivered&limit=2")
    first = served.get(f"/webhooks/{one['id']}/deliveries?limit=2").json
    rest = served.get(f"/webhooks/{one['id']}/deliveries?limit=2&cursor={first['next_cursor']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    whole = served.get(f"/deliveries/{rest['items'][0]['id']}").json
    assert json.loads(whole["body"])["data"]["version"] >= 2
    assert whole["attempts"][0]["status"] == 200
    again = served.post(f"/deliveries/{rest['items'][0]['id']}/resend")
    assert (again.status, again.json["state"]) == (202, "pending")
    assert served.post(f"/webhooks/{one['id']}/discard").json == {"count": 1}
    since = json.dumps({"since": "2026-01-01T00:00:00Z"})
    assert served.post(f"/webhooks/{one['id']}/resend", since, **JSON).json == {"count": 0}
    assert served.ask("DELETE", f"/webhooks/{one['id']}").status == 204
    gone = served.post(f"/deliveries/{whole['delivery']['id']}/resend")
    assert (gone.status, gone.json["code"]) == (404, "DELIVERY_NOT_FOUND")  # though the log goes little by little


def test_a_moment_that_is_in_no_year_of_utc_is_refused_in_words(served: Doors, inbox: Receiver) -> None:
    place = f"/webhooks/{added(served, inbox.url)['id']}"
    for name, moment in (("since", "0001-01-01T00:00:00%2B14:00"), ("until", "9999-12-31T23:59:59-14:00")):
        refused = served.get(f"{place}/deliveries?{name}={moment}")
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, f"/query/{name}")
    assert served.post(f"{place}/resend", json.dumps({"since": "0001-01-01T00:00:00+14:00"}), **JSON).status == 422
    for moment in ("0001-01-01T00:00:00", "0001-01-01T14:00:00%2B14:00", "2026-01-01T00:00:00Z"):
        assert served.get(f"{place}/deliveries?since={moment}").json["items"] == []


def test_a_request_that_is_sent_twice_adds_one_endpoint_and_shows_its_secret_once(
    served: Doors, inbox: Receiver
) -> None:
    said = json.dumps({"url": inbox.url, "event_types": ["product.created"]})
    first, second = (served.post("/webhooks", said, Idempotency_Key="once", **JSON) for _ in range(2))
    assert first.json["id"] == second.json["id"]
    assert (second.json["secret"], len(served.get("/webhooks").json["items"])) == (None, 1)
    renewed = served.post(f"/webhooks/{first.json['id']}/rotate").json["secret"]
    assert renewed.startswith("whsec_")
    assert renewed != first.json["secret"]


SHOP = {"url": "https://shop.example.com/", "event_type": "product.created"}
REFUSALS: list[tuple[dict[str, object], str]] = [
    ({**SHOP, "url": "ftp://shop.example.com"}, "URL_REFUSED"),
    ({**SHOP, "url": "https://me:secret@shop.example.com/"}, "URL_REFUSED"),
    ({**SHOP, "url": "https://shop.example.com/" + "a" * 10_000}, "URL_REFUSED"),
    ({**SHOP, "url": "http://169.254.169.254/latest"}, "URL_REFUSED"),
    ({**SHOP, "url": "http://[::ffff:10.0.0.1]/"}, "URL_REFUSED"),
    ({**SHOP, "event_type": "product.sold"}, "VALIDATION_FAILED"),
    ({"url": "https://shop.example.com/"}, "VALIDATION_FAILED"),
    ({"url": "https://shop.example.com/", "event_types": []}, "VALIDATION_FAILED"),
    ({**SHOP, "event_types": ["product.deleted"]}, "VALIDATION_FAILED"),
    ({**SHOP, "batch_size": 501}, "VALIDATION_FAILED"),
    ({**SHOP, "headers": {"Host": "b"}}, "VALIDATION_FAILED"),
    ({**SHOP, "headers": {"A": "b\r\nC: d"}}, "VALIDATION_FAILED"),
]


def test_what_cannot_be_called_is_refused_in_words(served: Doors) -> None:
    for wanted, code in REFUSALS:
        refused = served.post("/webhooks", json.dumps(wanted), **JSON)
        assert (refused.status, refused.json["code"]) == (422, code), wanted
    assert served.get("/webhooks").json["items"] == []


def test_a_receiver_that_asks_back_never_finds_a_product_missing_or_older(
    served_twice: Doors, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(served_twice, inbox.url, event_types=["product.created", "product.updated"], batch_size=50)
    wrong: list[object] = []

    def look(request: Request) -> Reply:
        for event in request.events:
            found = served_twice.get(f"/products/{event['data']['id']}")
            if found.status != 200 or found.json["version"] < max(event["sequence"], event["data"]["version"]):
                wrong.append((event, found.status))
        return Reply()

    inbox.reply = look
    rows = [f"P-{number},Product {number},,1.00" for number in range(120)]
    with working(monkeypatch):
        for price in ("1.00", "2.00"):
            import_id = makers.make_import(makers.csv_file(*(row.replace("1.00", price) for row in rows)))
            until(partial(completed, import_id))
        makers.edit_product("P-7", name="By hand")
        until(lambda: len(inbox.types) >= 241)
    assert wrong == []
    assert (inbox.types.count("product.created"), inbox.types.count("product.updated")) == (120, 121)
