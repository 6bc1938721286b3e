"""Products created, changed and deleted by programs: versions, codes, keys, and the journal beside each change."""

import json
import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests import makers
from tests.web.doors import Answer, Doors

MUG = {"sku": "MUG-1", "name": "Mug", "description": "Oat", "price": "14.50", "active": True}
JSON = {"Content_Type": "application/json"}


def send(doors: Doors, method: str, path: str, body: Any, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return doors.ask(method, path, data, **JSON, **headers)


def create(doors: Doors, body: Any = MUG, **headers: str) -> Answer:
    return send(doors, "POST", "/products", body, **headers)


def test_a_product_lives_from_its_creation_to_its_deletion_and_the_journal_tells_each_step(served_twice: Doors) -> None:
    made = create(served_twice)
    path = made.headers["location"]
    assert (made.status, made.headers["etag"], path) == (201, '"1"', f"/products/{made.json['id']}")
    assert served_twice.get(path).json == made.json
    assert MUG.items() <= made.json.items()
    patched = send(served_twice, "PATCH", path, {"price": "12.90", "name": "Mug"}, If_Match='"1"')
    assert (patched.status, patched.headers["etag"], patched.json["price"]) == (200, '"2"', "12.90")
    put = send(served_twice, "PUT", path, {"sku": "mug-1", "name": "Cup"})
    assert (put.json["sku"], put.json["description"], put.json["price"], put.json["version"]) == (
        "mug-1",
        None,
        None,
        3,
    )
    again = send(served_twice, "PUT", path, {"sku": "mug-1", "name": "Cup"}, If_Match='"3"')
    assert (again.json["version"], again.json["updated_at"]) == (3, put.json["updated_at"])
    assert served_twice.ask("DELETE", path, If_Match='"3"').status == 204
    assert served_twice.get(path).json["code"] == "PRODUCT_NOT_FOUND"
    assert makers.journal_lines() == [
        ("product.created", "MUG-1", 1, None, None),
        ("product.deleted", "mug-1", 4, None, None),
        ("product.updated", "MUG-1", 2, None, {"price": ["14.50", "12.90"]}),
        (
            "product.updated",
            "mug-1",
            3,
            None,
            {"sku": ["MUG-1", "mug-1"], "name": ["Mug", "Cup"], "description": ["Oat", None], "price": ["12.90", None]},
        ),
    ]


def test_a_change_of_what_was_changed_since_is_refused_and_both_sides_are_shown(served_twice: Doors) -> None:
    path = create(served_twice).headers["location"]
    send(served_twice, "PATCH", path, {"price": "12.00"})
    for tag in ('W/"2"', '"x"', '"1", "7"', "2"):
        assert send(served_twice, "PATCH", path, {"price": "13.00"}, If_Match=tag).status == 412
    refused = send(served_twice, "PATCH", path, {"price": "13.00", "name": "Mug"}, If_Match='"1"')
    assert (refused.status, refused.json["code"]) == (412, "VERSION_STALE")
    assert refused.json["changes"] == {"price": ["12.00", "13.00"]}
    assert (refused.json["current"]["version"], refused.json["current"]["price"]) == (2, "12.00")
    assert served_twice.ask("DELETE", path, If_Match='"1"').status == 412
    for tag in ("*", '"1", "2"'):
        assert send(served_twice, "PATCH", path, {"price": "12.00"}, If_Match=tag).status == 200


def test_a_sku_that_exists_in_other_letters_is_refused_with_the_product_that_has_it(served_twice: Doors) -> None:
    taken = create(served_twice, {"sku": "Straße 1", "name": "First"}).json
    other = create(served_twice, {"sku": "B", "name": "Second"}).json
    for answer in (
        create(served_twice, {"sku": "STRASSE  1", "name": "x"}),
        send(served_twice, "PATCH", f"/products/{other['id']}", {"sku": "strasse 1"}),
    ):
        assert (answer.status, answer.json["code"], answer.json["product"]) == (409, "SKU_TAKEN", taken)
    assert served_twice.get(f"/products/{other['id']}").json == other
    assert [line[:2] for line in makers.journal_lines()] == [("product.created", "B"), ("product.created", "Straße 1")]


def test_the_same_request_with_the_same_key_creates_once_even_when_sent_twice_at_once(served_twice: Doors) -> None:
    answers: list[Answer] = []
    together = [
        threading.Thread(target=lambda: answers.append(create(served_twice, Idempotency_Key="k-1"))) for _ in range(4)
    ]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert {(one.status, one.body, one.headers["location"], one.headers["etag"]) for one in answers} == {
        (201, answers[0].body, answers[0].headers["location"], '"1"')
    }
    assert sum("idempotency-replayed" in one.headers for one in answers) == 3
    other = create(served_twice, MUG | {"sku": "MUG-2"}, Idempotency_Key="k-1")
    assert (other.status, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert list(makers.stored_products()) == ["mug-1"]


def test_a_refusal_is_not_kept_under_its_key(served: Doors) -> None:
    path = create(served).headers["location"]
    assert create(served, Idempotency_Key="k").status == 409
    served.ask("DELETE", path)
    assert create(served, Idempotency_Key="k").status == 201
    assert create(served, MUG | {"sku": "x"}, Idempotency_Key=" ").status == 422


BAD: list[Any] = [
    {"price": "NaN"}, {"price": "Infinity"}, {"price": "1e400"}, {"price": "12345678901234"}, {"price": "1.234"},
    {"price": "-1"}, {"price": True}, {"price": []}, {"price": "1,5"}, {"sku": ""}, {"sku": "\u200b"}, {"sku": None},
    {"sku": "x" * 256}, {"sku": "a\0b"}, {"sku": "\ud800"}, {"name": " "}, {"name": "x" * 501}, {"name": 5},
    {"description": "\ud83d"}, {"active": "perhaps"}, {"active": None}, {"colour": "red"}, {"version": 1},
]  # fmt: skip
HUGE = b'{"sku": "N", "name": "n", "price": 1e400}'
BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"price": NaN}',
    b"[" * 100_000,
    b'{"price": ' + b"1" * 9_000 + b"}",
    b"\xff",
    HUGE,
]


def test_bad_values_are_refused_by_their_name_and_nothing_is_written(served: Doors) -> None:
    path = create(served).headers["location"]
    for bad in BAD:
        for method, place, body in (("POST", "/products", MUG | {"sku": "NEW"} | bad), ("PATCH", path, bad)):
            answer = send(served, method, place, body)
            assert answer.status == 422, (method, bad, answer.body)
            assert answer.json["errors"][0]["pointer"].split("/")[2] == next(iter(bad))
    for body in BROKEN:
        assert send(served, "POST", "/products", body).status in (400, 422), body[:40]
    assert [product.version for product in makers.stored_products().values()] == [1]


def test_odd_text_is_kept_as_it_is(served_twice: Doors) -> None:
    odd = {"sku": "<script>", "name": "<script>alert(1)</script>", "description": "👩‍👩‍👧 \u202eabc", "price": "0.00"}
    assert create(served_twice, odd).status == 201
    assert odd.items() <= served_twice.get("/products?sku=<SCRIPT>").json["items"][0].items()
    assert makers.stored_products()["<script>"].price == Decimal("0.00")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_product_that_is_not_there_is_named_so(served: Doors, method: str) -> None:
    body = {"PUT": MUG, "PATCH": {}}.get(method)
    answer = send(served, method, f"/products/{uuid.uuid4()}", body)
    assert (answer.status, answer.json["code"]) == (404, "PRODUCT_NOT_FOUND")
    assert served.ask(method, "/products/").status == 404
    assert served.ask(method, "/products/none").status == 422
