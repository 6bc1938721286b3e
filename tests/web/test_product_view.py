"""The products' list in its address: what each way of sorting begins with, and what it is called."""

import pytest

from product_importer.catalog.order import Direction, Sort
from product_importer.web.requests.product_filters import PageQuery
from product_importer.web.views import product_view


@pytest.mark.parametrize(
    ("sort", "begins"),
    [
        (Sort.SKU, "asc"),
        (Sort.NAME, "asc"),
        (Sort.PRICE, "asc"),
        (Sort.CREATED, "desc"),
        (Sort.UPDATED, "desc"),
    ],
)
def test_a_list_sorted_by_time_begins_with_the_newest_and_a_second_click_turns_it(sort: Sort, begins: str) -> None:
    other = Sort.PRICE if sort is Sort.SKU else Sort.SKU
    first = PageQuery(sort=sort, direction=Direction(begins))
    assert product_view.heading(PageQuery(sort=other), sort, "x").link == product_view.link(first)
    turned = PageQuery(sort=sort, direction=Direction("asc" if begins == "desc" else "desc"))
    assert product_view.heading(first, sort, "x").link == product_view.link(turned)
    assert (product_view.is_turned(first), product_view.is_turned(turned)) == (False, True)
