"""Pages far along the list begin where they should, wherever the search index guesses that to be."""

import itertools

import pytest
from sqlalchemy import delete

from product_importer.catalog import actions, queries, search_index
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import ProductText
from product_importer.catalog.order import Direction, Order, Sort
from product_importer.catalog.schemas import ProductIn
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests.makers import edit_product, remove_product, stored_products

ORDERS = [Order(sort, direction) for sort, direction in itertools.product((Sort.SKU, Sort.CREATED), Direction)]
PAGE = 3


@pytest.fixture
def shelf(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty products that the index has, in an order of their own; two are gone since, and two came later."""
    monkeypatch.setattr(queries, "FAR", 0)
    monkeypatch.setattr(database.face(), "WALK", 0)
    monkeypatch.setattr(search_index, "QUIET", -1.0)
    for number in range(20):
        create(f"P-{number * 7 % 20:02}")
    assert search_index.follow_products.run() == 20
    remove_product("P-03")
    remove_product("P-16")
    create("P-07b")
    create("A-00")


def create(sku: str) -> None:
    with database.transaction() as session:
        actions.create(session, ProductIn(sku=sku, name="Mug"), actor="user:anna")


def listed(filters: Filters, order: Order, page: int) -> tuple[list[str], int, int]:
    with database.reading() as session:
        found = queries.page(session, filters, order, page=page, per_page=PAGE)
    return [product.sku for product in found.items], found.total.count, found.pages


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_every_page_begins_where_it_should(shelf: None, order: Order) -> None:
    products = sorted(stored_products().values(), key=lambda one: one.sku_key if order.sort is Sort.SKU else one.id)
    skus = [product.sku for product in products][:: -1 if order.descends else 1]
    for page in range(1, 8):
        assert listed(Filters(), order, page) == (skus[PAGE * (page - 1) : PAGE * page], 20, 7), page
    for page in (8, 100):
        assert listed(Filters(), order, page) == ([], 20, 7), page


def test_where_the_index_has_nothing_the_list_is_gone_along(shelf: None) -> None:
    with database.transaction() as session:
        session.execute(delete(ProductText))
    assert listed(Filters(), Order(), 7) == (["P-18", "P-19"], 20, 7)


def test_what_is_active_is_all_but_what_is_not(shelf: None) -> None:
    assert listed(Filters(active=True), Order(), 7) == (["P-18", "P-19"], 20, 7)
    edit_product("P-18", active=False)
    edit_product("A-00", active=False)
    assert listed(Filters(active=True), Order(), 6) == (["P-15", "P-17", "P-19"], 18, 6)
    assert listed(Filters(active=False), Order(), 1) == (["A-00", "P-18"], 2, 1)
    assert listed(Filters(active=False), Order(), 2) == ([], 2, 1)
