"""The pages of bulk work without a script: each question is a page, and the server checks every answer."""

import uuid

import pytest
from sqlalchemy import update

from product_importer.catalog.models import Product
from product_importer.kit import database
from tests import makers
from tests.catalog.makers import run_bulk_to_end, seen_bulk
from tests.web.doors import Answer, Doors

FORM = "application/x-www-form-urlencoded"


def send(served: Doors, path: str, form: str) -> Answer:
    return served.post(path, form.encode(), Content_Type=FORM, Accept="text/html")


def job_of(answer: Answer) -> uuid.UUID:
    return uuid.UUID(answer.headers["location"].removeprefix("/admin/jobs/"))


@pytest.mark.parametrize("typed", ["", "2", "all", "33", "٣", "3%00"])
def test_nothing_is_deleted_unless_the_number_is_typed(served: Doors, typed: str) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    answer = send(served, "/admin/products/delete", f"typed={typed}")
    assert answer.status == 422
    assert b"Nothing was deleted" in answer.body or b"nothing was deleted" in answer.body
    assert len(makers.stored_products()) == 3


def test_products_are_counted_beside_whoever_writes(served: Doors) -> None:
    makers.make_product("A-1")
    with database.transaction() as session:
        session.execute(update(Product).values(name="Cup"))
        session.flush()
        assert send(served, "/admin/products/delete?name=mug", "typed=2").status == 422


def test_only_the_matches_are_asked_about_and_deleted(served: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}", active=number > 0)
    first = served.get("/admin/products/delete?active=true", Accept="text/html").body.decode()
    assert "Delete 2 products?" in first
    assert "Are you sure? This cannot be undone." in first
    assert "/admin/products/delete?active=true&amp;step=2" in first
    second = served.get("/admin/products/delete?active=true&step=2", Accept="text/html").body
    assert b'action="/admin/products/delete?active=true"' in second
    answer = send(served, "/admin/products/delete?active=true", "typed=2")
    assert answer.status == 303
    run_bulk_to_end(job_of(answer))
    assert list(makers.stored_products()) == ["a-0"]


def test_a_deletion_of_all_that_match_is_asked_about_before_it_begins(served: Doors) -> None:
    makers.make_product("A-1")
    answer = send(served, "/admin/products/bulk?sku=a&sort=name&page=2", "do=delete")
    assert (answer.status, answer.headers["location"]) == (303, "/admin/products/delete?sku=a")
    assert send(served, "/admin/products/bulk", "do=shred").status == 422


def test_a_selection_of_all_leads_to_the_bulk_job_with_and_without_filters(served: Doors) -> None:
    for back, place in (("", "/admin/products/bulk"), ("?sku=a", "/admin/products/bulk?sku=a")):
        answer = send(served, "/admin/products/selection", f"do=activate&all=1&back={back.replace('=', '%3D')}")
        assert (answer.status, answer.headers["location"]) == (307, place)


def test_a_job_is_shown_at_work_and_cancelled_by_a_button(served: Doors) -> None:
    makers.make_product("A-1")
    job_id = job_of(send(served, "/admin/products/bulk", "do=deactivate"))
    shown = served.get(f"/admin/jobs/{job_id}", Accept="text/html").body.decode()
    assert "Waiting" in shown
    assert "Deactivating products" in served.get("/admin/products", Accept="text/html").body.decode()
    assert b'data-state="queued"' in served.get(f"/admin/jobs/{job_id}/live").body
    assert send(served, f"/admin/jobs/{job_id}/cancel", "").status == 303
    assert seen_bulk(job_id).state == "cancelled"
    assert b"Deactivated 0 products before it was cancelled" in served.get(f"/admin/jobs/{job_id}").body


def test_a_deleted_product_has_a_page_that_says_so_and_an_unknown_one_has_none(served: Doors) -> None:
    product = makers.make_product("A-1", name="<script>alert(1)</script>")
    makers.edit_product("A-1", description="<b>bold</b>")
    assert b"<script>alert" not in served.get(f"/admin/products/{product.id}", Accept="text/html").body
    makers.remove_product("A-1")
    gone = served.get(f"/admin/products/{product.id}", Accept="text/html")
    assert (gone.status, b"Its history is kept" in gone.body) == (410, True)
    unknown = served.get(f"/admin/products/{uuid.UUID(int=1)}", Accept="application/json")
    assert (unknown.status, unknown.json["code"]) == (404, "PRODUCT_NOT_FOUND")
