"""Products as programs see them: listed, filtered, and page after page."""

import base64
import json
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from product_importer.catalog.filters import Filters
from product_importer.catalog.order import Order, Sort, _digest
from tests import makers
from tests.web.doors import Doors


def items(doors: Doors, **asked: Any) -> list[str]:
    answer = doors.get(f"/products?{urlencode(asked)}")
    assert answer.status == 200, answer.body
    return [one["sku"] for one in answer.json["items"]]


def test_an_empty_catalog_is_an_empty_page(served_twice: Doors) -> None:
    assert served_twice.get("/products").json == {
        "items": [],
        "total": 0,
        "total_exact": True,
        "page": 1,
        "pages": 1,
        "next_cursor": None,
    }


def test_a_product_is_shown_whole_with_its_price_as_text(served_twice: Doors) -> None:
    made = makers.make_product("É-1", name="Lampe", description="Zwei\nZeilen", price=Decimal("9999999999.99"))
    (shown,) = served_twice.get("/products").json["items"]
    assert shown["id"] == str(made.id)
    assert (shown["sku"], shown["name"], shown["description"]) == ("É-1", "Lampe", "Zwei\nZeilen")
    assert (shown["price"], shown["active"], shown["version"]) == ("9999999999.99", True, 1)
    assert shown["created_at"].endswith(("Z", "+00:00"))


def test_pages_follow_each_other_without_gap_or_overlap(served_twice: Doors) -> None:
    for number in range(25):
        makers.make_product(f"{'aA'[number % 2]}-{number:02}")
    pages = [served_twice.get(f"/api/v1/products?page={page}&per_page=10").json for page in (1, 2, 3)]
    skus = [one["sku"].lower() for page in pages for one in page["items"]]
    assert skus == [f"a-{number:02}" for number in range(25)]
    assert {(page["total"], page["pages"]) for page in pages} == {(25, 3)}
    assert served_twice.get("/products").json["items"] == served_twice.get("/products?per_page=20").json["items"]
    assert served_twice.get("/products?page=4&per_page=10").json["items"] == []


@pytest.mark.parametrize(
    "served_twice", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)], indirect=True
)
def test_a_cursor_follows_every_order_to_its_end_whatever_is_deleted_meanwhile(served_twice: Doors) -> None:
    prices = [None, "1.00", None, "0.50", "1.00", "7.25"]
    for number, price in enumerate(prices):
        numbered = {"id": uuid.UUID(int=number + 1), "name": "Zaß"[number % 3 :]}
        makers.make_product(f"S-{number}", price=price and Decimal(price), **numbered)
    for sort in ("sku", "created_at", "name", "price", "updated_at"):
        for direction in ("asc", "desc"):
            asked = {"sort": sort, "direction": direction, "per_page": "6"}
            whole, seen = items(served_twice, **asked), []
            page = served_twice.get(f"/products?{urlencode(asked | {'per_page': 2})}").json
            while page["next_cursor"]:
                seen += page["items"]
                page = served_twice.get(
                    f"/products?{urlencode(asked | {'per_page': 2, 'cursor': page['next_cursor']})}"
                ).json
            assert [one["sku"] for one in seen + page["items"]] == whole, (sort, direction)
            assert (page["page"], page["pages"]) == (3, 3)
    assert items(served_twice, sort="price") == ["S-0", "S-2", "S-3", "S-1", "S-4", "S-5"]
    assert items(served_twice, sort="created_at", direction="desc")[0] == "S-5"


def test_filters_meet_and_the_total_is_of_what_they_find(served_twice: Doors) -> None:
    makers.make_product("LMP-1", name="Große Lampe", description="Éclair")
    makers.make_product("LMP-2", name="Kleine LAMPE", active=False)
    makers.make_product("MUG-1", name="50% wool_mug")
    assert items(served_twice, q="lampe GROSSE") == []
    assert items(served_twice, q="lampe GROẞE éCLAIR") == ["LMP-1"]
    assert items(served_twice, name="lampe", active="false") == ["LMP-2"]
    assert items(served_twice, sku="lmp-", description="ÉCL") == ["LMP-1"]
    assert items(served_twice, q="0% wool_") == ["MUG-1"]
    assert items(served_twice, q="", name="", active="") == ["LMP-1", "LMP-2", "MUG-1"]
    found = served_twice.get("/products?name=lampe").json
    assert (found["total"], found["total_exact"]) == (2, True)


def test_a_search_counts_no_further_than_ten_thousand(served: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("product_importer.catalog.queries.COUNTED", 3)
    for _ in range(5):
        makers.make_product(makers.some_sku(), name="Mug")
    found = served.get("/products?q=mug&per_page=2").json
    assert (found["total"], found["total_exact"], found["pages"], len(found["items"])) == (3, False, 2, 2)
    assert served.get("/products?q=mug&per_page=2&page=3").json["items"] != []
    assert served.get("/products").json["total"] == 5


def test_the_products_of_an_import_are_counted_no_further_either(
    served: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("product_importer.catalog.queries.COUNTED", 3)
    many = makers.import_file(makers.csv_file(*(f"M-{number},Mug,,1.00" for number in range(5)))).task_id
    few = makers.import_file(makers.csv_file("M-1,Cup,,1.00", "M-2,Cup,,1.00")).task_id
    found = served.get(f"/products?import={many}&per_page=2").json
    assert (found["total"], found["total_exact"], len(found["items"])) == (3, False, 2)
    found = served.get(f"/products?import={few}&per_page=1").json
    assert (found["total"], found["total_exact"], found["items"][0]["sku"]) == (2, True, "M-1")


REFUSED = {
    "page=0": "page", "page=-1": "page", "page=1e3": "page", "page=1000000000": "page", "page=%00": "page",
    "per_page=0": "per_page", "per_page=101": "per_page", "sort=size": "sort", "direction=up": "direction",
    "colour=red": "colour", "import_id=1": "import_id", "import=1": "import", "active=perhaps": "active",
    f"q={'x' * 10_000}": "q", "name=%00": "name", "sku=a%00b": "sku",
}  # fmt: skip


def test_what_a_list_cannot_be_asked_is_refused_by_its_name(served: Doors) -> None:
    answers = {query: served.get(f"/products?{query}") for query in REFUSED}
    assert {query: answer.status for query, answer in answers.items()} == dict.fromkeys(REFUSED, 422)
    assert {query: answer.json["errors"][0]["pointer"] for query, answer in answers.items()} == {
        query: f"/query/{name}" for query, name in REFUSED.items()
    }


def test_a_cursor_is_good_for_its_own_list_only(served: Doors) -> None:
    for _ in range(3):
        makers.make_product(makers.some_sku())
    cursor = served.get("/products?per_page=1").json["next_cursor"]
    assert served.get(f"/products?per_page=2&cursor={cursor}").json["page"] == 2
    garbage = [
        "x",
        "",
        "%F0%9F%99%82",
        "%00",
        cursor[:-2],
        cursor[:20] + "A" + cursor[21:],
        quote("../../etc"),
        "x" * 4_000,
    ]
    queries = [f"cursor={one}" for one in garbage] + [f"cursor={cursor}&sort=name", f"cursor={cursor}&q=x"]
    answers = [served.get(f"/products?{query}") for query in queries]
    assert [(answer.status, answer.json["code"]) for answer in answers] == [(422, "CURSOR_INVALID")] * len(queries)


FORGED: dict[Sort, list[object]] = {
    Sort.PRICE: ["NaN", "1e400", "-1", "1" * 500, [], 12],
    Sort.UPDATED: ["yesterday", None, "0001-01-01T00:00:00+14:00"],
    Sort.SKU: [None, [], {}, "\0"],
    Sort.NAME: [None, 1, "\0"],
    Sort.CREATED: ["x"],
}


@pytest.mark.parametrize("sort", FORGED)
def test_a_cursor_that_somebody_forged_is_no_fault(served_twice: Doors, sort: Sort) -> None:
    some = uuid.uuid4().hex
    insides = [json.dumps([value, some, 2, 3, True]) for value in FORGED[sort]]
    others: list[object] = [[], {}, 1, [None], [None, "x", 2, 3, True], [None, some, "2x", 3, True], [None] * 6]
    insides += ["", "{", "[" * 1_000, *map(json.dumps, others)]
    for inside in map(str.encode, insides):
        told = base64.urlsafe_b64encode(_digest(inside, Filters(), Order(sort)) + inside).decode().rstrip("=")
        answer = served_twice.get(f"/products?sort={sort}&direction=asc&cursor={told}")
        assert answer.status in (200, 422), inside


def test_nothing_that_is_searched_for_is_a_fault(served_twice: Doors) -> None:
    makers.make_product("A-1", name="Robert'); DROP TABLE products;--")
    asked = [
        "'",
        '"',
        "\\",
        "%",
        "_",
        "[",
        "]",
        "(",
        ")",
        "*",
        "?",
        "{1,}",
        "\u202e",
        "🙂",
        "'; DROP TABLE products;--",
        "ſ" * 200,
    ]
    answers = [served_twice.get(f"/products?{name}={quote(text)}") for text in asked for name in ("q", "sku", "name")]
    assert {answer.status for answer in answers} == {200}
    assert items(served_twice, q="'); DROP") == ["A-1"]
