"""Products as programs see them: a paginated list in the order of the SKU."""

from decimal import Decimal

import pytest

from tests import makers
from tests.web.doors import Doors


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


def test_the_page_behind_the_last_is_empty(served: Doors) -> None:
    makers.make_product("A-1")
    assert served.get("/products?page=2").json["items"] == []


@pytest.mark.parametrize("query", ["page=0", "page=-1", "per_page=0", "per_page=101", "page=1e3", "page=%00"])
def test_a_page_out_of_bounds_is_refused(served: Doors, query: str) -> None:
    assert served.get(f"/products?{query}").status == 422
